# SPDX-License-Identifier: Apache-2.0
"""Format section 7: the log, and which restore points it leaves."""

import datetime
import hashlib
import re
from dataclasses import dataclass, field
from typing import Any

from .binary import hex_list, hex_member, member, parse_json
from .errors import Damaged, Unsupported
from .packs import Reference, reference_from_json

NO_PREVIOUS = "0" * 64
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z")


@dataclass(frozen=True)
class PointDatabase:
    name: str
    manifest: Reference
    packs: frozenset[str]


@dataclass(frozen=True)
class Point:
    id: str
    source: str
    kind: str
    time: str
    label: dict[str, str]
    consistency: str
    trusted: bool
    rows: int
    objects: int
    bytes_read: int
    bytes_new: int
    bytes_stored: int
    databases: list[PointDatabase]


@dataclass(frozen=True)
class Lost:
    """Entries that a repair gave up; nobody looks at them."""

    first: int
    last: int
    before: str


def given_up_by(plain: bytes, name: str) -> list[Lost]:
    """Of a repair; nothing for other entries."""
    entry = parse_json(plain, name)
    if member(entry, "type", str, name) != "repair":
        return []
    lost = []
    after = 0
    for item in member(entry, "lost", list, name):
        if not isinstance(item, dict):
            raise Damaged(f"{name}: gives up what is no object")
        stretch = Lost(
            member(item, "first", int, name), member(item, "last", int, name), hex_member(item, "before", 64, name)
        )
        if not after < stretch.first <= stretch.last < member(entry, "sequence", int, name):
            raise Damaged(f"{name}: gives up {stretch.first} to {stretch.last}")
        after = stretch.last
        lost.append(stretch)
    return lost


@dataclass
class LogState:
    """What the entries so far amount to; `apply` and `skip` take them in order."""

    sequence: int = 0
    previous: str | None = NO_PREVIOUS
    incomplete: bool = False
    points: dict[str, Point] = field(default_factory=dict)
    condemned: set[str] = field(default_factory=set)
    swept_packs: set[str] = field(default_factory=set)
    swept_sessions: set[str] = field(default_factory=set)
    _ever: set[str] = field(default_factory=set)
    _before: dict[int, str] = field(default_factory=dict)

    def skip(self) -> None:
        """Passes over an entry that a later repair gives up."""
        self.sequence += 1
        if self.previous is not None:
            self._before[self.sequence] = self.previous
        self.previous = None
        self.incomplete = True

    def apply(self, name: str, sealed: bytes, plain: bytes) -> None:
        entry = parse_json(plain, name)
        if member(entry, "sequence", int, name) != self.sequence + 1:
            raise Damaged(f"{name}: says it is entry {entry['sequence']}, not {self.sequence + 1}")
        if hex_member(entry, "previous", 64, name) != (self.previous or entry["previous"]):
            raise Damaged(f"{name}: does not follow the entry before it")
        _time(entry, name)
        kind = member(entry, "type", str, name)
        if kind == "point":
            self._add(entry, name)
        elif kind == "forget":
            for point in hex_list(entry, "points", 32, name):
                self.points.pop(point, None)
        elif kind == "condemn":
            self.condemned.update(hex_list(entry, "packs", 32, name))
        elif kind == "sweep":
            self._sweep(entry, name)
        elif kind == "repair":
            self._repair(plain, name)
        else:
            raise Unsupported(f"{name}: entry of unknown type {kind}")
        self.sequence += 1
        self.previous = hashlib.sha256(sealed).hexdigest()

    def _add(self, entry: dict[str, Any], name: str) -> None:
        value = member(entry, "point", dict, name)
        point = _decode_point(value, name)
        if point.id in self._ever:
            raise Damaged(f"{name}: point {point.id} was added before")
        if hex_member(value, "session", 32, name) in self.swept_sessions:
            raise Damaged(f"{name}: its session was swept before")
        for database in point.databases:
            if database.packs & self.swept_packs:
                raise Damaged(f"{name}: database {database.name} needs a pack that was swept before")
        self._ever.add(point.id)
        self.points[point.id] = point

    def _sweep(self, entry: dict[str, Any], name: str) -> None:
        packs = set(hex_list(entry, "packs", 32, name))
        for point in list(self.points.values()):
            if not any(database.packs & packs for database in point.databases):
                continue
            if self.incomplete:
                del self.points[point.id]
            else:
                raise Damaged(f"{name}: sweeps a pack that point {point.id} needs")
        self.swept_packs |= packs
        self.swept_sessions.update(hex_list(entry, "sessions", 32, name))

    def _repair(self, plain: bytes, name: str) -> None:
        for lost in given_up_by(plain, name):
            if self._before.get(lost.first, lost.before) != lost.before:
                raise Damaged(f"{name}: saw another entry before {lost.first}")
        self.condemned.update(hex_list(parse_json(plain, name), "packs", 32, name))


def _time(value: dict[str, Any], what: str) -> str:
    text = str(member(value, "time", str, what))
    try:
        datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise Damaged(f"{what}: time {text!r}: {error}") from error
    if not TIME.fullmatch(text):
        raise Damaged(f"{what}: time {text!r} is not RFC 3339 in UTC")
    return text


def _decode_point(value: dict[str, Any], what: str) -> Point:
    label = member(value, "label", dict, what)
    if not all(isinstance(text, str) for text in label.values()):
        raise Damaged(f"{what}: a label is not a string")
    return Point(
        id=hex_member(value, "id", 32, what),
        source=member(value, "source", str, what),
        kind=member(value, "kind", str, what),
        time=_time(value, what),
        label=label,
        consistency=member(value, "consistency", str, what),
        trusted=member(value, "trusted", bool, what),
        rows=member(value, "rows", int, what),
        objects=member(value, "objects", int, what),
        bytes_read=member(value, "bytes_read", int, what),
        bytes_new=member(value, "bytes_new", int, what),
        bytes_stored=member(value, "bytes_stored", int, what),
        databases=[_decode_database(item, what) for item in member(value, "databases", list, what)],
    )


def _decode_database(value: Any, what: str) -> PointDatabase:
    if not isinstance(value, dict):
        raise Damaged(f"{what}: a database is not a JSON object")
    manifest = reference_from_json(value.get("manifest"), what)
    packs = frozenset(hex_list(value, "packs", 32, what))
    member(value, "generation", int, what)
    if manifest.pack not in packs:
        raise Damaged(f"{what}: the pack of a manifest is not among its database's packs")
    return PointDatabase(member(value, "name", str, what), manifest, packs)

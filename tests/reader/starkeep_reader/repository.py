# SPDX-License-Identifier: Apache-2.0
"""An open repository in a directory: its points, their manifests, their rows."""

import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .binary import hex_member, member, parse_json
from .errors import Damaged, NotFound, Unsupported, WrongPassword
from .keys import Keyring, KeySlot, decode_slot
from .log import LogState, Lost, Point, PointDatabase, given_up_by
from .packs import CHUNK, MANIFEST, SEGMENT, Pack, Reference, pack_name, reference_from_json
from .sealed import open_sealed
from .segments import DIGEST_MODULUS, Leaf, Segment, decode_segment, verify_leaf_rows

OPEN_PACKS = 64
ROW_FORM = "copy-text"


@dataclass(frozen=True)
class ManifestObject:
    name: str
    kind: str
    row_form: str
    columns: list[tuple[str, str]]
    rows: int
    bytes: int
    digest: int
    segments: list[Reference]


@dataclass(frozen=True)
class Manifest:
    database: str
    definitions: list[Reference]
    left_out: list[str]
    objects: list[ManifestObject]


class Repository:
    def __init__(self, directory: Path, password: bytes) -> None:
        self._directory = directory
        self._keyring = _open_keyring(directory, password)
        self._packs: OrderedDict[str, Pack] = OrderedDict()
        self._log = self._replay()

    def close(self) -> None:
        while self._packs:
            self._packs.popitem()[1].close()

    def __enter__(self) -> "Repository":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def points(self) -> list[Point]:
        """Newest first, in the log's order."""
        return list(reversed(self._log.points.values()))

    def point(self, wanted: str) -> Point:
        """By id, by a unique prefix of one, or `latest` where all points are of one source."""
        points = self.points()
        if wanted == "latest":
            if not points:
                raise NotFound("the repository holds no point")
            if len({point.source for point in points}) > 1:
                raise NotFound("`latest` is ambiguous: the points are of several sources")
            return points[0]
        found = [point for point in points if wanted and point.id.startswith(wanted)]
        if len(found) != 1:
            raise NotFound(f"{len(found)} points begin with {wanted!r}")
        return found[0]

    def manifest(self, database: PointDatabase) -> Manifest:
        what = f"manifest of {database.name}"
        manifest = _decode_manifest(self.read(database.manifest, MANIFEST), what)
        if manifest.database != database.name:
            raise Damaged(f"{what}: is that of {manifest.database}")
        references = manifest.definitions + [ref for item in manifest.objects for ref in item.segments]
        _require_listed(references, database, what)
        return manifest

    def definitions(self, database: PointDatabase) -> bytes:
        """The archive that pg_restore reads."""
        return b"".join(self.read(ref, CHUNK) for ref in self.manifest(database).definitions)

    def segments(self, database: PointDatabase, wanted: ManifestObject) -> list[Segment]:
        """Segments that partition the domain and add up to what the manifest says."""
        segments = []
        for reference in wanted.segments:
            segment = decode_segment(self.read(reference, SEGMENT), f"segment of {wanted.name}")
            for leaf in segment.leaves:
                _require_listed(leaf.chunks, database, f"segment of {wanted.name}")
            segments.append(segment)
        _require_partition(segments, wanted)
        _require_sums([leaf for segment in segments for leaf in segment.leaves], wanted)
        return segments

    def rows(self, database: PointDatabase, wanted: ManifestObject) -> Iterator[bytes]:
        """The rows of one object, a leaf at a time, each verified before it is given."""
        if wanted.segments and wanted.row_form != ROW_FORM:
            raise Unsupported(f"{wanted.name}: row form {wanted.row_form}")
        for segment in self.segments(database, wanted):
            for leaf in segment.leaves:
                data = b"".join(self.read(chunk, CHUNK) for chunk in leaf.chunks)
                verify_leaf_rows(leaf, data, wanted.name)
                yield data

    def read(self, reference: Reference, record_type: int) -> bytes:
        return self._pack(pack_name(record_type, reference.pack)).read(reference, record_type)

    def _pack(self, name: str) -> Pack:
        pack = self._packs.pop(name, None)
        if pack is None:
            try:
                file = (self._directory / name).open("rb")
            except FileNotFoundError as error:
                raise Damaged(f"{name}: is missing") from error
            try:
                pack = Pack(file, name, self._keyring)
            except Exception:
                file.close()
                raise
        self._packs[name] = pack
        if len(self._packs) > OPEN_PACKS:
            self._packs.popitem(last=False)[1].close()
        return pack

    def _replay(self) -> LogState:
        state = LogState()
        names = _names(self._directory, "c", 16)
        lost = self._given_up(names)
        while names and state.sequence < int(names[-1][2:], 16):
            sequence = state.sequence + 1
            name = f"c/{sequence:016x}"
            if any(stretch.first <= sequence <= stretch.last for stretch in lost):
                state.skip()
                continue
            if name not in names:
                raise Damaged(f"{name}: is missing, the log has a gap")
            sealed = (self._directory / name).read_bytes()
            state.apply(name, sealed, open_sealed(sealed, name, self._keyring))
        return state

    def _given_up(self, names: list[str]) -> list[Lost]:
        """By the repairs of the log; the newest first, for it may give up an older one."""
        lost: list[Lost] = []
        for name in reversed(names):
            if any(stretch.first <= int(name[2:], 16) <= stretch.last for stretch in lost):
                continue
            try:
                plain = open_sealed((self._directory / name).read_bytes(), name, self._keyring)
            except Damaged:
                continue
            lost += given_up_by(plain, name)
        return lost


def _names(directory: Path, folder: str, digits: int) -> list[str]:
    """The names that the format gives; foreign files beside them are none of ours."""
    if not (directory / folder).is_dir():
        return []
    pattern = re.compile(rf"[0-9a-f]{{{digits}}}")
    return sorted(f"{folder}/{path.name}" for path in (directory / folder).iterdir() if pattern.fullmatch(path.name))


def _open_keyring(directory: Path, password: bytes) -> Keyring:
    names = _names(directory, "k", 32)
    if not names:
        raise NotFound(f"{directory}: holds no repository")
    slots: list[KeySlot] = [decode_slot((directory / name).read_bytes(), name) for name in names]
    if len({slot.repository_id for slot in slots}) > 1:
        raise Damaged("k: the key slots are of several repositories")
    for slot in slots:
        master_key = slot.open(password)
        if master_key is not None:
            return Keyring(master_key, slot.repository_id)
    raise WrongPassword("no key slot opens with this password")


def _references(value: dict[str, Any], name: str, what: str) -> list[Reference]:
    return [reference_from_json(item, what) for item in member(value, name, list, what)]


def _decode_manifest(plain: bytes, what: str) -> Manifest:
    value = parse_json(plain, what)
    member(value, "facts", dict, what)
    left_out = member(value, "left_out", list, what)
    if not all(isinstance(text, str) for text in left_out):
        raise Damaged(f"{what}: left_out is not a list of strings")
    objects = [_decode_object(item, what) for item in member(value, "objects", list, what)]
    if len({item.name for item in objects}) != len(objects):
        raise Damaged(f"{what}: names an object twice")
    return Manifest(
        database=member(value, "database", str, what),
        definitions=_references(value, "definitions", what),
        left_out=left_out,
        objects=objects,
    )


def _decode_object(value: Any, what: str) -> ManifestObject:
    if not isinstance(value, dict):
        raise Damaged(f"{what}: an object is not a JSON object")
    columns = []
    for column in member(value, "columns", list, what):
        if not isinstance(column, dict):
            raise Damaged(f"{what}: a column is not a JSON object")
        columns.append((member(column, "name", str, what), member(column, "type", str, what)))
    return ManifestObject(
        name=member(value, "name", str, what),
        kind=member(value, "kind", str, what),
        row_form=member(value, "row_form", str, what),
        columns=columns,
        rows=member(value, "rows", int, what),
        bytes=member(value, "bytes", int, what),
        digest=int(hex_member(value, "digest", 32, what), 16),
        segments=_references(value, "segments", what),
    )


def _require_listed(references: list[Reference], database: PointDatabase, what: str) -> None:
    for reference in references:
        if reference.pack not in database.packs:
            raise Damaged(f"{what}: refers to pack {reference.pack}, which its point does not list")


def _require_partition(segments: list[Segment], wanted: ManifestObject) -> None:
    expected: bytes | None = b""
    for segment in segments:
        if segment.lower != expected:
            raise Damaged(f"{wanted.name}: its units do not partition the domain")
        expected = segment.upper
    if segments and expected is not None:
        raise Damaged(f"{wanted.name}: its last unit is not open")


def _require_sums(leaves: list[Leaf], wanted: ManifestObject) -> None:
    rows = sum(leaf.rows for leaf in leaves)
    size = sum(chunk.plain for leaf in leaves for chunk in leaf.chunks)
    digest = sum(leaf.digest for leaf in leaves) % DIGEST_MODULUS
    if (rows, size, digest) != (wanted.rows, wanted.bytes, wanted.digest):
        raise Damaged(f"{wanted.name}: its leaves do not add up to its rows, bytes and digest")

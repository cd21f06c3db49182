# SPDX-License-Identifier: Apache-2.0
"""Small decoders shared by all objects: bounded reading, varints, one zstd frame, strict JSON."""

import json
import re
from typing import Any, TypeGuard

import zstandard

from .errors import Damaged

MAX_PLAIN_BYTES = 64 << 20
MAX_VARINT_BYTES = 10
ZSTD_PIECE_BYTES = 4096


class ByteReader:
    """Takes fields off a byte string and refuses to read past its end."""

    def __init__(self, data: bytes, what: str) -> None:
        self._data = data
        self._at = 0
        self._what = what

    def take(self, length: int) -> bytes:
        if length > len(self._data) - self._at:
            raise Damaged(f"{self._what}: ends inside a field of {length} bytes at offset {self._at}")
        field = self._data[self._at : self._at + length]
        self._at += length
        return field

    def fixed(self, length: int) -> int:
        return int.from_bytes(self.take(length), "little")

    def varint(self) -> int:
        start = self._at
        value = 0
        for position in range(MAX_VARINT_BYTES):
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << (7 * position)
            if byte & 0x80:
                continue
            if byte == 0 and position > 0:
                raise Damaged(f"{self._what}: varint at offset {start} is longer than it needs to be")
            if value >= 1 << 64:
                break
            return value
        raise Damaged(f"{self._what}: varint at offset {start} exceeds 64 bits")

    def bytes_field(self) -> bytes:
        return self.take(self.varint())

    def end(self) -> None:
        if self._at != len(self._data):
            raise Damaged(f"{self._what}: {len(self._data) - self._at} bytes follow its end")


def decompress(frame: bytes, plain_length: int, what: str) -> bytes:
    """One zstd frame that yields exactly `plain_length` bytes, with nothing behind it."""
    decoder = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
    pieces = []
    produced = 0
    at = 0
    try:
        if zstandard.get_frame_parameters(frame).content_size != plain_length:
            raise Damaged(f"{what}: its zstd frame is not one of {plain_length} bytes")
        # Small pieces bound what a lying frame can make us hold.
        while at < len(frame) and not decoder.eof and produced <= plain_length:
            piece = decoder.decompress(frame[at : at + ZSTD_PIECE_BYTES])
            at += ZSTD_PIECE_BYTES
            produced += len(piece)
            pieces.append(piece)
    except zstandard.ZstdError as error:
        raise Damaged(f"{what}: not a zstd frame ({error})") from error
    if not decoder.eof or produced != plain_length:
        raise Damaged(f"{what}: does not decompress to {plain_length} bytes")
    if decoder.unused_data or at < len(frame):
        raise Damaged(f"{what}: bytes follow the zstd frame")
    return b"".join(pieces)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member occurs twice")
    return members


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")


def parse_json(plain: bytes, what: str) -> dict[str, Any]:
    try:
        value = json.loads(plain.decode("utf-8"), object_pairs_hook=_members, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Damaged(f"{what}: {error}") from error
    if not isinstance(value, dict):
        raise Damaged(f"{what}: is not a JSON object")
    return value


def member(value: dict[str, Any], name: str, kind: type, what: str) -> Any:
    found = value.get(name)
    # bool is an int to Python, never to this format.
    if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
        raise Damaged(f"{what}: member {name} is missing or no {kind.__name__}")
    if isinstance(found, int) and not 0 <= found < 1 << 64:
        raise Damaged(f"{what}: member {name} is out of range")
    return found


def is_hex(text: object, digits: int) -> TypeGuard[str]:
    return isinstance(text, str) and re.fullmatch(rf"[0-9a-f]{{{digits}}}", text) is not None


def hex_member(value: dict[str, Any], name: str, digits: int, what: str) -> str:
    found = value.get(name)
    if not is_hex(found, digits):
        raise Damaged(f"{what}: member {name} is not {digits} hexadecimal digits")
    return found


def hex_list(value: dict[str, Any], name: str, digits: int, what: str) -> list[str]:
    found = member(value, name, list, what)
    if not all(is_hex(item, digits) for item in found):
        raise Damaged(f"{what}: member {name} is not a list of {digits} hexadecimal digits each")
    return list(found)

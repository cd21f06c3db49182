# SPDX-License-Identifier: Apache-2.0
"""Format section 5: segments, leaves, and the digest of rows."""

from collections.abc import Iterator
from dataclasses import dataclass

import xxhash

from .binary import ByteReader
from .errors import Damaged, Unsupported
from .packs import Reference

SEGMENT_VERSION = 1
FORM_ROWS = 0
MAX_CHUNK_BYTES = 1 << 20
DIGEST_MODULUS = 1 << 128


@dataclass(frozen=True)
class Leaf:
    key: bytes
    rows: int
    digest: int
    fingerprint: bytes
    chunks: list[Reference]


@dataclass(frozen=True)
class Segment:
    lower: bytes
    upper: bytes | None
    leaves: list[Leaf]


def decode_segment(plain: bytes, what: str) -> Segment:
    reader = ByteReader(plain, what)
    version = reader.fixed(1)
    if version != SEGMENT_VERSION:
        raise Unsupported(f"{what}: segment version {version}")
    packs = [reader.take(16).hex() for _ in range(_count(reader.varint(), len(plain), what))]
    if len(set(packs)) != len(packs):
        raise Damaged(f"{what}: names a pack twice")
    lower, is_open, upper = reader.bytes_field(), reader.fixed(1), reader.bytes_field()
    if is_open not in (0, 1) or (is_open and upper) or (not is_open and upper <= lower):
        raise Damaged(f"{what}: its bounds are no stretch of the domain")
    leaves: list[Leaf] = []
    for _ in range(_count(reader.varint(), len(plain), what)):
        leaf = _decode_leaf(reader, packs, what)
        if leaf.key < lower or (not is_open and leaf.key >= upper):
            raise Damaged(f"{what}: leaf {leaf.key.hex()} lies outside its unit")
        if leaves and leaf.key <= leaves[-1].key:
            raise Damaged(f"{what}: leaf {leaf.key.hex()} is out of order")
        leaves.append(leaf)
    reader.end()
    return Segment(lower, None if is_open else upper, leaves)


def _count(value: int, limit: int, what: str) -> int:
    # Every counted thing takes a byte at least.
    if value > limit:
        raise Damaged(f"{what}: counts {value} things in {limit} bytes")
    return value


def _decode_leaf(reader: ByteReader, packs: list[str], what: str) -> Leaf:
    key, form = reader.bytes_field(), reader.fixed(1)
    if form != FORM_ROWS:
        raise Unsupported(f"{what}: leaf form {form}")
    rows, digest, fingerprint = reader.varint(), reader.fixed(16), reader.bytes_field()
    chunk_count = reader.varint()
    if rows == 0 or chunk_count == 0:
        raise Damaged(f"{what}: leaf {key.hex()} is empty")
    chunks = []
    for _ in range(chunk_count):
        ordinal = reader.varint()
        offset, stored, plain = reader.varint(), reader.varint(), reader.varint()
        if ordinal >= len(packs) or max(offset, stored) >= 1 << 32 or plain > MAX_CHUNK_BYTES:
            raise Damaged(f"{what}: leaf {key.hex()} has a chunk out of range")
        chunks.append(Reference(packs[ordinal], offset, stored, plain, reader.take(32)))
    return Leaf(key, rows, digest, fingerprint, chunks)


def split_copy_text(data: bytes, what: str) -> Iterator[bytes]:
    """The lines of COPY text. Newlines inside values are escaped, so each one ends a row."""
    if not data.endswith(b"\n"):
        raise Damaged(f"{what}: its last row has no end")
    return (line + b"\n" for line in data[:-1].split(b"\n"))


def digest_of_row(row: bytes) -> int:
    return int(xxhash.xxh3_128_intdigest(row))


def verify_leaf_rows(leaf: Leaf, data: bytes, what: str) -> None:
    rows = 0
    digest = 0
    for row in split_copy_text(data, what):
        rows += 1
        digest += digest_of_row(row)
    if rows != leaf.rows or digest % DIGEST_MODULUS != leaf.digest:
        raise Damaged(f"{what}: leaf {leaf.key.hex()} holds other rows than its count and digest say")

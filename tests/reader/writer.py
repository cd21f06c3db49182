# SPDX-License-Identifier: Apache-2.0
"""Writes small repositories for the tests of the reader, whole or wrong on request."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zstandard
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from starkeep_reader.keys import Keyring
from starkeep_reader.packs import CHUNK, DIRECTORY, MANIFEST, SEGMENT, Reference, pack_name
from starkeep_reader.segments import digest_of_row

PASSWORD = b"correct horse"
REPOSITORY_ID = bytes(range(16))
MASTER_KEY = bytes(range(32, 64))
SLOT_ID = b"\x5a" * 16
POINT_ID = "ab" * 16
SESSION_ID = "5e" * 16
KEYRING = Keyring(MASTER_KEY, REPOSITORY_ID)


def varint(value: int) -> bytes:
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field_of(data: bytes) -> bytes:
    return varint(len(data)) + data


def key_slot(password: bytes = PASSWORD, slot_id: bytes = SLOT_ID, version: int = 1, memory_kib: int = 8192) -> bytes:
    header = b"SKPKEY\x01\n" + version.to_bytes(2, "little") + bytes(2) + REPOSITORY_ID + slot_id
    header += memory_kib.to_bytes(4, "little") + (1).to_bytes(4, "little") * 2 + b"\x07" * 16
    header += (1_700_000_000).to_bytes(8, "little") + b"first".ljust(36, b"\0")
    wrapping_key = hash_secret_raw(password, b"\x07" * 16, 1, max(memory_kib, 8), 1, 32, Type.ID, version=0x13)
    body = header + AESGCM(wrapping_key).encrypt(bytes(12), MASTER_KEY, header)
    return body + hashlib.sha256(body).digest()


def seal(name: str, kind: int, plain: bytes, version: int = 1) -> bytes:
    salt = hashlib.sha256(name.encode()).digest()[:16]
    header = b"SKPOBJ\x01\n" + version.to_bytes(2, "little") + bytes([kind, 0]) + REPOSITORY_ID + salt
    header += len(plain).to_bytes(4, "little")
    frame = zstandard.ZstdCompressor().compress(plain)
    return header + AESGCM(KEYRING.object_key(salt)).encrypt(bytes(12), frame, header + name.encode())


class PackWriter:
    """Collects records of one pack; `finish` gives its bytes."""

    def __init__(self, pack_id: bytes) -> None:
        self.id = pack_id
        self.data = b"SKPPCK\x01\n" + b"\x01\0\0\0" + REPOSITORY_ID + pack_id
        self.listed: list[tuple[int, Reference]] = []

    def add(self, record_type: int, plain: bytes, compress: bool = True, content_id: bytes | None = None) -> Reference:
        if content_id is None:
            content_id = KEYRING.content_id(record_type, plain)
        payload = zstandard.ZstdCompressor().compress(plain) if compress else plain
        reference = Reference(self.id.hex(), len(self.data), 60 + len(payload), len(plain), content_id)
        header = bytes([record_type, compress, 0, 0]) + len(payload).to_bytes(4, "little")
        header += len(plain).to_bytes(4, "little") + content_id
        nonce = len(self.data).to_bytes(8, "little") + bytes(4)
        cipher = AESGCM(KEYRING.pack_key(self.id))
        self.data += header + cipher.encrypt(nonce, payload, REPOSITORY_ID + self.id + header)
        if record_type != DIRECTORY:
            self.listed.append((record_type, reference))
        return reference

    def finish(self) -> bytes:
        directory = varint(len(self.listed))
        for record_type, ref in self.listed:
            numbers = (ref.offset, ref.stored, ref.plain)
            directory += bytes([record_type]) + b"".join(n.to_bytes(4, "little") for n in numbers) + ref.content_id
        reference = self.add(DIRECTORY, directory, content_id=bytes(32))
        footer = reference.offset.to_bytes(8, "little") + reference.stored.to_bytes(4, "little") + b"SKPE"
        return self.data + footer


def encode_segment(
    leaves: list[tuple[bytes, list[bytes], list[Reference]]], lower: bytes = b"", upper: bytes | None = None
) -> bytes:
    """Leaves as key, rows, chunks."""
    packs = sorted({ref.pack for _, _, chunks in leaves for ref in chunks})
    out = b"\x01" + varint(len(packs)) + b"".join(bytes.fromhex(pack) for pack in packs)
    out += field_of(lower) + bytes([upper is None]) + field_of(upper or b"") + varint(len(leaves))
    for key, rows, chunks in leaves:
        digest = sum(digest_of_row(row) for row in rows) % (1 << 128)
        out += field_of(key) + b"\0" + varint(len(rows)) + digest.to_bytes(16, "little") + field_of(b"print")
        out += varint(len(chunks))
        for ref in chunks:
            out += b"".join(varint(n) for n in (packs.index(ref.pack), ref.offset, ref.stored, ref.plain))
            out += ref.content_id
    return out


def as_json(ref: Reference) -> list[Any]:
    return [ref.pack, ref.offset, ref.stored, ref.plain, ref.content_id.hex()]


def object_of(rows: list[bytes], segments: list[Reference]) -> dict[str, Any]:
    digest = sum(digest_of_row(row) for row in rows) % (1 << 128)
    return {
        "name": "public.orders",
        "kind": "table",
        "row_form": "copy-text",
        "columns": [{"name": "id", "type": "bigint"}],
        "rows": len(rows),
        "bytes": sum(len(row) for row in rows),
        "digest": f"{digest:032x}",
        "guard": {},
        "facts": {},
        "segments": [as_json(ref) for ref in segments],
    }


@dataclass
class RepositoryWriter:
    """A directory that fills with objects; every put is remembered by name in no place but the directory."""

    directory: Path
    previous: str = "0" * 64
    sequence: int = 0
    rows: list[bytes] = field(default_factory=lambda: [b"1\tone\n", b"2\ttwo\n", b"3\tthree\n"])

    def put(self, name: str, data: bytes) -> None:
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def log(self, entry: dict[str, Any]) -> None:
        self.sequence += 1
        name = f"c/{self.sequence:016x}"
        whole = {"sequence": self.sequence, "previous": self.previous, "time": "2026-11-23T10:00:00Z"} | entry
        sealed = seal(name, 1, json.dumps(whole).encode())
        self.previous = hashlib.sha256(sealed).hexdigest()
        self.put(name, sealed)

    def put_pack(self, pack: PackWriter) -> None:
        self.put(pack_name(pack.listed[0][0], pack.id.hex()), pack.finish())

    def write_manifest(
        self, pack: PackWriter, objects: list[dict[str, Any]], definitions: list[Reference]
    ) -> Reference:
        manifest: dict[str, Any] = {
            "database": "shop",
            "definitions": [as_json(ref) for ref in definitions],
            "facts": {},
        }
        manifest |= {"left_out": ["roles"], "objects": objects}
        return pack.add(MANIFEST, json.dumps(manifest).encode())

    def point(self, manifest: Reference, packs: list[str], **changes: Any) -> dict[str, Any]:
        numbers = dict.fromkeys(("rows", "objects", "bytes_read", "bytes_new", "bytes_stored"), 3)
        database = {"name": "shop", "manifest": as_json(manifest), "packs": packs, "generation": 0}
        point: dict[str, Any] = {
            "id": POINT_ID,
            "source": "db",
            "kind": "postgres",
            "time": "2026-11-23T09:59:00Z",
            "label": {},
        }
        point |= {"consistency": "exact", "trusted": True, "session": SESSION_ID, "databases": [database]}
        return {"type": "point", "point": point | numbers | changes}

    def fill(self) -> None:
        """One slot, one table of two leaves in two units, one point."""
        data, metadata = PackWriter(b"\xd1" * 16), PackWriter(b"\xe2" * 16)
        definitions = [data.add(CHUNK, b"PGDMP archive")]
        first = data.add(CHUNK, b"".join(self.rows[:2]), compress=False)
        second = data.add(CHUNK, self.rows[2])
        segments = [
            metadata.add(SEGMENT, encode_segment([(b"", self.rows[:2], [first])], upper=b"\0\0\0\x05")),
            metadata.add(SEGMENT, encode_segment([(b"\0\0\0\x07", self.rows[2:], [second])], lower=b"\0\0\0\x05")),
        ]
        manifest = self.write_manifest(metadata, [object_of(self.rows, segments)], definitions)
        self.put(f"k/{SLOT_ID.hex()}", key_slot())
        self.put_pack(data)
        self.put_pack(metadata)
        self.log(self.point(manifest, [data.id.hex(), metadata.id.hex()]))

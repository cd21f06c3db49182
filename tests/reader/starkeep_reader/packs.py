# SPDX-License-Identifier: Apache-2.0
"""Format section 4: packs, their directories, and records by reference."""

from dataclasses import dataclass
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .binary import MAX_PLAIN_BYTES, ByteReader, decompress, is_hex
from .errors import Damaged, Unsupported
from .keys import FORMAT_VERSION, Keyring

PACK_MAGIC = b"SKPPCK\x01\n"
FOOTER_MAGIC = b"SKPE"
HEADER_BYTES = 44
FOOTER_BYTES = 16
RECORD_HEADER_BYTES = 44
TAG_BYTES = 16
MAX_PACK_BYTES = (4 << 30) - 1

CHUNK = 1
SEGMENT = 2
MANIFEST = 3
DIRECTORY = 255
TYPES_OF_FOLDER = {"d": {CHUNK}, "m": {SEGMENT, MANIFEST}}


@dataclass(frozen=True)
class Reference:
    pack: str
    offset: int
    stored: int
    plain: int
    content_id: bytes


def reference_from_json(value: Any, what: str) -> Reference:
    if not isinstance(value, list) or len(value) != 5:
        raise Damaged(f"{what}: a reference is not a list of five")
    pack, offset, stored, plain, content_id = value
    numbers = (offset, stored, plain)
    if not all(isinstance(n, int) and not isinstance(n, bool) and 0 <= n < 1 << 32 for n in numbers):
        raise Damaged(f"{what}: a reference's numbers are out of range")
    if not is_hex(pack, 32) or not is_hex(content_id, 64):
        raise Damaged(f"{what}: a reference's ids are not hexadecimal")
    return Reference(pack, offset, stored, plain, bytes.fromhex(content_id))


def pack_name(record_type: int, pack: str) -> str:
    return f"d/{pack[:2]}/{pack}" if record_type == CHUNK else f"m/{pack}"


class Pack:
    """One open pack whose directory has been read and found to cover the file without a gap."""

    def __init__(self, file: BinaryIO, name: str, keyring: Keyring) -> None:
        self._file = file
        self._name = name
        self._keyring = keyring
        self._pack_id = bytes.fromhex(name.rsplit("/", 1)[1])
        self._cipher = AESGCM(keyring.pack_key(self._pack_id))
        self.size = file.seek(0, 2)
        self._read_header()
        self.records = self._read_directory()

    def close(self) -> None:
        self._file.close()

    def read(self, reference: Reference, record_type: int) -> bytes:
        listed = self.records.get(reference.offset)
        if listed != (record_type, reference):
            raise Damaged(f"{self._name}: the directory lists no such record at offset {reference.offset}")
        plain = self._open_record(reference, record_type)
        if self._keyring.content_id(record_type, plain) != reference.content_id:
            raise Damaged(f"{self._name}: the record at offset {reference.offset} has another content id")
        return plain

    def _at(self, offset: int, length: int) -> bytes:
        self._file.seek(offset)
        data = self._file.read(length)
        if len(data) != length:
            raise Damaged(f"{self._name}: ends before offset {offset + length}")
        return data

    def _read_header(self) -> None:
        if self.size > MAX_PACK_BYTES:
            raise Damaged(f"{self._name}: is larger than a pack can be")
        reader = ByteReader(self._at(0, HEADER_BYTES), self._name)
        if reader.take(8) != PACK_MAGIC:
            raise Damaged(f"{self._name}: is not a pack")
        version, flags = reader.fixed(2), reader.fixed(2)
        if version != FORMAT_VERSION or flags != 0:
            raise Unsupported(f"{self._name}: format version {version} with flags {flags}")
        if reader.take(16) != self._keyring.repository_id:
            raise Damaged(f"{self._name}: belongs to another repository")
        if reader.take(16) != self._pack_id:
            raise Damaged(f"{self._name}: holds another pack")

    def _read_directory(self) -> dict[int, tuple[int, Reference]]:
        if self.size < HEADER_BYTES + FOOTER_BYTES:
            raise Damaged(f"{self._name}: has no footer")
        footer = ByteReader(self._at(self.size - FOOTER_BYTES, FOOTER_BYTES), self._name)
        start, stored = footer.fixed(8), footer.fixed(4)
        if footer.take(4) != FOOTER_MAGIC or start + stored + FOOTER_BYTES != self.size:
            raise Damaged(f"{self._name}: its footer does not fit")
        plain_length = self._plain_length(start)
        directory = Reference(self._pack_id.hex(), start, stored, plain_length, bytes(32))
        reader = ByteReader(self._open_record(directory, DIRECTORY), f"{self._name}: directory")
        records = {}
        expected = HEADER_BYTES
        for _ in range(reader.varint()):
            record_type = reader.fixed(1)
            if record_type not in TYPES_OF_FOLDER[self._name[0]]:
                raise Damaged(f"{self._name}: lists a record of type {record_type}")
            offset, length, plain = reader.fixed(4), reader.fixed(4), reader.fixed(4)
            if offset != expected:
                raise Damaged(f"{self._name}: lists a record at offset {offset}, not {expected}")
            records[offset] = (record_type, Reference(directory.pack, offset, length, plain, reader.take(32)))
            expected += length
        reader.end()
        if expected != start:
            raise Damaged(f"{self._name}: its records end at {expected}, its directory begins at {start}")
        return records

    def _plain_length(self, offset: int) -> int:
        return int.from_bytes(self._at(offset + 8, 4), "little")

    def _open_record(self, reference: Reference, record_type: int) -> bytes:
        what = f"{self._name}: record at offset {reference.offset}"
        if reference.stored < RECORD_HEADER_BYTES + TAG_BYTES or reference.plain > MAX_PLAIN_BYTES:
            raise Damaged(f"{what}: impossible lengths")
        data = self._at(reference.offset, reference.stored)
        header, sealed = data[:RECORD_HEADER_BYTES], data[RECORD_HEADER_BYTES:]
        nonce = reference.offset.to_bytes(8, "little") + bytes(4)
        aad = self._keyring.repository_id + self._pack_id + header
        try:
            payload = self._cipher.decrypt(nonce, sealed, aad)
        except InvalidTag as error:
            raise Damaged(f"{what}: does not authenticate") from error
        reader = ByteReader(header, what)
        found_type, flags, zero = reader.fixed(1), reader.fixed(1), reader.fixed(2)
        payload_length, plain_length = reader.fixed(4), reader.fixed(4)
        if flags not in (0, 1) or zero != 0:
            raise Unsupported(f"{what}: flags {flags}")
        expected = (record_type, len(payload), reference.plain, reference.content_id)
        if (found_type, payload_length, plain_length, reader.take(32)) != expected:
            raise Damaged(f"{what}: is not the record that was asked for")
        if flags == 1:
            return decompress(payload, plain_length, what)
        if payload_length != plain_length:
            raise Damaged(f"{what}: stored plain with another length")
        return payload

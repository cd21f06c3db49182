# SPDX-License-Identifier: Apache-2.0
"""Format section 2: key slots and the keys that follow from the master key."""

import hashlib
import hmac
from dataclasses import dataclass

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .binary import ByteReader
from .errors import Damaged, Unsupported

SLOT_MAGIC = b"SKPKEY\x01\n"
SLOT_BYTES = 196
HEADER_BYTES = 116
SEALED_END = 164
LABEL_BYTES = 36
FORMAT_VERSION = 1
ZERO_NONCE = bytes(12)


@dataclass(frozen=True)
class KeySlot:
    repository_id: bytes
    slot_id: bytes
    memory_kib: int
    passes: int
    lanes: int
    salt: bytes
    created: int
    label: str
    header: bytes
    sealed: bytes

    def open(self, password: bytes) -> bytes | None:
        """The master key, or None when the password is another."""
        wrapping_key = hash_secret_raw(
            password, self.salt, self.passes, self.memory_kib, self.lanes, 32, Type.ID, version=0x13
        )
        try:
            return AESGCM(wrapping_key).decrypt(ZERO_NONCE, self.sealed, self.header)
        except InvalidTag:
            return None


def decode_slot(data: bytes, name: str) -> KeySlot:
    if len(data) != SLOT_BYTES:
        raise Damaged(f"{name}: has {len(data)} bytes, a key slot has {SLOT_BYTES}")
    if hashlib.sha256(data[:SEALED_END]).digest() != data[SEALED_END:]:
        raise Damaged(f"{name}: its checksum differs")
    reader = ByteReader(data[:HEADER_BYTES], name)
    if reader.take(8) != SLOT_MAGIC:
        raise Damaged(f"{name}: is not a key slot")
    version, flags = reader.fixed(2), reader.fixed(2)
    if version != FORMAT_VERSION or flags != 0:
        raise Unsupported(f"{name}: format version {version} with feature flags {flags}")
    slot = KeySlot(
        repository_id=reader.take(16),
        slot_id=reader.take(16),
        memory_kib=reader.fixed(4),
        passes=reader.fixed(4),
        lanes=reader.fixed(4),
        salt=reader.take(16),
        created=reader.fixed(8),
        label=_label(reader.take(LABEL_BYTES), name),
        header=data[:HEADER_BYTES],
        sealed=data[HEADER_BYTES:SEALED_END],
    )
    if f"k/{slot.slot_id.hex()}" != name:
        raise Damaged(f"{name}: holds the key slot {slot.slot_id.hex()}")
    limits = ((slot.memory_kib, 8192, 1048576), (slot.passes, 1, 16), (slot.lanes, 1, 16))
    if not all(low <= value <= high for value, low, high in limits):
        raise Damaged(f"{name}: Argon2 parameters are out of range")
    return slot


def _label(field: bytes, name: str) -> str:
    text = field.rstrip(b"\0")
    if b"\0" in text:
        raise Damaged(f"{name}: its label continues after a zero byte")
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Damaged(f"{name}: its label is not UTF-8") from error


class Keyring:
    """All keys of one repository."""

    def __init__(self, master_key: bytes, repository_id: bytes) -> None:
        self._master_key = master_key
        self.repository_id = repository_id
        self._id_key = self._derive(repository_id, b"starkeep id")

    def pack_key(self, pack_id: bytes) -> bytes:
        return self._derive(pack_id, b"starkeep pack")

    def object_key(self, salt: bytes) -> bytes:
        return self._derive(salt, b"starkeep object")

    def content_id(self, record_type: int, plain: bytes) -> bytes:
        return hmac.new(self._id_key, bytes([record_type]) + plain, hashlib.sha256).digest()

    def _derive(self, salt: bytes, info: bytes) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(self._master_key)

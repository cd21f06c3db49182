# SPDX-License-Identifier: Apache-2.0
"""Format section 3: log entries, indexes and heartbeats."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .binary import MAX_PLAIN_BYTES, ByteReader, decompress
from .errors import Damaged, Unsupported
from .keys import FORMAT_VERSION, ZERO_NONCE, Keyring

OBJECT_MAGIC = b"SKPOBJ\x01\n"
HEADER_BYTES = 48
KIND_OF_FOLDER = {"c": 1, "i": 2, "w": 3}


def open_sealed(data: bytes, name: str, keyring: Keyring) -> bytes:
    """The plain bytes of the object `name`."""
    reader = ByteReader(data, name)
    if reader.take(8) != OBJECT_MAGIC:
        raise Damaged(f"{name}: is not a sealed object")
    version, kind, zero = reader.fixed(2), reader.fixed(1), reader.fixed(1)
    if version != FORMAT_VERSION or zero != 0:
        raise Unsupported(f"{name}: format version {version}")
    if kind != KIND_OF_FOLDER[name[0]]:
        raise Damaged(f"{name}: is of kind {kind}")
    if reader.take(16) != keyring.repository_id:
        raise Damaged(f"{name}: belongs to another repository")
    salt = reader.take(16)
    plain_length = reader.fixed(4)
    if plain_length > MAX_PLAIN_BYTES:
        raise Damaged(f"{name}: promises {plain_length} bytes")
    try:
        frame = AESGCM(keyring.object_key(salt)).decrypt(
            ZERO_NONCE, data[HEADER_BYTES:], data[:HEADER_BYTES] + name.encode()
        )
    except InvalidTag as error:
        raise Damaged(f"{name}: does not authenticate") from error
    return decompress(frame, plain_length, name)

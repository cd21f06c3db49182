# SPDX-License-Identifier: Apache-2.0
import hashlib
import hmac

import pytest

from starkeep_reader.errors import Damaged, Unsupported
from starkeep_reader.keys import decode_slot
from writer import KEYRING, MASTER_KEY, PASSWORD, REPOSITORY_ID, SLOT_ID, key_slot

NAME = f"k/{SLOT_ID.hex()}"


def test_slot_opens_with_its_password() -> None:
    assert decode_slot(key_slot(), NAME).open(PASSWORD) == MASTER_KEY


def test_slot_stays_shut_with_another_password() -> None:
    assert decode_slot(key_slot(), NAME).open(b"battery staple") is None


def test_slot_tells_its_label_without_padding() -> None:
    assert decode_slot(key_slot(), NAME).label == "first"


@pytest.mark.parametrize("position", [0, 12, 44, 80, 116, 163, 195])
def test_flipped_bit_is_damage_and_not_a_wrong_password(position: int) -> None:
    data = bytearray(key_slot())
    data[position] ^= 1
    with pytest.raises(Damaged):
        decode_slot(bytes(data), NAME)


@pytest.mark.parametrize("length", [0, 116, 195])
def test_truncated_slot_is_damage(length: int) -> None:
    with pytest.raises(Damaged):
        decode_slot(key_slot()[:length], NAME)


def test_slot_under_another_name_is_damage() -> None:
    with pytest.raises(Damaged):
        decode_slot(key_slot(), "k/" + "00" * 16)


def test_unknown_format_version_is_refused() -> None:
    with pytest.raises(Unsupported):
        decode_slot(key_slot(version=2), NAME)


def test_argon2_parameters_out_of_range_are_refused() -> None:
    with pytest.raises(Damaged):
        decode_slot(key_slot(memory_kib=8191), NAME)


def test_keys_follow_rfc_5869() -> None:
    pack_id = b"\x11" * 16
    extracted = hmac.new(pack_id, MASTER_KEY, hashlib.sha256).digest()
    expected = hmac.new(extracted, b"starkeep pack\x01", hashlib.sha256).digest()
    assert KEYRING.pack_key(pack_id) == expected


def test_content_id_covers_the_type() -> None:
    extracted = hmac.new(REPOSITORY_ID, MASTER_KEY, hashlib.sha256).digest()
    id_key = hmac.new(extracted, b"starkeep id\x01", hashlib.sha256).digest()
    assert KEYRING.content_id(1, b"rows") == hmac.new(id_key, b"\x01rows", hashlib.sha256).digest()

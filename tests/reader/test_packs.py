# SPDX-License-Identifier: Apache-2.0
import io
from dataclasses import replace

import pytest

from starkeep_reader.errors import Damaged
from starkeep_reader.packs import CHUNK, MANIFEST, SEGMENT, Pack, pack_name
from writer import KEYRING, PackWriter

PACK_ID = b"\xd1" * 16
NAME = pack_name(CHUNK, PACK_ID.hex())


def open_pack(data: bytes, name: str = NAME) -> Pack:
    return Pack(io.BytesIO(data), name, KEYRING)


@pytest.mark.parametrize("compress", [True, False])
def test_record_reads_back_what_was_written(compress: bool) -> None:
    writer = PackWriter(PACK_ID)
    reference = writer.add(CHUNK, b"some rows", compress=compress)
    assert open_pack(writer.finish()).read(reference, CHUNK) == b"some rows"


def test_every_flipped_byte_is_found() -> None:
    writer = PackWriter(PACK_ID)
    references = [writer.add(CHUNK, b"first"), writer.add(CHUNK, b"second")]
    sound = writer.finish()
    for position in range(len(sound)):
        data = bytearray(sound)
        data[position] ^= 0x10
        # A changed version counts as another format; both are refusals.
        with pytest.raises(Exception, match=NAME):
            pack = open_pack(bytes(data))
            for reference in references:
                pack.read(reference, CHUNK)


def test_truncated_pack_is_damage_at_every_length() -> None:
    writer = PackWriter(PACK_ID)
    writer.add(CHUNK, b"first")
    sound = writer.finish()
    for length in range(len(sound)):
        with pytest.raises(Damaged):
            open_pack(sound[:length])


def test_pack_under_another_name_is_damage() -> None:
    writer = PackWriter(PACK_ID)
    writer.add(CHUNK, b"first")
    with pytest.raises(Damaged):
        open_pack(writer.finish(), pack_name(CHUNK, "00" * 16))


def test_bytes_that_no_directory_lists_are_damage() -> None:
    writer = PackWriter(PACK_ID)
    writer.add(CHUNK, b"first")
    writer.add(CHUNK, b"hidden")
    writer.listed.pop()
    with pytest.raises(Damaged):
        open_pack(writer.finish())


def test_segment_in_a_data_pack_is_damage() -> None:
    writer = PackWriter(PACK_ID)
    writer.add(SEGMENT, b"first")
    with pytest.raises(Damaged):
        open_pack(writer.finish())


def test_wrong_content_id_is_damage_even_when_the_tag_holds() -> None:
    writer = PackWriter(PACK_ID)
    reference = writer.add(CHUNK, b"first", content_id=b"\x01" * 32)
    with pytest.raises(Damaged, match="content id"):
        open_pack(writer.finish()).read(reference, CHUNK)


def test_reference_must_equal_the_directory() -> None:
    writer = PackWriter(PACK_ID)
    reference = writer.add(CHUNK, b"first")
    other = writer.add(CHUNK, b"other")
    pack = open_pack(writer.finish())
    wrong = [replace(reference, plain=6), replace(reference, stored=61), replace(reference, offset=45)]
    wrong.append(replace(reference, content_id=other.content_id))
    for candidate in wrong:
        with pytest.raises(Damaged):
            pack.read(candidate, CHUNK)


def test_type_asked_for_must_be_the_record_type() -> None:
    writer = PackWriter(PACK_ID)
    reference = writer.add(SEGMENT, b"first")
    pack = open_pack(writer.finish(), pack_name(SEGMENT, PACK_ID.hex()))
    with pytest.raises(Damaged):
        pack.read(reference, MANIFEST)

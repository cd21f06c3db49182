# SPDX-License-Identifier: Apache-2.0
import pytest
import zstandard

from starkeep_reader.binary import ByteReader, decompress, parse_json
from starkeep_reader.errors import Damaged
from writer import varint


@pytest.mark.parametrize("value", [0, 1, 127, 128, 300, (1 << 32) - 1, (1 << 64) - 1])
def test_varint_reads_back_what_was_written(value: int) -> None:
    assert ByteReader(varint(value), "test").varint() == value


@pytest.mark.parametrize("data", [b"\x80\x00", b"\xff" * 10, b"\xff" * 9 + b"\x02", b"\x80", b""])
def test_varint_refuses_needless_groups_overflow_and_a_missing_end(data: bytes) -> None:
    with pytest.raises(Damaged):
        ByteReader(data, "test").varint()


def test_bytes_field_refuses_a_length_beyond_the_end() -> None:
    with pytest.raises(Damaged):
        ByteReader(b"\x05abc", "test").bytes_field()


def test_end_refuses_what_follows() -> None:
    with pytest.raises(Damaged):
        ByteReader(b"x", "test").end()


FRAME = zstandard.ZstdCompressor().compress(b"a" * 100_000)


def test_decompress_gives_the_plain_bytes() -> None:
    assert decompress(FRAME, 100_000, "test") == b"a" * 100_000


@pytest.mark.parametrize(
    ("frame", "length"),
    [
        (FRAME, 99_999),
        (FRAME, 100_001),
        (FRAME + b"x", 100_000),
        (FRAME + FRAME, 200_000),
        (FRAME[:-1], 100_000),
        (b"", 0),
    ],
)
def test_decompress_refuses_all_but_one_whole_frame_of_the_length(frame: bytes, length: int) -> None:
    with pytest.raises(Damaged):
        decompress(frame, length, "test")


@pytest.mark.parametrize("text", [b"[]", b'{"a":1,"a":2}', b'{"a":NaN}', b"\xff", b"{", b"[" * 100_000])
def test_json_refuses_what_is_no_plain_object(text: bytes) -> None:
    with pytest.raises(Damaged):
        parse_json(text, "test")

# SPDX-License-Identifier: Apache-2.0
import pytest

from starkeep_reader.errors import Damaged, Unsupported
from starkeep_reader.packs import Reference
from starkeep_reader.segments import Leaf, decode_segment, digest_of_row, verify_leaf_rows
from writer import encode_segment

CHUNK = Reference("11" * 16, 44, 70, 10, b"\x22" * 32)
ROWS = [b"1\n", b"2\n"]


def test_segment_reads_back_what_was_written() -> None:
    plain = encode_segment([(b"a", ROWS, [CHUNK]), (b"b", ROWS, [CHUNK])], lower=b"a", upper=b"c")

    segment = decode_segment(plain, "test")

    assert (segment.lower, segment.upper) == (b"a", b"c")
    assert [leaf.key for leaf in segment.leaves] == [b"a", b"b"]
    assert segment.leaves[0].chunks == [CHUNK]
    assert segment.leaves[0].fingerprint == b"print"


WRONG = {
    "leaf below the unit": encode_segment([(b"a", ROWS, [CHUNK])], lower=b"b"),
    "leaf at the upper bound": encode_segment([(b"c", ROWS, [CHUNK])], lower=b"b", upper=b"c"),
    "leaves out of order": encode_segment([(b"b", ROWS, [CHUNK]), (b"a", ROWS, [CHUNK])]),
    "equal leaves": encode_segment([(b"a", ROWS, [CHUNK]), (b"a", ROWS, [CHUNK])]),
    "leaf without rows": encode_segment([(b"a", [], [CHUNK])]),
    "leaf without chunks": encode_segment([(b"a", ROWS, [])]),
    "empty unit": encode_segment([], lower=b"b", upper=b"b"),
    "chunk of more than 1 MiB": encode_segment(
        [(b"a", ROWS, [Reference("11" * 16, 44, 70, (1 << 20) + 1, bytes(32))])]
    ),
    "offset beyond 32 bits": encode_segment([(b"a", ROWS, [Reference("11" * 16, 1 << 32, 70, 10, bytes(32))])]),
    "bytes behind the last leaf": encode_segment([]) + b"\0",
    "more leaves than bytes": encode_segment([])[:-1] + b"\xff\xff\xff\xff\x7f",
    "pack named twice": b"\x01\x02" + bytes(32) + encode_segment([])[2:],
    "open neither 0 nor 1": b"\x01\0\0\x02\0\0",
    "open with an upper key": b"\x01\0\0\x01\x01a\0",
}


@pytest.mark.parametrize("name", WRONG)
def test_segment_refuses_what_the_format_forbids(name: str) -> None:
    with pytest.raises(Damaged):
        decode_segment(WRONG[name], name)


def test_truncated_segment_is_damage_at_every_length() -> None:
    plain = encode_segment([(b"a", ROWS, [CHUNK])])
    for length in range(len(plain)):
        with pytest.raises(Damaged):
            decode_segment(plain[:length], "test")


def test_unknown_leaf_form_is_refused() -> None:
    plain = encode_segment([(b"a", ROWS, [CHUNK])]).replace(b"\x01a\0", b"\x01a\x01")
    with pytest.raises(Unsupported):
        decode_segment(plain, "test")


def test_digest_of_a_row_is_xxh3_of_128_bits() -> None:
    # The hash of nothing with seed 0, from the specification's reference code.
    assert f"{digest_of_row(b''):032x}" == "99aa06d3014798d86001c324468d497f"


def test_rows_in_another_order_have_the_same_digest() -> None:
    digest = (digest_of_row(b"1\n") + digest_of_row(b"2\n")) % (1 << 128)
    verify_leaf_rows(Leaf(b"", 2, digest, b"", []), b"2\n1\n", "test")


@pytest.mark.parametrize("data", [b"1\n3\n", b"1\n", b"1\n2\n2\n", b"1\n2", b""])
def test_other_rows_than_the_digest_says_are_damage(data: bytes) -> None:
    digest = (digest_of_row(b"1\n") + digest_of_row(b"2\n")) % (1 << 128)
    with pytest.raises(Damaged):
        verify_leaf_rows(Leaf(b"", 2, digest, b"", []), data, "test")

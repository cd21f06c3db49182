# SPDX-License-Identifier: Apache-2.0
"""The page of errors says what the table says."""

import gen_errors
import pytest

TABLE = '// a comment\nERROR_CODE(NotFound, 6, "it is not there")\n'


def test_a_row_of_the_table_becomes_a_row_of_the_page():
    assert "| NotFound | 6 | it is not there |\n" in gen_errors.page(TABLE)


def test_a_row_of_another_shape_is_refused_instead_of_lost():
    with pytest.raises(ValueError, match="unknown shape"):
        gen_errors.page(TABLE + "ERROR_CODE(Broken)\n")


def test_the_page_in_the_tree_is_up_to_date():
    assert gen_errors.main(["--check"]) == 0

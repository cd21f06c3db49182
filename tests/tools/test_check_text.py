# SPDX-License-Identifier: Apache-2.0
"""Every rule of the text check catches a planted fault and lets the honest case pass."""

import check_text
import pytest

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
HEADER = SPDX + "// Shapes that a caller can draw.\n#pragma once\n"
README = "Why does it exist? So.\nWhat belongs here? This.\nWhat does not? That.\n"


@pytest.fixture
def faults_of(tmp_path):
    """Makes a tree of the given files and returns what the check says of it, without the folder's path."""

    def run(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return [fault.replace(f"{tmp_path}/", "") for fault in check_text.check(tmp_path)]

    return run


def test_a_lawful_tree_has_no_faults(faults_of):
    files = {
        "src/base/README.md": README,
        "src/base/a.hpp": HEADER,
        "src/base/a_test.cpp": SPDX + "TEST(Shape, KeepsItsArea)\n",
        "demo": "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n",
        "tests/test_a.py": SPDX.replace("//", "#") + "def test_shapes_keep_their_area():\n",
        "build/out.cpp": "generated ",
    }
    assert faults_of(files) == []


FILES_WITH_A_FAULT = [
    ("a.cpp", "int a;\n", "a.cpp:1: this line must say SPDX-License-Identifier: Apache-2.0"),
    ("demo", "#!/bin/sh\necho\n", "demo:2: this line must say SPDX-License-Identifier: Apache-2.0"),
    ("a.hpp", SPDX + "#pragma once\n", "a.hpp:2: a header's second line says what it gives its caller"),
    ("a.hpp", SPDX + "// Shapes that a caller can draw.\n", "a.hpp:1: #pragma once is missing"),
    ("a.cpp", SPDX + "int a; \n", "a.cpp:2: trailing space"),
    ("a.md", "text", "a.md: the last line does not end"),
    ("a.md", "see /" + "home/ann/notes\n", "a.md:1: path of one machine: /" + "home/ann"),
    ("a.md", "see /" + "work/tree\n", "a.md:1: path of one machine: /" + "work/tree"),
    ("a_test.cpp", SPDX + "TEST(Shape, Test1)\n", "a_test.cpp:2: test name Test1 is not a sentence"),
    ("a_test.cpp", SPDX + "TEST_F(Shape, Works)\n", "a_test.cpp:2: test name Works is not a sentence"),
    ("a_test.cpp", SPDX + "TEST(Shape, BasicUse)\n", "a_test.cpp:2: test name BasicUse is not a sentence"),
    ("a_test.cpp", SPDX + "TEST(Shape, Area)\n", "a_test.cpp:2: test name Area is not a sentence"),
    (
        "test_a.py",
        SPDX.replace("//", "#") + "def test_area():\n",
        "test_a.py:2: test name area is not a sentence",
    ),
    ("a.cpp", SPDX + "int a;  // NOLINT\n", "a.cpp:2: write NOLINT(check): reason"),
    ("a.cpp", SPDX + "int a;  // NOLINT(some-check)\n", "a.cpp:2: write NOLINT(check): reason"),
    ("a.cpp", SPDX + "// NOLINTNEXTLINE(x)\n", "a.cpp:2: write NOLINT(check): reason"),
    ("a.cpp", SPDX + "// TODO: later\n", "a.cpp:2: write TODO(#number): what, or do it"),
    ("a.cpp", SPDX + "// FIXME\n", "a.cpp:2: write TODO(#number): what, or do it"),
    ("a.md", "x\n" * 801, "a.md:801: longer than 800 lines"),
]


@pytest.mark.parametrize("name, text, expected", FILES_WITH_A_FAULT, ids=[e for _, _, e in FILES_WITH_A_FAULT])
def test_each_planted_fault_is_named(faults_of, name, text, expected):
    assert faults_of({name: text}) == [expected]


HONEST_LINES = [
    "int a;  // NOLINT(some-check, other.check*): the library wants it",
    "// NOLINTEND(some-check)",
    "// TODO(#12): draw circles",
    "// relative/work/tree and $HOME/work/x",
]


@pytest.mark.parametrize("line", HONEST_LINES)
def test_a_reason_or_a_reference_makes_it_lawful(faults_of, line):
    assert faults_of({"a.cpp": SPDX + line + "\n"}) == []


def test_the_median_file_must_stay_short(faults_of):
    long_file = SPDX + "int a;\n" * 250
    faults = faults_of({"a.cpp": long_file, "b.cpp": long_file, "c.cpp": SPDX})
    assert len(faults) == 1 and "the median C++ file has 251 lines" in faults[0]


def test_a_room_must_answer_the_three_questions(faults_of):
    faults = faults_of({"src/base/README.md": README.replace("What does not?", "")})
    assert faults == ["src/base/README.md: does not answer: What does not?"]


def test_a_room_without_readme_is_named(faults_of):
    faults = faults_of({"src/base/a.hpp": HEADER})
    assert len(faults) == 1 and faults[0].startswith("src/base/README.md: does not answer: Why")


def test_the_exit_status_tells_whether_there_are_faults(faults_of, tmp_path, capsys):
    faults_of({"a.md": "fine\n"})
    assert check_text.main([str(tmp_path)]) == 0
    (tmp_path / "a.md").write_text("space \n")
    assert check_text.main([str(tmp_path)]) == 1
    assert "trailing space" in capsys.readouterr().out

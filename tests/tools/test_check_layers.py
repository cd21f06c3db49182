# SPDX-License-Identifier: Apache-2.0
"""Every law of the layer check catches a planted fault and lets the honest case pass."""

import check_layers
import pytest

TABLES = {
    "LAYERS": "# a comment\nbase:\ntesting: base\nstore: base\nengine: base store\n",
    "THIRD_PARTY": "gtest/ testing\nzstd.h store\n",
    "FORBIDDEN": "\\bgetenv\\s*\\( base/\nstd::ofstream\n",
}


@pytest.fixture
def faults_of(tmp_path):
    """Makes a house of the given files and returns what the check says of it, without the folder's path."""

    def run(files):
        for name, text in (TABLES | files).items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return [fault.replace(f"{tmp_path}/", "") for fault in check_layers.check(tmp_path)]

    return run


def test_a_lawful_house_has_no_faults(faults_of):
    files = {
        "base/a.hpp": "#include <vector>\n",
        "store/b.cpp": '#include "base/a.hpp"\n#include <zstd.h>\n',
        "engine/c_test_support.hpp": '#include "testing/d.hpp"\n',
        "engine/c_test.cpp": '#include "testing/d.hpp"\n#include <gtest/gtest.h>\n',
    }
    assert faults_of(files) == []


HOUSES_WITH_A_FAULT = [
    ({"store/a.cpp": '#include "engine/b.hpp"\n'}, "store/a.cpp:1: store must not include engine"),
    ({"store/a.cpp": '#include "testing/b.hpp"\n'}, "store/a.cpp:1: store must not include testing"),
    ({"store/a.cpp": '\n#include "attic/b.hpp"\n'}, "store/a.cpp:2: no room attic in LAYERS"),
    (
        {"store/a.cpp": '#include "b.hpp"\n'},
        'store/a.cpp:1: "b.hpp": write the path from src/, such as "store/b.hpp"',
    ),
    ({"attic/a.cpp": ""}, "attic/a.cpp: no room attic in LAYERS"),
    (
        {"store/x_internal.hpp": "", "engine/a.cpp": '#include "store/x_internal.hpp"\n'},
        "engine/a.cpp:1: store/x_internal.hpp is private to its folder",
    ),
    (
        {"store/deep/x_internal.hpp": "", "store/a.cpp": '#include "store/deep/x_internal.hpp"\n'},
        "store/a.cpp:1: store/deep/x_internal.hpp is private to its folder",
    ),
    ({"engine/a.cpp": "#include <zstd.h>\n"}, "engine/a.cpp:1: <zstd.h> belongs to store"),
    ({"engine/a.cpp": "#include <gtest/gtest.h>\n"}, "engine/a.cpp:1: <gtest/gtest.h> belongs to testing"),
    (
        {"store/a.cpp": 'auto x = getenv("HOME");\n'},
        "store/a.cpp:1: getenv( is forbidden here (allowed: base/)",
    ),
    ({"base/a.cpp": "std::ofstream out;\n"}, "base/a.cpp:1: std::ofstream is forbidden here (allowed: nowhere)"),
    (
        {"base/a.hpp": '#include "base/b.hpp"\n', "base/b.hpp": '#include "base/a.hpp"\n'},
        "base/b.hpp: headers include each other: base/a.hpp -> base/b.hpp -> base/a.hpp",
    ),
    ({"LAYERS": "store: base\nbase:\ntesting:\n"}, "LAYERS: store uses base, which is not above it"),
    ({"THIRD_PARTY": "zstd.h attic\n"}, "THIRD_PARTY: zstd.h: no room attic"),
]


@pytest.mark.parametrize("files, expected", HOUSES_WITH_A_FAULT, ids=[e for _, e in HOUSES_WITH_A_FAULT])
def test_each_planted_fault_is_named(faults_of, files, expected):
    assert faults_of(files) == [expected]


def test_comments_and_literals_are_no_calls(faults_of):
    text = '// getenv("A")\n/* getenv(\n) */\nauto s = "getenv(x) \\" std::ofstream";\n'
    assert faults_of({"store/a.cpp": text}) == []


def test_a_forbidden_call_after_a_comment_keeps_its_line_number(faults_of):
    faults = faults_of({"store/a.cpp": '/* one\n two */\nauto x = getenv("A");\n'})
    assert faults == ["store/a.cpp:3: getenv( is forbidden here (allowed: base/)"]


def test_the_exit_status_tells_whether_there_are_faults(faults_of, tmp_path, capsys):
    faults_of({"base/a.hpp": ""})
    assert check_layers.main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == "layers ok\n"

    (tmp_path / "base" / "a.hpp").write_text('#include "store/b.hpp"\n')
    assert check_layers.main([str(tmp_path)]) == 1
    assert "base must not include store" in capsys.readouterr().out

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails when a file breaks a rule of the house that a line of text can show."""

import re
import statistics
import sys
from pathlib import Path

from source_files import is_code, source_files

LONGEST_FILE = 800
MEDIAN_FILE = 200

SPDX = "SPDX-License-Identifier: Apache-2.0"
CPP_TEST = re.compile(r"^\s*(?:TEST|TEST_F|TEST_P|TYPED_TEST|RC_GTEST_PROP)\(\s*(\w+)\s*,\s*(\w+)")
PY_TEST = re.compile(r"^\s*def (test_\w*)\(")
EMPTY_NAME = re.compile(r"(Test\d*|Works|Basic\w*|Simple|Sanity|Smoke|Issue\d+|Case\d+)", re.IGNORECASE)
WORD = re.compile(r"[A-Z][a-z]*|[0-9]+")
SUPPRESSION = re.compile(r"\bNOLINT(NEXTLINE|BEGIN)?\b(?!\([\w\-.,* ]+\): \S)")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b(?!\(#\d+\): \S)")
MACHINE_PATH = re.compile(r"(?<![\w.}$])/(?:work|home|Users)/\w+")
QUESTIONS = ("Why does it exist?", "What belongs here?", "What does not?")


def first_line_faults(path, lines):
    place = 1 if lines and lines[0].startswith("#!") else 0
    if len(lines) <= place or SPDX not in lines[place]:
        yield place + 1, f"this line must say {SPDX}"


def header_faults(path, lines):
    if path.suffix != ".hpp":
        return
    if len(lines) < 2 or not re.match(r"// \S.{9,}", lines[1]):
        yield 2, "a header's second line says what it gives its caller"
    if "#pragma once" not in lines:
        yield 1, "#pragma once is missing"


def name_fault(name, words):
    if EMPTY_NAME.fullmatch(name) or len(words) < 2:
        return f"test name {name} is not a sentence"
    return None


def test_name_faults(path, lines):
    for number, line in enumerate(lines, 1):
        fault = None
        if path.suffix == ".cpp" and (match := CPP_TEST.match(line)):
            fault = name_fault(match[2], WORD.findall(match[2]))
        elif path.suffix == ".py" and path.name.startswith("test_") and (match := PY_TEST.match(line)):
            said = match[1].removeprefix("test_")
            fault = name_fault(said, said.split("_"))
        if fault:
            yield number, fault


def line_faults(path, lines):
    for number, line in enumerate(lines, 1):
        if line != line.rstrip():
            yield number, "trailing space"
        if MACHINE_PATH.search(line):
            yield number, f"path of one machine: {MACHINE_PATH.search(line)[0]}"


def suppression_faults(path, lines):
    for number, line in enumerate(lines, 1):
        if SUPPRESSION.search(line):
            yield number, "write NOLINT(check): reason"
        if UNFINISHED.search(line):
            yield number, "write TODO(#number): what, or do it"


def size_faults(path, lines):
    if len(lines) > LONGEST_FILE:
        yield len(lines), f"longer than {LONGEST_FILE} lines"


EVERY_FILE = [line_faults, size_faults]
CODE_ONLY = [first_line_faults, header_faults, test_name_faults, suppression_faults]


def file_faults(path):
    text = path.read_text()
    lines = text.split("\n")
    if lines.pop() != "":
        yield f"{path}: the last line does not end"
    for rule in EVERY_FILE + (CODE_ONLY if is_code(path) else []):
        yield from (f"{path}:{number}: {fault}" for number, fault in rule(path, lines))


def median_faults(root, files):
    sizes = [len(p.read_text().splitlines()) for p in files if p.suffix in {".cpp", ".hpp"}]
    if sizes and statistics.median(sizes) >= MEDIAN_FILE:
        yield f"{root}: the median C++ file has {statistics.median(sizes):.0f} lines; keep it under {MEDIAN_FILE}"


def readme_faults(root):
    """Every room tells why it exists."""
    for room in sorted(p for p in (root / "src").glob("*") if p.is_dir()):
        readme = room / "README.md"
        said = readme.read_text() if readme.is_file() else ""
        missing = [q for q in QUESTIONS if q not in said]
        if missing:
            yield f"{readme}: does not answer: {' '.join(missing)}"


def check(root):
    """All faults of the tree, as lines for a person."""
    # The checkers and their tests spell out what they look for.
    own = {root / "tools" / "check_text.py", root / "tests" / "tools" / "test_check_text.py"}
    files = [p for p in source_files(root) if p not in own]
    faults = [fault for path in files for fault in file_faults(path)]
    return faults + list(median_faults(root, files)) + list(readme_faults(root))


def main(arguments):
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    faults = check(root)
    print("\n".join(faults) or "text ok")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

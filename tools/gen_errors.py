#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes docs/errors.md from src/base/error_codes.def; with --check, fails when the page is not up to date."""

import re
import sys
from pathlib import Path

ROW = re.compile(r'^ERROR_CODE\((\w+), (\d+), "([^"]+)"\)$', re.MULTILINE)

# Exit statuses that do not come from a failure; the public contract gives them.
OTHER_STATUSES = [
    (0, "done"),
    (3, "finished, but something was left out; each thing is named in the result (`left_out` in JSON)"),
    (143, "stopped by SIGTERM (130: by SIGINT)"),
]

HEAD = """# Errors

Made by `tools/gen_errors.py` from `src/base/error_codes.def`; do not edit.

Every failure has one of these codes. The message names the thing that failed, what was being done stands before it, and a hint, where there is one, follows on a line of its own.

| code | exit status | what it means |
| --- | --- | --- |
"""

MIDDLE = """
Other exit statuses:

| exit status | what it means |
| --- | --- |
"""


def page(definitions):
    """The text of docs/errors.md for the text of error_codes.def."""
    rows = ROW.findall(definitions)
    if len(rows) != definitions.count("\nERROR_CODE("):
        raise ValueError("error_codes.def: a row has an unknown shape")
    codes = "".join(f"| {name} | {status} | {meaning} |\n" for name, status, meaning in rows)
    others = "".join(f"| {status} | {meaning} |\n" for status, meaning in OTHER_STATUSES)
    return HEAD + codes + MIDDLE + others


def main(arguments):
    root = Path(__file__).resolve().parent.parent
    wanted = page((root / "src/base/error_codes.def").read_text())
    target = root / "docs/errors.md"
    if "--check" not in arguments:
        target.write_text(wanted)
        return 0
    if target.is_file() and target.read_text() == wanted:
        return 0
    print(f"{target.relative_to(root)} is not up to date: run tools/gen_errors.py")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

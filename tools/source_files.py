# SPDX-License-Identifier: Apache-2.0
"""Which files of the tree are written by people; shared by the checkers."""

import os
from pathlib import Path

NOT_OURS = {"build", ".git", ".venv", "__pycache__", ".pytest_cache"}
CODE = {".cpp", ".hpp", ".py", ".sh", ".sql"}
TEXT = CODE | {".md", ".txt", ".json", ".cmake", ".def", ".yml", ".yaml", ""}
# Bytes that tests read, never prose: their content is judged by those tests.
DATA = {"testdata", "corpus"}
WRITTEN_BY_TOOLS = {"package-lock.json"}


def source_files(root):
    """All text files under `root`, sorted; generated trees and test data are left out."""
    found = []
    for folder, names, files in os.walk(root):
        names[:] = [n for n in names if n not in NOT_OURS | DATA]
        found += [Path(folder) / f for f in files]
    return sorted(p for p in found if p.suffix in TEXT and p.name not in {"LICENSE", ".git"} | WRITTEN_BY_TOOLS)


def is_script(path):
    """A file without suffix that starts with `#!`, such as the front doors."""
    if path.suffix:
        return False
    with path.open("rb") as file:
        return file.read(2) == b"#!"


def is_code(path):
    return path.suffix in CODE or is_script(path)

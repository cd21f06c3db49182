#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fails when a program or library of the worker bundle would need something of the machine that may not be there.

Every ELF file must find its libraries and its loader inside the bundle. One that would take a library of the machine
must not need a glibc above 2.35, that of Ubuntu 22.04: check_bundle.py TREE
"""

import re
import subprocess
import sys
from pathlib import Path

NEWEST_GLIBC = (2, 35)


def is_elf(path):
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def readelf(option, path):
    return subprocess.run(["readelf", "-W", option, path], check=True, capture_output=True, text=True).stdout


def needed(path):
    return re.findall(r"\(NEEDED\)\s+Shared library: \[(.+?)\]", readelf("-d", path))


def glibc_versions(path):
    """Versions of glibc's symbols that a file needs, as pairs of numbers."""
    found = re.findall(r"Name: GLIBC_(\d+)\.(\d+)", readelf("-V", path))
    return {(int(major), int(minor)) for major, minor in found}


def library_folder(root, path):
    """Where the launcher of this file lets the loader look."""
    inside = path.relative_to(root).parts
    return root / "postgresql" / inside[1] / "lib" if inside[0] == "postgresql" else root / "lib"


def faults(root):
    programs = [p for p in sorted(root.rglob("*")) if p.is_file() and not p.is_symlink() and is_elf(p)]
    if not programs:
        yield f"{root}: holds no program"
    for path in programs:
        missing = [name for name in needed(path) if not (library_folder(root, path) / name).is_file()]
        for name in missing:
            yield f"{path.relative_to(root)}: needs {name}, which is not in the bundle"
        too_new = sorted(v for v in glibc_versions(path) if v > NEWEST_GLIBC)
        if missing and too_new:
            yield f"{path.relative_to(root)}: takes libraries of the machine and needs glibc {too_new[-1]}"
    for path in programs:
        if path.parent.name == "libexec" and not (library_folder(root, path) / "ld-linux-x86-64.so.2").is_file():
            yield f"{path.relative_to(root)}: its loader is not in the bundle"


def main(arguments):
    found = list(faults(Path(arguments[0])))
    print("\n".join(found) if found else "bundle ok: all programs find loader and libraries inside")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

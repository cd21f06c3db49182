#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs clang-tidy over every file of a compilation database, in parallel.

A file that was clean is not looked at again until it, a header of ours that it includes, its flags or the checks
change.
"""

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TOOL = "clang-tidy-19"
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
ROOT = Path(__file__).resolve().parent.parent


def with_headers(file, src):
    """The file and all of our headers that it reaches."""
    found, waiting = [], [file]
    while waiting:
        path = waiting.pop()
        if path not in found and path.is_file():
            found.append(path)
            waiting += [src / name for name in INCLUDE.findall(path.read_text())]
    return sorted(found)


def key_of(entry, src):
    """Changes whenever the verdict may."""
    state = hashlib.sha256((ROOT / ".clang-tidy").read_bytes())
    state.update(" ".join(flags_of(entry)).encode())
    for path in with_headers(Path(entry["file"]), src):
        state.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return state.hexdigest()


def flags_of(entry):
    return [word for word in shlex.split(entry["command"]) if word.startswith(("-D", "-f", "-m", "-std", "-W"))]


def tidy(entry, build, cache):
    """The tool's complaints about one file; empty when it is clean."""
    mark = cache / key_of(entry, ROOT / "src")
    if mark.exists():
        return ""
    command = [TOOL, "--quiet", "-p", str(build), entry["file"]]
    # g++'s own warnings are unknown to clang.
    command += ["--extra-arg=-Wno-unknown-warning-option"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        mark.touch()
        return ""
    return done.stdout + done.stderr


def main(arguments):
    build = Path(arguments[0]) if arguments else ROOT / "build/dev"
    cache = ROOT / "build/tidy-cache"
    cache.mkdir(parents=True, exist_ok=True)
    entries = json.loads((build / "compile_commands.json").read_text())
    entries = [e for e in entries if not Path(e["file"]).is_relative_to(ROOT / "build")]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        complaints = [c for c in pool.map(lambda e: tidy(e, build, cache), entries) if c]
    print("\n".join(complaints) or f"clang-tidy ok: {len(entries)} files")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

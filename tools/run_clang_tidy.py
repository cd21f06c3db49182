#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs clang-tidy over every file of a compilation database, in parallel.

A file that was clean is not looked at again, in any clone on this machine, until it, a header of ours that it
includes, its flags, the checks or the tool change.
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

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)
# A test that reads an absent value fails, which is its work; its tables read by columns; its chance repeats itself.
IN_TESTS = ",".join((
    "-bugprone-unchecked-optional-access",
    "-bugprone-random-generator-seed",
    "-clang-analyzer-*",
    "-modernize-use-designated-initializers",
))
FINDING = re.compile(r"^\S+:\d+:\d+: (?:error|warning): .*", re.MULTILINE)


def find_tool():
    """The clang-tidy of tests/requirements.txt; Debian's looks through system headers too and takes thrice as long."""
    python = subprocess.run([ROOT / "tools/python_venv.sh"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return Path(python.strip()).parent / "clang-tidy"


def cache_folder():
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(home) / "starkeep/clang-tidy"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def with_headers(file):
    """The file and all of our headers that it reaches."""
    found, waiting = set(), [file]
    while waiting:
        path = waiting.pop()
        if path in found or not path.is_file():
            continue
        found.add(path)
        for name in INCLUDE.findall(path.read_text()):
            waiting += [ROOT / "src" / name, path.parent / name]
    return sorted(found)


def key_of(entry, version):
    """Changes whenever the verdict may; says nothing of where the clone lies."""
    state = hashlib.sha256(version + (ROOT / ".clang-tidy").read_bytes() + IN_TESTS.encode())
    state.update(" ".join(flags_of(entry)).encode())
    for path in with_headers(Path(entry["file"])):
        state.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return state.hexdigest()


def flags_of(entry):
    kept = [word for word in shlex.split(entry["command"]) if word.startswith(("-D", "-f", "-m", "-std", "-W"))]
    return [word.replace(str(ROOT), "") for word in kept]


def tidy(tool, entry, build, mark):
    """The tool's complaints about one file; empty when it is clean."""
    if mark.exists():
        return ""
    command = [tool, "--quiet", "-p", build, entry["file"]]
    if entry["file"].endswith("_test.cpp"):
        command.append(f"--checks={IN_TESTS}")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        mark.touch()
        return ""
    return done.stdout or done.stderr


def without_repeats(complaints):
    """Each finding once: one in a header comes again with every file that includes it."""
    seen, kept = set(), []
    for text in complaints:
        starts = [match.start() for match in FINDING.finditer(text)] or [0]
        for begin, end in zip(starts, [*starts[1:], len(text)]):
            headline = text[begin:end].split("\n", 1)[0]
            if headline not in seen:
                seen.add(headline)
                kept.append(text[begin:end].rstrip())
    return kept


def main(arguments):
    build = Path(arguments[0]) if arguments else ROOT / "build/dev"
    entries = json.loads((build / "compile_commands.json").read_text())
    entries = [e for e in entries if not Path(e["file"]).is_relative_to(ROOT / "build")]
    tool, cache = find_tool(), cache_folder()
    version = subprocess.run([tool, "--version"], capture_output=True, check=True).stdout
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        answers = pool.map(lambda e: tidy(tool, e, build, cache / key_of(e, version)), entries)
        complaints = without_repeats([text for text in answers if text])
    print("\n".join(complaints) or f"clang-tidy ok: {len(entries)} files")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

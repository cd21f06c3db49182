#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every check and every test, one step after the other; what ./test calls once the packages are there.

A step's output goes to build/test-results/<step>.log and is shown only when the step fails. A failed build takes the
steps with it that need it; everything else goes on. The last line counts: each check is one test, each case of a
test program is one.
"""

import argparse
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as xml
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "build/test-results"
JOBS = str(os.cpu_count() or 1)
# Rooms whose tests start threads; the others have nothing for the thread sanitizer to see.
THREADED = ["sys", "store", "repository", "source", "engine"]


@dataclass
class Step:
    name: str
    command: list
    counts: bool = False  # writes a JUnit file whose cases are counted
    needs: str = ""  # the step that must not have failed
    environment: dict = field(default_factory=dict)


def build(preset, *targets, **more):
    """Configures and builds a preset; under ThreadSanitizer test discovery needs fixed addresses."""
    goal = " ".join(f"--target {t}" for t in targets)
    fixed = "setarch --addr-no-randomize " if preset == "tsan" else ""
    script = f"cmake --preset {preset} && {fixed}cmake --build build/{preset} -j {JOBS} {goal}"
    return Step(f"build {preset}", ["bash", "-c", script], **more)


def unit_tests(preset, *selection, **more):
    command = ["ctest", "--test-dir", f"build/{preset}", "-j", JOBS, "--output-on-failure", "--no-tests=error"]
    if preset == "tsan":
        command = ["setarch", "--addr-no-randomize", *command]
    return Step(f"unit tests, {preset}", [*command, *selection], counts=True, needs=f"build {preset}", **more)


def suites():
    """Folders of tests/ that hold pytest files."""
    return sorted({p.parent for p in (ROOT / "tests").rglob("test_*.py")})


def pytest(folder, **more):
    place = folder.relative_to(ROOT).as_posix()
    command = ["build/venv/bin/python", "-m", "pytest", "-q", "-p", "no:cacheprovider", place]
    return Step(f"suite {place}", command, counts=True, **more)


def check(name, *command, **more):
    return Step(f"check {name}", list(command), **more)


SANITIZED = {
    "ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "second_deadlock_stack=1:halt_on_error=1",
}


def steps(quick):
    tools = ROOT / "tests/tools"
    threaded = [room for room in THREADED if any((ROOT / "src" / room).rglob("*_test.cpp"))]
    plan = [
        check("format", "tools/check_format.sh"),
        check("layers", "tools/check_layers.py"),
        check("text", "tools/check_text.py"),
        check("shell", "tools/check_shell.sh"),
        check("spelling", "tools/check_spelling.sh"),
        check("error page", "tools/gen_errors.py", "--check"),
        pytest(tools),
        check("headers", "bash", "-c", f"cmake --preset dev && cmake --build build/dev -j {JOBS} --target headers"),
    ]
    if quick:
        return plan + [build("dev"), unit_tests("dev")]
    plan += [
        check("clang-tidy", "tools/run_clang_tidy.py", "build/dev", needs="check headers"),
        build("asan", environment=SANITIZED),
        unit_tests("asan", environment=SANITIZED),
        build("tsan", *[f"{room}_test" for room in threaded], environment=SANITIZED),
        unit_tests("tsan", "-R", f"^({'|'.join(threaded)})/", environment=SANITIZED),
        Step("fuzz, 5 s a target", ["fuzz/run", "5"]),
        build("release", "starkeep"),
    ]
    return plan + [pytest(s, needs="build release") for s in suites() if s != tools]


def counted(report):
    """(passed, failed, skipped) of a JUnit file."""
    passed = failed = skipped = 0
    for case in xml.parse(report).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None or case.get("status") in {"notrun", "disabled"}:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def run(step):
    """Runs one step and returns its count."""
    file_name = step.name.replace(" ", "-").replace("/", "-").replace(",", "")
    log, report = RESULTS / f"{file_name}.log", RESULTS / f"{file_name}.xml"
    report.unlink(missing_ok=True)
    command = list(step.command)
    if step.counts:
        command += ["--output-junit", str(report)] if "ctest" in command else [f"--junitxml={report}"]
    print(f"{step.name:<32}", end="", flush=True)
    began = time.monotonic()
    with log.open("w") as out:
        environment = os.environ | step.environment
        done = subprocess.run(command, cwd=ROOT, stdout=out, stderr=out, env=environment, check=False)
    passed, failed, skipped = counted(report) if report.exists() else (0, 0, 0)
    if not step.counts:
        passed, failed = (1, 0) if done.returncode == 0 else (0, 1)
    elif done.returncode != 0 and failed == 0:
        failed = 1
    verdict = "FAILED" if failed else "ok"
    cases = f"  {passed + failed} cases, {skipped} skipped" if step.counts else ""
    print(f" {verdict:<6} {time.monotonic() - began:6.1f} s{cases}", flush=True)
    if failed:
        print_tail(log)
    return passed, failed, skipped


def print_tail(log):
    lines = log.read_text(errors="replace").splitlines()
    for line in lines[-80:]:
        print(f"    | {line}")
    print(f"    | (whole output: {log.relative_to(ROOT)})", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="./test", description="Runs every check and every test.")
    parser.add_argument("--quick", action="store_true", help="the checks and the unit tests, without sanitizers")
    chosen = parser.parse_args()
    RESULTS.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    total, failures = [0, 0, 0], set()
    for step in steps(chosen.quick):
        if step.needs in failures:
            print(f"{step.name:<32} not run: {step.needs} failed")
            failures.add(step.name)
            total[1] += 1
            continue
        count = run(step)
        total = [a + b for a, b in zip(total, count)]
        if count[1]:
            failures.add(step.name)
    if failures:
        print("failed: " + "; ".join(sorted(failures)))
    seconds = time.monotonic() - began
    print(f"===== {total[0]} passed, {total[1]} failed, {total[2]} skipped in {seconds:.2f}s =====")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

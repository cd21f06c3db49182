# SPDX-License-Identifier: Apache-2.0
"""What every bench needs: commands with their times, the machine's facts, figures of several rounds."""

import os
import platform
import resource
import shlex
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def say(text):
    print(text, file=sys.stderr, flush=True)


@dataclass
class Run:
    """One finished command: elapsed and processor seconds of it and its children, and what it printed."""

    seconds: float
    processor_s: float
    output: str = ""


def run(command, *, accept=(0,), environment=None, cores=None):
    """Runs a list, or a text by a shell that fails when any part of a pipe fails; ends the bench when it fails."""
    if isinstance(command, str):
        command = ["bash", "-o", "pipefail", "-c", command]
    pin = (lambda: os.sched_setaffinity(0, cores)) if cores else None
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    done = subprocess.run(
        command, env={**os.environ, **(environment or {})}, capture_output=True, text=True, preexec_fn=pin
    )
    seconds = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in accept:
        sys.exit(f"bench: exit status {done.returncode} of {shlex.join(command)}\n{done.stderr[-4000:]}")
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(seconds, processor, done.stdout)


def facts():
    model = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": model[0].split(":", 1)[1].strip() if model else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30, 1),
        "kernel": platform.release(),
    }


@dataclass
class Figures:
    """By contender, one value per round: elapsed seconds, processor seconds of the clients and of the server.

    Processor seconds tell more than elapsed ones where others use the machine too.
    """

    by_name: dict = field(default_factory=dict)
    client_s: dict = field(default_factory=dict)
    server_s: dict = field(default_factory=dict)
    load: list = field(default_factory=list)

    def add(self, name, done, server_s):
        load = os.getloadavg()[0]
        say(f"  {name:<36} {done.seconds:7.2f} s  client {done.processor_s:6.2f}  server {server_s:6.2f}  load {load:.1f}")
        self.by_name.setdefault(name, []).append(done.seconds)
        self.client_s.setdefault(name, []).append(done.processor_s)
        self.server_s.setdefault(name, []).append(server_s)
        self.load.append(load)

    def ratio(self, name, base):
        """The median of the ratios of the same round: what disturbs one round disturbs both sides of it."""
        pairs = zip(self.by_name[name], self.by_name[base])
        ratios = [mine / other for mine, other in pairs]
        return statistics.median(ratios)

    def row(self, name, base):
        values, ratio = self.by_name[name], self.ratio(name, base)
        spread = f"{min(values):.2f}–{max(values):.2f}"
        middles = [statistics.median(each[name]) for each in (self.by_name, self.client_s, self.server_s)]
        return (
            f"| {name.partition(': ')[2]} | {middles[0]:.2f} | {spread} | {ratio:.2f} "
            f"| {middles[1]:.2f} | {middles[2]:.2f} |"
        )

# SPDX-License-Identifier: Apache-2.0
"""A worker's machine as these tests have it: a folder with a bootstrap file, and the real program."""

import json
import os
import subprocess
import time
from pathlib import Path

from support.starkeep import ROOT


def worker_program():
    return Path(os.environ.get("STARKEEP_WORKER_BIN", ROOT / "build/release/bin/starkeep-worker"))


class Machine:
    """A folder that stands for a worker's machine, and the worker on it."""

    def __init__(self, folder, half, tasks_url, events_url):
        self.half = half
        self.config = folder / "worker.json"
        self.config.write_text(json.dumps(half.bootstrap(tasks_url, events_url)))
        self.log = folder / "worker.log"
        self.process = None

    def start(self, program=None, *more):
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "STARKEEP_"))}
        command = [str(program or worker_program()), "--config", str(self.config), "--poll-ms", "100", *more]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        return self

    def wait(self, seconds=60):
        return self.process.wait(timeout=seconds)

    def end(self):
        self.process.terminate()
        return self.wait()

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def said(self):
        return self.log.read_text()


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)

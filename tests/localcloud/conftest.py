# SPDX-License-Identifier: Apache-2.0
"""Local clouds without anything behind them, one per test."""

import json
import os
import subprocess

import pytest

from support.arm import Arm
from support.starkeep import program


class Cloud:
    """A running control plane and its folder."""

    def __init__(self, folder):
        self.state = folder / "cloud"
        self.faults = folder / "faults.json"
        self.binary = program().with_name("starkeep-localcloud")

    def start(self, *options):
        """Starts it, or starts it again."""
        command = [self.binary, "start", "--state", self.state, "--control-plane-only", "--detach", "--polls", "1",
                   "--retry-after", "0", "--faults", self.faults, *options]
        subprocess.run(command, check=True, timeout=60, stdout=subprocess.DEVNULL)
        return Arm(self.state)

    def stop(self):
        """Ends it and waits."""
        subprocess.run([self.binary, "stop", "--state", self.state], check=True, timeout=90, stdout=subprocess.DEVNULL)

    def plan(self, *faults):
        """What shall go wrong from now on."""
        self.faults.write_text(json.dumps({"faults": list(faults)}))

    def log(self):
        """All lines of the log, parsed."""
        command = [self.binary, "calls", "--state", self.state, "--json"]
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def cloud(tmp_path):
    """A cloud that is not started yet."""
    assert os.access(program().with_name("starkeep-localcloud"), os.X_OK), "build starkeep-localcloud first"
    made = Cloud(tmp_path)
    yield made
    made.stop()

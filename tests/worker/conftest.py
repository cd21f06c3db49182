# SPDX-License-Identifier: Apache-2.0
"""A real Azurite, real workers, and the Python half of the appliance."""

import secrets
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from appliance_half import ApplianceHalf  # noqa: E402
from machines import Machine  # noqa: E402
from storage_server import Azurite, Queue  # noqa: E402
from support.starkeep import ROOT  # noqa: E402

SHOP = ROOT / "tests/e2e/shop.sql"


@pytest.fixture(scope="session")
def azurite():
    home = Path(tempfile.mkdtemp(prefix="starkeep-azurite-"))
    server = Azurite(home).start()
    yield server
    server.stop()
    shutil.rmtree(home)


@pytest.fixture
def shop(server):
    server.create_database("shop")
    server.execute("shop", SHOP.read_text())
    return server


@pytest.fixture
def new_machine(azurite, tmp_path):
    """Makes machines, each with queues and an appliance's half of its own; `queues` makes one on those of another."""
    made = []

    def make(queues=None, make_queues=True):
        worker = secrets.token_hex(4)
        names = queues or (f"starkeep-{worker}-tasks", f"starkeep-{worker}-events")
        if queues is None and make_queues:
            for name in names:
                azurite.make_queue(name)
        half = ApplianceHalf(worker, *(Queue(azurite.queue_url(n, "raup")) for n in names))
        folder = tmp_path / worker
        folder.mkdir()
        machine = Machine(folder, half, azurite.queue_url(names[0], "up"), azurite.queue_url(names[1], "a"))
        machine.queue_names = names
        made.append(machine)
        return machine

    yield make
    for machine in made:
        machine.kill()


@pytest.fixture
def machine(new_machine):
    """A worker that has said hello."""
    made = new_machine().start()
    made.half.wait_for("hello", seconds=30)
    return made

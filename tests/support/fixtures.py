# SPDX-License-Identifier: Apache-2.0
"""Fixtures of tests that drive the real program; they own resources, never data that a test is about."""

import os
import random
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from support.postgres import Server
from support.starkeep import ROOT, Starkeep, program

DEBIAN = Path("/usr/lib/postgresql/15/bin")


def second_bin():
    """Where a PostgreSQL of another major lies."""
    if "STARKEEP_SECOND_POSTGRES" in os.environ:
        return Path(os.environ["STARKEEP_SECOND_POSTGRES"])
    command = [ROOT / "tools/second_postgres.sh"]
    return Path(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())


@pytest.fixture(scope="session")
def built():
    assert program().is_file(), f"{program()} is missing: build it, or name another in STARKEEP_BIN"


@pytest.fixture(scope="session")
def servers():
    """A folder for servers that the server's user may enter, and all servers in it stopped at the end."""
    home = Path(tempfile.mkdtemp(prefix="starkeep-servers-"))
    home.chmod(0o755)
    made = []

    def make(bin_dir):
        server = Server(bin_dir, home / f"server{len(made)}").create()
        made.append(server)
        return server.start()

    yield make
    for server in made:
        server.stop()
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def other_bin():
    return second_bin()


@pytest.fixture(scope="session")
def shared_server(servers):
    return servers(DEBIAN)


@pytest.fixture(scope="session")
def shared_other_server(servers, other_bin):
    return servers(other_bin)


@pytest.fixture
def server(shared_server):
    """PostgreSQL 15 without any database of a user."""
    shared_server.drop_all_databases()
    return shared_server


@pytest.fixture
def other_server(shared_other_server):
    """The newer PostgreSQL, empty too."""
    shared_other_server.drop_all_databases()
    return shared_other_server


@pytest.fixture
def starkeep(built, tmp_path):
    """The program with an empty repository."""
    return Starkeep.in_folder(tmp_path).init()


@pytest.fixture
def seed(request):
    """Printed on failure; STARKEEP_TEST_SEED repeats a run."""
    chosen = int(os.environ.get("STARKEEP_TEST_SEED", random.SystemRandom().randrange(2**32)))
    print(f"STARKEEP_TEST_SEED={chosen}")
    return chosen

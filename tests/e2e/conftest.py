# SPDX-License-Identifier: Apache-2.0
"""Databases and repositories that several of these tests start from."""

from pathlib import Path

import pytest

from support.starkeep import Starkeep

HERE = Path(__file__).resolve().parent


@pytest.fixture
def shop(server):
    """The server with the small shop in database `shop`."""
    server.create_database("shop")
    server.execute("shop", (HERE / "shop.sql").read_text())
    return server


@pytest.fixture
def stocked(shop, starkeep):
    """A repository with one restore point of the shop; its program."""
    starkeep.backup(shop.url("shop"))
    return starkeep


@pytest.fixture(scope="session")
def zoo_script():
    return (HERE / "zoo.sql").read_text()


@pytest.fixture(scope="module")
def kept(built, shared_server, tmp_path_factory):
    """A repository with one point of the shop, shared by tests that only read it. The database is gone again."""
    starkeep = Starkeep.in_folder(tmp_path_factory.mktemp("kept")).init()
    shared_server.drop_all_databases()
    shared_server.create_database("shop")
    shared_server.execute("shop", (HERE / "shop.sql").read_text())
    starkeep.backup(shared_server.url("shop"))
    return starkeep

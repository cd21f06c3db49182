# SPDX-License-Identifier: Apache-2.0
"""Sudden ends: of the program, of the server it reads, of the server it writes."""

import signal
import time
from random import Random

import pytest

from support.contents import contents
from support.kills import Kills
from support.postgres import Blockade, wait_for_copy

KILLS = 24


def test_nothing_reported_is_lost_whenever_the_program_is_killed(server, starkeep, seed):
    kills = Kills(starkeep, server, Random(seed))

    for number in range(KILLS):
        try:
            kills.one()
        except AssertionError as failure:
            raise AssertionError(f"kill {number} of seed {seed}: {failure}") from failure

    kills.finish()
    assert kills.counts["landed"] >= KILLS / 4, f"most kills came too late: {kills.counts}"


@pytest.fixture
def own(servers, server):
    """A server that a test may kill."""
    made = servers(server.bin)
    made.create_database("db")
    made.execute("db", "CREATE TABLE a AS SELECT i, md5(i::text) AS m FROM generate_series(1, 200000) i")
    made.execute("db", "CREATE TABLE b AS SELECT i, md5(i::text) AS m FROM generate_series(1, 1000) i")
    yield made
    made.stop()


def test_backup_whose_server_dies_fails_clearly_and_makes_no_point(own, starkeep):
    running = starkeep.begin("backup", own.url("db"), "--json")
    wait_for_copy(own, "db", running)
    own.stop(signal.SIGQUIT)

    outcome = running.wait(timeout=60)

    assert outcome.status == 1, outcome
    assert outcome.stderr.strip()
    assert starkeep.points() == []
    own.start()
    starkeep.check()
    assert starkeep.backup(own.url("db"))["rows"] == 201000
    starkeep.run("verify", "latest")


def test_backup_whose_server_dies_while_it_waits_for_a_table_fails_clearly(own, starkeep):
    blockade = Blockade(own, "db", "b")
    running = starkeep.begin("backup", own.url("db"), "--json")
    blockade.wait_for_victim()
    own.stop(signal.SIGQUIT)

    outcome = running.wait(timeout=60)

    assert outcome.status == 1, outcome
    assert starkeep.points() == []
    own.start()
    starkeep.backup(own.url("db"))


def test_backup_whose_connection_is_cut_by_an_administrator_makes_no_point(own, starkeep):
    blockade = Blockade(own, "db", "b")
    running = starkeep.begin("backup", own.url("db"), "--json")
    blockade.wait_for_victim()
    own.execute(
        "postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'db' AND state = 'idle in transaction'"
        f" AND pid <> {blockade.connection.info.backend_pid}"
    )
    blockade.lift()

    outcome = running.wait(timeout=60)

    if outcome.status == 0:
        assert starkeep.run("verify", "latest")
    else:
        assert outcome.status == 1, outcome
        assert starkeep.points() == []


def test_restore_whose_server_dies_is_finished_by_a_second_run(own, starkeep):
    state = contents(own, "db")
    point = starkeep.backup(own.url("db"))["point"]
    running = starkeep.begin("restore", point, "--to", own.url("again"), "--jobs", "1")
    wait_for_copy(own, "again", running)
    own.stop(signal.SIGQUIT)

    assert running.wait(timeout=60).status == 1
    own.start()
    starkeep.restore(point, own.url("again"))

    assert contents(own, "again") == state


def test_killed_backup_leaves_no_process_and_no_connection(own, starkeep):
    blockade = Blockade(own, "db", "b")
    running = starkeep.begin("backup", own.url("db"), "--json")
    blockade.wait_for_victim()
    running.send(signal.SIGKILL)
    running.wait()
    blockade.lift()

    deadline = time.monotonic() + 10
    left = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'db'"
    while own.value("postgres", left) and time.monotonic() < deadline:
        time.sleep(0.05)

    assert own.value("postgres", left) == 0


def test_session_that_died_mid_backup_does_not_keep_prune_waiting_for_ever(own, starkeep):
    """Its heartbeat is young, so prune waits with removal but must say so and must not fail."""
    starkeep.backup(own.url("db"))
    blockade = Blockade(own, "db", "b")
    running = starkeep.begin("backup", own.url("db"), "--json")
    blockade.wait_for_victim()
    running.send(signal.SIGKILL)
    running.wait()
    blockade.lift()

    starkeep.run("repo", "prune", starkeep.url)

    starkeep.check()
    starkeep.backup(own.url("db"))
    starkeep.run("verify", "latest")

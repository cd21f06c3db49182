# SPDX-License-Identifier: Apache-2.0
"""A restore of several databases: each target is looked at again right before it is changed."""

import pytest

from support.postgres import Blockade


@pytest.fixture
def two(server, starkeep):
    """Databases `a` and `b` with a table of each, and a point of both."""
    for name in ("a", "b"):
        server.create_database(name)
        server.execute(name, "CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t SELECT i, i FROM generate_series(1, 100) i")
    starkeep.backup(server.url())
    return server


def test_what_somebody_makes_in_a_later_database_meanwhile_is_seen_before_it_is_changed(two, starkeep):
    two.execute("b", "UPDATE t SET n = 5")
    blockade = Blockade(two, "a", "t", "ACCESS SHARE")
    running = starkeep.begin("restore", "latest", "--to", two.url(), "--if-exists", "replace", "--include", "a/", "--include", "b/")
    blockade.wait_for_victim()
    two.execute("b", "ALTER TABLE t ADD CHECK (n < 10)")

    blockade.lift()
    outcome = running.wait()

    assert outcome.status == 1, outcome
    assert "asks of its rows what the backup's does not" in outcome.stderr and "database b" in outcome.stderr
    assert two.rows("b", "SELECT n, count(*) FROM t GROUP BY n") == [(5, 100)]
    assert two.value("b", "SELECT to_regnamespace('starkeep_restore') IS NULL")


def test_both_databases_are_restored_and_told(two, starkeep):
    two.execute("a", "DELETE FROM t")
    two.execute("b", "DROP TABLE t")

    result = starkeep.restore("latest", two.url(), "--if-exists", "replace", "--include", "a/", "--include", "b/", "--verify", "--json").result()

    assert result["verified"] is True
    acts = {d["name"]: [a["act"] for a in d["acts"]] for d in result["databases"]}
    assert acts == {"a": ["replace"], "b": ["create"]}

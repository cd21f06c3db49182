# SPDX-License-Identifier: Apache-2.0
"""Large objects over a target that has some: what is done with each is told, and only the backup's are compared."""

import pytest

CONTENT = "SELECT oid, encode(lo_get(oid), 'escape') FROM pg_largeobject_metadata ORDER BY oid"


@pytest.fixture
def letters(server, starkeep):
    """Large objects 5001 and 5002 in database `db`, and a point of them."""
    server.create_database("db")
    server.execute("db", "SELECT lo_from_bytea(5001, 'one'); SELECT lo_from_bytea(5002, 'two')")
    starkeep.backup(server.url("db"))
    return server


def act_of(outcome):
    [database] = outcome.result()["databases"]
    [act] = [a for a in database["acts"] if a["object"] == "pg_catalog.pg_largeobject"]
    return act["act"]


def test_all_there_and_skipped_counts_as_nothing_restored(letters, starkeep):
    letters.execute("db", "SELECT lo_put(5001, 0, 'ONE')")

    outcome = starkeep.restore("latest", letters.url("db"), "--if-exists", "skip", "--json")

    assert act_of(outcome) == "skip"
    assert outcome.result()["rows"] == 0 and outcome.result()["objects"] == 0
    assert letters.rows("db", CONTENT) == [(5001, "ONE"), (5002, "two")]


def test_missing_ones_are_made_beside_the_skipped_and_only_they_are_counted(letters, starkeep):
    letters.execute("db", "SELECT lo_put(5001, 0, 'ONE'); SELECT lo_unlink(5002)")

    outcome = starkeep.restore("latest", letters.url("db"), "--if-exists", "skip", "--verify", "--json")

    assert act_of(outcome) == "merge" and outcome.result()["rows"] == 1
    assert letters.rows("db", CONTENT) == [(5001, "ONE"), (5002, "two")]


@pytest.mark.parametrize("mode", ["replace", "merge"])
def test_large_objects_of_the_targets_own_stay_and_are_not_compared(letters, starkeep, mode):
    letters.execute("db", "SELECT lo_put(5001, 0, 'ONE'); SELECT lo_from_bytea(4000, 'own')")

    outcome = starkeep.restore("latest", letters.url("db"), "--if-exists", mode, "--verify", "--json")

    assert act_of(outcome) == "replace" and outcome.result()["verified"] is True
    assert letters.rows("db", CONTENT) == [(4000, "own"), (5001, "one"), (5002, "two")]

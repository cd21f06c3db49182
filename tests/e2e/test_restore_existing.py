# SPDX-License-Identifier: Apache-2.0
"""A restore over a copy of the same database: what is there with the same definition is no news, another definition is."""

from pathlib import Path

import pytest

from support.contents import contents, schema

KINDS = (Path(__file__).resolve().parent / "kinds.sql").read_text()


def held(server, database):
    return schema(server, database), contents(server, database)


@pytest.fixture
def copied(server, starkeep):
    """A database with one of every kind, and a repository with a point of it."""
    server.create_database("kinds")
    server.execute("kinds", KINDS)
    starkeep.backup(server.url("kinds"))
    yield server
    server.execute("kinds", "DROP SUBSCRIPTION IF EXISTS subscribed")


@pytest.mark.parametrize("mode", ["skip", "replace", "merge"])
def test_existing_copy_of_every_kind_is_restored_over_without_a_word(copied, starkeep, mode):
    before = held(copied, "kinds")

    outcome = starkeep.restore("latest", copied.url(), "--if-exists", mode)

    assert "left out" not in outcome.stdout + outcome.stderr
    assert held(copied, "kinds") == before


# A change of each kind's definition at the target, and how it is named.
CHANGES = {
    "function own.twice(integer)": "CREATE OR REPLACE FUNCTION own.twice(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 3'",
    "view own.seen": "CREATE OR REPLACE VIEW own.seen AS SELECT id, word FROM own.t WHERE id < 11",
    "publication published": "ALTER PUBLICATION published SET (publish = 'insert')",
    "publication table own.published t": "ALTER PUBLICATION published SET TABLE own.t WHERE (id > 11)",
    "type own.mood": "ALTER TYPE own.mood ADD VALUE 'angry'",
    "domain own.positive": "ALTER DOMAIN own.positive SET DEFAULT 7",
    "operator own.###": "DROP OPERATOR own.### (text, text); CREATE OPERATOR own.### (LEFTARG = text, RIGHTARG = text, FUNCTION = textcat, COMMUTATOR = OPERATOR(own.###))",
    "server elsewhere": "ALTER SERVER elsewhere OPTIONS (SET host 'here')",
    "event trigger watcher": "ALTER EVENT TRIGGER watcher DISABLE",
    "sequence own.free": "ALTER SEQUENCE own.free INCREMENT 7",
    "index own.word_index": "DROP INDEX own.word_index; CREATE INDEX word_index ON own.t (upper(word))",
    "trigger own.t watch": "ALTER TABLE own.t DISABLE TRIGGER watch",
    "table own.t": "ALTER TABLE own.t ALTER word SET DEFAULT 'none'",
}


def test_objects_of_another_definition_stay_and_each_is_named(copied, starkeep):
    for change in CHANGES.values():
        copied.execute("kinds", change)
    before = schema(copied, "kinds")

    outcome = starkeep.restore("latest", copied.url(), "--if-exists", "replace", "--json", status=3)

    lines = outcome.result()["left_out"]
    assert sorted(lines) == sorted(f"kinds: {name}: the target has it with another definition, which stays" for name in CHANGES)
    assert schema(copied, "kinds") == before


def test_dropped_objects_of_every_kind_come_back(copied, starkeep):
    before = held(copied, "kinds")
    copied.execute(
        "kinds",
        "DROP PUBLICATION published; DROP EVENT TRIGGER watcher; DROP VIEW own.seen; DROP FUNCTION own.twice(text);"
        "DROP TEXT SEARCH CONFIGURATION own.configuration; DROP POLICY own_rows ON own.t; DROP RULE silent ON own.child;"
        "DROP STATISTICS own.statistics; DROP FOREIGN TABLE own.far; DROP MATERIALIZED VIEW own.kept",
    )

    starkeep.restore("latest", copied.url(), "--if-exists", "replace")

    assert held(copied, "kinds") == before


def test_without_pg_dump_existing_objects_are_named_as_not_compared(copied, starkeep, tmp_path):
    outcome = starkeep.restore("latest", copied.url(), "--if-exists", "skip", status=3, STARKEEP_PG_BINDIR=str(tmp_path))

    assert "not compared: no pg_dump" in outcome.stdout

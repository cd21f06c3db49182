# SPDX-License-Identifier: Apache-2.0
"""Fingerprints that lie: what a backup says and does when it finds that out."""

import pytest

from support.contents import shown_digests, table_digests

# A type of one's own that prints the name of a relation: no guard can know on what its text depends.
TYPE_THAT_NO_GUARD_SEES = """
CREATE TYPE place;
CREATE FUNCTION place_in(cstring) RETURNS place LANGUAGE internal IMMUTABLE STRICT AS 'regclassin';
CREATE FUNCTION place_out(place) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'regclassout';
CREATE TYPE place (INPUT = place_in, OUTPUT = place_out, INTERNALLENGTH = 4, PASSEDBYVALUE, ALIGNMENT = int4);
CREATE TABLE named (i int);
CREATE TABLE places AS SELECT 'public.named'::place AS p FROM generate_series(1, 50);
CREATE TABLE other AS SELECT 1 AS i;
"""


@pytest.fixture
def lying(server, starkeep):
    server.create_database("db")
    server.execute("db", TYPE_THAT_NO_GUARD_SEES)
    starkeep.backup(server.url("db"))
    server.execute("db", "ALTER TABLE named RENAME TO renamed")
    return server


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_backup_that_finds_lying_fingerprints_names_the_table_and_ends_with_3(lying, starkeep, form):
    outcome = starkeep.run("backup", lying.url("db"), "--full", *form, status=3)

    assert "db/public.places" in outcome.stderr and "points before it may hold old rows" in outcome.stderr
    assert "public.other" not in outcome.stderr
    if form:
        assert outcome.result()["distrusted"] == ["db/public.places"]
    starkeep.run("verify", "latest")
    exported = starkeep.run("export", "latest:db/public.places", "--format", "copy").stdout
    assert exported == "public.renamed\n" * 50


def test_nothing_is_built_upon_points_of_fingerprints_that_lied(lying, starkeep):
    starkeep.backup(lying.url("db"), "--full", status=3)

    again = starkeep.backup(lying.url("db"))

    assert again["reused_objects"] == 0
    assert again["distrusted"] == []
    assert shown_digests(starkeep.show("latest")) == table_digests(lying, "db")

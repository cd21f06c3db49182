# SPDX-License-Identifier: Apache-2.0
"""starkeep export as NDJSON: values of every kind become JSON of that kind, whatever domain they come through."""

import json

TABLES = """
CREATE DOMAIN price AS numeric(10, 2);
CREATE DOMAIN net_price AS price CHECK (VALUE >= 0);
CREATE DOMAIN flag AS boolean;
CREATE DOMAIN numbers AS integer[];
CREATE DOMAIN document AS jsonb;
CREATE TYPE mood AS ENUM ('calm', 'so so', 'NULL');
CREATE TYPE pair AS (a integer, b text);
CREATE TABLE t (
    id integer PRIMARY KEY, cost net_price, ok flag, n integer[], f double precision[], many numbers, tags text[], docs jsonb[],
    moods mood[], costs price[], boxes box[], pairs pair[], doc document, bits boolean[], days date[], vector int2vector,
    twice integer GENERATED ALWAYS AS (id * 2) STORED
);
INSERT INTO t VALUES (1, 2.50, true, '{1,NULL,-3}', '{1.5,NaN,Infinity}', '{7}', ARRAY['a', NULL, 'NULL', '', 'say "hi", \\ {x}', E'l\nf'],
    ARRAY['{"a": [1, "x"]}', 'null', '7', NULL]::jsonb[], '{calm,so so,"NULL",NULL}', '{1.10,2.20}', '{(1,1),(0,0);(2,2),(1,1)}',
    ARRAY[(1, 'x')::pair], '{"k": null}', '{t,f,NULL}', '{2026-11-24}', '1 2 3');
INSERT INTO t VALUES (2, NULL, NULL, '{}', '[3:4]={1,2}', '{{1,2},{3,4}}', '{{a,b},{c,d}}', NULL, '{}', '{}', '{}', '{}', 'null');
"""


def exported(starkeep, server):
    server.create_database("kinds")
    server.execute("kinds", TABLES)
    starkeep.backup(server.url("kinds"))
    lines = starkeep.run("export", "latest:kinds/public.t", "--format", "ndjson").stdout.splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


def test_domains_and_arrays_are_json_of_what_they_hold(server, starkeep):
    row = exported(starkeep, server)[1]

    assert (row["cost"], row["ok"], row["doc"]) == (2.5, True, {"k": None})
    assert (row["n"], row["many"], row["costs"], row["bits"]) == ([1, None, -3], [7], [1.1, 2.2], [True, False, None])
    assert row["f"] == [1.5, "NaN", "Infinity"]
    assert row["tags"] == ["a", None, "NULL", "", 'say "hi", \\ {x}', "l\nf"]
    assert row["docs"] == [{"a": [1, "x"]}, None, 7, None]
    assert row["moods"] == ["calm", "so so", "NULL", None]
    assert row["days"] == ["2026-11-24"]
    # What JSON has no form for stays as PostgreSQL prints it; so do arrays whose separator is no comma.
    assert row["boxes"] == "{(1,1),(0,0);(2,2),(1,1)}"
    assert row["pairs"] == ["(1,x)"]
    assert row["vector"] == "1 2 3"


def test_empty_nested_and_shifted_arrays_and_nulls(server, starkeep):
    row = exported(starkeep, server)[2]

    assert (row["cost"], row["ok"], row["docs"], row["doc"]) == (None, None, None, None)
    assert (row["n"], row["moods"], row["costs"]) == ([], [], [])
    assert (row["f"], row["many"], row["tags"]) == ([1, 2], [[1, 2], [3, 4]], [["a", "b"], ["c", "d"]])


def test_generated_columns_are_not_among_them_and_help_says_so(server, starkeep):
    assert "twice" not in exported(starkeep, server)[1]

    assert "Generated columns" in starkeep.run("export", "--help").stdout

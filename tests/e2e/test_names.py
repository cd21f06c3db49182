# SPDX-License-Identifier: Apache-2.0
"""Names with odd characters: whatever the program prints can be given back to it, in paths, patterns and renames."""

import csv
import io
import json

import pytest

ODD_TABLES = [
    ("public", "plain"),
    ("public", "Order Lines"),
    ("public", "a/b"),
    ("my.schema", "t.x"),
    ("my", "schema.t.x"),
    ("public", 'say "hi"'),
    ("public", "x=y"),
    ("public", "star*"),
    ("public", "starry"),
    ("public", "what?"),
    ("public", "colon:name"),
    ("user", "select"),
]
ODD_DATABASE = 'odd/na.me:"x"=*'


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


@pytest.fixture
def odd(server, starkeep):
    """A database whose name and tables have every separator in them, and a point of it."""
    with server.connect() as connection:
        connection.execute(f"CREATE DATABASE {quoted(ODD_DATABASE)}")
    with server.connect(dbname=ODD_DATABASE) as connection:
        for number, (schema, table) in enumerate(ODD_TABLES):
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}")
            name = f"{quoted(schema)}.{quoted(table)}"
            connection.execute(f'CREATE TABLE {name} ("no=" integer, "a.b" text)')
            connection.execute(f"INSERT INTO {name} SELECT {number}, 'x' FROM generate_series(0, {number})")
    starkeep.backup(server.url().rstrip("/") + "/" + ODD_DATABASE.replace("/", "%2F").replace('"', "%22").replace("=", "%3D"))
    yield starkeep
    for name in (ODD_DATABASE, "odd.copy", 'odd"again'):
        with server.connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")


def rows_of(server, database):
    with server.connect(dbname=database) as connection:
        names = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname !~ '^(pg_|information_schema)' ORDER BY 1, 2"
        ).fetchall()
        count = "SELECT count(*) FROM {}.{}"
        return {n: connection.execute(count.format(*map(quoted, n))).fetchone()[0] for n in names}


def test_every_printed_name_leads_back_to_its_table(odd):
    (database,) = odd.run("ls", "latest", "--json").document()
    shown = odd.show("latest")["objects"]

    assert {o["database"] for o in shown} == {database["name"]} == set(odd.points()[0]["databases"])
    assert len(shown) == len(ODD_TABLES)
    assert [o["name"] for o in odd.run("ls", f"latest:{database['name']}", "--json").document()] == [o["name"] for o in shown]
    for entry in shown:
        path = f"latest:{entry['database']}/{entry['name']}"
        assert [c["name"] for c in odd.run("ls", path, "--json").document()] == ["no=", "a.b"]
        text = odd.run("export", path, "--format", "csv").stdout
        found = list(csv.DictReader(io.StringIO(text)))
        assert len(found) == entry["rows"] and {int(row["no="]) + 1 for row in found} == {entry["rows"]}, path


def test_names_without_quotes_mean_what_they_meant(server, starkeep):
    server.create_database("My-Shop 1")
    server.execute("My-Shop 1", 'CREATE TABLE "Order Lines" (a integer); CREATE SCHEMA "x.y"; CREATE TABLE "x.y".t (a integer)')
    starkeep.backup(server.url("My-Shop 1"))

    for path in ("latest:My-Shop 1/public.Order Lines", "latest:My-Shop 1/x.y.t", 'latest:"My-Shop 1"/"x.y".t'):
        assert starkeep.run("ls", path, "--json").document() == [{"name": "a", "type": "integer"}]


def test_a_name_that_could_be_two_tables_is_refused_with_both(odd, server):
    (database,) = odd.run("ls", "latest", "--json").document()

    outcome = odd.run("ls", f"latest:{database['name']}/my.schema.t.x", status={0, 2})

    # Read in parts it is exactly one of them; the other needs its quotes.
    assert outcome.status == 2 and '"my.schema"."t.x"' in outcome.stderr and 'my."schema.t.x"' in outcome.stderr


def test_rows_can_be_chosen_by_a_column_with_an_equals_sign(odd):
    (database,) = odd.run("ls", "latest", "--json").document()
    path = f"latest:{database['name']}/public.plain"

    chosen = odd.run("export", path, "--format", "ndjson", "--where", '"no="=0').stdout
    others = odd.run("export", path, "--format", "ndjson", "--where", '"no="=1').stdout

    assert [json.loads(line) for line in chosen.splitlines()] == [{"no=": 0, "a.b": "x"}]
    assert others == ""


@pytest.mark.parametrize("how", ["--include", "--exclude"])
def test_printed_names_are_patterns_that_choose_just_that_table(odd, server, how):
    shown = odd.show("latest")["objects"]
    for entry in shown:
        pattern = f"{entry['database']}/{entry['name']}"

        planned = odd.restore("latest", server.url("copy"), how, pattern, "--dry-run", "--json").document()

        acts = {a["object"] for a in planned["databases"][0]["acts"]}
        if how == "--include":
            assert acts == {entry["name"]}
        else:
            assert acts == {o["name"] for o in shown} - {entry["name"]}


def test_patterns_choose_odd_names_at_backup_too(odd, server):
    url = odd.points()[0]["source"]

    odd.backup(url, "--include", 'public."star*"', "--include", '"my.schema".*')

    point = odd.show("latest")
    assert {o["name"] for o in point["objects"]} == {'public."star*"', '"my.schema"."t.x"'}
    (database,) = set(odd.points()[0]["databases"])
    assert f'{database}: rows of public."a/b": not selected' in point["left_out"]


def test_renames_take_both_sides_literally_and_prove_it(odd, server):
    (database,) = odd.run("ls", "latest", "--json").document()
    renames = {
        ("public", "x=y"): ("public", "MixedCase"),
        ("public", "plain"): ("user", "a=b.c/d"),
        ("my.schema", "t.x"): ("public", 'quo"te'),
    }
    options = [f'{database["name"]}="odd.copy"']
    options += [f"{quoted(o[0])}.{quoted(o[1])}={quoted(n[0])}.{quoted(n[1])}" for o, n in renames.items()]
    options[1] = 'public."x=y"=public.MixedCase'

    outcome = odd.restore(
        "latest", server.url(), "--verify", "--json", *[word for o in options for word in ("--rename", o)]
    ).document()

    assert outcome["verified"] is True
    wanted = {renames.get(name, name): number + 1 for number, name in enumerate(ODD_TABLES)}
    assert rows_of(server, "odd.copy") == wanted
    assert outcome["databases"][0]["target"] == '"odd.copy"'


def test_left_out_and_restored_names_can_be_given_back(odd, server):
    (database,) = odd.run("ls", "latest", "--json").document()
    again = server.url('odd"again').replace('odd"again', "odd%22again")

    restored = odd.restore("latest", again, "--json").document()["databases"][0]

    assert restored["name"] == database["name"] and restored["target"] == '"odd""again"'
    assert rows_of(server, 'odd"again') == {name: number + 1 for number, name in enumerate(ODD_TABLES)}

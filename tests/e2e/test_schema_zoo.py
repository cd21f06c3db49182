# SPDX-License-Identifier: Apache-2.0
"""One of every kind of thing goes into the repository and comes back, within a major and from 15 to a newer one."""

import subprocess

import pytest

from support.contents import contents, schema, shown_digests, table_digests

ROLES = "CREATE ROLE zoo_owner; CREATE ROLE zoo_reader"


def fill(server, script):
    if not server.value("postgres", "SELECT count(*) FROM pg_roles WHERE rolname = 'zoo_owner'"):
        server.execute("postgres", ROLES)
    server.create_database("zoo")
    server.execute("zoo", script)
    # What belongs to the database itself.
    server.execute("postgres", "ALTER DATABASE zoo SET statement_timeout = '7h'; COMMENT ON DATABASE zoo IS 'all kinds'")


@pytest.fixture
def zoo(server, zoo_script):
    fill(server, zoo_script)
    server.execute("zoo", "CREATE TABLE public.markup (page xml); INSERT INTO public.markup VALUES ('<a b=\"c\">t</a>')")
    return server


@pytest.fixture
def other_zoo(other_server, zoo_script):
    fill(other_server, zoo_script)
    return other_server


@pytest.mark.parametrize("where", ["zoo", "other_zoo"])
def test_every_kind_comes_back_to_the_same_major(where, starkeep, request):
    server = request.getfixturevalue(where)
    starkeep.with_tools(server.bin)
    definitions, data = schema(server, "zoo"), contents(server, "zoo")
    starkeep.backup(server.url("zoo"))

    starkeep.restore("latest", server.url("again"), "--verify")

    assert schema(server, "again") == definitions
    assert contents(server, "again") == data


@pytest.mark.parametrize("where", ["zoo", "other_zoo"])
def test_digests_of_every_kind_are_those_of_an_independent_reading(where, starkeep, request):
    server = request.getfixturevalue(where)
    starkeep.with_tools(server.bin)
    starkeep.backup(server.url("zoo"))

    found = shown_digests(starkeep.show("latest"))

    wanted = table_digests(server, "zoo")
    assert {name: found.get(name) for name in wanted} == wanted


def test_every_kind_comes_back_to_a_newer_major_as_pg_restore_would_bring_it(zoo, other_server, zoo_script, starkeep, tmp_path):
    zoo.execute("zoo", "DROP TABLE public.markup")  # the newer server is built without XML
    if not other_server.value("postgres", "SELECT count(*) FROM pg_roles WHERE rolname = 'zoo_owner'"):
        other_server.execute("postgres", ROLES)
    archive = tmp_path / "reference.dump"
    subprocess.run([zoo.bin / "pg_dump", "-Fc", "-f", archive, zoo.url("zoo")], check=True)
    other_server.create_database("reference")
    restore = [other_server.bin / "pg_restore", "--exit-on-error", "-d", other_server.url("reference"), archive]
    subprocess.run(restore, check=True)
    starkeep.backup(zoo.url("zoo"))

    starkeep.with_tools(other_server.bin).restore("latest", other_server.url("zoo"), "--verify")

    assert schema(other_server, "zoo") == schema(other_server, "reference")
    assert contents(other_server, "zoo") == contents(other_server, "reference") == contents(zoo, "zoo")


def test_settings_and_comment_of_the_database_come_back(zoo, starkeep):
    starkeep.backup(zoo.url("zoo"))
    zoo.drop_database("zoo")

    starkeep.restore("latest", zoo.url())

    assert zoo.value("zoo", "SHOW statement_timeout") == "7h"
    assert zoo.value("zoo", "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'zoo'") == "all kinds"


def test_second_backup_of_every_kind_stores_almost_nothing(zoo, starkeep):
    first = starkeep.backup(zoo.url("zoo"))

    second = starkeep.backup(zoo.url("zoo"))

    assert second["rows"] == first["rows"]
    assert second["bytes_stored"] < first["bytes_stored"] / 5
    one, two = (shown_digests(starkeep.show(p)) for p in starkeep.point_ids())
    assert one == two


def test_missing_extension_is_left_out_and_named(server, other_server, starkeep):
    server.create_database("extended")
    server.execute("extended", "CREATE EXTENSION pg_trgm; CREATE TABLE t AS SELECT 1 AS one")
    starkeep.backup(server.url("extended"))

    outcome = starkeep.with_tools(other_server.bin).restore("latest", other_server.url(), status={1, 3})

    assert "pg_trgm" in outcome.stdout + outcome.stderr
    if outcome.status == 3:
        assert other_server.value("extended", "SELECT one FROM t") == 1


def test_extension_comes_back_with_the_rows_of_its_configuration_tables(server, starkeep):
    server.create_database("extended")
    server.execute("extended", "CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE TABLE t (h hstore, c citext)")
    server.execute("extended", "INSERT INTO t VALUES ('a=>1, \"b \"=>NULL', 'CaSe')")
    state = schema(server, "extended"), contents(server, "extended")
    starkeep.backup(server.url("extended"))

    starkeep.restore("latest", server.url("again"))

    assert (schema(server, "again"), contents(server, "again")) == state


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_database_in_another_encoding_comes_back(server, starkeep, encoding):
    server.execute("postgres", f"CREATE DATABASE old ENCODING '{encoding}' TEMPLATE template0 LOCALE 'C'")
    server.execute("old", "CREATE TABLE t (word text)")
    with server.connect("old") as connection:
        connection.execute("INSERT INTO t VALUES (convert_from('\\x636166e9', 'LATIN1'))" if encoding == "LATIN1"
                           else "INSERT INTO t VALUES ('plain')")
    starkeep.backup(server.url("old"))
    before = server.value("old", "SELECT encode(textsend(word), 'hex') FROM t")
    server.drop_database("old")

    starkeep.restore("latest", server.url())

    assert server.value("old", "SHOW server_encoding") == encoding
    assert server.value("old", "SELECT encode(textsend(word), 'hex') FROM t") == before

# SPDX-License-Identifier: Apache-2.0
"""What a restore leaves out is told completely, and beforehand where it can be known: --dry-run ends as the run would."""

import pytest

OWNED = """
CREATE ROLE gone; CREATE TABLE a (i int); CREATE TABLE b (i int); CREATE TABLE c (i int);
CREATE TABLE d (i int); CREATE TABLE e (i int); CREATE TABLE f (i int); CREATE TABLE "G h" (i int);
ALTER TABLE a OWNER TO gone; ALTER TABLE b OWNER TO gone; ALTER TABLE c OWNER TO gone; ALTER TABLE d OWNER TO gone;
ALTER TABLE e OWNER TO gone; ALTER TABLE f OWNER TO gone; ALTER TABLE "G h" OWNER TO gone;
GRANT SELECT ON a TO gone WITH GRANT OPTION;
"""


@pytest.fixture
def orphaned(server, starkeep):
    """A point of seven tables whose owner the server does not have any more."""
    server.create_database("db")
    server.execute("db", OWNED)
    starkeep.backup(server.url("db"))
    server.drop_database("db")
    server.execute("postgres", "DROP ROLE gone")
    return server


def test_dry_run_foretells_what_the_run_leaves_out(orphaned, starkeep):
    dry = starkeep.restore("latest", orphaned.url("db"), "--dry-run", "--json", status=3).document()
    text = starkeep.restore("latest", orphaned.url("db"), "--dry-run", status=3).stdout
    real = starkeep.restore("latest", orphaned.url("db"), "--json", status=3).result()

    assert "would leave out: db: role gone does not exist at the target" in text
    assert sorted(dry["left_out"]) == sorted(real["left_out"]) and real["left_out"]


def test_json_names_all_of_a_kind_where_people_are_told_a_few(orphaned, starkeep):
    told = starkeep.restore("latest", orphaned.url("db"), "--dry-run", status=3).stdout
    [line] = starkeep.restore("latest", orphaned.url("db"), "--json", status=3).result()["left_out"]

    assert all(f"owner of table public.{name}" in line for name in "abcdef")
    assert 'owner of table public."G h"' in line
    assert " more were left out" in told and " more" not in line


def test_dry_run_foretells_differing_definitions(server, starkeep):
    server.create_database("db")
    server.execute("db", "CREATE TABLE t (i int PRIMARY KEY); CREATE VIEW v AS SELECT 1 AS one")
    starkeep.backup(server.url("db"))
    server.execute("db", "CREATE OR REPLACE VIEW v AS SELECT 2 AS one")

    dry = starkeep.restore("latest", server.url("db"), "--if-exists", "replace", "--dry-run", "--json", status=3)
    real = starkeep.restore("latest", server.url("db"), "--if-exists", "replace", "--json", status=3)

    assert dry.document()["left_out"] == real.result()["left_out"]
    assert "view public.v" in real.result()["left_out"][0]


def test_existing_table_of_another_access_method_or_tablespace_is_named(server, starkeep):
    server.create_database("db")
    server.execute("db", "CREATE TABLE t (i int PRIMARY KEY); CREATE TABLE u (i int PRIMARY KEY)")
    starkeep.backup(server.url("db"))
    with server.connect() as connection:
        connection.execute("SET allow_in_place_tablespaces = on")
        connection.execute("CREATE TABLESPACE elsewhere LOCATION ''")
    server.execute("db", "ALTER TABLE t SET TABLESPACE elsewhere; CREATE ACCESS METHOD other TYPE TABLE HANDLER heap_tableam_handler;"
                         "DROP TABLE u; CREATE TABLE u (i int PRIMARY KEY) USING other")

    left_out = starkeep.restore("latest", server.url("db"), "--if-exists", "replace", "--json", status=3).result()["left_out"]

    server.drop_database("db")
    server.execute("postgres", "DROP TABLESPACE elsewhere")
    assert [line.split(":")[1].strip() for line in left_out] == ["table public.t", "table public.u"]


def test_partial_point_over_an_existing_copy_names_the_tables_that_it_has_no_rows_of(shop, starkeep):
    starkeep.backup(shop.url("shop"), "--include", "sales.lines")
    shop.execute("shop", "DELETE FROM sales.lines")

    outcome = starkeep.restore("latest", shop.url("shop"), "--if-exists", "replace", "--json", status=3)

    left_out = "\n".join(outcome.result()["left_out"])
    for table in ("public.customers", "sales.orders"):
        assert f"rows of table {table}: the restore point has only its definition, the target's rows stay" in left_out
    assert "sales.lines" not in left_out
    assert shop.value("shop", "SELECT count(*) FROM sales.lines") == 6000

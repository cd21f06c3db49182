# SPDX-License-Identifier: Apache-2.0
"""What a restore can know beforehand it says beforehand: all of it, in a dry run too, and nothing is touched."""

import pytest

from support.contents import contents, schema


def held(server, database):
    return schema(server, database), contents(server, database)


@pytest.fixture
def clerk(shop):
    """A role that owns the database and all in it, and is no superuser."""
    shop.execute(
        "postgres",
        "DROP ROLE IF EXISTS clerk; CREATE ROLE clerk LOGIN; ALTER DATABASE shop OWNER TO clerk",
    )
    shop.execute(
        "shop",
        "DO $$ DECLARE one record; BEGIN"
        " FOR one IN SELECT c.oid::regclass AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE relkind IN ('r', 'v') AND nspname IN ('public', 'sales')"
        " LOOP EXECUTE 'ALTER TABLE ' || one.name || ' OWNER TO clerk'; END LOOP; END $$;"
        "ALTER SCHEMA sales OWNER TO clerk; ALTER SEQUENCE sales.invoices OWNER TO clerk",
    )
    yield "clerk"
    shop.drop_all_databases()
    shop.execute("postgres", "DROP ROLE clerk")


def refused(shop, program, *more, user="clerk", status=5):
    """The same refusals from a dry run and a real one; neither changes anything. Their text and JSON."""
    before = held(shop, "shop")
    dry = program.restore("latest", shop.url("shop", user=user), *more, "--dry-run", status=status)
    told = program.restore("latest", shop.url("shop", user=user), *more, "--dry-run", "--json", status=status)
    real = program.restore("latest", shop.url("shop", user=user), *more, status=status)
    assert held(shop, "shop") == before
    [database] = told.document()["databases"]
    for refusal in database["refusals"]:
        assert refusal["message"] in dry.stderr and refusal["message"] in real.stderr
        assert refusal["hint"] in dry.stderr and refusal["hint"] in real.stderr
    assert "WOULD" in dry.stdout
    return real.stderr, database["refusals"]


@pytest.mark.parametrize("mode", ["replace", "merge"])
def test_table_whose_row_security_binds_the_restoring_role_is_not_touched(shop, starkeep, clerk, mode):
    shop.execute("shop", "CREATE POLICY own ON sales.lines USING (orders < 10)")
    starkeep.backup(shop.url("shop"))
    shop.execute("shop", "ALTER TABLE sales.lines ENABLE ROW LEVEL SECURITY; ALTER TABLE sales.lines FORCE ROW LEVEL SECURITY")

    said, refusals = refused(shop, starkeep, "--if-exists", mode)

    assert "row level security on sales.lines" in said and "BYPASSRLS" in said
    assert len(refusals) == 1


def test_role_with_bypassrls_replaces_rows_under_row_security(shop, starkeep, clerk):
    shop.execute("shop", "ALTER TABLE sales.lines ENABLE ROW LEVEL SECURITY; ALTER TABLE sales.lines FORCE ROW LEVEL SECURITY")
    before = contents(shop, "shop")
    starkeep.backup(shop.url("shop"))
    shop.execute("shop", "DELETE FROM sales.lines")
    shop.execute("postgres", "ALTER ROLE clerk BYPASSRLS")

    starkeep.restore("latest", shop.url("shop", user="clerk"), "--if-exists", "replace", status={0, 3})

    assert contents(shop, "shop") == before


def test_all_missing_rights_are_named_at_once(shop, stocked, clerk):
    shop.execute("shop", "ALTER TABLE public.customers OWNER TO postgres; ALTER SCHEMA sales OWNER TO postgres;"
                         "GRANT USAGE ON SCHEMA sales TO clerk; GRANT SELECT ON public.customers TO clerk;"
                         "DROP TABLE sales.lines; ALTER DATABASE shop OWNER TO postgres")

    said, refusals = refused(shop, stocked, "--if-exists", "replace")

    assert "may not TRUNCATE public.customers" in said.replace("customers,", "public.customers") or "may not TRUNCATE" in said
    for part in ("may not INSERT into", "CREATE in schema sales", "CREATE schemas in database shop", "customers"):
        assert part in said
    assert len(refusals) >= 4


def test_table_whose_triggers_another_role_owns_is_not_touched(shop, stocked, clerk):
    shop.execute(
        "shop",
        "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
        "CREATE TRIGGER t BEFORE INSERT ON sales.lines FOR EACH ROW EXECUTE FUNCTION nothing();"
        "ALTER TABLE sales.lines DROP CONSTRAINT lines_orders_fkey; ALTER TABLE sales.lines OWNER TO postgres;"
        "GRANT ALL ON sales.lines TO clerk",
    )

    said, _ = refused(shop, stocked, "--include", "sales.lines", "--if-exists", "replace")

    assert "is not the owner of sales.lines" in said and "triggers" in said


def test_every_table_of_another_structure_or_without_key_is_named(shop, stocked):
    shop.execute("shop", "ALTER TABLE sales.orders DROP COLUMN note CASCADE; ALTER TABLE public.customers ADD must int NOT NULL DEFAULT 1;"
                         "ALTER TABLE public.customers ALTER must DROP DEFAULT; ALTER TABLE sales.lines DROP CONSTRAINT lines_pkey CASCADE")

    said, refusals = refused(shop, stocked, "--if-exists", "merge", user="postgres", status=1)

    for part in ("column note is missing", "column must is required", "sales.lines has no primary key"):
        assert part in said
    assert len(refusals) == 3


def test_views_and_functions_in_the_way_are_named_with_the_tables(shop, stocked):
    shop.execute("shop", "DROP TABLE sales.lines")

    said, _ = refused(shop, stocked, user="postgres", status=1)

    for part in ("public.customers", "sales.orders", "view sales.big_orders", "sequence sales.invoices"):
        assert part in said
    assert "sales.lines" not in said


def test_database_that_the_role_may_not_make_is_told_beforehand(shop, stocked, clerk):
    for more in (["--dry-run"], []):
        outcome = stocked.restore("latest", shop.url("branch", user="clerk"), *more, status=5)
        assert 'may not make database "branch"' in outcome.stderr and "CREATEDB" in outcome.stderr
    assert "branch" not in shop.databases()


def test_no_database_is_touched_when_one_of_them_is_refused(shop, starkeep):
    shop.create_database("another")
    shop.execute("another", "CREATE TABLE t AS SELECT 1 AS one")
    starkeep.backup(shop.url())
    shop.drop_database("another")
    before = held(shop, "shop")

    outcome = starkeep.restore("latest", shop.url(), "--exclude", "postgres/*", status=1)

    assert "restoring database shop" in outcome.stderr and "sales.lines" in outcome.stderr
    assert "another" not in shop.databases() and held(shop, "shop") == before


def test_something_else_than_a_table_in_the_way_has_its_own_remedy(shop, stocked):
    shop.execute("shop", "ALTER TABLE sales.lines RENAME TO old_lines; CREATE VIEW sales.lines AS SELECT * FROM sales.old_lines")

    said, _ = refused(shop, stocked, "--if-exists", "replace", user="postgres", status=1)

    assert "something else than a table named sales.lines" in said and "--rename" in said


def test_large_object_in_the_way_is_told_beforehand(shop, starkeep):
    shop.execute("shop", "SELECT lo_from_bytea(777, 'x')")
    starkeep.backup(shop.url("shop"))
    shop.drop_database("shop")
    shop.create_database("shop")
    shop.execute("shop", "SELECT lo_from_bytea(777, 'y')")

    said, _ = refused(shop, starkeep, user="postgres", status=1)

    assert "large object 777" in said


def test_right_to_temporary_tables_is_asked_for_large_objects_too(shop, starkeep, clerk):
    shop.execute("shop", "SELECT lo_from_bytea(777, 'x'); ALTER LARGE OBJECT 777 OWNER TO clerk")
    starkeep.backup(shop.url("shop"))
    shop.execute("shop", "REVOKE TEMPORARY ON DATABASE shop FROM PUBLIC, clerk")

    said, _ = refused(shop, starkeep, "--include", "pg_catalog.pg_largeobject", "--if-exists", "replace")

    assert "may not make temporary tables" in said


def test_merge_asks_for_updates_only_of_the_columns_that_it_sets(shop, stocked, clerk):
    shop.execute(
        "shop",
        "ALTER TABLE sales.lines DROP CONSTRAINT lines_orders_fkey; ALTER TABLE sales.lines OWNER TO postgres;"
        "GRANT SELECT, INSERT, UPDATE (item) ON sales.lines TO clerk",
    )
    before = contents(shop, "shop")
    shop.execute("shop", "UPDATE sales.lines SET item = 'other' WHERE position = 1")

    stocked.restore("latest", shop.url("shop", user="clerk"), "--include", "sales.lines", "--if-exists", "merge", status={0, 3})

    assert contents(shop, "shop") == before
    shop.execute("shop", "REVOKE UPDATE (item) ON sales.lines FROM clerk")
    said, _ = refused(shop, stocked, "--include", "sales.lines", "--if-exists", "merge")
    assert "may not UPDATE sales.lines" in said


def test_key_that_a_partition_has_from_its_root_asks_for_references(shop, starkeep, clerk):
    shop.execute(
        "shop",
        "CREATE TABLE days (id integer, customer integer REFERENCES customers) PARTITION BY RANGE (id);"
        "CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM (0) TO (9);"
        "ALTER TABLE days OWNER TO clerk; ALTER TABLE days_1 OWNER TO clerk",
    )
    starkeep.backup(shop.url("shop"))
    shop.execute("shop", "REVOKE REFERENCES ON customers FROM clerk")

    said, _ = refused(shop, starkeep, "--include", "days_1", "--if-exists", "replace")

    assert "(REFERENCES)" in said and "customers" in said

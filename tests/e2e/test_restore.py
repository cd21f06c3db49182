# SPDX-License-Identifier: Apache-2.0
"""starkeep restore: the whole, a part, under another name, over what is there already."""

import pytest

from support.contents import contents, schema


@pytest.fixture
def before(shop):
    """What the shop held when `stocked` backed it up."""
    return schema(shop, "shop"), contents(shop, "shop")


def held(server, database):
    return schema(server, database), contents(server, database)


def test_whole_restore_makes_the_database_and_is_equal(shop, stocked, before):
    shop.drop_database("shop")

    stocked.restore("latest", shop.url())

    assert held(shop, "shop") == before
    assert shop.databases() == {"postgres", "shop"}


def test_target_that_names_another_database_renames_it(shop, stocked, before):
    stocked.restore("latest", shop.url("copy of the shop"))

    assert held(shop, "copy of the shop") == before
    assert held(shop, "shop") == before


def test_rename_of_a_database_restores_beside_the_original(shop, stocked, before):
    stocked.restore("latest", shop.url(), "--rename", "shop=branch")

    assert held(shop, "branch") == before


def test_restore_leaves_no_trace_of_itself(shop, stocked):
    stocked.restore("latest", shop.url("branch"))

    schemas = shop.rows("branch", "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' ORDER BY 1")
    assert schemas == [("information_schema",), ("public",), ("sales",)]
    settings = "SELECT setconfig FROM pg_db_role_setting s JOIN pg_database d ON d.oid = setdatabase WHERE datname = 'branch'"
    assert shop.rows("branch", settings) == []


def test_restored_database_goes_on_where_the_original_stood(shop, stocked):
    stocked.restore("latest", shop.url("branch"))

    assert shop.value("branch", "SELECT nextval('sales.invoices')") == 1012
    with pytest.raises(Exception, match="foreign key"):
        shop.execute("branch", "INSERT INTO sales.orders VALUES (9999, 9999)")
    assert shop.value("branch", "SELECT count(*) FROM sales.big_orders") == 400


def test_included_table_comes_alone_and_without_its_foreign_key(shop, stocked, before):
    outcome = stocked.restore("latest", shop.url("part"), "--include", "sales.orders", status={0, 3})

    found = contents(shop, "part")
    assert found["sales.orders"] == before[1]["sales.orders"]
    assert "public.customers" not in found and "sales.lines" not in found
    assert "orders_customer" in "\n".join(schema(shop, "part"))
    if shop.value("part", "SELECT count(*) FROM pg_constraint WHERE contype = 'f'") == 0:
        assert outcome.status == 3 and "orders_customer_fkey" in outcome.stderr + outcome.stdout


def test_excluded_table_stays_away(shop, stocked, before):
    stocked.restore("latest", shop.url("part"), "--exclude", "sales.lines", status={0, 3})

    found = contents(shop, "part")
    assert "sales.lines" not in found
    assert found["public.customers"] == before[1]["public.customers"]
    assert found["sales.orders"] == before[1]["sales.orders"]


def test_table_can_be_restored_under_another_name_beside_the_original(shop, stocked, before):
    shop.execute("shop", "DELETE FROM sales.orders WHERE id NOT IN (SELECT orders FROM sales.lines); DELETE FROM sales.lines")

    stocked.restore(
        "latest", shop.url("shop"), "--include", "sales.orders", "--rename", "sales.orders=sales.orders_before", status={0, 3}
    )

    found = contents(shop, "shop")
    assert found["sales.orders_before"] == before[1]["sales.orders"]
    assert found["sales.lines"][0] == 0
    assert shop.value("shop", "SELECT count(*) FROM pg_indexes WHERE tablename = 'orders_before'") == 2
    columns = "SELECT string_agg(column_name, ',' ORDER BY ordinal_position) FROM information_schema.columns"
    assert shop.value("shop", f"{columns} WHERE table_name = 'orders_before'") == "id,customer,total,note"


@pytest.mark.parametrize("more", [("--include", "sales.nothing"), ("--rename", "sales.nothing=sales.x")])
def test_selection_that_names_nothing_is_not_found(shop, stocked, more):
    outcome = stocked.restore("latest", shop.url("branch"), *more, status=6)

    assert "sales.nothing" in outcome.stderr
    assert "branch" not in shop.databases()


def test_by_default_nothing_is_overwritten_and_what_is_in_the_way_is_named(shop, stocked):
    shop.execute("shop", "DELETE FROM sales.lines")
    damaged = held(shop, "shop")

    outcome = stocked.restore("latest", shop.url(), status=1)

    assert "sales.lines" in outcome.stderr
    assert held(shop, "shop") == damaged


def test_skip_restores_only_what_is_missing(shop, stocked, before):
    shop.execute("shop", "DROP TABLE sales.lines; UPDATE sales.orders SET note = 'newer' WHERE id = 1")
    newer = contents(shop, "shop")["sales.orders"]

    stocked.restore("latest", shop.url(), "--if-exists", "skip", status={0, 3})

    found = contents(shop, "shop")
    assert found["sales.lines"] == before[1]["sales.lines"]
    assert found["sales.orders"] == newer != before[1]["sales.orders"]
    assert found["public.customers"] == before[1]["public.customers"]


def test_replace_brings_everything_back_as_it_was(shop, stocked, before):
    shop.execute("shop", "DELETE FROM sales.lines; UPDATE sales.orders SET note = 'newer'; DROP VIEW sales.big_orders")
    shop.execute("shop", "INSERT INTO public.customers VALUES (1000, 'later'); SELECT nextval('sales.invoices')")

    stocked.restore("latest", shop.url(), "--if-exists", "replace")

    assert held(shop, "shop") == before


@pytest.mark.parametrize("mode", ["replace", "merge"])
def test_rows_do_not_go_into_a_table_of_another_structure(shop, stocked, mode):
    shop.execute("shop", "ALTER TABLE sales.orders DROP COLUMN note CASCADE")
    changed = held(shop, "shop")

    outcome = stocked.restore("latest", shop.url(), "--if-exists", mode, status=1)

    assert "sales.orders" in outcome.stderr and "column note is missing" in outcome.stderr
    assert held(shop, "shop") == changed


def failed_replace(shop, stocked):
    """A restore that empties the tables and then meets a check that stored rows break: its function changed meanwhile."""
    small = "CREATE OR REPLACE FUNCTION sales.small(id integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT {}'"
    shop.execute("shop", small.format("true") + "; ALTER TABLE sales.orders ADD CONSTRAINT small CHECK (sales.small(id))")
    stocked.backup(shop.url("shop"))
    shop.execute("shop", "COMMENT ON CONSTRAINT lines_orders_fkey ON sales.lines IS 'mine'")
    state = held(shop, "shop")
    shop.execute("shop", "DELETE FROM sales.lines; DELETE FROM sales.orders; " + small.format("$1 < 10"))
    outcome = stocked.restore("latest", shop.url(), "--if-exists", "replace", status=1)
    assert "small" in outcome.stderr and "run the same restore again" in outcome.stderr
    shop.execute("shop", small.format("true"))
    assert held(shop, "shop") != state
    return state


def test_failed_replace_is_brought_to_its_end_by_the_same_command(shop, stocked):
    state = failed_replace(shop, stocked)

    stocked.restore("latest", shop.url(), "--if-exists", "replace")

    assert held(shop, "shop") == state


def test_failed_replace_can_be_given_up(shop, stocked):
    state = failed_replace(shop, stocked)
    outcome = stocked.restore("latest", shop.url(), "--if-exists", "merge", status=1)
    assert "another restore that is not finished" in outcome.stderr and "CALL starkeep_restore.abandon()" in outcome.stderr

    shop.execute("shop", "CALL starkeep_restore.abandon()")

    keys = "SELECT conname, convalidated, obj_description(oid) FROM pg_constraint WHERE contype = 'f' ORDER BY 1"
    assert [key[0] for key in shop.rows("shop", keys)] == ["lines_orders_fkey", "orders_customer_fkey"]
    assert ("mine",) in [key[2:] for key in shop.rows("shop", keys)]
    stocked.restore("latest", shop.url(), "--if-exists", "merge")
    assert contents(shop, "shop") == state[1]


def test_replace_of_one_table_leaves_the_others_alone(shop, stocked, before):
    shop.execute("shop", "UPDATE sales.lines SET item = 'wrong'; UPDATE public.customers SET name = 'newer' WHERE id = 7")
    newer = contents(shop, "shop")["public.customers"]

    stocked.restore("latest", shop.url(), "--include", "sales.lines", "--if-exists", "replace", status={0, 3})

    found = contents(shop, "shop")
    assert found["sales.lines"] == before[1]["sales.lines"]
    assert found["public.customers"] == newer
    assert shop.value("shop", "SELECT count(*) FROM pg_constraint WHERE conname = 'lines_orders_fkey'") == 1


def test_merge_adds_missing_rows_and_brings_the_others_to_the_stored_state(shop, stocked, before):
    shop.execute(
        "shop",
        "DELETE FROM sales.lines WHERE orders < 100; UPDATE sales.lines SET item = 'newer' WHERE orders = 500;"
        "INSERT INTO public.customers VALUES (1000, 'later')",
    )

    stocked.restore("latest", shop.url(), "--if-exists", "merge", status={0, 3})

    found = contents(shop, "shop")
    assert found["sales.lines"] == before[1]["sales.lines"]
    assert found["public.customers"][0] == 501
    assert found["sales.orders"] == before[1]["sales.orders"]
    assert schema(shop, "shop") == before[0]


def test_merge_twice_changes_nothing_the_second_time(shop, stocked, before):
    stocked.restore("latest", shop.url(), "--if-exists", "merge", status={0, 3})

    assert held(shop, "shop") == before


def test_merge_sets_identity_columns_that_partitions_have_from_their_parent(other_server, starkeep):
    other_server.create_database("tickets")
    other_server.execute(
        "tickets",
        "CREATE TABLE tickets (code text PRIMARY KEY, n bigint GENERATED ALWAYS AS IDENTITY) PARTITION BY LIST (code);"
        "CREATE TABLE tickets_a PARTITION OF tickets FOR VALUES IN ('a');"
        "CREATE TABLE tickets_rest PARTITION OF tickets DEFAULT;"
        "INSERT INTO tickets (code) VALUES ('a'), ('b')",
    )
    rows = "SELECT code, n FROM tickets ORDER BY code"
    before = schema(other_server, "tickets"), other_server.rows("tickets", rows)
    starkeep.with_tools(other_server.bin).backup(other_server.url("tickets"))
    other_server.execute("tickets", "DELETE FROM tickets; INSERT INTO tickets (code) VALUES ('b'), ('a')")

    starkeep.restore("latest", other_server.url(), "--if-exists", "merge")

    assert (schema(other_server, "tickets"), other_server.rows("tickets", rows)) == before == (before[0], [("a", 1), ("b", 2)])
    assert other_server.value("tickets", "SELECT last_value FROM tickets_n_seq") == 4


@pytest.mark.parametrize("mode", ["fail", "skip", "replace", "merge"])
def test_dry_run_changes_nothing_and_says_what_would_happen(shop, stocked, mode):
    shop.execute("shop", "DELETE FROM sales.lines WHERE orders > 7")
    now = held(shop, "shop")

    outcome = stocked.restore("latest", shop.url(), "--if-exists", mode, "--dry-run", status={0, 1})

    assert "sales.lines" in outcome.stdout + outcome.stderr
    assert held(shop, "shop") == now
    assert outcome.status == 0 or mode == "fail"


def test_dry_run_into_nothing_makes_no_database(shop, stocked):
    outcome = stocked.restore("latest", shop.url("branch"), "--dry-run")

    assert "sales.orders" in outcome.stdout + outcome.stderr
    assert "branch" not in shop.databases()


def test_verified_restore_tells_that_it_is_equal(shop, stocked, before):
    outcome = stocked.restore("latest", shop.url("branch"), "--verify", "--json")

    result = outcome.result()
    assert result["rows"] == 8500
    assert "sales.orders" in outcome.stdout
    assert held(shop, "branch") == before


def test_every_point_restores_the_state_of_its_own_time(shop, starkeep):
    states = []
    for change in ("DELETE FROM sales.lines WHERE orders = 1", "ALTER TABLE sales.orders ADD extra text DEFAULT 'x'",
                   "CREATE TABLE sales.late AS SELECT 1 AS one; DROP VIEW sales.big_orders"):
        starkeep.backup(shop.url("shop"))
        states.append(held(shop, "shop"))
        shop.execute("shop", change)
    points = starkeep.point_ids()[::-1]

    for number, (point, state) in enumerate(zip(points, states, strict=True)):
        starkeep.restore(point, shop.url(f"state{number}"))
        assert held(shop, f"state{number}") == state


def test_several_databases_come_back_together(shop, starkeep, before):
    shop.create_database("Second & third")
    shop.execute("Second & third", "CREATE TABLE things AS SELECT generate_series(1, 10) AS id")
    second = held(shop, "Second & third")
    starkeep.backup(shop.url())
    shop.drop_all_databases()

    starkeep.restore("latest", shop.url(), "--exclude", "postgres/*")

    assert held(shop, "shop") == before
    assert held(shop, "Second & third") == second


def test_one_of_several_databases_can_be_chosen(shop, starkeep, before):
    shop.create_database("second")
    starkeep.backup(shop.url())
    shop.drop_all_databases()

    starkeep.restore("latest", shop.url(), "--include", "shop/*")

    assert held(shop, "shop") == before
    assert shop.databases() == {"postgres", "shop"}


def test_database_without_one_table_keeps_all_that_does_not_need_it(shop, stocked, before):
    outcome = stocked.restore("latest", shop.url("rest"), "--exclude", "sales.orders", status=3)

    said = outcome.stdout + outcome.stderr
    assert "sales.big_orders" in said and "lines_orders_fkey" in said
    found = contents(shop, "rest")
    assert found == {name: value for name, value in before[1].items() if name != "sales.orders"}


@pytest.mark.parametrize("mode", ["replace", "merge"])
def test_rows_that_break_a_check_which_is_not_valid_come_back(shop, starkeep, mode):
    shop.execute("shop", "CREATE TABLE old (id int PRIMARY KEY, v int); INSERT INTO old VALUES (1, -1);"
                         "ALTER TABLE old ADD CONSTRAINT positive CHECK (v > 0) NOT VALID;"
                         "COMMENT ON CONSTRAINT positive ON old IS 'since May';"
                         "CREATE TABLE parts (id int PRIMARY KEY, v int) PARTITION BY RANGE (id);"
                         "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (9); INSERT INTO parts VALUES (1, -1);"
                         "ALTER TABLE parts ADD CONSTRAINT positive CHECK (v > 0) NOT VALID")
    before = held(shop, "shop")
    starkeep.backup(shop.url("shop"))
    shop.execute("shop", "DELETE FROM old; DELETE FROM parts; DELETE FROM sales.lines")

    starkeep.restore("latest", shop.url(), "--if-exists", mode)

    assert held(shop, "shop") == before


def test_tables_whose_rows_are_not_in_the_point_are_named(shop, starkeep):
    starkeep.backup(shop.url("shop"), "--include", "public.customers", status={0, 3})

    outcome = starkeep.restore("latest", shop.url("part"), status=3)

    assert "rows of table sales.orders" in outcome.stdout + outcome.stderr
    assert "public.customers" not in outcome.stdout + outcome.stderr


def test_two_new_names_for_one_database_are_refused(shop, stocked):
    outcome = stocked.restore("latest", shop.url("one"), "--rename", "shop=other", status=2)

    assert "other" in outcome.stderr and "one" in outcome.stderr
    assert shop.databases() == {"postgres", "shop"}


def test_excluded_table_that_is_there_stays_as_it_is(shop, stocked, before):
    shop.execute("shop", "DELETE FROM sales.lines; DROP VIEW sales.big_orders; UPDATE sales.orders SET note = 'newer'")
    newer = contents(shop, "shop")["sales.orders"]

    stocked.restore("latest", shop.url(), "--exclude", "sales.orders", "--if-exists", "replace")

    assert schema(shop, "shop") == before[0]
    assert contents(shop, "shop") == before[1] | {"sales.orders": newer}


def test_missing_roles_are_left_out_and_named(shop, starkeep, other_server):
    shop.execute("postgres", "DROP ROLE IF EXISTS seller; CREATE ROLE seller")
    shop.execute("shop", "ALTER TABLE sales.lines OWNER TO seller; GRANT SELECT ON public.customers TO seller")
    data = contents(shop, "shop")
    starkeep.backup(shop.url("shop"))

    outcome = starkeep.with_tools(other_server.bin).restore("latest", other_server.url(), status=3)

    assert "seller" in outcome.stdout + outcome.stderr
    assert contents(other_server, "shop") == data
    shop.drop_database("shop")
    shop.execute("postgres", "DROP ROLE seller")


def test_unreachable_target_is_a_plain_error(kept):
    outcome = kept.restore("latest", "postgresql://postgres@127.0.0.1:1/shop", status=1)

    assert "127.0.0.1" in outcome.stderr


def test_restore_under_load_of_triggers_fires_none(shop, starkeep):
    shop.execute(
        "shop",
        "CREATE FUNCTION bomb() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'fired'; END$$;"
        "CREATE TRIGGER bomb BEFORE INSERT ON sales.lines FOR EACH ROW EXECUTE FUNCTION bomb();"
        "ALTER TABLE sales.lines ENABLE ALWAYS TRIGGER bomb",
    )
    state = held(shop, "shop")
    starkeep.backup(shop.url("shop"))

    starkeep.restore("latest", shop.url("branch"))

    assert held(shop, "branch") == state

# SPDX-License-Identifier: Apache-2.0
"""What goes with tables that are excluded: named, or as one would expect."""

from support.contents import contents


def test_publication_without_an_excluded_table_is_named(shop, starkeep):
    shop.execute("shop", "CREATE PUBLICATION shared FOR TABLE sales.orders, public.customers")
    starkeep.backup(shop.url("shop"))

    outcome = starkeep.restore("latest", shop.url("rest"), "--exclude", "sales.orders", status=3)

    assert "publication table sales.shared orders: table sales.orders is not restored" in outcome.stdout
    members = "SELECT string_agg(tablename, ',') FROM pg_publication_tables WHERE pubname = 'shared'"
    assert shop.value("rest", members) == "customers"


def test_publication_of_a_table_that_comes_alone_is_named(shop, starkeep):
    shop.execute("shop", "CREATE PUBLICATION one FOR TABLE public.customers")
    starkeep.backup(shop.url("shop"))

    outcome = starkeep.restore("latest", shop.url("part"), "--include", "public.customers", status=3)

    assert "customers: publications do not come with single tables" in outcome.stdout


def test_partitioned_table_goes_with_its_partitions(shop, starkeep):
    shop.execute(
        "shop",
        "CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE keeps (id int REFERENCES parts);"
        "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (5) PARTITION BY RANGE (id);"
        "CREATE TABLE parts_1_1 PARTITION OF parts_1 DEFAULT; CREATE TABLE parts_2 PARTITION OF parts DEFAULT;"
        "INSERT INTO parts VALUES (1), (7); INSERT INTO keeps VALUES (7); CREATE VIEW all_parts AS SELECT * FROM parts",
    )
    starkeep.backup(shop.url("shop"))

    outcome = starkeep.restore("latest", shop.url("rest"), "--exclude", "public.parts", status=3)

    assert shop.value("rest", "SELECT count(*) FROM pg_class WHERE relname LIKE 'parts%'") == 0
    assert contents(shop, "rest")["public.keeps"][0] == 1
    for name in ("view public.all_parts", "keeps_id_fkey"):
        assert name in outcome.stdout


def test_one_excluded_partition_leaves_its_parent(shop, starkeep):
    shop.execute(
        "shop",
        "CREATE TABLE parts (id int) PARTITION BY RANGE (id); CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (5);"
        "CREATE TABLE parts_2 PARTITION OF parts DEFAULT; INSERT INTO parts VALUES (1), (7)",
    )
    starkeep.backup(shop.url("shop"))

    starkeep.restore("latest", shop.url("rest"), "--exclude", "public.parts_1")

    assert shop.rows("rest", "SELECT id FROM parts") == [(7,)]


def test_excluded_table_that_another_inherits_from_is_made_without_rows_and_named(shop, starkeep):
    shop.execute("shop", "CREATE TABLE general (id int); CREATE TABLE special (more int) INHERITS (general);"
                         "INSERT INTO general VALUES (1); INSERT INTO special VALUES (2, 3)")
    starkeep.backup(shop.url("shop"))

    outcome = starkeep.restore("latest", shop.url("rest"), "--exclude", "public.general", status=3)

    assert "rows of table public.general" in outcome.stdout and "table public.special needs it" in outcome.stdout
    assert shop.rows("rest", "SELECT id FROM general") == [(2,)]

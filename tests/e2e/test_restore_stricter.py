# SPDX-License-Identifier: Apache-2.0
"""What the target asks of rows and the backup did not is told before a table is emptied or changed."""

import pytest

from support.contents import contents, schema

SHOP = """
CREATE SCHEMA sales;
CREATE TYPE sales.mood AS ENUM ('calm', 'glad');
CREATE TYPE sales.pair AS (mood sales.mood, n integer);
CREATE DOMAIN sales.score AS integer CHECK (VALUE > 0);
CREATE TABLE sales.reviews (
    id integer PRIMARY KEY, stars integer CHECK (stars < 9), word text, mood sales.mood[], two sales.pair, score sales.score
);
CREATE TABLE sales.days (id integer PRIMARY KEY, what text) PARTITION BY RANGE (id);
CREATE TABLE sales.days_1 PARTITION OF sales.days FOR VALUES FROM (0) TO (100);
CREATE TABLE sales.days_rest PARTITION OF sales.days DEFAULT;
CREATE TABLE sales.parent (a integer);
CREATE TABLE sales.child (b integer PRIMARY KEY) INHERITS (sales.parent);
INSERT INTO sales.reviews SELECT i, i, 'same', '{glad}', ROW('calm'::sales.mood, i)::sales.pair, i FROM generate_series(1, 8) i;
INSERT INTO sales.days SELECT i, 'day' FROM generate_series(1, 150) i;
INSERT INTO sales.child VALUES (NULL, 1);
"""

# What somebody changed at the target, and how it is told.
STRICTER = {
    "check": ("TRUNCATE sales.reviews; ALTER TABLE sales.reviews ADD CHECK (stars < 3)", "CHECK ((stars < 3))"),
    "not null": ("ALTER TABLE sales.reviews ALTER word SET NOT NULL", "NOT NULL of column word"),
    "unique": ("TRUNCATE sales.reviews; ALTER TABLE sales.reviews ADD UNIQUE (word)", "UNIQUE (word)"),
    "unique index": ("CREATE UNIQUE INDEX ON sales.reviews (lower(word)) WHERE stars > 90", "WHERE (stars > 90)"),
    "exclude": ("TRUNCATE sales.reviews; ALTER TABLE sales.reviews ADD EXCLUDE USING btree (word WITH =)", "EXCLUDE USING btree (word WITH =)"),
    "label": ("ALTER TYPE sales.mood RENAME VALUE 'glad' TO 'merry'", "no label 'glad'"),
    "composite": ("DELETE FROM sales.reviews; ALTER TYPE sales.pair ADD ATTRIBUTE more integer", "other attributes"),
    "domain": ("DELETE FROM sales.reviews; ALTER DOMAIN sales.score ADD CHECK (VALUE < 5)", "CHECK ((VALUE < 5))"),
    "domain not null": ("ALTER DOMAIN sales.score SET NOT NULL", "NOT NULL"),
    "bound": (
        "ALTER TABLE sales.days DETACH PARTITION sales.days_1; DELETE FROM sales.days_1 WHERE id > 49;"
        "ALTER TABLE sales.days ATTACH PARTITION sales.days_1 FOR VALUES FROM (0) TO (50)",
        "FOR VALUES FROM (0) TO (50)",
    ),
    "default's sibling": (
        "TRUNCATE sales.days; CREATE TABLE sales.days_2 PARTITION OF sales.days FOR VALUES FROM (100) TO (200)",
        "DEFAULT without FOR VALUES FROM (100) TO (200)",
    ),
    "inherited": ("TRUNCATE sales.parent; ALTER TABLE sales.parent ALTER a SET NOT NULL", "NOT NULL of column a"),
}


@pytest.fixture
def reviewed(server, starkeep):
    server.create_database("shop")
    server.execute("shop", SHOP)
    starkeep.backup(server.url("shop"))
    return server


def held(server):
    return schema(server, "shop"), contents(server, "shop")


@pytest.mark.parametrize("mode", ["replace", "merge"])
@pytest.mark.parametrize("change", STRICTER)
def test_target_that_is_stricter_than_the_backup_is_refused_untouched(reviewed, starkeep, change, mode):
    statement, told = STRICTER[change]
    reviewed.execute("shop", statement)
    before = held(reviewed)
    only = ("--exclude", "sales.parent") if mode == "merge" else ()

    for more in (["--dry-run"], []):
        outcome = starkeep.restore("latest", reviewed.url("shop"), "--if-exists", mode, *only, *more, status=1)
        assert told in outcome.stderr and "--exclude" in outcome.stderr

    assert held(reviewed) == before


def test_what_the_target_lacks_or_asks_of_its_own_columns_is_no_obstacle(reviewed, starkeep):
    before = contents(reviewed, "shop")
    reviewed.execute(
        "shop",
        "ALTER TABLE sales.reviews DROP CONSTRAINT reviews_stars_check; ALTER TABLE sales.reviews DROP CONSTRAINT reviews_pkey;"
        "ALTER TABLE sales.reviews ADD UNIQUE (id); ALTER TYPE sales.mood ADD VALUE 'wild';"
        "ALTER TABLE sales.reviews ADD own bigserial UNIQUE CHECK (own > 0); DELETE FROM sales.reviews;"
        "DROP TABLE sales.days_rest; ALTER TABLE sales.days DETACH PARTITION sales.days_1",
    )

    starkeep.restore("latest", reviewed.url("shop"), "--if-exists", "replace", status={0, 3})

    reviewed.execute("shop", "ALTER TABLE sales.reviews DROP own")
    after = contents(reviewed, "shop")
    assert after["sales.reviews"] == before["sales.reviews"]


def test_rows_that_the_target_refuses_say_how_to_go_on_or_to_give_up(reviewed, starkeep):
    reviewed.execute("shop", "ALTER TABLE sales.reviews ADD UNIQUE (stars)")
    starkeep.backup(reviewed.url("shop"))
    reviewed.execute("shop", "DELETE FROM sales.reviews WHERE id = 1; UPDATE sales.reviews SET stars = 1 WHERE id = 8;"
                             "INSERT INTO sales.reviews (id, stars) VALUES (99, 8)")

    what = ("--include", "sales.reviews", "--if-exists", "merge")
    outcome = starkeep.restore("latest", reviewed.url("shop"), *what, status=1)

    assert "Change what the target refuses" in outcome.stderr and "abandon()" in outcome.stderr
    reviewed.execute("shop", "DELETE FROM sales.reviews WHERE id IN (8, 99)")
    starkeep.restore("latest", reviewed.url("shop"), *what)

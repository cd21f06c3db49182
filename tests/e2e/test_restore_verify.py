# SPDX-License-Identifier: Apache-2.0
"""restore --verify: what is told when not all, or nothing, can be compared."""

import pytest

from support.contents import contents


@pytest.mark.parametrize("mode, word", [("skip", "was skipped"), ("merge", "was merged")])
def test_tables_that_are_skipped_or_merged_are_not_compared_and_nothing_is_left_out(shop, stocked, mode, word):
    shop.execute("shop", "UPDATE sales.orders SET note = 'newer' WHERE id = 1")

    outcome = stocked.restore("latest", shop.url(), "--if-exists", mode, "--verify")
    told = stocked.restore("latest", shop.url(), "--if-exists", mode, "--verify", "--json").result()

    assert f"not compared: sales.orders {word}" in outcome.stdout and "left out" not in outcome.stdout
    assert told["verified"] is None and "sales.orders" in told["databases"][0]["not_compared"]


def test_table_that_was_missing_is_compared_beside_skipped_ones(shop, stocked):
    shop.execute("shop", "DROP TABLE sales.lines")

    told = stocked.restore("latest", shop.url(), "--if-exists", "skip", "--verify", "--json").result()

    assert [one["name"] for one in told["databases"][0]["compared"]] == ["sales.lines"]


def test_target_that_cannot_be_read_back_still_shows_what_was_restored(shop, starkeep):
    shop.execute("postgres", "DROP ROLE IF EXISTS writer, gone; CREATE ROLE writer LOGIN CREATEDB; CREATE ROLE gone")
    shop.execute("shop", "CREATE TABLE secret (id int); INSERT INTO secret VALUES (1), (2); ALTER TABLE public.customers OWNER TO gone;"
                         "ALTER TABLE secret ENABLE ROW LEVEL SECURITY; ALTER TABLE secret FORCE ROW LEVEL SECURITY")
    state = contents(shop, "shop")
    starkeep.backup(shop.url("shop"))
    shop.drop_database("shop")
    shop.execute("postgres", "DROP ROLE gone")

    outcome = starkeep.restore("latest", shop.url(user="writer"), "--verify", status={1, 5})
    shown = outcome.stdout
    shop_back = contents(shop, "shop")
    shop.drop_database("shop")
    told = starkeep.restore("latest", shop.url(user="writer"), "--verify", "--json", status={1, 5}).result()
    shop.drop_database("shop")
    shop.execute("postgres", "DROP ROLE writer")

    assert "restored 8,502 rows" in shown and "left out: " in shown and "role gone" in shown
    assert "verifying database shop" in outcome.stderr
    assert shop_back == state
    assert told["rows"] == 8502 and told["verified"] is None and told["left_out"]
    assert told["databases"][0]["verify_error"]["code"]


@pytest.mark.parametrize("name", ["position", "values", "time", "left", "name"])
def test_new_name_that_is_a_word_of_sql_is_compared_like_any_other(shop, stocked, name):
    told = stocked.restore(
        "latest", shop.url(), "--include", "customers", "--rename", f"public.customers=public.{name}", "--verify", "--json"
    ).result()

    assert told["verified"] is True

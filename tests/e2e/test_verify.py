# SPDX-License-Identifier: Apache-2.0
"""starkeep verify: by the keys alone, and by a real restore into a scratch target."""

import pytest

from support.contents import contents


def test_sound_point_verifies(kept):
    outcome = kept.run("verify", "latest", "--json")

    assert outcome.result()
    assert kept.run("verify", kept.point_ids()[0]).status == 0


def test_unknown_point_is_not_found(kept):
    kept.run("verify", "0123456789abcdef0123456789abcdef", status=6)


def test_rehearsal_restores_compares_and_measures(shop, stocked):
    before = contents(shop, "shop")

    outcome = stocked.run("verify", "latest", "--into", shop.url("scratch"), "--json")

    result = outcome.result()
    assert result["equal"] is True
    assert result["recovery_s"] > 0
    assert contents(shop, "shop") == before


@pytest.mark.parametrize("database", [None, "shop"])
def test_rehearsal_never_touches_a_database_that_is_there_and_leaves_none(shop, stocked, database):
    shop.execute("shop", "DELETE FROM sales.lines")
    now = contents(shop, "shop"), shop.databases()

    stocked.run("verify", "latest", "--into", shop.url(database))

    assert (contents(shop, "shop"), shop.databases()) == now


def test_tables_that_are_read_in_several_units_compare_equal(shop, starkeep):
    # Nearly empty pages: more than two units of 64 MiB from few rows. It is restored with the same storage parameter.
    shop.execute("shop", "CREATE TABLE large (id int, filler text) WITH (fillfactor = 10);"
                         "INSERT INTO large SELECT i, repeat('x', 700) FROM generate_series(1, 20000) i")
    assert shop.value("shop", "SELECT pg_relation_size('large')") > 2 * 64 * 2**20
    starkeep.backup(shop.url("shop"))

    assert starkeep.run("verify", "latest", "--into", shop.url("scratch"), "--json").result()["equal"] is True
    assert starkeep.restore("latest", shop.url("again"), "--verify", "--json").result()["verified"] is True


@pytest.mark.parametrize("jobs", [1, 4])
def test_rehearsal_of_several_databases_works(shop, starkeep, jobs):
    shop.create_database("second")
    shop.execute("second", "CREATE TABLE t AS SELECT generate_series(1, 100) AS id")
    starkeep.backup(shop.url(), "--jobs", jobs)
    shop.drop_all_databases()

    assert starkeep.run("verify", "latest", "--into", shop.url()).status == 0

# SPDX-License-Identifier: Apache-2.0
"""What fails at the target says what helps."""


def test_unreachable_target_says_what_to_check(stocked):
    outcome = stocked.restore("latest", "postgresql://postgres@127.0.0.1:1/shop", status=1)

    assert "Check host and port in the URL" in outcome.stderr


def test_target_that_is_no_database_url_says_what_one_looks_like(stocked):
    outcome = stocked.restore("latest", "shop", status=2)

    assert "Write postgresql://USER@HOST" in outcome.stderr


def test_role_that_may_not_read_large_objects_is_told_what_helps(shop, starkeep):
    shop.execute("postgres", "DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN; GRANT pg_read_all_data TO reader")
    shop.execute("shop", "SELECT lo_from_bytea(777, 'x')")

    outcome = starkeep.run("backup", shop.url("shop", user="reader"), status=5)
    shop.execute("postgres", "DROP ROLE reader")

    assert "large object 777" in outcome.stderr and "--exclude pg_catalog.pg_largeobject" in outcome.stderr


def test_role_that_may_not_replace_large_objects_is_told_beforehand(shop, starkeep):
    shop.execute("postgres", "DROP ROLE IF EXISTS clerk; CREATE ROLE clerk LOGIN")
    shop.execute("shop", "SELECT lo_from_bytea(777, 'x'); GRANT CREATE ON DATABASE shop TO clerk")
    starkeep.backup(shop.url("shop"))

    what = ("--include", "pg_catalog.pg_largeobject", "--if-exists", "replace")
    outcome = starkeep.restore("latest", shop.url("shop", user="clerk"), *what, status=5)
    kept = shop.value("shop", "SELECT encode(lo_get(777), 'escape')")
    shop.drop_database("shop")
    shop.execute("postgres", "DROP ROLE clerk")

    assert "not the owner of large object 777" in outcome.stderr and "--exclude" in outcome.stderr
    assert kept == "x"

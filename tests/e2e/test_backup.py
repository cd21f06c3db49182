# SPDX-License-Identifier: Apache-2.0
"""starkeep backup, points, show, ls: what they tell and which point a name means."""

import re

import pytest

from support.contents import shown_digests, table_digests
from support.postgres import Blockade

TABLES = {"public.customers", "sales.orders", "sales.lines"}
NUMBERS = ["bytes_read", "bytes_new", "bytes_stored", "rows", "objects", "reused_objects", "peak_rss_bytes"]


def test_result_of_a_backup_has_every_promised_member(shop, starkeep):
    result = starkeep.backup(shop.url("shop"))

    assert re.fullmatch("[0-9a-f]{32}", result["point"])
    assert result["source"] == shop.url("shop")
    assert all(isinstance(result[name], int) for name in NUMBERS), result
    assert 0 < result["fixed_s"] <= result["duration_s"]
    assert result["rows"] == 500 + 2000 + 6000
    assert result["objects"] == len(TABLES)
    assert result["reused_objects"] == 0
    assert result["bytes_read"] > 200_000
    assert result["bytes_new"] > 0
    assert result["bytes_stored"] > 0
    assert result["peak_rss_bytes"] > 1024 * 1024
    assert result["consistency"] == "single-snapshot"


def test_second_backup_of_an_idle_database_reads_no_row(shop, stocked):
    result = stocked.backup(shop.url("shop"))

    assert result["reused_objects"] == len(TABLES)
    assert result["rows"] == 8500
    assert result["bytes_stored"] < 30_000


def test_backup_after_one_update_reads_only_a_part(shop, stocked):
    first = stocked.show("latest")
    shop.execute("shop", "UPDATE sales.lines SET item = 'changed' WHERE orders = 2 AND position = 0")

    result = stocked.backup(shop.url("shop"))

    lines = next(o for o in first["objects"] if o["name"] == "sales.lines")
    assert 0 < result["bytes_read"] < lines["bytes"] * 0.6
    assert shown_digests(stocked.show("latest")) == table_digests(shop, "shop")


def test_full_backup_reads_everything_again_and_stores_nothing_twice(shop, stocked):
    first = stocked.points()[0]

    result = stocked.backup(shop.url("shop"), "--full")

    assert result["bytes_read"] >= sum(o["bytes"] for o in stocked.show(first["id"])["objects"])
    assert result["bytes_stored"] < first["bytes_stored"] / 2


@pytest.mark.parametrize("jobs", [1, 7])
def test_backup_tells_the_same_with_any_number_of_jobs(shop, starkeep, jobs):
    starkeep.backup(shop.url("shop"), "--jobs", jobs)

    assert shown_digests(starkeep.show("latest")) == table_digests(shop, "shop")


def test_digests_of_a_point_are_those_of_an_independent_reading(shop, stocked):
    assert shown_digests(stocked.show("latest")) == table_digests(shop, "shop")


def test_points_lists_the_newest_first_with_every_promised_member(shop, stocked):
    stocked.backup(shop.url("shop"), "--label", "run=second", "--label", "why=test")

    points = stocked.points()

    assert len(points) == 2
    assert [p["time"] for p in points] == sorted((p["time"] for p in points), reverse=True)
    for point in points:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", point["time"])
        assert point["source"] == shop.url("shop")
        assert point["kind"] == "postgres"
        assert point["bytes_stored"] >= 0
        assert point["consistency"] == "single-snapshot"
    assert "run=second" in stocked.run("points").stdout or "second" in str(points[0])


def test_show_has_what_points_has_and_objects_and_what_was_left_out(shop, stocked):
    listed = stocked.points()[0]

    shown = stocked.show("latest")

    assert {k: shown[k] for k in ("id", "source", "time", "kind", "bytes_stored", "consistency")} == {
        k: listed[k] for k in ("id", "source", "time", "kind", "bytes_stored", "consistency")
    }
    assert {o["name"] for o in shown["objects"]} == TABLES
    for thing in shown["objects"]:
        assert re.fullmatch("[0-9a-f]{32}", thing["digest"])
        assert thing["rows"] > 0
        assert thing["bytes"] > thing["rows"]
    assert "role" in " ".join(shown["left_out"]).lower()
    assert "password" in " ".join(shown["left_out"]).lower()


def test_show_for_people_names_objects_and_what_was_left_out(stocked):
    text = stocked.run("show", "latest").stdout

    assert "sales.orders" in text
    assert "single-snapshot" in text
    assert "role" in text.lower()


def test_ls_descends_from_databases_to_columns(stocked):
    assert "shop" in stocked.run("ls", "latest").stdout
    inside = stocked.run("ls", "latest:shop").stdout
    assert all(name in inside for name in TABLES)
    columns = stocked.run("ls", "latest:shop/sales.orders").stdout
    assert all(name in columns for name in ("id", "customer", "total", "note", "numeric"))


@pytest.mark.parametrize("place", ["latest:nothing", "latest:shop/sales.nothing", "ffffffff"])
def test_ls_of_what_does_not_exist_is_not_found(kept, place):
    assert kept.run("ls", place, status=6).stderr


def test_point_may_be_named_by_a_unique_prefix(shop, stocked):
    stocked.backup(shop.url("shop"))
    first, second = stocked.point_ids()
    length = next(n for n in range(4, 33) if first[:n] != second[:n])

    assert stocked.show(first[:length])["id"] == first
    assert stocked.show(second[:length])["id"] == second


def test_latest_needs_a_source_where_there_are_several(shop, stocked):
    shop.create_database("other")
    stocked.backup(shop.url("other"))

    refused = stocked.run("show", "latest", status={1, 2, 5})

    assert "--source" in refused.stderr
    assert stocked.show("latest", "--source", shop.url("shop"))["source"] == shop.url("shop")
    assert stocked.show("latest", "--source", shop.url("other"))["source"] == shop.url("other")


def test_points_of_one_source_can_be_listed_alone(shop, stocked):
    shop.create_database("other")
    stocked.backup(shop.url("other"))

    assert len(stocked.points()) == 2
    assert [p["source"] for p in stocked.points("--source", shop.url("other"))] == [shop.url("other")]


def test_url_without_database_backs_up_every_database(shop, starkeep):
    shop.create_database("Second & third")
    shop.execute("Second & third", "CREATE TABLE things AS SELECT generate_series(1, 10) AS id")

    result = starkeep.backup(shop.url())

    assert result["rows"] == 8510
    listing = starkeep.run("ls", "latest").stdout
    assert all(name in listing for name in ("shop", "Second & third"))
    assert not any(name in listing for name in ("template0", "template1"))
    assert "public.things" in starkeep.run("ls", "latest:Second & third").stdout


def test_include_and_exclude_choose_tables(shop, starkeep):
    starkeep.backup(shop.url("shop"), "--include", "sales.*", "--exclude", "*.lines")

    shown = starkeep.show("latest")

    assert {o["name"] for o in shown["objects"]} == {"sales.orders"}
    assert "customers" in " ".join(shown["left_out"])


def test_include_of_what_does_not_exist_is_not_found_and_named(shop, starkeep):
    outcome = starkeep.run("backup", shop.url("shop"), "--include", "sales.bestsellers", status=6)

    assert "sales.bestsellers" in outcome.stderr
    assert starkeep.points() == []


def test_excluded_table_comes_back_in_the_next_whole_backup(shop, stocked):
    stocked.backup(shop.url("shop"), "--exclude", "sales.lines")
    shop.execute("shop", "UPDATE sales.lines SET item = 'changed' WHERE position = 1")

    stocked.backup(shop.url("shop"))

    assert shown_digests(stocked.show("latest")) == table_digests(shop, "shop")


def test_source_by_socket_and_by_libpq_variables_is_the_same_data(shop, starkeep):
    starkeep.backup(shop.socket_url("shop"))
    by_socket = starkeep.show(starkeep.point_ids()[0])
    variables = {"PGHOST": "127.0.0.1", "PGPORT": str(shop.port), "PGUSER": "postgres", "PGDATABASE": "shop"}
    starkeep.backup("postgresql://", **variables)
    by_variables = starkeep.show(starkeep.point_ids()[0])

    assert shown_digests(by_socket) == shown_digests(by_variables) == table_digests(shop, "shop")


def test_backup_writes_progress_to_standard_error_only(shop, starkeep):
    outcome = starkeep.run("backup", shop.url("shop"), "--json")

    outcome.result()
    assert "\x1b" not in outcome.stderr
    assert "\r" not in outcome.stderr


def test_tables_that_the_role_may_not_read_are_named_and_left_out(shop, starkeep):
    shop.execute("postgres", "DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN")
    shop.execute("shop", "GRANT USAGE ON SCHEMA sales TO reader; GRANT SELECT ON sales.orders, sales.lines TO reader;"
                 "GRANT SELECT ON SEQUENCE sales.invoices TO reader")

    outcome = starkeep.run("backup", shop.url("shop", user="reader"), "--json", status={1, 3, 5})

    assert "customers" in outcome.stderr
    if outcome.status == 3:
        shown = starkeep.show("latest")
        assert {o["name"] for o in shown["objects"]} == TABLES - {"public.customers"}
        assert "customers" in " ".join(shown["left_out"])
    else:
        assert starkeep.points() == []
    shop.drop_database("shop")
    shop.execute("postgres", "DROP ROLE reader")


def test_rows_hidden_by_row_level_security_are_never_silently_missing(shop, starkeep):
    shop.execute("postgres", "DROP ROLE IF EXISTS limited; CREATE ROLE limited LOGIN")
    shop.execute("shop", "DROP SCHEMA sales CASCADE; GRANT SELECT ON ALL TABLES IN SCHEMA public TO limited;"
                 "ALTER TABLE customers ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON customers USING (id < 10)")

    outcome = starkeep.run("backup", shop.url("shop", user="limited"), "--json", status={1, 3, 5})

    assert "customers" in outcome.stderr
    assert all(o["name"] != "public.customers" for p in starkeep.point_ids() for o in starkeep.show(p)["objects"])
    shop.drop_database("shop")
    shop.execute("postgres", "DROP ROLE limited")


def test_tables_made_during_a_backup_do_not_disturb_it(shop, starkeep):
    """Definitions and rows are of one instant, whatever else is created, dropped or altered meanwhile."""
    running = starkeep.begin("backup", shop.url("shop"), "--json")
    made = 0
    while not running.ended():
        shop.execute("shop", f"CREATE TABLE made_{made} AS SELECT 1 AS one; CREATE VIEW v_{made} AS SELECT * FROM made_{made}")
        if made % 2:
            shop.execute("shop", f"DROP TABLE made_{made} CASCADE")
        made += 1

    assert running.wait().status == 0
    shown = {o["name"]: o["rows"] for o in starkeep.show("latest")["objects"]}
    assert all(shown[name] for name in TABLES)
    starkeep.restore("latest", shop.url("again"))
    restored = {row[0] for row in shop.rows("again", "SELECT relname FROM pg_class WHERE relname LIKE 'made_%' AND relkind = 'r'")}
    assert restored == {name.removeprefix("public.") for name in shown if "made_" in name}


def test_large_objects_are_counted_one_by_one(server, starkeep):
    server.create_database("lobs")
    server.execute("lobs", "CREATE TABLE t AS SELECT 1 AS i; SELECT lo_from_bytea(0, repeat('x', 9000)::bytea) FROM generate_series(1, 7)")

    made = starkeep.backup(server.url("lobs"))

    shown = {o["name"]: o["rows"] for o in starkeep.show("latest")["objects"]}
    assert shown == {"public.t": 1, "pg_catalog.pg_largeobject": 7}
    assert {o["name"]: o["rows"] for o in starkeep.run("ls", "latest:lobs", "--json").document()} == shown
    assert starkeep.run("ls", "latest", "--json").document()[0]["rows"] == 8
    assert made["rows"] == starkeep.points()[0]["rows"] == 8
    assert starkeep.run("verify", "latest", "--json").document()["rows"] == 8
    assert starkeep.restore("latest", server.url("again"), "--verify", "--json").document()["rows"] == 8


def test_a_pattern_that_names_no_table_says_what_it_names(shop, starkeep):
    shop.execute(
        "shop",
        "CREATE VIEW sales.glance AS SELECT 1 AS i; CREATE MATERIALIZED VIEW sales.kept AS SELECT 1 AS i;"
        "CREATE SEQUENCE sales.numbers; CREATE FUNCTION sales.twice(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1 * 2'",
    )
    for name, kind in {"glance": "view", "kept": "materialized view", "numbers": "sequence", "twice": "function"}.items():
        outcome = starkeep.run("backup", shop.url("shop"), "--include", f"sales.{name}", status=6)
        assert f"the {kind} sales.{name}" in outcome.stderr and "Patterns choose tables" in outcome.stderr
    assert "names nothing" in starkeep.run("backup", shop.url("shop"), "--include", "sales.nosuch", status=6).stderr
    assert starkeep.points() == []
    starkeep.backup(shop.url("shop"))

    outcome = starkeep.restore("latest", shop.url("again"), "--include", "sales.glance", status=6)

    assert "Patterns choose tables" in outcome.stderr


def test_definitions_come_from_the_database_whose_rows_are_read_whatever_a_service_file_says(server, starkeep, tmp_path):
    for name in ("one", "two"):
        server.create_database(name)
        server.execute(name, f"CREATE TABLE of_{name} AS SELECT 1 AS i")
    services = tmp_path / "services"
    services.write_text(f"[mine]\nhost=127.0.0.1\nport={server.port}\nuser=postgres\ndbname=one\n")

    starkeep.run("backup", "postgresql:///two", PGSERVICEFILE=str(services), PGSERVICE="mine")

    starkeep.restore("latest", server.url("copy"))
    assert server.value("copy", "SELECT string_agg(relname, ' ') FROM pg_class WHERE relname LIKE 'of\\_%'") == "of_two"


def test_all_sessions_go_to_the_server_that_answered_first(server, servers, starkeep):
    """Several hosts in one URL, and the first one comes up while the second is being backed up."""
    late = servers(server.bin)
    late.create_database("db")
    late.stop()
    server.create_database("db")
    server.execute("db", "CREATE TABLE t AS SELECT 1 AS i")
    blockade = Blockade(server, "db", "t")
    hosts = f"127.0.0.1:{late.port},127.0.0.1:{server.port}"
    running = starkeep.begin("backup", f"postgresql://postgres@{hosts}/db", "--jobs", "2", "--json")
    blockade.wait_for_victim()
    late.start()
    blockade.lift()
    outcome = running.wait()

    assert outcome.status == 0, outcome
    assert outcome.result()["rows"] == 1
    starkeep.restore("latest", server.url("copy"))
    assert server.value("copy", "SELECT i FROM t") == 1

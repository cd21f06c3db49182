# SPDX-License-Identifier: Apache-2.0
"""starkeep export: rows of one table without a server."""

import csv
import io
import json

import pytest


@pytest.fixture(scope="module")
def rows(kept, shared_server):
    """What the orders of the kept point must be, from the rule that made them."""
    return {i: (i % 500 + 1, f"{i * 0.25:.2f}", "note " * (i % 7) or None) for i in range(1, 2001)}


def test_csv_has_a_header_and_every_row(kept, rows):
    text = kept.run("export", "latest:shop/sales.orders", "--format", "csv").stdout

    found = list(csv.DictReader(io.StringIO(text)))

    assert len(found) == 2000
    for row in found:
        customer, total, note = rows[int(row["id"])]
        assert (row["customer"], row["total"], row["note"]) == (str(customer), total, note or "")


def test_ndjson_keeps_numbers_and_nulls(kept, rows):
    text = kept.run("export", "latest:shop/sales.orders", "--format", "ndjson").stdout

    found = [json.loads(line) for line in text.splitlines()]

    assert len(found) == 2000
    for row in found:
        customer, total, note = rows[row["id"]]
        assert (row["customer"], float(row["total"]), row["note"]) == (customer, float(total), note)


def test_copy_can_be_loaded_by_the_server(kept, server):
    text = kept.run("export", "latest:shop/sales.orders", "--format", "copy").stdout
    server.create_database("load")
    server.execute("load", "CREATE TABLE orders (id integer, customer integer, total numeric(10, 2), note text)")

    with server.connect("load") as connection:
        with connection.cursor().copy("COPY orders FROM STDIN") as copy:
            copy.write(text)

    assert server.rows("load", "SELECT count(*), sum(id), sum(total), count(note) FROM orders") == [
        (2000, 2001000, 2001000 * 0.25, 2000 - 2000 // 7)
    ]


def test_where_chooses_rows_by_their_values(kept):
    text = kept.run("export", "latest:shop/sales.orders", "--format", "csv", "--where", "customer=8").stdout

    assert [row["id"] for row in csv.DictReader(io.StringIO(text))] == ["7", "507", "1007", "1507"]


def test_condition_on_an_unknown_column_is_refused(kept):
    outcome = kept.run("export", "latest:shop/sales.orders", "--format", "csv", "--where", "colour=red", status={2, 6})

    assert "colour" in outcome.stderr


def test_output_goes_to_a_file(kept, tmp_path):
    place = tmp_path / "orders.csv"

    kept.run("export", "latest:shop/sales.orders", "--format", "csv", "--output", place)

    assert place.read_text() == kept.run("export", "latest:shop/sales.orders", "--format", "csv").stdout


def test_output_into_a_missing_folder_is_an_error_that_names_it(kept, tmp_path):
    outcome = kept.run(
        "export", "latest:shop/sales.orders", "--format", "csv", "--output", tmp_path / "nowhere" / "x", status={1, 6}
    )

    assert "nowhere" in outcome.stderr


@pytest.mark.parametrize("place", ["latest:shop/sales.nothing", "latest:nothing/sales.orders"])
def test_export_of_what_does_not_exist_is_not_found(kept, place):
    assert "nothing" in kept.run("export", place, "--format", "csv", status=6).stderr


@pytest.mark.parametrize("arguments", [["latest:shop/sales.orders", "--format", "punchcard"], ["latest:shop", "--format", "csv"]])
def test_export_that_cannot_be_meant_is_wrong_usage(kept, arguments):
    kept.run("export", *arguments, status=2)


def test_hard_values_survive_csv_and_ndjson(server, starkeep):
    values = ["", None, ",", '"', "a\nb", "a\r\nb", "\\N", "\\.", "\t", "'", "漢字", "\\", "{}", "null", " lead", "\x01"]
    server.create_database("hard")
    server.execute("hard", "CREATE TABLE t (id integer, v text, b boolean, j jsonb, d double precision, n numeric, y bytea)")
    with server.connect("hard") as connection:
        for number, value in enumerate(values):
            row = [number, value, number % 2 == 0, '{"a": "\\n\\"", "n": 12345678901234567890.5}']
            connection.execute("INSERT INTO t VALUES (%s, %s, %s, %s, 'NaN', 12345678901234567890.123, '\\x00ff')", row)
    starkeep.backup(server.url("hard"))

    lines = starkeep.run("export", "latest:hard/public.t", "--format", "ndjson").stdout.splitlines()
    table = list(csv.reader(io.StringIO(starkeep.run("export", "latest:hard/public.t", "--format", "csv").stdout, newline="")))

    documents = {d["id"]: d for d in map(json.loads, lines)}
    assert [documents[i]["v"] for i in range(len(values))] == values
    assert documents[0]["b"] is True and documents[1]["b"] is False
    assert documents[0]["j"]["a"] == '\n"'
    assert "12345678901234567890.123" in lines[0] and "12345678901234567890.5" in lines[0]
    assert [row[1] for row in table[1:]] == [value or "" for value in values]


PARTITIONED = """
CREATE TABLE public.events (at date, kind text, n int) PARTITION BY RANGE (at);
CREATE TABLE public.events_2025 PARTITION OF public.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (kind);
CREATE TABLE public.events_2025_a PARTITION OF public.events_2025 FOR VALUES IN ('a');
CREATE TABLE public.events_2025_b PARTITION OF public.events_2025 FOR VALUES IN ('b');
CREATE TABLE public.events_2026 PARTITION OF public.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO public.events SELECT '2025-06-01'::date + i, chr(97 + i % 2), i FROM generate_series(0, 300) i;
"""


def test_partitioned_table_is_one_table_to_whoever_names_it(shop, starkeep):
    shop.execute("shop", PARTITIONED)
    starkeep.backup(shop.url("shop"))

    for name, condition in (("public.events", "true"), ("public.events_2025", "at < '2026-01-01'")):
        path = f"latest:shop/{name}"
        header, *found = csv.reader(io.StringIO(starkeep.run("export", path, "--format", "csv").stdout))
        wanted = shop.rows("shop", f"SELECT at::text, kind, n::text FROM public.events WHERE {condition}")
        assert header == ["at", "kind", "n"]
        assert sorted(map(tuple, found)) == sorted(wanted)
        assert [c["name"] for c in starkeep.run("ls", path, "--json").document()] == ["at", "kind", "n"]

    starkeep.restore("latest", shop.url("part"), "--include", "public.events")
    assert shop.value("part", "SELECT count(*) FROM public.events") == 301
    starkeep.backup(shop.url("shop"), "--exclude", "public.events", status={0, 3})
    assert not [o["name"] for o in starkeep.show("latest")["objects"] if "events" in o["name"]]


def test_parts_with_columns_in_another_order_are_not_mixed(shop, starkeep):
    shop.execute("shop", "CREATE TABLE p (a int, b int) PARTITION BY LIST (a); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);"
                         "CREATE TABLE p2 (b int, a int); ALTER TABLE p ATTACH PARTITION p2 FOR VALUES IN (2);"
                         "INSERT INTO p VALUES (1, 2), (2, 1)")
    starkeep.backup(shop.url("shop"))

    outcome = starkeep.run("export", "latest:shop/public.p", "--format", "csv", status=2)

    assert "p2" in outcome.stderr and "one by one" in outcome.stderr

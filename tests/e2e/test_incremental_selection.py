# SPDX-License-Identifier: Apache-2.0
"""Backups that choose tables, between whole ones: nothing is read again for it, and nothing old is taken for new."""

from support.contents import shown_digests, table_digests

TABLES = """
CREATE TABLE big (id integer PRIMARY KEY, word text);
INSERT INTO big SELECT i, repeat(md5(i::text), 4) FROM generate_series(1, 60000) i;
CREATE TABLE other (id integer PRIMARY KEY, word text);
INSERT INTO other SELECT i, repeat(md5(i::text), 4) FROM generate_series(1, 20000) i;
CREATE TABLE small (id integer PRIMARY KEY);
INSERT INTO small VALUES (1);
"""


def assert_true(starkeep, server, database="picked"):
    assert shown_digests(starkeep.show("latest")) == table_digests(server, database)


def test_a_whole_backup_after_one_of_a_single_table_reads_only_what_changed(server, starkeep):
    server.create_database("picked")
    server.execute("picked", TABLES)
    url = server.url("picked")
    whole = starkeep.backup(url)
    server.execute("picked", "UPDATE small SET id = 2; UPDATE big SET word = 'new' WHERE id = 7")
    for _ in range(3):
        starkeep.backup(url, "--include", "small")
    server.execute("picked", "UPDATE other SET word = 'new' WHERE id = 7; INSERT INTO small VALUES (3)")

    result = starkeep.backup(url)

    # A changed leaf or two of each table, and the thirtieth that is read all the same.
    assert result["bytes_read"] < whole["bytes_read"] / 5
    assert_true(starkeep, server)
    starkeep.check("--read-data")
    starkeep.restore("latest", server.url("again"), "--verify")


def test_tables_in_turns_are_each_built_upon_their_own_last_point(server, starkeep):
    server.create_database("picked")
    server.execute("picked", TABLES)
    url = server.url("picked")
    first = {name: starkeep.backup(url, "--include", name)["bytes_read"] for name in ("big", "other")}
    server.execute("picked", "UPDATE big SET word = 'new' WHERE id = 70; UPDATE other SET word = 'new' WHERE id = 70")

    second = {name: starkeep.backup(url, "--include", name)["bytes_read"] for name in ("big", "other")}

    assert all(second[name] < first[name] / 4 for name in first)
    point = starkeep.backup(url)
    assert point["bytes_read"] < sum(first.values()) / 4
    assert_true(starkeep, server)


def test_one_database_by_itself_does_not_cost_the_others_their_base(server, starkeep):
    for database in ("picked", "second"):
        server.create_database(database)
        server.execute(database, TABLES)
    whole = starkeep.backup(server.url())
    starkeep.backup(server.url(), "--include", "second/")
    server.execute("picked", "UPDATE big SET word = 'new' WHERE id = 9")

    result = starkeep.backup(server.url())

    assert result["bytes_read"] < whole["bytes_read"] / 5
    wanted = {o["name"]: (o["rows"], o["digest"]) for o in starkeep.show("latest")["objects"] if o["database"] == "picked"}
    assert wanted == table_digests(server, "picked")


def test_what_was_rewritten_while_it_was_not_chosen_is_read_anew(server, starkeep):
    server.create_database("picked")
    server.execute("picked", TABLES)
    url = server.url("picked")
    starkeep.backup(url)
    server.execute(
        "picked",
        "TRUNCATE other; INSERT INTO other SELECT i, 'x' FROM generate_series(1, 20000) i; DROP TABLE big;"
        "CREATE TABLE big (id integer PRIMARY KEY, word text); INSERT INTO big SELECT i, 'y' FROM generate_series(1, 60000) i",
    )
    starkeep.backup(url, "--include", "small")

    starkeep.backup(url)

    assert_true(starkeep, server)


def test_a_restart_of_the_server_in_between_still_makes_everything_be_read(server, starkeep):
    server.create_database("picked")
    server.execute("picked", TABLES)
    url = server.url("picked")
    whole = starkeep.backup(url)
    server.restart()
    starkeep.backup(url, "--include", "small")

    result = starkeep.backup(url)

    assert result["bytes_read"] >= whole["bytes_read"] * 0.95
    assert_true(starkeep, server)

# SPDX-License-Identifier: Apache-2.0
"""What others change while a backup reads: the point holds one moment, or says where that is not certain."""

from support.contents import shown_digests, table_digests
from support.postgres import Blockade


def test_backup_names_tables_whose_types_changed_while_they_were_read(server, starkeep):
    """Labels of an enum are not part of a view: rows are printed with the new one, the definition says the old one."""
    server.create_database("db")
    server.execute(
        "db",
        "CREATE TYPE mood AS ENUM ('glad'); CREATE TABLE moods AS SELECT 'glad'::mood AS m FROM generate_series(1, 9);"
        "CREATE TABLE plain AS SELECT 1 AS i",
    )
    blockade = Blockade(server, "db", "plain")
    running = starkeep.begin("backup", server.url("db"), "--json")
    blockade.wait_for_victim()
    server.execute("db", "ALTER TYPE mood RENAME VALUE 'glad' TO 'merry'")
    blockade.lift()
    outcome = running.wait()

    assert outcome.status == 3, outcome
    result = outcome.result()
    assert result["doubtful"] == ["db/public.moods"]
    assert "db/public.moods" in outcome.stderr and "Run the backup again" in outcome.stderr
    assert any("public.moods" in line for line in starkeep.show("latest")["left_out"])

    again = starkeep.backup(server.url("db"))
    assert again["doubtful"] == []
    assert again["reused_objects"] == 1, "the other table is built upon all the same"
    assert again["rows"] == 10
    assert shown_digests(starkeep.show("latest")) == table_digests(server, "db")


def test_backup_never_stores_the_rows_of_a_table_that_took_the_name_of_another(server, starkeep):
    """Names change between the view and the locks: the rows that are stored under a name are those that had it."""
    server.create_database("db")
    server.execute("db", "CREATE TABLE a AS SELECT 'old' AS v; CREATE TABLE t AS SELECT 'right' AS v; CREATE TABLE z AS SELECT 1 AS i")
    blockade = Blockade(server, "db", "a")
    running = starkeep.begin("backup", server.url("db"), "--json")
    blockade.wait_for_victim()
    server.execute("db", "BEGIN; ALTER TABLE t RENAME TO t_old; CREATE TABLE t AS SELECT 'wrong' AS v; COMMIT")
    blockade.lift()
    outcome = running.wait()

    # The view is made anew; where it cannot be, the backup says so.
    assert outcome.status == 0, outcome
    assert starkeep.run("export", "latest:db/public.t", "--format", "copy").stdout == "wrong\n"
    assert starkeep.run("export", "latest:db/public.t_old", "--format", "copy").stdout == "right\n"
    assert shown_digests(starkeep.show("latest")) == table_digests(server, "db")


def test_backup_names_tables_whose_schema_changed_its_name_and_back_while_they_were_read(server, starkeep):
    """Locks of tables do not keep their schemas from being renamed, and another table may bear the old name meanwhile."""
    server.create_database("db")
    server.execute("db", "CREATE SCHEMA s1; CREATE TABLE s1.t AS SELECT 'right' AS v; CREATE SCHEMA s2; CREATE TABLE s2.t AS SELECT 'wrong' AS v")
    server.execute("db", "CREATE TABLE public.last AS SELECT 1 AS i")
    blockade = Blockade(server, "db", "public.last")
    running = starkeep.begin("backup", server.url("db"), "--json")
    blockade.wait_for_victim()
    for rename in ("s1 RENAME TO s3", "s2 RENAME TO s1", "s1 RENAME TO s2", "s3 RENAME TO s1"):
        server.execute("db", f"ALTER SCHEMA {rename}")
    blockade.lift()
    outcome = running.wait()

    assert outcome.status == 3, outcome
    assert outcome.result()["doubtful"] == ["db/s1.t", "db/s2.t"]

    again = starkeep.backup(server.url("db"))
    assert again["reused_objects"] == 1, "but for these two, all is built upon"
    assert shown_digests(starkeep.show("latest")) == table_digests(server, "db")


def test_large_objects_that_go_while_a_backup_reads_cast_no_doubt(server, starkeep):
    server.create_database("db")
    server.execute("db", "SELECT lo_from_bytea(4711, 'x'); CREATE TABLE t AS SELECT 1 AS i")
    blockade = Blockade(server, "db", "t")
    running = starkeep.begin("backup", server.url("db"), "--json")
    blockade.wait_for_victim()
    server.execute("db", "SELECT lo_unlink(4711)")
    blockade.lift()
    outcome = running.wait()

    assert outcome.status == 0, outcome
    assert outcome.result()["doubtful"] == []

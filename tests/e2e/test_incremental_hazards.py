# SPDX-License-Identifier: Apache-2.0
"""Changes that leave row versions as they were but not what they say: each must be seen by the next backup.

The row version's identity (place and inserting transaction) is what an incremental backup goes by. Every test here keeps
that identity and changes the rows' text behind it; the point is then compared with an independent reading.
"""

import os
import shutil
import signal
import subprocess
import time

import pytest

from support.contents import shown_digests, table_digests
from support.postgres import as_server_user

# Name: what is there first, what changes it.
CHANGES = {
    "vacuum full moves rows of one transaction": (
        "CREATE TABLE t AS SELECT i, md5(i::text) AS m FROM generate_series(1, 5000) i; DELETE FROM t WHERE i % 5 = 0",
        "VACUUM FULL t",
    ),
    "cluster orders rows of one transaction anew": (
        "CREATE TABLE t AS SELECT i, md5(i::text) AS m FROM generate_series(1, 5000) i; CREATE INDEX by_m ON t (m)",
        "CLUSTER t USING by_m",
    ),
    "an enum's label is renamed": (
        "CREATE TYPE e AS ENUM ('old', 'other'); CREATE TABLE t AS SELECT i, 'old'::e AS v FROM generate_series(1, 5000) i",
        "ALTER TYPE e RENAME VALUE 'old' TO 'new'",
    ),
    "an enum's label is renamed under an array": (
        "CREATE TYPE e AS ENUM ('old'); CREATE TABLE t AS SELECT i, ARRAY['old']::e[] AS v FROM generate_series(1, 500) i",
        "ALTER TYPE e RENAME VALUE 'old' TO 'new'",
    ),
    "an enum's label is renamed under a domain": (
        "CREATE TYPE e AS ENUM ('old'); CREATE DOMAIN d AS e; CREATE TABLE t AS SELECT 'old'::d AS v FROM generate_series(1, 500)",
        "ALTER TYPE e RENAME VALUE 'old' TO 'new'",
    ),
    "an enum's label is renamed under a composite in an array of a domain": (
        "CREATE TYPE e AS ENUM ('old'); CREATE TYPE c AS (i integer, v e); CREATE DOMAIN d AS c[];"
        "CREATE TABLE t AS SELECT ARRAY[ROW(i, 'old')::c]::d AS v FROM generate_series(1, 500) i",
        "ALTER TYPE e RENAME VALUE 'old' TO 'new'",
    ),
    "an enum's label is renamed under a range": (
        "CREATE TYPE e AS ENUM ('old', 'z'); CREATE TYPE r AS RANGE (subtype = e);"
        "CREATE TABLE t AS SELECT r('old', 'z') AS v FROM generate_series(1, 500)",
        "ALTER TYPE e RENAME VALUE 'old' TO 'new'",
    ),
    "an enum's label is renamed under a multirange": (
        "CREATE TYPE e AS ENUM ('old', 'z'); CREATE TYPE r AS RANGE (subtype = e, multirange_type_name = mr);"
        "CREATE TABLE t AS SELECT mr(r('old', 'z')) AS v FROM generate_series(1, 500)",
        "ALTER TYPE e RENAME VALUE 'old' TO 'new'",
    ),
    "two labels change places": (
        "CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t AS SELECT i, (ARRAY['a', 'b'])[1 + i % 2]::e AS v FROM generate_series(1, 500) i",
        "ALTER TYPE e RENAME VALUE 'a' TO 'c'; ALTER TYPE e RENAME VALUE 'b' TO 'a'; ALTER TYPE e RENAME VALUE 'c' TO 'b'",
    ),
    "a column with a default is added without a rewrite": (
        "CREATE TABLE t AS SELECT i FROM generate_series(1, 5000) i",
        "ALTER TABLE t ADD COLUMN more integer DEFAULT 42",
    ),
    "a column is dropped and one of the same name and type is added": (
        "CREATE TABLE t AS SELECT i, 7 AS v FROM generate_series(1, 5000) i",
        "ALTER TABLE t DROP COLUMN v; ALTER TABLE t ADD COLUMN v integer DEFAULT 8",
    ),
    "a column is dropped": (
        "CREATE TABLE t AS SELECT i, 7 AS v FROM generate_series(1, 5000) i",
        "ALTER TABLE t DROP COLUMN v",
    ),
    "two columns exchange their names": (
        "CREATE TABLE t AS SELECT i AS a, -i AS b FROM generate_series(1, 5000) i",
        "ALTER TABLE t RENAME a TO c; ALTER TABLE t RENAME b TO a; ALTER TABLE t RENAME c TO b",
    ),
    "a composite type gets an attribute": (
        "CREATE TYPE c AS (x integer); CREATE TABLE t AS SELECT ROW(i)::c AS v FROM generate_series(1, 500) i",
        "ALTER TYPE c ADD ATTRIBUTE y integer",
    ),
    "a composite type loses an attribute": (
        "CREATE TYPE c AS (x integer, y integer); CREATE TABLE t AS SELECT ROW(i, i)::c AS v FROM generate_series(1, 500) i",
        "ALTER TYPE c DROP ATTRIBUTE y",
    ),
    "a table used as a type gets a column": (
        "CREATE TABLE c (x integer); CREATE TABLE t AS SELECT ROW(i)::c AS v FROM generate_series(1, 500) i",
        "ALTER TABLE c ADD COLUMN y integer",
    ),
    "a column's type changes without a rewrite": (
        "CREATE TABLE t AS SELECT i, '2020-02-02 00:00+00'::timestamptz AS v FROM generate_series(1, 500) i",
        "SET timezone = 'UTC'; ALTER TABLE t ALTER v TYPE timestamp",
    ),
    "a table that a regclass names is renamed": (
        "CREATE TABLE named (); CREATE TABLE t AS SELECT 'named'::regclass AS v FROM generate_series(1, 500)",
        "ALTER TABLE named RENAME TO renamed",
    ),
    "a table that a regclass names is dropped": (
        "CREATE TABLE named (); CREATE TABLE t AS SELECT 'named'::regclass AS v FROM generate_series(1, 500)",
        "DROP TABLE named",
    ),
    "a schema that a regtype names is renamed": (
        "CREATE SCHEMA s; CREATE TYPE s.e AS ENUM ('x'); CREATE TABLE t AS SELECT ARRAY['s.e'::regtype] AS v FROM generate_series(1, 500)",
        "ALTER SCHEMA s RENAME TO s2",
    ),
    "a function that a regprocedure names is renamed": (
        "CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';"
        "CREATE TABLE t AS SELECT 'f(integer)'::regprocedure AS v FROM generate_series(1, 500)",
        "ALTER FUNCTION f(integer) RENAME TO g",
    ),
    "a role that an aclitem names is renamed": (
        "CREATE ROLE hazard_a; CREATE TABLE t AS SELECT 'hazard_a=r/postgres'::aclitem AS v FROM generate_series(1, 500)",
        "ALTER ROLE hazard_a RENAME TO hazard_b",
    ),
    "a table is replaced by one of the same name": (
        "CREATE TABLE t AS SELECT i, 1 AS v FROM generate_series(1, 500) i; CREATE TABLE u AS SELECT i, 2 AS v FROM generate_series(1, 500) i",
        "ALTER TABLE t RENAME TO w; ALTER TABLE u RENAME TO t; ALTER TABLE w RENAME TO u",
    ),
    "partitions exchange their places": (
        "CREATE TABLE p (i integer) PARTITION BY LIST (i); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);"
        "CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2); INSERT INTO p SELECT 1 + i % 2 FROM generate_series(1, 999) i",
        "ALTER TABLE p1 RENAME TO p3; ALTER TABLE p2 RENAME TO p1; ALTER TABLE p3 RENAME TO p2",
    ),
    "a table is truncated and filled again": (
        "CREATE TABLE t AS SELECT i FROM generate_series(1, 500) i",
        "TRUNCATE t; INSERT INTO t SELECT -i FROM generate_series(1, 500) i",
    ),
    "all rows are frozen": (
        "CREATE TABLE t AS SELECT i, 1 AS v FROM generate_series(1, 5000) i",
        "UPDATE t SET v = 2 WHERE i % 2 = 0; VACUUM FREEZE t; UPDATE t SET v = 3 WHERE i % 4 = 0; VACUUM FREEZE t",
    ),
    "rows take the places of vacuumed ones": (
        "CREATE TABLE t AS SELECT i, 1 AS v FROM generate_series(1, 5000) i",
        "DELETE FROM t WHERE i % 3 = 0; VACUUM t; INSERT INTO t SELECT -i, 9 FROM generate_series(1, 2000) i",
    ),
    "only a TOASTed value changes": (
        "CREATE TABLE t (i integer, v text); ALTER TABLE t ALTER v SET STORAGE EXTERNAL;"
        "INSERT INTO t SELECT i, repeat('a', 5000) FROM generate_series(1, 200) i",
        "UPDATE t SET v = repeat('b', 5000) WHERE i = 77",
    ),
    "a type's output function is replaced": (
        "CREATE TYPE n; CREATE FUNCTION n_in(cstring) RETURNS n LANGUAGE internal IMMUTABLE STRICT AS 'int4in';"
        "CREATE FUNCTION n_out(n) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';"
        "CREATE TYPE n (INPUT = n_in, OUTPUT = n_out, LIKE = integer); CREATE TABLE t AS SELECT '-7'::n AS v FROM generate_series(1, 500)",
        "CREATE OR REPLACE FUNCTION n_out(n) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'oidout'",
    ),
    "a generated column becomes an ordinary one": (
        "CREATE TABLE t (i integer, v integer GENERATED ALWAYS AS (i * 2) STORED); INSERT INTO t SELECT generate_series(1, 500)",
        "ALTER TABLE t ALTER v DROP EXPRESSION",
    ),
    "the database's settings of how values look change": (
        "CREATE TABLE t AS SELECT now() AS a, 1.1::float8 / 3 AS b, '1 day 2 h'::interval AS c, '\\x00ff'::bytea AS d, 'pg_class'::regclass AS e"
        " FROM generate_series(1, 500)",
        "ALTER DATABASE hazard SET timezone = 'Asia/Tokyo'; ALTER DATABASE hazard SET datestyle = 'German';"
        "ALTER DATABASE hazard SET extra_float_digits = -5; ALTER DATABASE hazard SET intervalstyle = 'iso_8601';"
        "ALTER DATABASE hazard SET bytea_output = 'escape'; ALTER DATABASE hazard SET search_path = ''",
    ),
}


@pytest.fixture
def hazard(server):
    server.execute("postgres", "DROP ROLE IF EXISTS hazard_a; DROP ROLE IF EXISTS hazard_b")
    server.create_database("hazard")
    return server


def run_each(server, script):
    """One statement after the other: VACUUM allows no company."""
    with server.connect("hazard") as connection:
        for statement in script.split(";"):
            connection.execute(statement)


def assert_seen(server, starkeep):
    told = shown_digests(starkeep.show("latest"))
    assert told == table_digests(server, "hazard")


@pytest.mark.parametrize("name", CHANGES)
def test_backup_sees_that(name, hazard, starkeep):
    first, change = CHANGES[name]
    run_each(hazard, first)
    # A bystander that stays as it is: its reuse shows that the first point's fingerprints were trusted.
    run_each(hazard, "CREATE TABLE bystander AS SELECT i, md5(i::text) FROM generate_series(1, 3000) i")
    starkeep.backup(hazard.url("hazard"))
    assert_seen(hazard, starkeep)

    run_each(hazard, change)
    result = starkeep.backup(hazard.url("hazard"))

    assert_seen(hazard, starkeep)
    assert result["reused_objects"] >= 1
    if "t" in [row[0] for row in hazard.rows("hazard", "SELECT relname FROM pg_class WHERE relkind = 'r'")]:
        columns = hazard.rows("hazard", "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass('public.t') AND attnum > 0"
                              " AND NOT attisdropped ORDER BY attnum")
        listed = starkeep.run("ls", "latest:hazard/public.t", "--json").document()
        assert [c["name"] for c in listed] == [row[0] for row in columns]


def test_backup_sees_what_a_transaction_did_that_was_open_during_the_last_one(hazard, starkeep):
    run_each(hazard, "CREATE TABLE t AS SELECT i, 0 AS v FROM generate_series(1, 3000) i")
    open_one = hazard.connect("hazard", autocommit=False)
    open_one.execute("UPDATE t SET v = 1 WHERE i < 1000")
    open_one.execute("SAVEPOINT s")
    open_one.execute("DELETE FROM t WHERE i > 2000")
    starkeep.backup(hazard.url("hazard"))
    assert_seen(hazard, starkeep)

    open_one.commit()
    open_one.close()
    starkeep.backup(hazard.url("hazard"))

    assert_seen(hazard, starkeep)


def test_backup_sees_a_prepared_transaction_only_when_it_is_committed(hazard, starkeep):
    run_each(hazard, "CREATE TABLE t AS SELECT i, 0 AS v FROM generate_series(1, 3000) i")
    with hazard.connect("hazard", autocommit=False) as preparing:
        preparing.execute("UPDATE t SET v = 1 WHERE i < 1000")
        preparing.execute("PREPARE TRANSACTION 'hazard'")
    starkeep.backup(hazard.url("hazard"))
    assert_seen(hazard, starkeep)
    hazard.restart()

    starkeep.backup(hazard.url("hazard"))
    assert_seen(hazard, starkeep)
    hazard.execute("hazard", "COMMIT PREPARED 'hazard'")
    starkeep.backup(hazard.url("hazard"))

    assert_seen(hazard, starkeep)


def change(server, value):
    server.execute("hazard", f"UPDATE t SET v = {value} WHERE i % 10 = 0")


@pytest.fixture
def own(servers, hazard):
    """A server of this test's own, with a table; for those that go back in time."""
    server = servers(hazard.bin)
    server.create_database("hazard")
    server.execute("hazard", "CREATE TABLE t AS SELECT i, 0 AS v FROM generate_series(1, 3000) i")
    yield server
    server.stop()


def test_backup_sees_a_cluster_that_was_put_back_from_a_copy_of_its_files(own, starkeep, tmp_path):
    own.stop()
    own.keep_copy(tmp_path / "copy")
    own.start()
    change(own, 1)
    starkeep.backup(own.url("hazard"))

    own.stop()
    own.put_back(tmp_path / "copy")
    own.start()
    change(own, 2)
    starkeep.backup(own.url("hazard"))

    assert_seen(own, starkeep)


def test_backup_sees_a_cluster_that_was_put_back_and_then_did_more_than_before(own, starkeep, tmp_path):
    own.stop()
    own.keep_copy(tmp_path / "copy")
    own.start()
    change(own, 1)
    starkeep.backup(own.url("hazard"))

    own.stop()
    own.put_back(tmp_path / "copy")
    own.start()
    change(own, 2)
    for _ in range(50):
        own.execute("hazard", "CREATE TABLE later AS SELECT generate_series(1, 10000); DROP TABLE later")
    starkeep.backup(own.url("hazard"))

    assert_seen(own, starkeep)


def test_backup_sees_a_cluster_that_lost_its_last_commits_in_a_crash(own, starkeep):
    """With asynchronous commit a crash takes back what a backup may have seen; the numbers are then used again."""
    for turn in range(6):
        with own.connect("hazard") as connection:
            connection.execute("SET synchronous_commit = off")
            connection.execute(f"UPDATE t SET v = {turn} + 10 WHERE i % 10 = 0")
            connection.execute("INSERT INTO t SELECT i, -1 FROM generate_series(1, 50) i")
        starkeep.backup(own.url("hazard"))
        own.stop(signal.SIGQUIT)
        own.start()
        change(own, turn + 100)

        starkeep.backup(own.url("hazard"))
        assert_seen(own, starkeep)


def test_backup_sees_that_a_crash_took_back_commits_while_the_server_never_stopped(own, starkeep):
    """When one session is killed the postmaster lives on and starts the others anew: its own start time tells nothing."""
    own.execute("postgres", "ALTER SYSTEM SET wal_writer_delay = '10s'")
    own.restart()
    started = own.value("postgres", "SELECT pg_postmaster_start_time()")
    with own.connect("hazard") as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("INSERT INTO t VALUES (-1, 111)")
    starkeep.backup(own.url("hazard"))
    assert_seen(own, starkeep)

    victim = own.connect("hazard")
    os.kill(victim.info.backend_pid, signal.SIGKILL)
    own.wait_until_ready(victim)
    own.execute("hazard", "INSERT INTO t VALUES (-1, 222)")
    for _ in range(50):
        own.execute("hazard", "CREATE TABLE later AS SELECT generate_series(1, 1000); DROP TABLE later")
    assert own.value("postgres", "SELECT pg_postmaster_start_time()") == started
    starkeep.backup(own.url("hazard"))

    assert_seen(own, starkeep)


def go_round(server, to):
    """Puts the counter of transactions forward to a number, over its end when that is lower; each way below 2^31 ahead."""
    server.execute("postgres", "ALTER DATABASE template0 ALLOW_CONNECTIONS true")
    for database in ("postgres", "template1", "template0", "hazard"):
        server.execute(database, "VACUUM (FREEZE)")
    now = server.value("postgres", "SELECT txid_current()")
    epoch = (now >> 32) + (to < now % 2**32)
    server.stop()
    resetwal = [server.bin / "pg_resetwal", "-D", server.data, "-x", to, "-e", epoch]
    subprocess.run(as_server_user([str(a) for a in resetwal]), check=True, capture_output=True)
    # The server wants the state of its newest transactions in a file, which it makes itself only on the way there.
    status = server.data / "pg_xact" / f"{to // 2**20:04X}"
    if not status.exists():
        status.write_bytes(bytes(2**18))
        shutil.chown(status, "postgres", "postgres") if os.geteuid() == 0 else None
    server.start()


def burn_to(server, number):
    """Uses up numbers; the next transaction has this one."""
    with server.connect() as connection:
        while connection.execute("SELECT txid_current() % 4294967296").fetchone()[0] < number - 1:
            pass


def identity(server, table):
    return server.rows("hazard", f"SELECT ctid::text, xmin::text FROM {table}")


def test_backup_sees_a_row_whose_maker_has_the_number_of_the_one_before_it(own, starkeep):
    """Numbers of transactions come around, and a frozen row keeps its own: (place, number) are equal, the rows are not."""
    for table in ("once", "twice"):
        own.execute("hazard", f"CREATE TABLE {table} (v text) WITH (autovacuum_enabled = off)")
    own.execute("hazard", "INSERT INTO once VALUES ('first')")
    number = int(identity(own, "once")[0][1])
    burn_to(own, number + 100)
    own.execute("hazard", "INSERT INTO twice VALUES ('first')")
    for step in (15 * 10**8, 30 * 10**8, 42 * 10**8, number - 20):
        go_round(own, step)
    own.execute("hazard", "CREATE TABLE bystander AS SELECT generate_series(1, 500)")
    starkeep.backup(own.url("hazard"))

    own.execute("hazard", "DELETE FROM once")
    own.execute("hazard", "VACUUM (TRUNCATE off) once")
    burn_to(own, number)
    own.execute("hazard", "INSERT INTO once VALUES ('second')")
    assert identity(own, "once") == [("(0,1)", str(number))]
    result = starkeep.backup(own.url("hazard"))
    assert_seen(own, starkeep)
    assert result["reused_objects"] >= 1

    # Now with a maker that has its number already, but has not made anything yet, while the backup looks.
    deleting, making = own.connect("hazard", autocommit=False), own.connect("hazard", autocommit=False)
    deleting.execute("DELETE FROM twice")
    burn_to(own, number + 100)
    assert making.execute("SELECT txid_current() % 4294967296").fetchone()[0] == number + 100
    burn_to(own, number + 110)
    starkeep.backup(own.url("hazard"))
    assert_seen(own, starkeep)
    deleting.commit()
    own.execute("hazard", "VACUUM (TRUNCATE off) twice")
    making.execute("INSERT INTO twice VALUES ('second')")
    making.commit()
    assert identity(own, "twice") == [("(0,1)", str(number + 100))]
    starkeep.backup(own.url("hazard"))
    assert_seen(own, starkeep)
    deleting.close()
    making.close()


def test_backup_sees_a_table_that_was_emptied_and_filled_while_the_view_was_made(hazard, starkeep):
    """Who emptied a table after the view's first moment left nothing for the view to see, neither old rows nor new ones."""
    run_each(hazard, "CREATE TABLE t AS SELECT i FROM generate_series(1, 500) i")
    emptying = hazard.connect("hazard", autocommit=False)
    emptying.execute("TRUNCATE t")
    emptying.execute("INSERT INTO t SELECT -i FROM generate_series(1, 300) i")

    running = starkeep.begin("backup", hazard.url("hazard"))
    deadline = time.monotonic() + 60
    while not hazard.value("postgres", "SELECT count(*) FROM pg_locks WHERE NOT granted"):
        assert time.monotonic() < deadline and not running.ended()
    emptying.commit()
    emptying.close()
    assert running.wait().status == 0

    assert_seen(hazard, starkeep)


def test_backup_sees_that_another_cluster_answers_under_the_same_address(own, servers, starkeep):
    starkeep.backup(own.url("hazard"))
    other = servers(own.bin)
    other.create_database("hazard")
    other.execute("hazard", "CREATE TABLE t AS SELECT i, 5 AS v FROM generate_series(1, 3000) i")
    other.stop()
    own.stop()

    other.port = own.port
    other.start()
    starkeep.backup(other.url("hazard"))

    assert_seen(other, starkeep)
    other.stop()


def test_backup_sees_a_database_that_was_dropped_and_made_again(hazard, starkeep):
    run_each(hazard, "CREATE TABLE t AS SELECT i, 0 AS v FROM generate_series(1, 3000) i")
    starkeep.backup(hazard.url("hazard"))
    hazard.drop_database("hazard")
    hazard.create_database("hazard")
    run_each(hazard, "CREATE TABLE t AS SELECT i, 1 AS v FROM generate_series(1, 3000) i")

    starkeep.backup(hazard.url("hazard"))

    assert_seen(hazard, starkeep)


def test_backup_sees_what_changed_since_an_older_point_when_the_newer_is_forgotten(hazard, starkeep):
    run_each(hazard, "CREATE TABLE t AS SELECT i, 0 AS v FROM generate_series(1, 3000) i")
    starkeep.backup(hazard.url("hazard"))
    change(hazard, 1)
    starkeep.backup(hazard.url("hazard"))
    starkeep.run("forget", "--keep-last", "1", "--prune")
    change(hazard, 2)

    starkeep.backup(hazard.url("hazard"))

    assert_seen(hazard, starkeep)

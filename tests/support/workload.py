# SPDX-License-Identifier: Apache-2.0
"""Random life of a database: sessions that interleave, and maintenance. One seed gives one life, statement by statement."""

import psycopg

SCHEMA = """
CREATE TYPE mood AS ENUM ('calm', 'glad', 'wild');
CREATE TYPE spot AS (x integer, y integer);
CREATE TABLE accounts (
    id integer PRIMARY KEY, balance bigint NOT NULL DEFAULT 100, note text, payload text, mood mood DEFAULT 'calm', spot spot
) WITH (fillfactor = 60);
ALTER TABLE accounts ALTER payload SET STORAGE EXTERNAL;
INSERT INTO accounts (id, note) SELECT i, repeat('n', 150) FROM generate_series(1, 3000) i;
CREATE TABLE journal (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(), line text);
INSERT INTO journal (line) SELECT repeat(md5(i::text), 4) FROM generate_series(1, 3000) i;
CREATE TABLE once (id integer, word text);
INSERT INTO once SELECT i, md5(i::text) FROM generate_series(1, 4000) i;
CREATE INDEX once_word ON once (word);
CREATE TABLE events (id integer, day integer, what mood[]) PARTITION BY RANGE (day);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (10);
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (10) TO (20);
INSERT INTO events SELECT i, i % 20, ARRAY['calm', 'glad']::mood[] FROM generate_series(1, 3000) i;
"""

SESSIONS = 5
TABLES = ["accounts", "journal", "once", "events_1", "events_2"]
# What ends a statement without ending the life: a lock that another session holds, a key that is there already.
EXPECTED = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.UniqueViolation,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.InFailedSqlTransaction,
    psycopg.errors.SerializationFailure,
)


class Session:
    """One connection that may sit in a transaction for long."""

    def __init__(self, server, database, number):
        self.connection = server.connect(database)
        self.connection.execute("SET lock_timeout = '20ms'; SET deadlock_timeout = '10ms'; SET synchronous_commit = off")
        self.number = number
        self.prepared = 0
        self.savepoints = 0

    @property
    def open(self):
        return self.connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE

    def run(self, statement):
        try:
            self.connection.execute(statement)
        except EXPECTED:
            if self.open:
                self.end("ROLLBACK TO SAVEPOINT s" if self.savepoints else "ROLLBACK")

    def end(self, statement):
        self.connection.execute(statement)
        if not self.open:
            self.savepoints = 0


class Life:
    """`server` and `database` hold SCHEMA already."""

    def __init__(self, server, database, random):
        self.server, self.database, self.random = server, database, random
        self.sessions = [Session(server, database, n) for n in range(SESSIONS)]
        self.labels = 0
        self.columns = 0
        self.window = 1

    def close(self):
        for session in self.sessions:
            session.connection.close()
        for gid in self.prepared():
            self.server.execute(self.database, f"ROLLBACK PREPARED '{gid}'")

    def prepared(self):
        return [row[0] for row in self.server.rows(self.database, "SELECT gid FROM pg_prepared_xacts ORDER BY 1")]

    def step(self):
        """One statement of one session."""
        session = self.random.choice(self.sessions)
        if session.open and self.random.random() < 0.25:
            self.finish_transaction(session)
        elif session.open and self.random.random() < 0.2:
            self.savepoint(session)
        elif not session.open and self.random.random() < 0.5:
            level = self.random.choice(["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
            session.run(f"BEGIN ISOLATION LEVEL {level}")
        else:
            session.run(self.change())

    def finish_transaction(self, session):
        choice = self.random.random()
        if choice < 0.15 and session.connection.info.transaction_status == psycopg.pq.TransactionStatus.INTRANS:
            session.prepared += 1
            gid = f"s{session.number}-{session.prepared}"
            # Refused where the session touched what a prepared transaction cannot carry.
            session.run(f"PREPARE TRANSACTION '{gid}'")
            session.savepoints = 0
        else:
            session.run("COMMIT" if choice < 0.8 else "ROLLBACK")
            session.savepoints = 0

    def savepoint(self, session):
        if session.savepoints and self.random.random() < 0.6:
            if self.random.random() < 0.6:
                session.run("ROLLBACK TO SAVEPOINT s")
            else:
                session.run("RELEASE SAVEPOINT s")
                session.savepoints -= 1
        else:
            session.run("SAVEPOINT s")
            session.savepoints += 1

    def settle_prepared(self):
        for gid in self.prepared():
            if self.random.random() < 0.5:
                end = "COMMIT" if self.random.random() < 0.7 else "ROLLBACK"
                self.server.execute(self.database, f"{end} PREPARED '{gid}'")

    def rest(self):
        """Nobody is in a transaction any more."""
        for session in self.sessions:
            if session.open:
                self.finish_transaction(session)
        for gid in self.prepared():
            self.server.execute(self.database, f"COMMIT PREPARED '{gid}'")

    def change(self):
        """Most changes fall into a window of keys that wanders, so that most of a table stays as it was."""
        random = self.random
        if random.random() < 0.05:
            self.window = random.randrange(1, 2800)
        key = self.window + random.randrange(200)
        some = f"id BETWEEN {key} AND {key + random.randrange(1, 20)}"
        return random.choice([
            f"INSERT INTO accounts (id, note) VALUES ({key}, 'up') ON CONFLICT (id) DO UPDATE SET balance = accounts.balance + 1",
            f"UPDATE accounts SET balance = balance - 1 WHERE {some}",
            f"UPDATE accounts SET payload = repeat('{random.randrange(10**9)}', 900) WHERE id = {key}",
            f"""UPDATE accounts SET mood = (enum_range(NULL::mood))[1 + id % 3],
                spot = jsonb_populate_record(spot, '{{"x": {key}}}') WHERE {some}""",
            f"UPDATE accounts SET id = id + 10000 WHERE id = {key}",
            f"DELETE FROM accounts WHERE {some}",
            f"SELECT 1 FROM accounts WHERE {some} FOR UPDATE",
            f"SELECT 1 FROM accounts WHERE {some} FOR KEY SHARE",
            f"INSERT INTO journal (line) SELECT md5(i::text) FROM generate_series(1, {random.randrange(1, 60)}) i",
            f"DELETE FROM journal WHERE id % 97 = {random.randrange(97)}",
            f"INSERT INTO events SELECT i, i % 20, ARRAY['wild']::mood[] FROM generate_series({key}, {key + 30}) i",
            f"UPDATE events SET day = (day + 7) % 20 WHERE {some}",
            f"DELETE FROM once WHERE {some}",
            f"INSERT INTO once VALUES ({key}, 'again')",
            "SELECT pg_current_xact_id()",
            # Sub-transactions beyond what a backend advertises (64), half of them rolled back.
            f"""DO $$ BEGIN FOR i IN 1..{random.choice([3, 90])} LOOP
                BEGIN INSERT INTO journal (line) VALUES ('sub ' || i); IF i % 2 = 0 THEN RAISE 'no'; END IF;
                EXCEPTION WHEN raise_exception THEN NULL; END; END LOOP; END $$""",
        ])

    def maintain(self):
        """One act of an administrator; most need that nobody else is in the way."""
        table = self.random.choice(TABLES)
        act = self.random.choice([
            f"VACUUM {table}",
            f"VACUUM (FREEZE, INDEX_CLEANUP ON) {table}",
            "VACUUM FREEZE",
            f"VACUUM FULL {table}",
            "CLUSTER once USING once_word",
            f"TRUNCATE {self.random.choice(['journal', 'events_1'])}",
            f"ALTER TABLE {self.random.choice(['accounts', 'once', 'events'])} ADD COLUMN {self.column()}",
            f"ALTER TYPE mood RENAME VALUE '{self.first_label()}' TO 'label{self.label()}'",
            f"ALTER TYPE mood ADD VALUE IF NOT EXISTS 'label{self.label()}'",
            f"ALTER TYPE spot ADD ATTRIBUTE a{self.label()} text",
            "ALTER TABLE accounts ALTER balance TYPE numeric",
            "ALTER TABLE accounts ALTER balance TYPE bigint",
            "ALTER TABLE journal ALTER at TYPE timestamp",
            "ALTER TABLE journal ALTER at TYPE timestamptz",
            "ALTER TABLE once SET UNLOGGED",
            "ALTER TABLE once SET LOGGED",
            "ALTER TABLE once RENAME TO once_renamed; ALTER TABLE once_renamed RENAME TO once",
            "CREATE TABLE copied AS TABLE once; DROP TABLE once; ALTER TABLE copied RENAME TO once;"
            "CREATE INDEX once_word ON once (word)",
            "BEGIN; ALTER TABLE events DETACH PARTITION events_2;"
            "ALTER TABLE events ATTACH PARTITION events_2 FOR VALUES FROM (10) TO (20); COMMIT",
            "REINDEX TABLE accounts",
            "CHECKPOINT",
        ])
        with self.server.connect(self.database) as connection:
            connection.execute("SET lock_timeout = '20ms'")
            try:
                connection.execute(act)
            except EXPECTED:
                pass
        return act

    def column(self):
        self.columns += 1
        default = self.random.choice(["integer DEFAULT 42", "text", "timestamptz DEFAULT now()", "text DEFAULT md5(random()::text)"])
        return f"extra{self.columns} {default}"

    def label(self):
        self.labels += 1
        return self.labels

    def first_label(self):
        query = "SELECT enumlabel FROM pg_enum WHERE enumtypid = 'mood'::regtype ORDER BY enumsortorder LIMIT 1"
        return self.server.value(self.database, query)

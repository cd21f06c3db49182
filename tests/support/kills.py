# SPDX-License-Identifier: Apache-2.0
"""Kills the program at any moment of a backup, a restore, a prune, and checks what must hold afterwards."""

import signal
import time

from support.contents import contents, shown_digests, table_digests

SCHEMA = """
CREATE TABLE wide (id integer PRIMARY KEY, a text, b text);
INSERT INTO wide SELECT i, md5(i::text) || md5((i + 1)::text), repeat(md5((i * 3)::text), 2) FROM generate_series(1, 30000) i;
CREATE TABLE narrow (id bigint, n integer);
INSERT INTO narrow SELECT i, i % 100 FROM generate_series(1, 60000) i;
CREATE INDEX ON narrow (n, id);
CREATE TABLE no_key (word text);
INSERT INTO no_key SELECT md5((i % 1000)::text) FROM generate_series(1, 20000) i;
CREATE SEQUENCE counter;
CREATE MATERIALIZED VIEW summary AS SELECT n, count(*) FROM narrow GROUP BY n;
"""
KEPT = 3


class Kills:
    """One repository and one database that go through a series of kills. Everything random comes from `random`."""

    def __init__(self, starkeep, server, random):
        self.starkeep, self.server, self.random = starkeep, server, random
        self.url = server.url("killed")
        self.states = {}
        self.turn = 0
        self.took = {}
        self.counts = {"backup": 0, "restore": 0, "prune": 0, "landed": 0}
        server.create_database("killed")
        server.execute("killed", SCHEMA)
        self.backup_whole()
        self.change()
        self.backup_whole()
        self.time("restore", lambda: self.starkeep.restore(self.newest(), server.url("again")))
        server.drop_database("again")

    def one(self):
        """One kill of one verb, and everything that must hold after it."""
        self.turn += 1
        verb = self.random.choice(["backup", "restore", "prune"])
        self.counts[verb] += 1
        getattr(self, f"kill_{verb}")()

    def time(self, verb, act):
        began = time.monotonic()
        result = act()
        self.took[verb] = time.monotonic() - began
        return result

    def change(self):
        """New content in a part of every table, so that a backup has something to store."""
        part, salt = self.random.randrange(4), self.random.randrange(10**9)
        self.server.execute(
            "killed",
            f"UPDATE wide SET a = md5(a || {salt}) WHERE id / 8000 = {part}; DELETE FROM narrow WHERE id % 50 = {salt % 50};"
            f"INSERT INTO narrow SELECT i, {salt % 100} FROM generate_series(1, 1000) i; SELECT nextval('counter');"
            "REFRESH MATERIALIZED VIEW summary",
        )

    def newest(self):
        return self.starkeep.point_ids()[0]

    def backup_whole(self):
        result = self.time("backup", lambda: self.starkeep.backup(self.url))
        self.remember(result["point"])

    def remember(self, point):
        """The database has not changed since `point` was taken."""
        assert shown_digests(self.starkeep.show(point)) == table_digests(self.server, "killed")
        self.states[point] = contents(self.server, "killed")

    def kill(self, verb, *arguments):
        """Kills after a random part of the time that a whole run takes, or when so and so many files have changed."""
        running = self.starkeep.begin(*arguments)
        if verb != "restore" and self.random.random() < 0.5:
            self.wait_for_files(running, self.random.randrange(1, 12))
        else:
            time.sleep(self.random.random() * self.took[verb] * 1.05)
        self.counts["landed"] += not running.ended()
        running.send(signal.SIGKILL)
        outcome = running.wait()
        assert outcome.status in {-signal.SIGKILL, 0, 3}, outcome
        return outcome

    def wait_for_files(self, running, changes):
        before = self.names()
        while not running.ended() and len(before ^ self.names()) < changes:
            time.sleep(0.0002)

    def names(self):
        return {p for p in self.starkeep.repository.rglob("*")}

    def kill_backup(self):
        self.change()
        before = self.starkeep.point_ids()
        outcome = self.kill("backup", "backup", self.url, "--json")
        self.assert_sound()
        after = self.starkeep.point_ids()
        # A point may have been committed just before the kill; then it is a whole one.
        assert after[-len(before) :] == before and len(after) - len(before) in {0, 1}
        if outcome.status == 0:
            assert outcome.result()["point"] == after[0]
        for point in set(after) - set(before):
            self.remember(point)
        self.backup_whole()
        self.assert_every_point_whole()

    def kill_restore(self):
        point = self.random.choice(self.starkeep.point_ids())
        target = self.server.url("again")
        self.kill("restore", "restore", point, "--to", target)
        self.starkeep.restore(point, target, status=0 if not self.finished_already(point) else {0, 1})
        assert contents(self.server, "again") == self.states[point], "a resumed restore is not exact"
        self.server.drop_database("again")

    def finished_already(self, point):
        """The kill came too late; a second restore may then refuse to overwrite what is there."""
        return "again" in self.server.databases() and contents(self.server, "again") == self.states[point]

    def kill_prune(self):
        self.starkeep.run("forget", "--keep-last", str(KEPT))
        points = self.starkeep.point_ids()
        self.took.setdefault("prune", 0.5)
        self.kill("prune", "repo", "prune", self.starkeep.url)
        assert self.starkeep.point_ids() == points
        self.assert_sound()
        self.time("prune", lambda: self.starkeep.run("repo", "prune", self.starkeep.url))
        self.assert_every_point_whole()
        self.change()
        self.backup_whole()

    def assert_sound(self):
        self.starkeep.check("--read-data")

    def assert_every_point_whole(self):
        self.assert_sound()
        for point in self.starkeep.point_ids():
            self.starkeep.run("verify", point)
            assert point in self.states, "a point nobody made"

    def finish(self):
        """The last word: every point that is left restores to what it was."""
        for point in self.starkeep.point_ids():
            self.server.drop_database("again")
            self.starkeep.restore(point, self.server.url("again"))
            assert contents(self.server, "again") == self.states[point]
        self.server.drop_database("again")

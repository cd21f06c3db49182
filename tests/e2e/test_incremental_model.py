# SPDX-License-Identifier: Apache-2.0
"""The incremental backup against a model: after any life of the database it tells what a full reading tells."""

import os
import threading
from random import Random

import pytest

from support.contents import contents, shown_digests, table_digests
from support.workload import SCHEMA, Life

GENERATIONS = int(os.environ.get("STARKEEP_TEST_GENERATIONS", "100"))


@pytest.fixture
def lived_in(server):
    server.create_database("life")
    server.execute("life", SCHEMA)
    return server


def test_every_generation_equals_an_independent_reading_of_the_same_state(lived_in, starkeep, seed):
    """Transactions stay open across the backups: what they did must not be seen, and must be seen once they end."""
    random = Random(seed)
    life = Life(lived_in, "life", random)
    url, acts, read, states = lived_in.url("life"), [], [], {}
    for generation in range(GENERATIONS):
        acts.append([])
        for _ in range(random.choice([0, 3, 30])):
            life.step()
        if random.random() < 0.4:
            if random.random() < 0.6:
                life.rest()
            acts[-1].append(life.maintain())
        if random.random() < 0.3:
            life.settle_prepared()

        result = starkeep.backup(url, "--jobs", random.choice([1, 2, 4]))

        shown = starkeep.show(result["point"])
        told = shown_digests(shown)
        assert told == table_digests(lived_in, "life"), f"generation {generation}, seed {seed}, acts {acts[-5:]}"
        read.append(result["bytes_read"] / max(1, sum(o["bytes"] for o in shown["objects"])))
        states[result["point"]] = told
        if random.random() < 0.05:
            starkeep.run("forget", "--keep-last", "5", "--prune")
    life.close()

    # Without reuse the comparison would be idle.
    assert sorted(read)[len(read) // 4] < 0.25
    starkeep.check()
    for point in starkeep.point_ids()[::5]:
        lived_in.drop_database("back")
        starkeep.restore(point, lived_in.url("back"))
        assert table_digests(lived_in, "back") == states[point], f"seed {seed}"


def test_backup_beside_free_running_writers_is_one_instant_and_so_is_the_next(lived_in, starkeep, seed):
    """Writers move money and never make any, so that every instant has the same sum; then they rest for a comparison."""
    lived_in.execute("life", "UPDATE accounts SET balance = 100")
    url, stop = lived_in.url("life"), threading.Event()

    def write(number):
        random = Random(seed + number)
        with lived_in.connect("life", autocommit=False) as connection:
            while not stop.is_set():
                # In the order of their keys, so that no deadlock ends a writer.
                a, b = sorted(random.sample(range(1, 3001), 2))
                amount = random.randrange(-50, 50)
                connection.execute("UPDATE accounts SET balance = balance + %s WHERE id = %s", [amount, a])
                connection.execute("SAVEPOINT s")
                connection.execute("DELETE FROM accounts WHERE id = %s", [b])
                connection.execute("ROLLBACK TO SAVEPOINT s")
                connection.execute("UPDATE accounts SET balance = balance - %s WHERE id = %s", [amount, b])
                connection.execute("COMMIT" if random.random() < 0.8 else "ROLLBACK")

    for _ in range(4):
        stop.clear()
        writers = [threading.Thread(target=write, args=[n]) for n in range(3)]
        for writer in writers:
            writer.start()
        during = [starkeep.backup(url)["point"] for _ in range(2)]
        stop.set()
        for writer in writers:
            writer.join()
        still = starkeep.backup(url)["point"]

        assert shown_digests(starkeep.show(still)) == table_digests(lived_in, "life"), f"seed {seed}"
        lived_in.drop_database("back")
        starkeep.restore(during[-1], lived_in.url("back"))
        assert lived_in.rows("back", "SELECT count(*), sum(balance) FROM accounts") == [(3000, 300000)]


def test_restored_generations_are_equal_in_sql(lived_in, starkeep, seed):
    random = Random(seed)
    life = Life(lived_in, "life", random)
    for _ in range(5):
        for _ in range(60):
            life.step()
        life.rest()
        life.maintain()
        point = starkeep.backup(lived_in.url("life"))["point"]
        state = contents(lived_in, "life")
        lived_in.drop_database("back")
        starkeep.restore(point, lived_in.url("back"), "--verify")
        assert contents(lived_in, "back") == state, f"seed {seed}"
    life.close()

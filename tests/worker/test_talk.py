# SPDX-License-Identifier: Apache-2.0
"""The real worker, two real queues, and an appliance that knows nothing but docs/worker-protocol.md."""

import json
import os
import signal
from pathlib import Path

from appliance_half import new_task, seal
from machines import wait_until
from support.starkeep import PASSWORD


def backup_of(starkeep, server, **more):
    members = {
        "source": server.url("shop"),
        "repository": starkeep.url,
        "include": [],
        "exclude": [],
        "full": False,
        "jobs": 2,
        "labels": {},
    }
    return new_task("backup", {"repository_password": PASSWORD}, **(members | more))


def restore_of(starkeep, target, **more):
    members = {
        "repository": starkeep.url,
        "point": "latest",
        "source": "",
        "target": target,
        "include": [],
        "exclude": [],
        "renames": [],
        "if_exists": "fail",
        "jobs": 2,
        "dry_run": False,
        "verify": True,
    }
    return new_task("restore", {"repository_password": PASSWORD}, **(members | more))


def test_a_backup_and_a_restore_by_the_worker(machine, starkeep, shop):
    half = machine.half
    task = half.send(backup_of(starkeep, shop, labels={"by": "worker"}))
    assert half.wait_for("accepted", task)
    done = half.last_word(task)
    assert done["event"] == "finished" and done["exit_status"] == 0, done
    [point] = starkeep.points()
    assert done["result"]["point"] == point["id"]
    assert done["result"]["rows"] > 0 and done["result"]["peak_rss_bytes"] < 512 << 20

    before = shop.rows("shop", "SELECT count(*), sum(hashtext(t::text)) FROM sales.orders t")
    task = half.send(restore_of(starkeep, shop.url("shop_again")))
    done = half.last_word(task)
    assert done["event"] == "finished" and done["result"]["verified"] is True, done
    assert shop.rows("shop_again", "SELECT count(*), sum(hashtext(t::text)) FROM sales.orders t") == before

    task = half.send(
        new_task(
            "verify",
            {"repository_password": PASSWORD},
            repository=starkeep.url,
            point="latest",
            source="",
            into="",
            jobs=2,
        )
    )
    assert half.last_word(task)["result"]["sound"] is True


def test_the_bootstrap_file_goes_after_hello_and_no_secret_is_left(machine, starkeep, shop):
    assert not machine.config.exists()
    half = machine.half
    secret = "a-password-that-must-not-show-4711"
    task = half.send(backup_of(starkeep, shop) | {"secrets": {
        "database_password": secret, "repository_password": PASSWORD, "storage": "none", "storage_credential": "",
    }})
    assert half.last_word(task)["event"] == "finished"
    shown = machine.said() + (Path("/proc") / str(machine.process.pid) / "cmdline").read_text()
    for hidden in (secret, PASSWORD, half.bootstrap_secret.hex(), "sig="):
        assert hidden not in shown
    limits = (Path("/proc") / str(machine.process.pid) / "limits").read_text()
    assert any(line.split()[4:6] == ["0", "0"] for line in limits.splitlines() if line.startswith("Max core file"))


def test_a_repeated_task_is_done_once_and_answered_again(machine, starkeep, shop):
    half = machine.half
    task = backup_of(starkeep, shop)
    texts = list(half.envelopes(task))
    for text in texts * 3:
        half.tasks.put(text)
    first = half.last_word(task["task"])
    half.received.clear()
    half.send(task)
    assert half.last_word(task["task"]) == first
    assert len(starkeep.points()) == 1


def test_forged_and_foreign_messages_do_no_harm(machine, new_machine, starkeep, shop):
    half = machine.half
    other = new_machine().start()
    other.half.wait_for("hello", seconds=30)
    [text] = half.envelopes(backup_of(starkeep, shop))
    changed = json.loads(text)
    changed["sequence"] += 1
    stranger = seal(os.urandom(32), "tasks", json.loads(text), b"{}")
    for put in ("no envelope", json.dumps(changed), json.dumps(stranger), json.dumps({"starkeep": 2})):
        half.tasks.put(put)
    other.half.tasks.put(text)
    task = half.send(new_task("verify", {}, repository="file:///nowhere", point="latest", source="", into="", jobs=1))
    assert half.last_word(task)["code"] == "NotFound"
    assert starkeep.points() == []
    beat = half.wait_for("heartbeat", seconds=60)["refused"]
    assert beat["malformed"] == 1 and beat["forged"] == 2 and beat["unknown_version"] == 1, beat


def test_a_second_worker_takes_up_the_task_of_one_that_was_killed(new_machine, starkeep, server):
    server.create_database("shop")
    server.execute(
        "shop",
        "CREATE TABLE orders AS SELECT n, md5(n::text) AS a, repeat(md5((n * 7)::text), 8) AS b"
        " FROM generate_series(1, 400000) n",
    )
    first = new_machine().start()
    first.half.wait_for("hello", seconds=30)
    task = backup_of(starkeep, server)
    first.half.send(task)
    first.half.wait_for("accepted", task["task"])
    wait_until(lambda: any("/d/" in f"/{name}" or name.startswith("d") for name in starkeep.files()))
    first.process.send_signal(signal.SIGKILL)
    first.wait()
    assert starkeep.points() == []

    # On the same queues: what lies there for the dead one is nothing to the second.
    second = new_machine(queues=first.queue_names).start()
    second.half.wait_for("hello", seconds=30)
    second.half.send(task)
    done = second.half.last_word(task["task"])
    assert done["event"] == "finished", done
    [point] = starkeep.points()
    assert point["id"] == done["result"]["point"]
    starkeep.check()


def test_a_stop_ends_the_task_and_a_signal_ends_the_worker(machine, starkeep, server):
    server.create_database("shop")
    server.execute("shop", "CREATE TABLE t AS SELECT n, repeat(md5(n::text), 30) FROM generate_series(1, 500000) n")
    half = machine.half
    task = half.send(backup_of(starkeep, server, jobs=1))
    half.wait_for("accepted", task)
    half.send(new_task("stop", {}, stops=task))
    ended = half.last_word(task)
    assert (ended["event"], ended["code"]) == ("failed", "Cancelled"), ended

    task = half.send(backup_of(starkeep, server, jobs=1))
    half.wait_for("accepted", task)
    machine.process.send_signal(signal.SIGTERM)
    ended = half.last_word(task)
    assert (ended["event"], ended["code"]) == ("failed", "Cancelled"), ended
    assert machine.wait() == 143
    assert starkeep.points() == []


def test_an_order_to_end_ends_the_worker_with_success(machine):
    machine.half.send(new_task("stop", {}, stops=None))
    assert machine.wait() == 0


def test_a_worker_waits_for_queues_that_are_not_there_yet(new_machine, azurite):
    machine = new_machine(make_queues=False).start()
    wait_until(lambda: "NotFound" in machine.said() or "queue" in machine.said().lower())
    for name in machine.queue_names:
        azurite.make_queue(name)
    machine.half.wait_for("hello", seconds=60)


def test_an_exclusion_that_fits_nothing_is_warned_of(machine, starkeep, shop):
    task = machine.half.send(backup_of(starkeep, shop, exclude=["no_such_table"]))
    assert machine.half.last_word(task)["exit_status"] == 0
    warning = machine.half.wait_for("log", task)
    assert warning["level"] == "warning" and "no_such_table" in warning["text"]


def test_a_wrong_password_fails_by_name(machine, starkeep, shop):
    task = backup_of(starkeep, shop)
    task["secrets"]["repository_password"] = "wrong"
    machine.half.send(task)
    failed = machine.half.last_word(task["task"])
    assert (failed["event"], failed["code"]) == ("failed", "Denied") and failed["message"], failed


def test_an_expired_or_unknown_bootstrap_file_is_refused(new_machine):
    machine = new_machine()
    config = json.loads(machine.config.read_text())
    machine.config.write_text(json.dumps(config | {"expires": "2020-01-01T00:00:00Z"}))
    assert machine.start().wait() == 5 and "expired" in machine.said()
    machine.config.write_text(json.dumps(config | {"version": 2}))
    assert machine.start().wait() == 1 and "version 2" in machine.said()

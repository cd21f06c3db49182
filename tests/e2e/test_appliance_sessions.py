# SPDX-License-Identifier: Apache-2.0
"""Sessions of the appliance on a server that needs no worker: backup, points, restore, retry, and a killed appliance."""

import time

import pytest

from support.appliance import Appliance
from support.contents import contents


@pytest.fixture
def appliance(built, tmp_path, shop):
    """Logged in, with the shop as source `shop` and an empty repository `main`."""
    made = Appliance(tmp_path).start().login()
    made.json("repository", "create", "main", "--url", f"file://{tmp_path / 'r'}", "--init", "--password-file", made.password_file)
    made.json("source", "create", "shop", "--url", shop.url("shop"))
    yield made
    made.stop()


def add_policy(appliance, text="name: nightly\nsources: [shop]\nrepository: {name: main, jobs: 2}\n"):
    policy = appliance.folder / "policy.yaml"
    policy.write_text(text)
    appliance.json("policy", "create", "-f", policy)


def test_policy_run_makes_a_restore_point_that_verbs_without_repo_show(appliance, shop):
    add_policy(appliance)

    session = appliance.json("policy", "run", "nightly", "--wait")

    assert session["state"] == "done"
    task = session["tasks"][0]
    assert [(step["name"], step["state"]) for step in task["steps"]] == [("transfer", "done")]
    points = appliance.json("points")
    assert [point["id"] for point in points] == [task["result"]["point"]]
    assert appliance.json("points", "--source", "shop") == points
    shown = appliance.json("show", "latest")
    assert shown["id"] == points[0]["id"] and shown["objects"]
    assert appliance.rest("GET", "/api/v1/repositories/main/points/latest")[1] == shown
    assert appliance.rest("GET", f"/api/v1/sessions/{session['id']}")[1] == session
    assert appliance.rest("GET", f"/api/v1/sessions/{session['id']}/log")[1]["items"]


def test_restore_through_the_appliance_brings_the_same_contents_back(appliance, shop):
    appliance.run("backup", "shop", "--json")
    before = contents(shop, "shop")
    shop.create_database("back")

    result = appliance.json("restore", "latest", "--to", shop.url("back"), "--verify")

    assert result["verified"] is True
    assert contents(shop, "back") == before


def test_failed_session_names_step_layer_and_remedy_and_can_be_retried(appliance, shop):
    add_policy(appliance)
    shop.execute("postgres", "ALTER DATABASE shop RENAME TO hidden")

    failed = appliance.run("policy", "run", "nightly", "--wait", "--json", status=6)

    session = appliance.json("session", "list")[0]
    error = appliance.json("session", "show", session["id"])["tasks"][0]["error"]
    assert session["state"] == "failed" and "shop" in failed.stderr
    assert error["step"] == "transfer" and error["layer"] and error["owner"]
    shop.execute("postgres", "ALTER DATABASE hidden RENAME TO shop")
    again = appliance.json("session", "retry", session["id"])["id"]
    appliance.run("session", "log", "--follow", again)
    assert appliance.json("session", "show", again)["state"] == "done"


def test_killed_appliance_carries_its_session_on_after_a_restart(appliance, shop):
    shop.execute("shop", "CREATE TABLE big AS SELECT g AS id, repeat(md5(g::text), 20) AS t FROM generate_series(1, 200000) g")
    add_policy(appliance)
    begun = appliance.json("policy", "run", "nightly")["id"]
    while not appliance.json("session", "show", begun)["tasks"][0]["steps"]:
        time.sleep(0.05)

    appliance.kill()
    appliance.start()

    appliance.run("session", "log", "--follow", begun)
    session = appliance.json("session", "show", begun)
    assert session["state"] == "done"
    assert session["tasks"][0]["attempts"] in (1, 2)
    assert len(appliance.json("points")) >= 1


def test_cancelled_session_leaves_no_restore_point(appliance, shop):
    shop.execute("shop", "CREATE TABLE big AS SELECT g AS id, repeat(md5(g::text), 20) AS t FROM generate_series(1, 300000) g")
    add_policy(appliance)
    begun = appliance.json("policy", "run", "nightly")["id"]

    appliance.json("session", "cancel", begun)

    appliance.run("session", "log", "--follow", begun, status=130)
    assert appliance.json("session", "show", begun)["state"] == "cancelled"
    assert appliance.json("points") == []


def test_policy_runs_once_at_a_time(appliance, shop):
    shop.execute("shop", "CREATE TABLE big AS SELECT g AS id, repeat(md5(g::text), 20) AS t FROM generate_series(1, 200000) g")
    add_policy(appliance)
    begun = appliance.json("policy", "run", "nightly")["id"]

    second = appliance.run("policy", "run", "nightly", status=1)

    assert begun in second.stderr
    appliance.run("session", "log", "--follow", begun)

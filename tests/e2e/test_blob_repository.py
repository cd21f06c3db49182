# SPDX-License-Identifier: Apache-2.0
"""A repository in Blob storage, used as one in a folder is."""

import signal

import pytest

from support.azurite import ACCOUNT, Azurite
from support.contents import contents
from support.starkeep import Starkeep

SHOP = """
CREATE TABLE item (id integer PRIMARY KEY, name text, body text);
INSERT INTO item SELECT i, md5(i::text), repeat(md5((i * 7)::text), 8) FROM generate_series(1, 60000) i;
CREATE TABLE note (word text);
INSERT INTO note SELECT md5(i::text) FROM generate_series(1, 500) i;
"""


@pytest.fixture(scope="module")
def azurite(tmp_path_factory):
    made = Azurite(tmp_path_factory.mktemp("azurite") / "home").start()
    yield made
    made.stop()


@pytest.fixture
def blob(built, azurite, tmp_path, request):
    """The program with its repository in a container of the test's own. Not yet a repository: call init()."""
    program = Starkeep.in_folder(tmp_path)
    program.url = f"azblob://{ACCOUNT}/{request.node.name.replace('_', '-')[:63].strip('-')}/eu"
    program.environment["STARKEEP_REPO"] = program.url
    program.environment["STARKEEP_CA_FILE"] = str(azurite.ca_file)
    program.environment["AZURE_STORAGE_CONNECTION_STRING"] = azurite.connection_string()
    return program


@pytest.fixture
def shop(server):
    server.create_database("shop")
    server.execute("shop", SHOP)
    return server


def test_a_database_goes_there_and_back(blob, shop):
    blob.init()
    first = blob.backup(shop.url("shop"))
    shop.execute("shop", "UPDATE item SET name = 'changed' WHERE id < 100")
    second = blob.backup(shop.url("shop"))
    shop.create_database("again")

    blob.restore("latest", shop.url("again"), "--rename", "shop=again", "--verify")

    assert contents(shop, "again") == contents(shop, "shop")
    assert blob.point_ids() == [second["point"], first["point"]]
    assert second["bytes_stored"] < first["bytes_stored"] / 2
    blob.check("--read-data")


def test_old_points_are_forgotten_and_their_packs_pruned(blob, shop):
    blob.init()
    blob.backup(shop.url("shop"))
    shop.execute("shop", "UPDATE item SET body = md5(body)")
    kept = blob.backup(shop.url("shop"))["point"]

    blob.run("forget", "--keep-last", "1", "--prune")

    assert blob.point_ids() == [kept]
    blob.check("--read-data")


def test_a_backup_that_is_killed_loses_nothing_and_runs_again(blob, shop):
    blob.init()
    running = blob.begin("backup", shop.url("shop"), "--json")
    try:
        running.process.wait(timeout=1.5)
    except Exception:
        running.send(signal.SIGKILL)
    running.process.wait()
    before = blob.point_ids()

    after = blob.backup(shop.url("shop"))["point"]

    assert blob.point_ids() == [after, *before]
    blob.check("--read-data")


def test_a_wrong_account_key_is_refused_and_not_shown(blob, azurite):
    wrong = "d3Jvbmcta2V5LW9mLWFuLWFjY291bnQ="
    outcome = blob.run(
        "repo", "init", blob.url, status=5, AZURE_STORAGE_CONNECTION_STRING=azurite.connection_string(wrong)
    )
    assert "AuthorizationFailure" in outcome.stderr or "AuthenticationFailed" in outcome.stderr
    assert wrong not in outcome.stderr


def test_a_container_that_is_missing_is_named(blob):
    outcome = blob.run("points", status=6)
    assert "does not exist" in outcome.stderr and ACCOUNT in outcome.stderr


def test_a_wrong_password_is_refused(blob, tmp_path):
    blob.init()
    other = tmp_path / "other"
    other.write_text("wrong\n")
    blob.run("points", "--password-file", other, status=5)


def test_a_service_that_nobody_trusts_is_not_spoken_to(blob):
    del blob.environment["STARKEEP_CA_FILE"]
    outcome = blob.run("points", status=1)
    assert "TLS" in outcome.stderr and "--ca-file" in outcome.stderr


def test_a_service_that_is_not_there_is_named_with_its_layer(blob):
    nobody = f"AccountName={ACCOUNT};AccountKey=a2V5;BlobEndpoint=https://127.0.0.1:9/{ACCOUNT}"
    outcome = blob.run("points", status=1, AZURE_STORAGE_CONNECTION_STRING=nobody)
    assert "no connection to 127.0.0.1:9" in outcome.stderr

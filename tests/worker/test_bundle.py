# SPDX-License-Identifier: Apache-2.0
"""The bundle runs where nothing is installed: inside a Debian 11 root, older than the machine it was made on."""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import pytest

from appliance_half import new_task
from machines import worker_program
from support.starkeep import PASSWORD, ROOT

VERSIONS = {"15": "15", "18": "18"}


def make_bundle():
    command = [ROOT / "tools/bundle_worker.sh", worker_program()]
    made = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return ROOT / made.stdout.strip()


@pytest.fixture(scope="session")
def bundle():
    return make_bundle()


@pytest.fixture(scope="session")
def old_root(bundle):
    """A Debian 11 root with the bundle in /opt/starkeep."""
    if os.geteuid() != 0:
        pytest.skip("a chroot needs root")
    home = Path(tempfile.mkdtemp(prefix="starkeep-root-", dir="/var/tmp"))
    root = home / "root"
    made = subprocess.run([ROOT / "tools/worker_root.sh"], check=True, capture_output=True, text=True)
    subprocess.run(["cp", "-a", made.stdout.strip(), root], check=True)
    target = root / "opt/starkeep"
    target.mkdir(parents=True)
    with tarfile.open(bundle) as tar:
        tar.extractall(target, filter="tar")
    yield root
    shutil.rmtree(home)


def inside(root, *command):
    return subprocess.run(["chroot", root, *command], check=True, capture_output=True, text=True).stdout


def test_the_bundle_holds_every_library_it_needs(bundle):
    tree = ROOT / "build/bundle/tree"
    done = subprocess.run([ROOT / "tools/check_bundle.py", tree], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_library_of_the_machine_is_named(bundle, tmp_path):
    tree = tmp_path / "tree"
    shutil.copytree(ROOT / "build/bundle/tree", tree)
    (tree / "lib/libcurl.so.4").unlink()
    done = subprocess.run([ROOT / "tools/check_bundle.py", tree], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "needs libcurl.so.4" in done.stdout


def test_the_same_tree_gives_the_same_bytes(bundle):
    first = hashlib.sha256(bundle.read_bytes()).hexdigest()
    assert hashlib.sha256(make_bundle().read_bytes()).hexdigest() == first


def test_every_program_of_the_bundle_starts_in_the_old_root(old_root):
    assert inside(old_root, "/opt/starkeep/bin/starkeep-worker", "--version").startswith("starkeep-worker ")
    for folder, major in VERSIONS.items():
        for name in ("pg_dump", "pg_restore"):
            said = inside(old_root, f"/opt/starkeep/postgresql/{folder}/bin/{name}", "--version")
            assert f"(PostgreSQL) {major}" in said


def worker_inside(machine, root):
    """Starts the bundle's worker in the old root, with its bootstrap file there."""
    config = root / "opt/starkeep/worker.json"
    config.write_text(machine.config.read_text())
    with machine.log.open("ab") as log:
        machine.process = subprocess.Popen(
            ["chroot", root, "/opt/starkeep/bin/starkeep-worker", "--poll-ms", "100"],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        )
    machine.half.wait_for("hello", seconds=60)
    return config


@pytest.mark.parametrize("which", ["server", "other_server"])
def test_a_backup_from_the_old_root_into_blob_storage(which, request, old_root, new_machine, azurite, starkeep, tmp_path):
    postgres = request.getfixturevalue(which)
    postgres.create_database("shop")
    postgres.execute("shop", "CREATE TABLE orders AS SELECT n, md5(n::text) AS a FROM generate_series(1, 20000) n")
    container = f"backup-{postgres.major}"
    azurite.make_container(container)
    url = f"azblob://devstoreaccount1/{container}"
    starkeep.run("repo", "init", url, AZURE_STORAGE_CONNECTION_STRING=azurite.connection_string)

    machine = new_machine()
    config = worker_inside(machine, old_root)
    secrets = {
        "repository_password": PASSWORD,
        "storage": "connection_string",
        "storage_credential": azurite.connection_string,
    }
    task = new_task(
        "backup",
        secrets,
        source=postgres.url("shop"),
        repository=url,
        include=[],
        exclude=[],
        full=False,
        jobs=4,
        labels={},
    )
    machine.half.send(task)
    done = machine.half.last_word(task["task"])
    assert done["event"] == "finished" and done["exit_status"] == 0, json.dumps(done)
    assert done["result"]["rows"] == 20000
    assert done["result"]["peak_rss_bytes"] < 512 << 20
    assert not config.exists()
    # Nothing of the run stays on the machine's disk.
    assert machine.end() == 143
    assert list((old_root / "tmp").iterdir()) == []
    starkeep.run(
        "verify", "latest", STARKEEP_REPO=url, AZURE_STORAGE_CONNECTION_STRING=azurite.connection_string
    )

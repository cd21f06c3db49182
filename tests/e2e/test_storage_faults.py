# SPDX-License-Identifier: Apache-2.0
"""Storage that is full, closed or shared with other writers."""

import os
import shutil
import subprocess
import time

import pytest

from support.contents import shown_digests, table_digests
from support.starkeep import Starkeep

BIG = "CREATE TABLE t AS SELECT i, md5(i::text) || md5((i * 7)::text) AS m FROM generate_series(1, 150000) i"


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 4 MiB of memory."""
    place = tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", place], check=True)
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.fixture
def big(server):
    server.create_database("big")
    server.execute("big", BIG)
    server.execute("big", "CREATE TABLE small AS SELECT generate_series(1, 500) AS id")
    return server


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_full_disk_is_a_clear_error_and_loses_nothing(big, small_disk, built, tmp_path):
    (tmp_path / "password").write_text("x\n")
    starkeep = Starkeep(small_disk / "repository", tmp_path / "password").init()
    first = starkeep.backup(big.url("big"), "--exclude", "public.t")["point"]

    outcome = starkeep.run("backup", big.url("big"), "--json", status=1)

    assert "space" in outcome.stderr and "Free some space" in outcome.stderr, outcome
    assert starkeep.point_ids() == [first]
    starkeep.check()
    starkeep.run("verify", first)
    # What the failed one left is given back by a prune, or used by the next backup.
    starkeep.backup(big.url("big"), "--exclude", "public.t")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a second user")
@pytest.mark.parametrize("mode", [0o555, 0o000])
def test_closed_repository_is_a_clear_error(kept, server, tmp_path, mode):
    """As somebody else than root, for whom nothing is closed."""
    home = tmp_path / "closed"
    shutil.copytree(kept.repository, home)
    server.create_database("shop")
    for path in [*home.rglob("*"), home]:
        path.chmod(mode if path.is_dir() else mode & 0o444)
    for folder in tmp_path.parents:
        if folder.name.startswith("pytest"):
            folder.chmod(folder.stat().st_mode | 0o055)
    kept.password_file.chmod(0o644)
    for folder in kept.password_file.parents:
        if folder.name.startswith(("pytest", "kept")):
            folder.chmod(folder.stat().st_mode | 0o055)
    tmp_path.chmod(0o755)
    other = kept.beside(home, prefix=["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"])

    outcome = other.run("backup", server.url("shop"), "--json", status={1, 5})

    assert "ermission" in outcome.stderr or "denied" in outcome.stderr, outcome
    assert "needs the right to read and write" in outcome.stderr, outcome
    if mode:
        assert len(other.points()) == 1
        other.check()
        other.run("verify", "latest")
    else:
        other.run("points", status={1, 5})


def test_two_backups_at_once_into_one_repository_are_both_whole(big, starkeep):
    big.create_database("second")
    big.execute("second", BIG)
    runs = [starkeep.begin("backup", big.url(name), "--json") for name in ("big", "second", "big")]

    results = [run.wait() for run in runs]

    assert [r.status for r in results] == [0, 0, 0], "\n".join(map(str, results))
    assert sorted(starkeep.point_ids()) == sorted(r.result()["point"] for r in results)
    for outcome, name in zip(results, ("big", "second", "big"), strict=True):
        point = outcome.result()["point"]
        starkeep.run("verify", point)
        assert shown_digests(starkeep.show(point)) == table_digests(big, name)
    starkeep.check()


def test_prune_beside_backups_never_takes_what_they_use(big, starkeep):
    """Forgotten content that a running backup finds again and uses is the dangerous case."""
    for turn in range(3):
        starkeep.backup(big.url("big"))
        starkeep.run("forget", "--source", big.url("big"), "--keep-last", "1")
        big.execute("big", f"TRUNCATE t; INSERT INTO t SELECT i, md5(i::text) || {turn} FROM generate_series(1, 80000) i")
        starkeep.backup(big.url("big"))
        starkeep.run("forget", "--keep-last", "1")
        # The content of the first backup comes back, while its packs are being pruned.
        big.execute("big", "DROP TABLE t; " + BIG)
        running = starkeep.begin("backup", big.url("big"), "--json")
        prunes = 0
        while not running.ended():
            starkeep.run("repo", "prune", starkeep.url)
            prunes += 1
        outcome = running.wait()
        assert outcome.status in {0, 1}, outcome
        assert prunes > 0
        if outcome.status == 1:
            starkeep.backup(big.url("big"))
        for point in starkeep.point_ids():
            starkeep.run("verify", point)
        starkeep.check()


def test_readers_beside_writers_and_prunes_see_whole_points_only(big, starkeep):
    starkeep.backup(big.url("big"))
    until = time.monotonic() + 4
    turn = 0
    while time.monotonic() < until:
        turn += 1
        big.execute("big", f"UPDATE t SET m = md5(m) WHERE i % 10 = {turn % 10}")
        writer = starkeep.begin("backup", big.url("big"), "--json")
        while not writer.ended():
            starkeep.run("verify", starkeep.point_ids()[0])
        assert writer.wait().status == 0
        starkeep.run("forget", "--keep-last", "2", "--prune")
    starkeep.check()


def test_two_prunes_at_once_are_safe(big, starkeep):
    for turn in range(3):
        big.execute("big", f"UPDATE t SET m = md5(m || {turn})")
        starkeep.backup(big.url("big"))
    starkeep.run("forget", "--keep-last", "1")

    runs = [starkeep.begin("repo", "prune", starkeep.url) for _ in range(3)]

    assert {run.wait().status for run in runs} <= {0, 1}
    starkeep.check()
    starkeep.run("verify", "latest")


def test_password_file_that_cannot_be_read_is_named(kept, tmp_path):
    folder = tmp_path / "a-folder"
    folder.mkdir()

    outcome = kept.run("points", status={1, 2, 5}, STARKEEP_PASSWORD_FILE=str(folder))

    assert "a-folder" in outcome.stderr

# SPDX-License-Identifier: Apache-2.0
"""The table of exit statuses: each provoked; and what a script may rely on around them."""

import signal
import subprocess
import time

import pytest

from support.postgres import Blockade, wait_for_copy
from support.starkeep import Starkeep, program


def test_zero_when_done(kept):
    assert kept.run("points").status == 0
    assert "starkeep" in kept.run("--version").stdout
    assert "backup" in kept.run("--help").stdout


@pytest.mark.parametrize(
    "verb",
    ["backup", "points", "show", "ls", "restore", "export", "verify", "forget", "repo", "repo init", "repo stats", "repo check",
     "repo prune", "repo key", "repo key add", "repo key list", "repo key remove"],
)
def test_every_verb_explains_itself(kept, verb):
    outcome = kept.run(*verb.split(), "--help")

    assert "Usage" in outcome.stdout
    assert outcome.stderr == ""


def test_one_when_a_server_cannot_be_reached(starkeep):
    outcome = starkeep.run("backup", "postgresql://postgres@127.0.0.1:1/shop", "--json", status=1)

    assert "127.0.0.1" in outcome.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["bakcup"],
        ["backup"],
        ["backup", "--json"],
        ["backup", "ftp://somewhere/shop"],
        ["backup", "postgresql://127.0.0.1:1/x", "--jobs", "0"],
        ["backup", "postgresql://127.0.0.1:1/x", "--jobs", "many"],
        ["backup", "postgresql://127.0.0.1:1/x", "--label", "novalue"],
        ["points", "--colour"],
        ["points", "extra"],
        ["restore", "latest"],
        ["restore", "latest", "--to", "nonsense"],
        ["restore", "latest", "--to", "postgresql://127.0.0.1:1/x", "--if-exists", "perhaps"],
        ["restore", "latest", "--to", "postgresql://127.0.0.1:1/x", "--rename", "nothing"],
        ["restore", "latest", "--to", "postgresql://127.0.0.1:1/x", "--rename", "a.b=c"],
        ["forget", "--keep-last", "-1"],
        ["forget", "--keep-last", "9999999999999999999999"],
        ["repo", "check", "--read-data=101", "file:///nowhere"],
        ["repo", "init", "carrier-pigeon:///x"],
    ],
    ids=" ".join,
)
def test_two_for_wrong_usage(kept, arguments):
    outcome = kept.run(*arguments, status=2)

    assert outcome.stdout == ""
    assert outcome.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["points"],
        ["show", "latest"],
        ["ls", "latest:shop"],
        ["export", "latest:shop/sales.orders", "--format", "csv"],
        ["verify", "latest"],
        ["restore", "latest", "--to", "postgresql://127.0.0.1:1/x"],
        ["forget", "--keep-last", "1"],
    ],
    ids=" ".join,
)
def test_six_when_no_point_is_of_the_source_and_the_sources_are_named(kept, arguments):
    outcome = kept.run(*arguments, "--source", "nosuch", status=6)

    assert outcome.stdout == ""
    assert "nosuch" in outcome.stderr and kept.points()[0]["source"] in outcome.stderr


def test_an_empty_repository_has_no_points_and_that_is_no_error(starkeep):
    assert starkeep.points() == []
    assert "no restore points" in starkeep.run("points").stdout
    assert "nosuch" in starkeep.run("points", "--source", "nosuch", status=6).stderr
    id_of_nobody = starkeep.run("show", "0123abcd", "--source", "nosuch", status=6)
    assert "nosuch" in id_of_nobody.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["bakcup", "x"], ['no verb "bakcup"', "Did you mean backup?", "starkeep --help"]),
        (["repo", "statz"], ['no verb "statz"', "Did you mean stats?", "starkeep repo --help"]),
        ([], ["no verb", "backup", "restore"]),
        (["points", "--sorce", "x"], ["no option --sorce", "Did you mean --source?", "starkeep points --help"]),
        (["export", "latest:a/b", "--fromat=csv"], ["no option --fromat", "Did you mean --format?"]),
        (["export", "latest:a/b", "--format", "cvs"], ['"cvs" is none of copy, csv, ndjson', "Did you mean csv?"]),
        (["restore", "latest", "--to", "postgresql://h/x", "--if-exists", "mrege"], ["none of", "Did you mean merge?"]),
        (["export", "latest:a/b"], ["--format", "required", "starkeep export --help"]),
        (["show"], ["POINT", "required"]),
        (["show", "latest", "again"], ['"again" is one word too many']),
        (["backup", "postgresql://h/x", "--jobs", "many"], ["--jobs", "many"]),
        (["forget", "--keep-last", "x"], ["--keep-last", "x"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_wrong_usage_is_told_in_one_form_with_the_nearest_right_word(kept, arguments, words):
    outcome = kept.run(*arguments, status=2)

    first, *rest = outcome.stderr.splitlines()
    assert first.startswith("starkeep: error: ") and rest, outcome
    for word in words:
        assert word in outcome.stderr, outcome


def test_wrong_usage_shows_no_password(kept):
    url = "postgresql://me:geheim@127.0.0.1:1/x"
    for arguments in (["backpu", url], [url], ["show", "latest", url], ["backup", url, "--jobs", url], ["forget", "--keep-last", url]):
        assert "geheim" not in kept.run(*arguments, status=2).stderr


def test_a_source_that_is_no_url_is_named_with_the_form_to_write(kept):
    outcome = kept.run("backup", "nonsense", status=2)

    assert '"nonsense"' in outcome.stderr and "postgresql://USER@HOST" in outcome.stderr
    assert "geheim" not in kept.run("backup", "me:geheim@host", status=2).stderr


def test_what_cannot_be_reached_or_opened_tells_what_to_look_at(kept, tmp_path):
    unreachable = kept.run("backup", "postgresql://postgres@127.0.0.1:1/shop", status=1)
    assert "Check host and port" in unreachable.stderr
    missing = kept.run("points", "--repo", f"file://{tmp_path}/nowhere", status=6)
    assert f"{tmp_path}/nowhere does not exist" in missing.stderr and "starkeep repo init" in missing.stderr
    (tmp_path / "empty").mkdir()
    assert "starkeep repo init" in kept.run("points", "--repo", f"file://{tmp_path}/empty", status=6).stderr


def test_three_when_something_was_left_out_and_it_is_named(shop, starkeep):
    shop.execute("postgres", "DROP ROLE IF EXISTS short_lived; CREATE ROLE short_lived")
    shop.execute("shop", "GRANT SELECT ON sales.lines TO short_lived")
    starkeep.backup(shop.url("shop"))
    shop.execute("shop", "DROP OWNED BY short_lived")
    shop.execute("postgres", "DROP ROLE short_lived")

    outcome = starkeep.restore("latest", shop.url("again"), status=3)

    assert "short_lived" in outcome.stdout + outcome.stderr
    assert shop.value("again", "SELECT count(*) FROM sales.lines") == 6000


def test_four_when_the_repository_is_damaged(stocked):
    pack = max((stocked.repository / "d").rglob("*"), key=lambda p: p.stat().st_size if p.is_file() else 0)
    content = bytearray(pack.read_bytes())
    content[len(content) // 2] ^= 1
    pack.write_bytes(content)

    outcome = stocked.run("verify", "latest", status=4)

    assert pack.name[:8] in outcome.stderr + outcome.stdout


def test_five_for_a_wrong_password(kept, tmp_path):
    wrong = tmp_path / "wrong"
    wrong.write_text("guess\n")

    kept.run("points", "--password-file", wrong, status=5)


def test_six_when_nothing_is_there(kept, tmp_path, built):
    kept.run("show", "0000000000", status=6)
    kept.run("points", "--repo", f"file://{tmp_path}/nothing", status=6)


def test_six_for_a_database_that_does_not_exist(shop, starkeep):
    outcome = starkeep.run("backup", shop.url("atlantis"), status={1, 6})

    assert "atlantis" in outcome.stderr
    assert outcome.status == 6


@pytest.mark.parametrize(("what", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_stop_a_waiting_backup_cleanly_and_soon(shop, starkeep, what, status):
    blockade = Blockade(shop, "shop", "sales.lines")
    running = starkeep.begin("backup", shop.url("shop"), "--json")
    blockade.wait_for_victim()

    began = time.monotonic()
    running.send(what)
    outcome = running.wait(timeout=30)
    took = time.monotonic() - began

    blockade.lift()
    assert outcome.status == status, outcome
    assert outcome.stdout == "" or "point" not in outcome.stdout
    assert took < 10
    assert starkeep.points() == []
    starkeep.check()
    starkeep.backup(shop.url("shop"))
    starkeep.run("verify", "latest")


@pytest.mark.parametrize(("what", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_stop_a_working_backup_and_the_next_one_is_whole(server, starkeep, what, status):
    server.create_database("big")
    server.execute("big", "CREATE TABLE t AS SELECT i, md5(i::text) || md5((i * 7)::text) AS m FROM generate_series(1, 500000) i")
    running = starkeep.begin("backup", server.url("big"), "--json")
    wait_for_copy(server, "big", running)
    running.send(what)

    outcome = running.wait(timeout=30)

    assert outcome.status == status, outcome
    assert starkeep.points() == []
    assert server.value("postgres", "SELECT count(*) FROM pg_stat_activity WHERE datname = 'big'") == 0
    starkeep.check()
    assert starkeep.backup(server.url("big"))["rows"] == 500000
    starkeep.run("verify", "latest")


def test_signal_during_a_restore_leaves_a_target_that_a_second_run_finishes(shop, stocked):
    shop.create_database("target")
    shop.execute("target", "CREATE SCHEMA sales")
    running = stocked.begin("restore", "latest", "--to", shop.url("target"), "--if-exists", "merge", "--jobs", "1")
    time.sleep(0.2)
    running.send(signal.SIGTERM)
    assert running.wait(timeout=30).status in {143, 0, 3}

    stocked.restore("latest", shop.url("target"), "--if-exists", "merge", status={0, 3})

    counts = "SELECT (SELECT count(*) FROM sales.orders), (SELECT count(*) FROM sales.lines), (SELECT count(*) FROM customers)"
    assert shop.rows("target", counts) == [(2000, 6000, 500)]


def test_standard_output_is_json_alone_even_when_things_fail(kept):
    outcome = kept.run("show", "0000000000", "--json", status=6)

    assert outcome.stdout == "" or outcome.document()


def test_closed_standard_output_is_no_crash(kept):
    running = kept.begin("points", "--json")
    running.process.stdout.close()
    running.process.stdout = open("/dev/null", "rb")

    assert running.wait().status in {0, 1, -signal.SIGPIPE}  # the last is how a filter in a pipe ends


def test_full_standard_output_is_a_failure(kept):
    with open("/dev/full", "wb") as full:
        command = [program(), "export", "latest:shop/sales.orders", "--format", "csv"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=kept.environment)
    assert done.returncode == 1
    assert done.stderr


def test_starkeep_needs_no_home_and_no_terminal(kept):
    bare = Starkeep(kept.repository, kept.password_file)
    bare.environment = {k: bare.environment[k] for k in ("STARKEEP_REPO", "STARKEEP_PASSWORD_FILE")}

    assert bare.points() == kept.points()

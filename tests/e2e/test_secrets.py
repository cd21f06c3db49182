# SPDX-License-Identifier: Apache-2.0
"""Passwords: of the repository and of the source; neither is ever shown, and wrong ones are refused."""

import re
from pathlib import Path

import pytest

SOURCE_PASSWORD = "s0urce-p@ss/word"
ENCODED = "s0urce-p%40ss%2Fword"


@pytest.fixture
def guarded(shop):
    """The shop for a role that needs its password."""
    shop.execute("postgres", f"CREATE ROLE guarded SUPERUSER LOGIN PASSWORD '{SOURCE_PASSWORD}'")
    yield shop
    shop.drop_database("shop")
    shop.execute("postgres", "DROP ROLE guarded")


def everything_written(starkeep):
    return b"".join(starkeep.files().values()) + "".join(starkeep.files()).encode()


def test_password_in_the_url_is_warned_of_and_never_kept_or_shown(guarded, starkeep):
    url = guarded.url("shop").replace("postgres@", f"guarded:{ENCODED}@")

    outcome = starkeep.run("backup", url, "--json")

    said = outcome.stdout + outcome.stderr + starkeep.run("points", "--json").stdout + starkeep.run("show", "latest").stdout
    assert SOURCE_PASSWORD not in said and ENCODED not in said
    assert "password" in outcome.stderr
    assert SOURCE_PASSWORD.encode() not in everything_written(starkeep)
    assert outcome.result()["source"] == guarded.url("shop", user="guarded")


def test_password_is_taken_from_a_pgpass_file(guarded, starkeep, tmp_path):
    passes = tmp_path / "pgpass"
    passes.write_text(f"127.0.0.1:{guarded.port}:*:guarded:{SOURCE_PASSWORD}\n")
    passes.chmod(0o600)

    outcome = starkeep.run("backup", guarded.url("shop", user="guarded"), "--json", PGPASSFILE=str(passes))

    assert SOURCE_PASSWORD not in outcome.stdout + outcome.stderr


def test_wrong_password_of_the_source_is_refused_without_showing_it(guarded, starkeep):
    outcome = starkeep.run("backup", guarded.url("shop", user="guarded"), "--json", status=5, PGPASSWORD="wr0ng-one")

    assert "wr0ng-one" not in outcome.stdout + outcome.stderr
    assert "guarded" in outcome.stderr
    assert starkeep.points() == []


def test_children_of_a_backup_never_carry_a_password_in_their_arguments(guarded, starkeep):
    url = guarded.url("shop").replace("postgres@", f"guarded:{ENCODED}@")
    running = starkeep.begin("backup", url, "--json")
    own, seen = str(running.process.pid), set()
    while not running.ended():
        for place in Path("/proc").glob("[0-9]*"):
            try:
                parent = re.search(r"\nPPid:\t(\d+)", (place / "status").read_text())[1]
                if parent == own:
                    seen.add((place / "cmdline").read_bytes())
            except (OSError, TypeError):
                continue

    assert running.wait().status == 0
    assert any(b"pg_dump" in line for line in seen)
    assert not any(SOURCE_PASSWORD.encode() in line or ENCODED.encode() in line for line in seen)


def test_wrong_password_of_the_repository_is_refused_everywhere(kept, tmp_path):
    wrong = tmp_path / "wrong"
    wrong.write_text("not the password\n")
    target = "postgresql://postgres@127.0.0.1:1/x"
    point = kept.point_ids()[0]
    for verb in (
        ["points"],
        ["show", "latest"],
        ["ls", "latest"],
        ["verify", "latest"],
        ["restore", point, "--to", target],
        ["export", f"{point}:shop/sales.orders", "--format", "csv"],
        ["forget", "--keep-last", "1"],
        ["repo", "check", kept.url],
        ["repo", "stats", kept.url],
        ["repo", "prune", kept.url],
        ["repo", "key", "list", kept.url],
    ):
        outcome = kept.run(*verb, status=5, STARKEEP_PASSWORD_FILE=str(wrong))
        assert outcome.stdout == ""
        assert "password" in outcome.stderr


def test_missing_password_file_is_named(kept, tmp_path):
    outcome = kept.run("points", status={1, 2, 6}, STARKEEP_PASSWORD_FILE=str(tmp_path / "nowhere"))

    assert "nowhere" in outcome.stderr


def test_no_password_at_all_says_how_to_give_one(kept):
    outcome = kept.run("points", status={2, 5}, STARKEEP_PASSWORD_FILE="")

    assert "--password-file" in outcome.stderr or "STARKEEP_PASSWORD_FILE" in outcome.stderr


def test_nothing_of_the_rows_lies_in_the_repository_in_the_clear(stocked):
    written = everything_written(stocked)

    assert all(word not in written for word in (b"customer", b"sales", b"orders", b"shop", b"127.0.0.1", b"postgres"))


def test_later_key_opens_and_removed_key_does_not(stocked, tmp_path):
    second = tmp_path / "second"
    second.write_text("another password\n")

    stocked.run("repo", "key", "add", stocked.url, "--new-password-file", second, "--label", "deputy")

    keys = stocked.run("repo", "key", "list", stocked.url, "--json").document()
    assert len(keys) == 2
    assert any("deputy" in str(k) for k in keys)
    current = next(k for k in keys if k["current"])
    stocked.run("points", STARKEEP_PASSWORD_FILE=str(second))

    stocked.run("repo", "key", "remove", stocked.url, current["id"], STARKEEP_PASSWORD_FILE=str(second))
    stocked.run("points", status=5)
    stocked.run("verify", "latest", STARKEEP_PASSWORD_FILE=str(second))


def test_a_key_goes_by_the_beginning_of_its_id_and_the_one_in_use_not_in_silence(starkeep, tmp_path):
    second = tmp_path / "second"
    second.write_text("another password\n")
    added = starkeep.run("repo", "key", "add", "--new-password-file", second, "--json").document()["id"]
    first = next(k["id"] for k in starkeep.run("repo", "key", "list", "--json").document() if k["current"])

    assert "no key" in starkeep.run("repo", "key", "remove", "", status=6).stderr
    assert "no key" in starkeep.run("repo", "key", "remove", first[:3], status=6).stderr
    own = starkeep.run("repo", "key", "remove", first[:6])

    assert "password in use" in own.stderr and first in own.stdout
    starkeep.run("points", status=5)
    last = starkeep.run("repo", "key", "remove", added[:6], status=2, STARKEEP_PASSWORD_FILE=str(second))
    assert "last" in last.stderr
    assert starkeep.run("points", STARKEEP_PASSWORD_FILE=str(second)).stderr == ""


def test_last_key_cannot_be_removed(kept):
    only = kept.run("repo", "key", "list", kept.url, "--json").document()

    outcome = kept.run("repo", "key", "remove", kept.url, only[0]["id"], status={1, 2, 5})

    assert "last" in outcome.stderr
    kept.run("points")

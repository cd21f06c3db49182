# SPDX-License-Identifier: Apache-2.0
"""What the program writes, read by the second reader, which knows the format's page alone."""

import json
import os
import subprocess
import sys

import pytest

from support.contents import contents, table_digests
from support.starkeep import ROOT


def read(starkeep, *arguments):
    command = [sys.executable, "-m", "starkeep_reader", "--repo", starkeep.repository, "--password-file", starkeep.password_file]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "tests/reader")}
    return subprocess.run([*command, *arguments], check=True, capture_output=True, env=environment).stdout


def test_second_reader_lists_the_same_points(stocked, shop):
    stocked.backup(shop.url("shop"), "--label", "a=b")

    found = [json.loads(line) for line in read(stocked, "points").splitlines()]

    wanted = stocked.points()
    assert [(p["id"], p["source"], p["time"], p["rows"]) for p in found] == [
        (p["id"], p["source"], p["time"], p["rows"]) for p in wanted
    ]
    assert found[0]["label"] == {"a": "b"}


def test_second_reader_refuses_a_damaged_log_and_reads_a_repaired_one(stocked, shop):
    for label in "bc":
        stocked.backup(shop.url("shop"), "--label", f"a={label}")
    one, _, three = reversed(stocked.point_ids())
    entry = sorted((stocked.repository / "c").iterdir())[1]
    content = bytearray(entry.read_bytes())
    content[150] ^= 1
    entry.unlink()
    entry.write_bytes(content)
    with pytest.raises(subprocess.CalledProcessError):
        read(stocked, "points")
    stocked.run("repo", "repair", stocked.url)
    four = stocked.backup(shop.url("shop"))["point"]

    found = [json.loads(line)["id"] for line in read(stocked, "points").splitlines()]

    assert found == [four, three, one] == stocked.point_ids()


@pytest.mark.parametrize("change", ["", "UPDATE public.large SET filler = 'x' WHERE id < 900; DELETE FROM public.toasted WHERE id = 3"])
def test_second_reader_brings_a_whole_database_back(server, starkeep, zoo_script, change):
    """Definitions by pg_restore, rows by COPY: the way out when nothing of ours is left but the page and the files."""
    if not server.value("postgres", "SELECT count(*) FROM pg_roles WHERE rolname = 'zoo_owner'"):
        server.execute("postgres", "CREATE ROLE zoo_owner; CREATE ROLE zoo_reader")
    server.create_database("zoo")
    server.execute("zoo", zoo_script)
    starkeep.backup(server.url("zoo"))
    server.execute("zoo", change)
    if change:
        starkeep.backup(server.url("zoo"))

    definitions = read(starkeep, "definitions", "latest", "zoo")
    server.create_database("again")
    restore = [server.bin / "pg_restore", "--section=pre-data", "-d", server.url("again")]
    subprocess.run(restore, input=definitions, check=False, capture_output=True)
    with server.connect("again") as connection:
        connection.execute("SET session_replication_role = replica")
        for name in table_digests(server, "zoo"):
            with connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
                copy.write(read(starkeep, "rows", "latest", "zoo", name))

    wanted, found = contents(server, "zoo"), contents(server, "again")
    tables = table_digests(server, "zoo")
    assert {name: found[name] for name in tables} == {name: wanted[name] for name in tables}

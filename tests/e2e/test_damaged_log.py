# SPDX-License-Identifier: Apache-2.0
"""One log entry that cannot be read: what still works, what refuses, and the way out."""

import pytest


class Damaged:
    """Three points of a small table, and the log entry of the second one damaged."""

    def __init__(self, starkeep, server):
        self.starkeep = starkeep
        self.server = server
        self.url = server.url("shop")
        server.create_database("shop")
        server.execute("shop", "CREATE TABLE orders AS SELECT i, md5(i::text) AS m FROM generate_series(1, 3000) i")
        self.points = []
        for _ in range(3):
            self.points.append(starkeep.backup(self.url)["point"])
            server.execute("shop", "INSERT INTO orders SELECT i, md5('x' || i) FROM generate_series(1, 3000) i")
        self.entries = sorted((starkeep.repository / "c").iterdir())
        self.name = f"c/{self.entries[1].name}"
        self.sound = self.entries[1].read_bytes()
        self.flip(1, 200)

    def flip(self, entry, offset, mask=1):
        content = bytearray(self.entries[entry].read_bytes())
        content[offset] ^= mask
        self.entries[entry].unlink()
        self.entries[entry].write_bytes(content)

    def heal(self):
        self.entries[1].unlink()
        self.entries[1].write_bytes(self.sound)


@pytest.fixture
def damaged(starkeep, server):
    return Damaged(starkeep, server)


def test_reading_goes_on_with_a_warning_that_names_the_entry_and_the_remedy(damaged, tmp_path):
    one, three = damaged.points[0], damaged.points[2]
    starkeep, server = damaged.starkeep, damaged.server
    verbs = [
        ["points"],
        ["points", "--json"],
        ["show", one],
        ["ls", f"{three}:shop"],
        ["verify", one],
        ["verify", "latest"],
        ["export", f"{three}:shop/public.orders", "--format", "csv", "--output", tmp_path / "orders"],
        ["restore", three, "--to", server.url("copy")],
        ["repo", "stats", starkeep.url],
    ]

    for verb in verbs:
        outcome = starkeep.run(*verb, status=3)

        assert damaged.name in outcome.stderr, outcome
        assert "written between" in outcome.stderr, outcome
        assert "copy of the repository" in outcome.stderr and "starkeep repo repair" in outcome.stderr, outcome

    assert server.value("copy", "SELECT count(*) FROM orders") == 9000
    listed = starkeep.run("points", "--json", status=3).document()
    assert [point["id"] for point in listed] == [three, one]


def test_a_point_that_the_entry_may_have_told_of_is_not_called_unknown(damaged):
    outcome = damaged.starkeep.run("show", damaged.points[1], status=4)

    assert damaged.name in outcome.stderr


def test_latest_is_refused_when_a_later_entry_cannot_be_read(damaged):
    damaged.heal()
    damaged.flip(2, 150)

    outcome = damaged.starkeep.run("restore", "latest", "--to", damaged.server.url("copy"), status=4)

    assert damaged.points[1][:8] in outcome.stderr, "the newest that can be read is named"
    assert "copy" not in damaged.server.databases()
    damaged.starkeep.run("verify", damaged.points[1][:8], status=3)


@pytest.mark.parametrize(
    "verb",
    [
        ["backup", "URL"],
        ["forget", "--keep-last", "1"],
        ["forget", "--keep-last", "1", "--dry-run"],
        ["repo", "prune"],
        ["repo", "prune", "--dry-run"],
    ],
    ids=" ".join,
)
def test_what_writes_or_deletes_refuses_and_changes_nothing(damaged, verb):
    before = damaged.starkeep.files()

    outcome = damaged.starkeep.run(*[damaged.url if word == "URL" else word for word in verb], status=4)

    assert damaged.name in outcome.stderr
    assert "nothing is written or removed" in outcome.stderr and "starkeep repo repair" in outcome.stderr
    assert damaged.starkeep.files() == before


@pytest.mark.parametrize("more", [[], ["--read-data"]], ids=["structure", "all"])
def test_check_names_the_entry_and_calls_no_pack_unused(damaged, more):
    outcome = damaged.starkeep.run("repo", "check", *more, damaged.starkeep.url, status=4)

    assert f"DAMAGED: {damaged.name}" in outcome.stdout
    assert "starkeep repo repair" in outcome.stdout
    assert "a prune removes them" not in outcome.stdout
    assert "cannot be restored in full" not in outcome.stdout
    assert "Move damaged packs" not in outcome.stdout


def test_an_entry_that_is_brought_back_makes_all_well(damaged):
    damaged.heal()

    damaged.starkeep.check()
    assert damaged.starkeep.point_ids() == damaged.points[::-1]
    damaged.starkeep.backup(damaged.url)


def test_repair_gives_the_entry_up_for_good(damaged):
    starkeep = damaged.starkeep
    foretold = starkeep.run("repo", "repair", "--dry-run", starkeep.url)
    assert "would give up" in foretold.stdout and damaged.name in foretold.stdout
    starkeep.run("points", status=3)
    packs = [name for name in starkeep.files() if name[0] in "dm"]

    outcome = starkeep.run("repo", "repair", starkeep.url)

    assert damaged.name in outcome.stdout
    assert [name for name in starkeep.files() if name[0] in "dm"] == packs
    assert starkeep.point_ids() == [damaged.points[2], damaged.points[0]]
    fresh = starkeep.backup(damaged.url)
    assert fresh["reused_objects"] == 0, "no fingerprint from before the repair is trusted"
    starkeep.run("verify", fresh["point"])
    starkeep.run("repo", "prune")
    checked = starkeep.check()
    assert "given up by a repair" in checked.stdout
    damaged.heal()
    assert starkeep.point_ids() == [fresh["point"], damaged.points[2], damaged.points[0]]
    starkeep.check()
    for point in starkeep.point_ids():
        starkeep.run("verify", point)


def test_repair_of_a_whole_log_says_so(starkeep):
    outcome = starkeep.run("repo", "repair", starkeep.url)

    assert "nothing to repair" in outcome.stdout
    assert starkeep.run("repo", "repair", starkeep.url, "--json").document()["given_up"] == []


def test_a_flipped_version_is_damage_and_no_newer_format(damaged):
    damaged.heal()
    damaged.flip(1, 8, 2)

    outcome = damaged.starkeep.run("points", status=3)

    assert damaged.name in outcome.stderr and "version" in outcome.stderr
    damaged.starkeep.run("backup", damaged.url, status=4)


def test_check_says_whether_rows_were_read(damaged):
    damaged.heal()
    structure = damaged.starkeep.run("repo", "check", damaged.starkeep.url)
    part = damaged.starkeep.run("repo", "check", "--read-data=50", damaged.starkeep.url)
    whole = damaged.starkeep.run("repo", "check", "--read-data", damaged.starkeep.url)

    assert structure.stdout.startswith("structure sound, rows not read (--read-data")
    assert part.stdout.startswith("structure sound, 50 % of the packs read whole")
    assert whole.stdout.startswith("sound:")

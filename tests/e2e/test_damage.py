# SPDX-License-Identifier: Apache-2.0
"""Every file of a repository, damaged in every way: found by name, refused by what needs it, harmless to the rest."""

from random import Random

import pytest

from support.starkeep import Starkeep

KINDS = {"k": "key slot", "c": "log entry", "d": "data pack", "m": "metadata pack", "i": "index"}


class Zoo:
    """A repository with one point of each of two databases that share no byte, and which files came with which."""

    def __init__(self, starkeep, server):
        self.starkeep = starkeep
        self.urls, self.points, self.own = [], [], []
        for name in ("one", "two"):
            server.create_database(name)
            server.execute(name, f"CREATE TABLE {name} AS SELECT i, md5('{name}' || i) AS m FROM generate_series(1, 2000) i")
            before = set(starkeep.files())
            self.urls.append(server.url(name))
            self.points.append(starkeep.backup(self.urls[-1])["point"])
            self.own.append(set(starkeep.files()) - before)
        self.sound = starkeep.files()

    def names(self, kind):
        return sorted(n for n in self.sound if n.startswith(f"{kind}/"))

    def damage(self, changes):
        """Makes the repository sound but for `changes`: name to new content, None for a file that is gone."""
        now = self.starkeep.files()
        for name in set(now) | set(self.sound) | set(changes):
            wanted = changes.get(name, self.sound.get(name))
            path = self.starkeep.repository / name
            if wanted is None:
                path.unlink(missing_ok=True)
            elif now.get(name) != wanted:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.unlink(missing_ok=True)
                path.write_bytes(wanted)

    def assert_found(self, changes):
        """The damage is found by a full check, and named."""
        self.damage(changes)
        outcome = self.starkeep.check("--read-data", status=4)
        said = outcome.stdout + outcome.stderr
        assert any(name in said or name.split("/")[-1] in said for name in changes), f"none of {list(changes)} is named:\n{outcome}"

    def assert_refused_by_its_point_only(self, name):
        """Call after assert_found(). An index is never needed; a key is needed by all; without a log entry the points of the
        others are there, with a warning. The directory at a pack's end is not needed for reading either: call with damage
        before it."""
        for point, own in zip(self.points, self.own, strict=True):
            needed = name[0] == "k" or (name[0] in "cdm" and name in own)
            self.starkeep.run("verify", point, status=4 if needed else 3 if name[0] == "c" else 0)


@pytest.fixture(scope="module")
def zoo(built, shared_server, tmp_path_factory):
    shared_server.drop_all_databases()
    starkeep = Starkeep.in_folder(tmp_path_factory.mktemp("damage")).init()
    return Zoo(starkeep, shared_server)


@pytest.fixture(autouse=True)
def _whole_again(zoo):
    yield
    zoo.damage({})
    zoo.starkeep.check()


def flipped(content, bit):
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_zoo_has_every_kind_of_file(zoo):
    assert {name.split("/")[0] for name in zoo.sound} == set(KINDS)
    assert all(len(zoo.names(kind)) >= 2 for kind in "cdmi")


@pytest.mark.parametrize("kind", KINDS, ids=KINDS.get)
def test_flipped_bit_anywhere_is_found(zoo, kind, seed):
    random = Random(seed)
    for name in zoo.names(kind)[:2]:
        content = zoo.sound[name]
        size = len(content) * 8
        for bit in [3, size - 5, *(random.randrange(size) for _ in range(4)), size // 3]:
            zoo.assert_found({name: flipped(content, bit)})
        zoo.assert_refused_by_its_point_only(name)


@pytest.mark.parametrize("kind", KINDS, ids=KINDS.get)
def test_shorter_and_longer_files_are_found(zoo, kind, seed):
    random = Random(seed)
    for name in zoo.names(kind)[-2:]:
        content = zoo.sound[name]
        zoo.assert_found({name: content + b"\0"})
        for length in (len(content) - 1, random.randrange(len(content)), 1, 0):
            zoo.assert_found({name: content[:length]})
        zoo.assert_refused_by_its_point_only(name)


@pytest.mark.parametrize("kind", KINDS, ids=KINDS.get)
def test_file_of_zeros_is_found(zoo, kind):
    name = zoo.names(kind)[0]

    zoo.assert_found({name: bytes(len(zoo.sound[name]))})
    zoo.assert_refused_by_its_point_only(name)


@pytest.mark.parametrize("kind", ["c", "d", "m", "i"], ids=KINDS.get)
def test_two_files_that_changed_places_are_found(zoo, kind):
    one, two = zoo.names(kind)[0], zoo.names(kind)[-1]

    zoo.assert_found({one: zoo.sound[two], two: zoo.sound[one]})


@pytest.mark.parametrize("kind", ["c", "d", "m", "i"], ids=KINDS.get)
def test_copy_of_an_older_file_under_a_newer_name_is_found(zoo, kind):
    names = zoo.names(kind)

    zoo.assert_found({names[-1]: zoo.sound[names[0]]})


@pytest.mark.parametrize("kind", ["c", "d", "m"], ids=KINDS.get)
def test_missing_file_is_found(zoo, kind):
    for name in zoo.names(kind):
        if name != zoo.names("c")[-1]:
            zoo.assert_found({name: None})
            zoo.assert_refused_by_its_point_only(name)


def test_missing_newest_log_entry_looks_like_a_backup_that_never_ended(zoo):
    zoo.damage({zoo.names("c")[-1]: None})

    outcome = zoo.starkeep.check("--read-data")

    assert "used by no restore point" in outcome.stdout + outcome.stderr
    assert zoo.starkeep.point_ids() == zoo.points[:1]
    zoo.starkeep.run("verify", zoo.points[0])


def test_missing_index_is_no_damage(zoo):
    zoo.damage({name: None for name in zoo.names("i")})

    zoo.starkeep.check()
    for point in zoo.points:
        zoo.starkeep.run("verify", point)


def test_missing_last_key_means_that_there_is_no_repository(zoo):
    zoo.damage({name: None for name in zoo.names("k")})

    zoo.starkeep.run("points", status=6)


def test_damaged_key_slot_is_told_from_a_wrong_password(zoo):
    name = zoo.names("k")[0]
    zoo.damage({name: flipped(zoo.sound[name], 8 * 120)})

    assert zoo.starkeep.run("points", status=4).stderr


@pytest.mark.parametrize("kind", ["d", "m"], ids=KINDS.get)
def test_restore_and_export_from_damaged_packs_are_refused_and_others_work(zoo, kind, server):
    name = next(n for n in zoo.names(kind) if n in zoo.own[0] and len(zoo.sound[n]) == max(
        len(zoo.sound[o]) for o in zoo.names(kind) if o in zoo.own[0]))
    zoo.damage({name: flipped(zoo.sound[name], 8 * 400)})

    outcome = zoo.starkeep.restore(zoo.points[0], server.url("bad"), status=4)
    assert "repo check --read-data" in outcome.stderr and "Run the same restore again" not in outcome.stderr
    assert ("abandon()" in outcome.stderr) == ("bad" in server.databases())
    zoo.starkeep.run("export", f"{zoo.points[0]}:one/public.one", "--format", "csv", status=4)
    zoo.starkeep.restore(zoo.points[1], server.url("good"))
    assert server.value("good", "SELECT count(*) FROM two") == 2000


@pytest.mark.parametrize("kind", ["d", "m"], ids=KINDS.get)
def test_damage_of_an_older_point_does_not_stop_new_backups(zoo, kind, server):
    """A damaged pack must not spread: the next point of the same data is whole."""
    server.create_database("one")
    server.execute("one", "CREATE TABLE one AS SELECT i, md5('one' || i) AS m FROM generate_series(1, 2000) i")
    zoo.damage({n: None for n in zoo.names(kind) if n in zoo.own[0]})

    outcome = zoo.starkeep.run("backup", zoo.urls[0], "--json", status={0, 4})

    if outcome.status == 0:
        zoo.starkeep.run("verify", outcome.result()["point"])


def test_foreign_files_are_noted_and_harm_nothing(zoo):
    zoo.damage({"d/README": b"hello", "thesis.txt": b"x", "c/notes": b"y"})

    outcome = zoo.starkeep.check("--read-data")

    assert "thesis.txt" in outcome.stdout + outcome.stderr
    assert "c/notes" in outcome.stdout + outcome.stderr
    zoo.starkeep.run("verify", zoo.points[0])


def test_file_of_another_repository_is_found(zoo, tmp_path, server):
    server.create_database("one")
    server.execute("one", "CREATE TABLE one AS SELECT i, md5('one' || i) AS m FROM generate_series(1, 2000) i")
    other = Starkeep.in_folder(tmp_path).init()
    other.backup(server.url("one"))
    foreign = other.files()
    for kind in "cdmi":
        name = zoo.names(kind)[0]
        zoo.assert_found({name: foreign[next(n for n in foreign if n.startswith(kind))]})


@pytest.mark.parametrize("kind", ["d", "m", "i"])
def test_what_a_damaged_file_held_is_stored_again_once_the_file_is_out_of_the_way(zoo, kind):
    """As the check advises."""
    name = next(name for name in zoo.names(kind) if name in zoo.own[0])
    content = bytearray(zoo.sound[name])
    content[len(content) // 2] ^= 1
    zoo.damage({name: bytes(content)})
    advice = zoo.starkeep.check("--read-data", status=4).stdout
    assert "Move damaged packs and index files out of the repository" in advice
    (zoo.starkeep.repository / name).unlink()

    zoo.starkeep.backup(zoo.urls[0], "--full")

    zoo.starkeep.run("verify", "latest", "--source", zoo.urls[0])
    zoo.starkeep.run("verify", zoo.points[1])

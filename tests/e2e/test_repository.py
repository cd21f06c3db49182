# SPDX-License-Identifier: Apache-2.0
"""starkeep repo: making a repository, looking after it, giving its space back."""

from support.starkeep import Starkeep


def test_new_repository_is_empty_and_sound(starkeep):
    assert starkeep.points() == []
    starkeep.check()
    starkeep.check("--read-data=10")


def test_init_twice_refuses_and_leaves_the_first_alone(starkeep):
    files = starkeep.files()

    outcome = starkeep.run("repo", "init", starkeep.url, status={1, 5})

    assert "repository" in outcome.stderr
    assert starkeep.files() == files


def test_init_refuses_a_folder_that_holds_other_things(tmp_path):
    starkeep = Starkeep.in_folder(tmp_path)
    starkeep.repository.mkdir()
    (starkeep.repository / "thesis.txt").write_text("years of work")

    starkeep.run("repo", "init", starkeep.url, status={1, 2, 5})

    assert starkeep.files() == {"thesis.txt": b"years of work"}


def test_folder_that_is_no_repository_is_not_found(tmp_path, built):
    starkeep = Starkeep.in_folder(tmp_path)
    starkeep.run("points", status=6)
    starkeep.repository.mkdir()

    outcome = starkeep.run("points", status=6)

    assert str(starkeep.repository) in outcome.stderr
    assert starkeep.files() == {}


def test_repository_may_be_named_by_option_or_by_environment(kept):
    by_option = kept.run("points", "--json", "--repo", kept.url, "--password-file", kept.password_file,
                         STARKEEP_REPO="", STARKEEP_PASSWORD_FILE="")

    assert by_option.document() == kept.points()


def test_stats_count_points_and_bytes_on_the_disk(kept):
    stats = kept.run("repo", "stats", kept.url, "--json").document()

    assert stats["points"] == 1
    assert stats["bytes_stored"] == sum(map(len, kept.files().values()))
    assert stats["bytes_logical"] > 0


def test_check_sums_up_what_it_saw(kept):
    files = kept.files()

    text = kept.run("repo", "check", kept.url).stdout
    counts = kept.run("repo", "check", kept.url, "--json").document()["objects"]

    wanted = {"k": "key_slots", "c": "log_entries", "d": "data_packs", "m": "metadata_packs", "i": "indexes", "w": "heartbeats"}
    assert counts == {member: sum(name.startswith(kind + "/") for name in files) for kind, member in wanted.items()}
    assert text.startswith("structure sound, rows not read") and ": 1 point, " in text and "1 key slot, 1 log entry, " in text
    assert len(text.splitlines()) == 2


def test_a_lost_pack_is_told_in_few_lines_with_the_number_of_the_others(server, starkeep):
    server.create_database("many")
    server.execute("many", "CREATE TABLE t AS SELECT i, md5(i::text) AS m FROM generate_series(1, 30000) i")
    starkeep.backup(server.url("many"))
    lost = max((p for p in starkeep.repository.glob("d/*/*")), key=lambda p: p.stat().st_size)
    lost.unlink()

    text = starkeep.run("repo", "check", starkeep.url, status=4).stdout
    all_of_them = starkeep.run("repo", "check", starkeep.url, "--json", status=4).document()["damages"]

    of_pack = [line for line in text.splitlines() if lost.name in line]
    assert 1 <= len(of_pack) <= 4 < len(all_of_them)
    assert "more of this object" in text and f"({len(all_of_them)} findings)" in text
    assert any("(the first leaf of the segment" in damage for damage in all_of_them)
    assert not any("leaf  " in damage for damage in all_of_them)


def test_prune_gives_back_the_space_of_forgotten_points(shop, stocked):
    size = sum(map(len, stocked.files().values()))
    shop.execute("shop", "TRUNCATE sales.orders, sales.lines, public.customers")
    stocked.backup(shop.url("shop"))
    stocked.run("forget", "--keep-last", "1")

    stocked.run("repo", "prune", stocked.url)

    assert sum(map(len, stocked.files().values())) < size / 2
    stocked.check()
    assert len(stocked.points()) == 1
    stocked.run("verify", "latest")


def test_prune_dry_run_removes_nothing(shop, stocked):
    shop.execute("shop", "TRUNCATE sales.orders, sales.lines, public.customers")
    stocked.backup(shop.url("shop"))
    stocked.run("forget", "--keep-last", "1")
    files = stocked.files()

    stocked.run("repo", "prune", stocked.url, "--dry-run")

    assert {n: b for n, b in stocked.files().items() if n[0] in "dm"} == {n: b for n, b in files.items() if n[0] in "dm"}


def test_prune_of_a_repository_in_use_keeps_every_point_restorable(shop, starkeep):
    for turn in range(6):
        starkeep.backup(shop.url("shop"))
        shop.execute("shop", f"UPDATE sales.lines SET item = md5(item) WHERE orders % 6 = {turn}")
    starkeep.run("forget", "--keep-last", "3")

    starkeep.run("repo", "prune", starkeep.url)

    assert len(starkeep.points()) == 3
    for point in starkeep.point_ids():
        starkeep.run("verify", point)
    starkeep.check()


def test_repository_can_be_moved_as_plain_files(kept, tmp_path):
    moved = tmp_path / "moved"
    moved.mkdir()
    for name, content in kept.files().items():
        (moved / name).parent.mkdir(parents=True, exist_ok=True)
        (moved / name).write_bytes(content)

    other = kept.beside(moved)

    assert other.points() == kept.points()
    other.check()


def test_reading_verbs_write_nothing(kept):
    files = kept.files()

    kept.points()
    kept.show("latest")
    kept.run("ls", "latest:shop")
    kept.run("verify", "latest")
    kept.run("export", "latest:shop/sales.orders", "--format", "csv")
    kept.check()
    kept.run("repo", "stats", kept.url)

    assert kept.files() == files

# SPDX-License-Identifier: Apache-2.0
"""starkeep forget: which points stay, counted per source."""

import pytest


@pytest.fixture
def five(shop, starkeep):
    """Five points of the shop, all of today."""
    for _ in range(5):
        starkeep.backup(shop.url("shop"))
    return starkeep


def test_keep_last_keeps_the_newest(five):
    points = five.point_ids()

    five.run("forget", "--keep-last", "2")

    assert five.point_ids() == points[:2]
    five.check()


@pytest.mark.parametrize("rule", ["--keep-daily", "--keep-weekly", "--keep-monthly", "--keep-yearly"])
def test_periods_keep_the_newest_of_each(five, rule):
    points = five.point_ids()

    five.run("forget", rule, "3")

    # Midnight may pass between the backups, hence two.
    assert five.point_ids()[0] == points[0]
    assert len(five.points()) in {1, 2}


def test_rules_add_up(five):
    points = five.point_ids()

    five.run("forget", "--keep-last", "3", "--keep-daily", "1")

    assert five.point_ids() == points[:3]


def test_dry_run_forgets_nothing_and_names_what_would_go(five):
    points, files = five.point_ids(), five.files()

    outcome = five.run("forget", "--keep-last", "2", "--dry-run")

    assert five.point_ids() == points
    assert five.files() == files
    assert all(point[:8] in outcome.stdout for point in points[2:])


def test_forget_without_any_rule_is_wrong_usage(five):
    five.run("forget", status=2)

    assert len(five.points()) == 5


def test_rules_that_keep_nothing_are_refused(five):
    five.run("forget", "--keep-last", "0", status={2, 5})

    assert len(five.points()) == 5


def test_forgotten_point_is_not_found(five):
    last = five.point_ids()[-1]

    five.run("forget", "--keep-last", "1")

    five.run("show", last, status=6)


def test_counts_are_per_source(shop, starkeep):
    shop.create_database("other")
    for _ in range(3):
        starkeep.backup(shop.url("shop"))
        starkeep.backup(shop.url("other"))

    starkeep.run("forget", "--keep-last", "2")
    assert len(starkeep.points()) == 4
    assert len(starkeep.points("--source", shop.url("other"))) == 2

    starkeep.run("forget", "--source", shop.url("other"), "--keep-last", "1")
    assert len(starkeep.points("--source", shop.url("shop"))) == 2
    assert len(starkeep.points("--source", shop.url("other"))) == 1


def test_forget_with_prune_gives_the_space_back_at_once(shop, starkeep):
    for turn in range(4):
        shop.execute("shop", f"UPDATE sales.lines SET item = md5(item || {turn})")
        starkeep.backup(shop.url("shop"))
    size = sum(map(len, starkeep.files().values()))

    starkeep.run("forget", "--keep-last", "1", "--prune")

    assert sum(map(len, starkeep.files().values())) < size * 0.6
    starkeep.check()
    starkeep.run("verify", "latest")

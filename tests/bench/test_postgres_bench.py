# SPDX-License-Identifier: Apache-2.0
"""The bench runs from end to end on little data; how fast anything is, is no matter of a test."""

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_postgres_bench_measures_each_contender_in_each_kind_of_run():
    done = subprocess.run([ROOT / "bench/run", "postgres", "--small"], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    results = json.loads((ROOT / "bench/results/postgres.json").read_text())
    for what in ("full", "unchanged", "1 % in a range", "1 % at random", "restore", "pinned"):
        assert results["seconds"][f"{what}: starkeep"][0] > 0
        assert len(results["server_processor_s"][f"{what}: starkeep"]) == results["rounds"] == 1
    assert {"full: limit", "pinned: limit", "full: pg_dump -Fd -j2 -Z0", "restore: pg_dump -Fd -j2 -Z0"} <= set(
        results["seconds"]
    )
    assert all(isinstance(goal["met"], bool) and goal["figure"] > 0 for goal in results["goals"])
    assert results["starkeep"]["full"]["bytes_read"] > results["starkeep"]["unchanged"]["bytes_read"]
    assert "Everything, into a new repository" in done.stdout

# SPDX-License-Identifier: Apache-2.0
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from starkeep_reader.errors import Damaged, NotFound, ReaderError, Unsupported, WrongPassword
from starkeep_reader.packs import SEGMENT, Reference
from starkeep_reader.repository import Repository
from writer import (
    PASSWORD,
    POINT_ID,
    SESSION_ID,
    SLOT_ID,
    PackWriter,
    RepositoryWriter,
    encode_segment,
    object_of,
    seal,
)


def read_everything(directory: Path) -> bytes:
    with Repository(directory, PASSWORD) as repository:
        rows: list[bytes] = []
        for point in repository.points():
            for database in point.databases:
                repository.definitions(database)
                for item in repository.manifest(database).objects:
                    rows.extend(repository.rows(database, item))
        return b"".join(rows)


def test_rows_read_back_what_was_written(written: RepositoryWriter) -> None:
    assert read_everything(written.directory) == b"".join(written.rows)


def test_definitions_read_back_what_was_written(written: RepositoryWriter) -> None:
    with Repository(written.directory, PASSWORD) as repository:
        assert repository.definitions(repository.point("latest").databases[0]) == b"PGDMP archive"


def test_wrong_password_is_told_from_damage(written: RepositoryWriter) -> None:
    with pytest.raises(WrongPassword):
        Repository(written.directory, b"battery staple")


def test_directory_without_a_key_slot_is_no_repository(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        Repository(tmp_path, PASSWORD)


def objects_of(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_file())


def test_every_object_with_a_flipped_bit_is_found(written: RepositoryWriter) -> None:
    for path in objects_of(written.directory):
        sound = path.read_bytes()
        for position in range(0, len(sound), 7):
            damaged = bytearray(sound)
            damaged[position] ^= 4
            path.write_bytes(damaged)
            with pytest.raises(ReaderError):
                read_everything(written.directory)
        path.write_bytes(sound)


def test_every_missing_object_is_found_unless_it_is_the_newest_entry(written: RepositoryWriter) -> None:
    written.log({"type": "forget", "points": []})
    for path in objects_of(written.directory):
        if path.name == f"{written.sequence:016x}":
            continue
        sound = path.read_bytes()
        path.unlink()
        with pytest.raises(ReaderError):
            read_everything(written.directory)
        path.write_bytes(sound)


def test_swapped_packs_are_found(written: RepositoryWriter) -> None:
    data, metadata = written.directory / "d/d1" / ("d1" * 16), written.directory / "m" / ("e2" * 16)
    first, second = data.read_bytes(), metadata.read_bytes()
    data.write_bytes(second)
    metadata.write_bytes(first)
    with pytest.raises(Damaged):
        read_everything(written.directory)


def test_forgotten_point_is_gone(written: RepositoryWriter) -> None:
    written.log({"type": "forget", "points": [POINT_ID]})
    with Repository(written.directory, PASSWORD) as repository:
        assert repository.points() == []


def test_forgetting_again_is_no_damage(written: RepositoryWriter) -> None:
    written.log({"type": "forget", "points": [POINT_ID]})
    written.log({"type": "forget", "points": [POINT_ID]})
    assert read_everything(written.directory) == b""


def test_unknown_entry_is_refused(written: RepositoryWriter) -> None:
    written.log({"type": "rename"})
    with pytest.raises(Unsupported):
        Repository(written.directory, PASSWORD)


def with_lost_entry(written: RepositoryWriter, **changes: Any) -> None:
    """An entry that forgot the point, damaged, and the repair that gave it up."""
    before = written.previous
    written.log({"type": "forget", "points": [POINT_ID]})
    written.put(f"c/{written.sequence:016x}", b"damaged")
    lost = {"first": written.sequence, "last": written.sequence, "before": before} | changes
    written.previous = "0" * 64
    written.log({"type": "repair", "lost": [lost], "packs": []})


def test_damaged_entry_that_was_given_up_is_passed_over(written: RepositoryWriter) -> None:
    with_lost_entry(written)
    written.log({"type": "forget", "points": []})
    with Repository(written.directory, PASSWORD) as repository:
        assert [point.id for point in repository.points()] == [POINT_ID]


@pytest.mark.parametrize("changes", [{"before": "1" * 64}, {"last": 3}, {"first": 0}])
def test_repair_that_cannot_be_is_damage(changes: dict[str, Any], written: RepositoryWriter) -> None:
    with_lost_entry(written, **changes)
    with pytest.raises(Damaged):
        Repository(written.directory, PASSWORD)


def test_sweep_after_lost_entries_tells_what_they_forgot(written: RepositoryWriter) -> None:
    with_lost_entry(written)
    written.log({"type": "sweep", "packs": ["d1" * 16], "sessions": []})
    with Repository(written.directory, PASSWORD) as repository:
        assert repository.points() == []


MANIFEST = Reference("e2" * 16, 44, 70, 10, bytes(32))

BAD_ENTRIES: dict[str, dict[str, Any]] = {
    "gap": {"type": "forget", "points": [], "sequence": 3},
    "wrong previous": {"type": "forget", "points": [], "previous": "1" * 64},
    "time of another zone": {"type": "forget", "points": [], "time": "2026-11-23T10:00:00+01:00"},
    "sweep of a used pack": {"type": "sweep", "packs": ["d1" * 16], "sessions": []},
    "points of another type": {"type": "forget", "points": [7]},
}


@pytest.mark.parametrize("name", BAD_ENTRIES)
def test_entry_that_breaks_the_chain_or_the_rules_is_damage(name: str, written: RepositoryWriter) -> None:
    written.log(BAD_ENTRIES[name])
    with pytest.raises(Damaged):
        Repository(written.directory, PASSWORD)


BAD_POINTS: dict[str, dict[str, Any]] = {
    "same id again": {},
    "rows below zero": {"id": "cd" * 16, "rows": -1},
    "rows as a boolean": {"id": "cd" * 16, "rows": True},
    "trusted as a number": {"id": "cd" * 16, "trusted": 1},
    "label as a list": {"id": "cd" * 16, "label": []},
    "id too short": {"id": "cd"},
}


@pytest.mark.parametrize("name", BAD_POINTS)
def test_point_that_breaks_the_rules_is_damage(name: str, written: RepositoryWriter) -> None:
    written.log(written.point(MANIFEST, ["e2" * 16], **BAD_POINTS[name]))
    with pytest.raises(Damaged):
        Repository(written.directory, PASSWORD)


def test_point_after_the_sweep_of_its_session_is_damage(written: RepositoryWriter) -> None:
    written.log({"type": "sweep", "packs": [], "sessions": [SESSION_ID]})
    written.log(written.point(MANIFEST, ["e2" * 16], id="cd" * 16))
    with pytest.raises(Damaged, match="session"):
        Repository(written.directory, PASSWORD)


def test_point_after_the_sweep_of_its_pack_is_damage(written: RepositoryWriter) -> None:
    written.log({"type": "forget", "points": [POINT_ID]})
    written.log({"type": "sweep", "packs": ["e2" * 16], "sessions": []})
    written.log(written.point(MANIFEST, ["e2" * 16], id="cd" * 16))
    with pytest.raises(Damaged, match="swept"):
        Repository(written.directory, PASSWORD)


def test_entry_under_another_name_is_damage(written: RepositoryWriter) -> None:
    written.put(f"c/{2:016x}", seal(f"c/{9:016x}", 1, b"{}"))
    with pytest.raises(Damaged, match="authenticate"):
        Repository(written.directory, PASSWORD)


def test_heartbeat_in_the_log_is_damage(written: RepositoryWriter) -> None:
    written.put(f"c/{2:016x}", seal(f"c/{2:016x}", 3, b"{}"))
    with pytest.raises(Damaged, match="kind"):
        Repository(written.directory, PASSWORD)


def test_unknown_version_of_an_object_is_refused(written: RepositoryWriter) -> None:
    written.put(f"c/{2:016x}", seal(f"c/{2:016x}", 1, b"{}", version=2))
    with pytest.raises(Unsupported):
        Repository(written.directory, PASSWORD)


def point_with(writer: RepositoryWriter, segments: list[bytes], rows: list[bytes], packs: list[str]) -> None:
    pack = PackWriter(b"\xe3" * 16)
    references = [pack.add(SEGMENT, segment) for segment in segments]
    manifest = writer.write_manifest(pack, [object_of(rows, references)], [])
    writer.put_pack(pack)
    writer.log(writer.point(manifest, ["e3" * 16, *packs], id="cd" * 16))


@pytest.mark.parametrize(
    ("segments", "complaint"),
    [
        ([encode_segment([], lower=b"a")], "partition"),
        ([encode_segment([], upper=b"a")], "not open"),
        ([encode_segment([]), encode_segment([], lower=b"a")], "partition"),
        ([encode_segment([], upper=b"b"), encode_segment([], lower=b"c")], "partition"),
    ],
)
def test_units_that_do_not_partition_the_domain_are_damage(
    segments: list[bytes], complaint: str, written: RepositoryWriter
) -> None:
    point_with(written, segments, [], [])
    with pytest.raises(Damaged, match=complaint):
        read_everything(written.directory)


def test_leaves_that_do_not_add_up_are_damage(written: RepositoryWriter) -> None:
    point_with(written, [encode_segment([])], [b"1\n"], [])
    with pytest.raises(Damaged, match="add up"):
        read_everything(written.directory)


def test_pack_that_the_point_does_not_list_is_damage(written: RepositoryWriter) -> None:
    chunk = Reference("d1" * 16, 44, 70, 2, bytes(32))
    point_with(written, [encode_segment([(b"", [b"1\n"], [chunk])])], [b"1\n"], [])
    with pytest.raises(Damaged, match="does not list"):
        read_everything(written.directory)


def run(arguments: list[str], written: RepositoryWriter, tmp_path: Path) -> subprocess.CompletedProcess[bytes]:
    password_file = tmp_path / "password"
    password_file.write_bytes(PASSWORD + b"\n")
    command = [sys.executable, "-m", "starkeep_reader", "--repo", str(written.directory)]
    command += ["--password-file", str(password_file), *arguments]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    return subprocess.run(command, capture_output=True, env=environment, check=False)


def test_command_prints_rows_of_an_object(written: RepositoryWriter, tmp_path: Path) -> None:
    done = run(["rows", POINT_ID[:6], "shop", "public.orders"], written, tmp_path)
    assert (done.returncode, done.stdout) == (0, b"".join(written.rows))


def test_command_names_points_and_objects(written: RepositoryWriter, tmp_path: Path) -> None:
    assert POINT_ID.encode() in run(["points"], written, tmp_path).stdout
    assert b'"public.orders"' in run(["objects", "latest"], written, tmp_path).stdout


def test_command_ends_with_status_1_and_a_name_when_something_is_damaged(
    written: RepositoryWriter, tmp_path: Path
) -> None:
    slot = written.directory / "k" / SLOT_ID.hex()
    slot.write_bytes(hashlib.sha256(b"").digest())
    done = run(["points"], written, tmp_path)
    assert done.returncode == 1
    assert f"k/{SLOT_ID.hex()}".encode() in done.stderr

# SPDX-License-Identifier: Apache-2.0
"""Command line of the reader. Exit status: 0 read and verified, 1 not, 2 wrong usage."""

import argparse
import json
import os
import sys
from pathlib import Path

from .errors import NotFound, ReaderError
from .log import Point, PointDatabase
from .repository import Repository


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="starkeep_reader", description=__doc__)
    parser.add_argument("--repo", type=Path, required=True, metavar="DIR")
    parser.add_argument("--password-file", type=Path, required=True, metavar="FILE")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("points", help="one JSON object a line, newest first")
    objects = verbs.add_parser("objects", help="one JSON object a line")
    objects.add_argument("point")
    definitions = verbs.add_parser("definitions", help="the archive that pg_restore reads")
    definitions.add_argument("point")
    definitions.add_argument("database")
    rows = verbs.add_parser("rows", help="COPY text")
    rows.add_argument("point")
    rows.add_argument("database")
    rows.add_argument("object")
    return parser.parse_args()


def _database(point: Point, name: str) -> PointDatabase:
    for database in point.databases:
        if database.name == name:
            return database
    raise NotFound(f"point {point.id} holds no database {name}")


def _print_points(repository: Repository) -> None:
    for point in repository.points():
        databases = [database.name for database in point.databases]
        members = ("id", "source", "kind", "time", "label", "consistency", "trusted", "rows", "objects")
        print(json.dumps({name: getattr(point, name) for name in members} | {"databases": databases}))


def _print_objects(repository: Repository, point: Point) -> None:
    for database in point.databases:
        for item in repository.manifest(database).objects:
            facts = {"name": item.name, "kind": item.kind, "rows": item.rows, "bytes": item.bytes}
            print(json.dumps({"database": database.name} | facts | {"digest": f"{item.digest:032x}"}))


def _print_rows(repository: Repository, database: PointDatabase, name: str) -> None:
    for item in repository.manifest(database).objects:
        if item.name == name:
            for data in repository.rows(database, item):
                sys.stdout.buffer.write(data)
            return
    raise NotFound(f"database {database.name} holds no object {name}")


def _run(arguments: argparse.Namespace) -> None:
    lines = arguments.password_file.read_bytes().splitlines()
    password = lines[0] if lines else b""
    with Repository(arguments.repo, password) as repository:
        if arguments.verb == "points":
            _print_points(repository)
            return
        point = repository.point(arguments.point)
        if arguments.verb == "objects":
            _print_objects(repository, point)
        elif arguments.verb == "definitions":
            sys.stdout.buffer.write(repository.definitions(_database(point, arguments.database)))
        else:
            _print_rows(repository, _database(point, arguments.database), arguments.object)
    sys.stdout.flush()


def main() -> int:
    try:
        _run(_arguments())
    except BrokenPipeError:
        # Whoever reads our output has had enough; the interpreter's own flush must not complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ReaderError, OSError) as error:
        print(f"starkeep_reader: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

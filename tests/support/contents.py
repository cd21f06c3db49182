# SPDX-License-Identifier: Apache-2.0
"""What a database holds, found out without Starkeep: by SQL for comparing two databases, by COPY for its digests."""

import subprocess

import xxhash

# The row form of docs/repository-format.md, section 5.
FORM = """
SET client_encoding = 'UTF8'; SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres'; SET TimeZone = 'UTC';
SET extra_float_digits = 3; SET bytea_output = 'hex'; SET search_path = '';
"""

RELATIONS = """
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = ANY (%s) AND c.relispopulated AND n.nspname NOT LIKE 'pg\\_%%' AND n.nspname <> 'information_schema'
ORDER BY 1
"""

LARGE_OBJECTS = "SELECT oid, md5(lo_get(oid)), lomowner::regrole::text FROM pg_largeobject_metadata ORDER BY 1"


def relations(connection, kinds):
    return [row[0] for row in connection.execute(RELATIONS, [list(kinds)])]


def contents(server, database):
    """Counts and digests of all rows, sequence values and large objects; equal for equal databases."""
    with server.connect(database) as connection:
        connection.execute(FORM)
        found = {}
        for name in relations(connection, "rm"):
            query = f"SELECT count(*), sum(('x' || md5(t::text))::bit(64)::bigint::numeric) FROM ONLY {name} t"
            found[name] = connection.execute(query).fetchone()
        for name in relations(connection, "S"):
            found[name] = connection.execute(f"SELECT last_value, is_called FROM {name}").fetchone()
        found["large objects"] = connection.execute(LARGE_OBJECTS).fetchall()
        return found


def table_digest(connection, name):
    """Row count and digest as the format defines them, from a COPY of the table."""
    total, count, rest = 0, 0, b""
    with connection.cursor().copy(f"COPY {name} TO STDOUT") as copy:
        for piece in copy:
            *lines, rest = (rest + bytes(piece)).split(b"\n")
            for line in lines:
                total += xxhash.xxh3_128_intdigest(line + b"\n")
            count += len(lines)
    assert rest == b""
    return count, f"{total % 2**128:032x}"


def table_digests(server, database):
    """Name to (rows, digest) of every table that holds rows of its own, in one snapshot."""
    with server.connect(database, autocommit=False) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        connection.execute(FORM)
        return {name: table_digest(connection, name) for name in relations(connection, "r")}


def shown_digests(shown):
    """The same of a restore point, as `show --json` tells it."""
    return {o["name"]: (o["rows"], o["digest"]) for o in shown["objects"]}


def schema(server, database):
    """All definitions, owners and grants as sorted statements of the server's own pg_dump; equal for equal schemas."""
    command = [str(server.bin / "pg_dump"), "--schema-only", server.url(database)]
    dump = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    blocks, current = [], []
    for line in dump.splitlines():
        # Comments carry no schema; the other two carry a random word and the server's version.
        if line.startswith("--"):
            blocks.append("\n".join(current).strip())
            current = []
        elif not line.startswith(("\\restrict", "\\unrestrict", "SET ", "SELECT pg_catalog.set_config")):
            current.append(line)
    blocks.append("\n".join(current).strip())
    return sorted(filter(None, blocks))

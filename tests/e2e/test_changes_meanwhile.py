# SPDX-License-Identifier: Apache-2.0
"""What others change while a backup reads: the point holds one moment, or says where that is not certain."""

from support.contents import shown_digests, table_digests
from support.postgres import Blockade


def test_backup_names_tables_whose_types_changed_while_they_were_read(server, starkeep):
    """Labels of an enum are not part of a view: rows are printed with the new one, the definition says the old one."""
    server.create_database("db")
    server.execute(
        "db",
        "CREATE TYPE mood AS ENUM ('glad'); CREATE TABLE moods AS SELECT 'glad'::mood AS m FROM generate_series(1, 9);"
        "CREATE TABLE plain AS SELECT 1 AS i",
    )
    blockade = Blockade(server, "db", "plain")
    running = starkeep.begin("backup", server.url("db"), "--json")
    blockade.wait_for_victim()
    server.execute("db", "ALTER TYPE mood RENAME VALUE 'glad' TO 'merry'")
    blockade.lift()
    outcome = running.wait()

    assert outcome.status == 3, outcome
    result = outcome.result()
    assert result["doubtful"] == ["db/public.moods"]
    assert "db/public.moods" in outcome.stderr and "Run the backup again" in outcome.stderr
    assert any("public.moods" in line for line in starkeep.show("latest")["left_out"])

    again = starkeep.backup(server.url("db"))
    assert again["doubtful"] == []
    assert again["rows"] == 10
    assert shown_digests(starkeep.show("latest")) == table_digests(server, "db")

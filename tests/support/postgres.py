# SPDX-License-Identifier: Apache-2.0
"""Real PostgreSQL servers: made, started and stopped by the tests, each in a folder and on a port of its own."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psycopg

SETTINGS = """
listen_addresses = '127.0.0.1'
max_connections = 80
max_prepared_transactions = 20
shared_buffers = 64MB
autovacuum = off
fsync = off
full_page_writes = off
log_min_messages = warning
timezone = 'UTC'
"""

# Everybody is trusted but the role that exists to need its password.
ACCESS = """
host all guarded 127.0.0.1/32 scram-sha-256
local all guarded scram-sha-256
local all all trust
host all all 127.0.0.1/32 trust
"""


def as_server_user(command):
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One cluster. `home` is a folder that its maker removes."""

    def __init__(self, bin_dir, home):
        self.bin = Path(bin_dir)
        self.home = Path(home)
        self.data = self.home / "data"
        self.port = free_port()
        self.process = None
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o755)
        if os.geteuid() == 0:
            shutil.chown(self.home, "postgres", "postgres")

    @property
    def major(self):
        return int((self.data / "PG_VERSION").read_text())

    def create(self):
        command = [self.bin / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "--no-sync"]
        command += ["-E", "UTF8", "--locale=C"]
        subprocess.run(as_server_user(list(map(str, command))), check=True, capture_output=True)
        with (self.data / "postgresql.conf").open("a") as settings:
            settings.write(f"{SETTINGS}unix_socket_directories = '{self.home}'\n")
        (self.data / "pg_hba.conf").write_text(ACCESS)
        return self

    def start(self):
        command = as_server_user([str(self.bin / "postgres"), "-D", str(self.data), "-p", str(self.port)])
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.home)
        deadline = time.monotonic() + 60
        while True:
            try:
                self.connect().close()
                return self
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.home / "server.log").read_text()[-2000:]) from None
                time.sleep(0.02)

    def stop(self, how=signal.SIGINT):
        """SIGINT is the orderly end; SIGQUIT ends without a checkpoint, as a crash does."""
        if self.process is None:
            return
        self.process.send_signal(how)
        self.process.wait(timeout=60)
        self.process = None

    def restart(self, how=signal.SIGINT):
        self.stop(how)
        return self.start()

    def wait_until_ready(self, lost):
        """After a crash of one session, `lost`, the server ends all others before it takes new ones."""
        deadline = time.monotonic() + 60
        while True:
            try:
                lost.execute("SELECT 1")
            except psycopg.OperationalError:
                try:
                    return self.connect().close()
                except psycopg.OperationalError:
                    assert time.monotonic() < deadline
            time.sleep(0.02)

    def url(self, database=None, user="postgres"):
        path = f"/{quote(database)}" if database else ""
        return f"postgresql://{user}@127.0.0.1:{self.port}{path}"

    def socket_url(self, database):
        return f"postgresql://postgres@/{database}?host={self.home}&port={self.port}"

    def connect(self, database="postgres", autocommit=True, **more):
        return psycopg.connect(self.url(database), autocommit=autocommit, **more)

    def execute(self, database, statements):
        with self.connect(database) as connection:
            connection.execute(statements)

    def value(self, database, query):
        return self.rows(database, query)[0][0]

    def rows(self, database, query):
        # Where a database has no encoding, text would arrive as bytes.
        with self.connect(database, client_encoding="UTF8") as connection:
            return connection.execute(query).fetchall()

    def databases(self):
        return {r[0] for r in self.rows("postgres", "SELECT datname FROM pg_database WHERE NOT datistemplate")}

    def create_database(self, name):
        self.execute("postgres", f'CREATE DATABASE "{name}"')
        return name

    def drop_database(self, name):
        self.execute("postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def drop_all_databases(self):
        for name in self.databases() - {"postgres"}:
            self.drop_database(name)

    def keep_copy(self, to):
        """The files of a stopped server, for going back in time."""
        shutil.copytree(self.data, to, symlinks=True)

    def put_back(self, copy):
        shutil.rmtree(self.data)
        shutil.copytree(copy, self.data, symlinks=True)
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", "postgres:postgres", str(self.data)], check=True)
        self.data.chmod(0o700)


class Blockade:
    """Holds a table so that whoever wants to read it waits, which stops a backup at a known place."""

    def __init__(self, server, database, table):
        self.server = server
        self.connection = server.connect(database, autocommit=False)
        self.connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")

    def wait_for_victim(self, timeout=30):
        deadline = time.monotonic() + timeout
        query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while self.server.value("postgres", query) == 0:
            if time.monotonic() > deadline:
                raise TimeoutError("nobody waits for the table")
            time.sleep(0.02)

    def lift(self):
        self.connection.close()


def wait_for_copy(server, database, running):
    """Until somebody moves rows of the database, or the run has ended."""
    copying = "SELECT count(*) FROM pg_stat_activity WHERE query ILIKE 'copy%%' AND state = 'active' AND datname = %s"
    with server.connect() as connection:
        while not running.ended() and not connection.execute(copying, [database]).fetchone()[0]:
            time.sleep(0.001)

# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL server of the bench's own: the demo's server and the demo's data."""

import os
import subprocess
from pathlib import Path

from machine import ROOT, run


def shell(script):
    return run(f"cd '{ROOT}' && source tools/demo/server.sh && {script}").output.strip()


class Server:
    """Started and filled on entry, stopped and removed on exit."""

    def __init__(self, scale):
        self.scale = scale
        self.work = Path(run([str(ROOT / "tools/server_folder.sh"), "bench-postgres"]).output.strip())

    def __enter__(self):
        shell(f"work='{self.work}'; remove_server; mkdir -p \"$work\"; start_server")
        try:
            self.socket = (self.work / "socket").read_text().strip()
            os.environ.update(PGHOST=self.socket, PGUSER="postgres", PGOPTIONS="-c client_min_messages=warning")
            self.sql("create database shop", "postgres")
            self.file("schema.sql")
            self.file("data.sql", "-v", f"scale={self.scale}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        shell(f"work='{self.work}'; remove_server")

    def url(self, database):
        return f"postgresql:///{database}?host={self.socket}&user=postgres"

    def sql(self, text, database="shop"):
        return run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", text, database]).output

    def file(self, name, *more):
        run(["psql", "-Xq", *more, "-f", str(ROOT / "tools/demo" / name), "shop"])

    def digests(self, database):
        return run(["psql", "-Xq", "-f", str(ROOT / "tools/demo/digests.sql"), database]).output

    def postmaster(self):
        return int((self.work / "server/postmaster.pid").read_text().split()[0])

    def processor_s(self):
        """What all sessions that have ended took; the postmaster has them waited for."""
        fields = Path(f"/proc/{self.postmaster()}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")

    def pin(self, cores):
        """The postmaster and what it has started; sessions that come later inherit it."""
        children = subprocess.run(["pgrep", "-P", str(self.postmaster())], capture_output=True, text=True).stdout
        for process in [self.postmaster(), *map(int, children.split())]:
            try:
                os.sched_setaffinity(process, cores)
            except ProcessLookupError:
                pass

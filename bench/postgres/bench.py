# SPDX-License-Identifier: Apache-2.0
"""The plan of `bench/run postgres`: what is measured in each round, in turns, so that all meet the same machine."""

import statistics
import time

from machine import ROOT, Figures, facts, run, say
from postgres.contenders import PgDump, Starkeep, rivals, versions
from postgres.limit import Limit
from postgres.report import goals, table
from postgres.server import Server

SERVER_CORE, ENGINE_CORE = {0}, {1}


class Bench:
    def __init__(self, server, with_kopia):
        self.server = server
        self.figures = Figures()
        self.limit = Limit(server)
        self.starkeep = Starkeep(server)
        self.rivals = rivals(server, with_kopia)
        self.dumps = [PgDump(server, "pg_dump -Fd -j2 -Z0", 0), PgDump(server, "pg_dump -Fd -j2 -Z1", 1)]
        self.reports = {}
        self.stored = {}

    def timed(self, name, work):
        before = self.server.processor_s()
        done = work()
        # The last session's end reaches the postmaster a moment after the client's.
        time.sleep(0.2)
        self.figures.add(name, done, self.server.processor_s() - before)

    def measure(self, what, contender, cores=None):
        name = f"{what}: {contender.name}"
        self.timed(name, lambda: contender.back_up(cores))
        if contender is self.starkeep:
            self.reports.setdefault(what, []).append(contender.report)
        elif contender is not self.limit:
            self.stored.setdefault(name, []).append(contender.stored_bytes())

    def everything(self, round_number):
        contenders = [self.limit, self.starkeep, *self.dumps, *self.rivals]
        turn = round_number % len(contenders)
        for contender in contenders[turn:] + contenders[:turn]:
            contender.prepare()
            self.measure("full", contender)

    def unchanged(self):
        for contender in [self.starkeep, *self.rivals]:
            self.measure("unchanged", contender)

    def changed(self):
        self.server.file("change_range.sql")
        self.measure("1 % in a range", self.starkeep)
        self.server.file("change_random.sql")
        for contender in [self.starkeep, *self.rivals]:
            self.measure("1 % at random", contender)

    def pinned(self):
        """The server on one core, whoever reads from it on the other."""
        self.server.pin(SERVER_CORE)
        try:
            for contender in (self.limit, self.starkeep):
                contender.prepare()
                self.measure("pinned", contender, ENGINE_CORE)
        finally:
            self.server.pin(SERVER_CORE | ENGINE_CORE)

    def restores(self):
        piped = [rival for rival in self.rivals if rival.name == "restic"]
        for contender in [self.starkeep, *self.dumps, *piped]:
            self.timed(f"restore: {contender.name}", contender.restore)
            if contender is self.starkeep and self.server.digests("shop_copy") != self.server.digests("shop"):
                raise SystemExit("bench: the restored database differs from the source")
            self.server.sql("drop database shop_copy", "postgres")

    def round(self, number):
        self.everything(number)
        self.unchanged()
        self.changed()
        self.restores()
        self.pinned()


def medians(reports):
    """The middle of every number that Starkeep said about its backups of one kind."""
    kept = ("duration_s", "fixed_s", "bytes_read", "bytes_new", "bytes_stored", "peak_rss_bytes")
    return {what: {key: statistics.median(r[key] for r in each) for key in kept} for what, each in reports.items()}


def measure(chosen):
    """Returns the results as a document, and the table as text."""
    say("building Starkeep")
    run(f"cd '{ROOT}' && cmake --preset release && cmake --build build/release -j 2 --target starkeep")
    say(f"starting a server and filling it with {chosen.scale} % of the demo's data")
    with Server(chosen.scale) as server:
        bench = Bench(server, with_kopia=not chosen.small)
        size = int(server.sql("select pg_database_size('shop')"))
        for number in range(chosen.rounds):
            say(f"round {number + 1} of {chosen.rounds}")
            bench.round(number)
        settings = {name: server.sql(f"show {name}").strip() for name in ("shared_buffers", "max_wal_size", "fsync")}
    results = {
        "machine": facts(),
        "versions": versions([rival.name for rival in bench.rivals]),
        "server": settings,
        "scale": chosen.scale,
        "rounds": chosen.rounds,
        "database_bytes": size,
        "load": [min(bench.figures.load), max(bench.figures.load)],
        "seconds": bench.figures.by_name,
        "client_processor_s": bench.figures.client_s,
        "server_processor_s": bench.figures.server_s,
        "stored_bytes": {name: statistics.median(each) for name, each in bench.stored.items()},
        "starkeep": medians(bench.reports),
        "reports": bench.reports,
    }
    results["goals"] = goals(results, bench.figures)
    return results, table(results, bench.figures)

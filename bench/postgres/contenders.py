# SPDX-License-Identifier: Apache-2.0
"""Who backs up and restores: Starkeep, and the rivals that are on this machine."""

import json
import shutil
import subprocess

from machine import ROOT, run, say

STARKEEP = str(ROOT / "build/release/bin/starkeep")
# Starkeep's status for: done, and what can never be in a backup (roles) is named.
LEFT_OUT = (0, 3)


class Contender:
    """One repository in a folder of its own, made anew by prepare()."""

    def __init__(self, server, name):
        self.server = server
        self.name = name
        self.folder = server.work / name.split()[0]
        self.repository = self.folder / "repository"
        self.password = server.work / "password"
        self.password.write_text("correct horse battery staple\n")

    def prepare(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.create()

    def stored_bytes(self):
        return sum(file.stat().st_size for file in self.repository.rglob("*") if file.is_file())


class Starkeep(Contender):
    def __init__(self, server):
        super().__init__(server, "starkeep")
        self.options = ["--repo", f"file://{self.repository}", "--password-file", str(self.password)]

    def create(self):
        run([STARKEEP, "repo", "init", *self.options[1:]])

    def back_up(self, cores=None):
        command = [STARKEEP, "backup", self.server.url("shop"), "--jobs", "2", "--json", *self.options]
        done = run(command, accept=LEFT_OUT, cores=cores)
        self.report = json.loads(done.output.strip().splitlines()[-1])
        return done

    def restore(self):
        command = [STARKEEP, "restore", "latest", "--to", self.server.url("shop_copy"), "--jobs", "2", *self.options]
        return run(command, accept=LEFT_OUT)


class PgDump(Contender):
    """Two connections into a folder; `level` is that of gzip, and 0 compresses nothing."""

    def __init__(self, server, name, level):
        super().__init__(server, name)
        self.folder = server.work / f"pg_dump{level}"
        self.repository = self.folder / "repository"
        self.level = level

    def create(self):
        pass

    def back_up(self, cores=None):
        shutil.rmtree(self.repository, ignore_errors=True)
        command = ["pg_dump", "-Fd", "-j2", f"-Z{self.level}", "-f", str(self.repository), "shop"]
        return run(command, cores=cores)

    def restore(self):
        self.server.sql("create database shop_copy", "postgres")
        return run(["pg_restore", "-j2", "-d", "shop_copy", str(self.repository)])


class Piped(Contender):
    """A backup program for files that takes what pg_dump writes."""

    def back_up(self, cores=None):
        return run(f"pg_dump shop | {self.taker()}", environment=self.environment(), cores=cores)


class Restic(Piped):
    def environment(self):
        return {
            "RESTIC_REPOSITORY": str(self.repository),
            "RESTIC_PASSWORD_FILE": str(self.password),
            "RESTIC_CACHE_DIR": str(self.folder / "cache"),
        }

    def create(self):
        run(["restic", "init"], environment=self.environment())

    def taker(self):
        return "restic backup --quiet --stdin --stdin-filename shop.sql"

    def restore(self):
        self.server.sql("create database shop_copy", "postgres")
        script = "restic dump --quiet latest shop.sql | psql -Xq -v ON_ERROR_STOP=1 shop_copy >/dev/null"
        return run(script, environment=self.environment())


class Borg(Piped):
    def __init__(self, server, name):
        super().__init__(server, name)
        self.number = 0

    def environment(self):
        return {
            "BORG_REPO": str(self.repository),
            "BORG_PASSPHRASE": self.password.read_text().strip(),
            "BORG_BASE_DIR": str(self.folder),
        }

    def create(self):
        run(["borg", "init", "--encryption", "repokey"], environment=self.environment())

    def taker(self):
        self.number += 1
        return f"borg create --compression zstd,1 --stdin-name shop.sql ::n{self.number} -"


class Kopia(Piped):
    def __init__(self, server, name, program):
        super().__init__(server, name)
        self.program = f"{program} --config-file={self.folder}/config --log-dir={self.folder}/log"

    def environment(self):
        return {"KOPIA_PASSWORD": self.password.read_text().strip(), "KOPIA_CHECK_FOR_UPDATES": "false"}

    def create(self):
        create = f"repository create filesystem --path={self.repository} --cache-directory={self.folder}/cache"
        compress = "policy set --global --compression=zstd-fastest"
        run(f"{self.program} {create} && {self.program} {compress}", environment=self.environment())

    def taker(self):
        return f"{self.program} snapshot create --no-progress --stdin-file shop.sql '{self.folder}/shop'"


def rivals(server, with_kopia):
    """Those that can run here; the others are named on stderr."""
    found = []
    for kind, name, program in ((Restic, "restic", "restic"), (Borg, "borg", "borg")):
        if shutil.which(program):
            found.append(kind(server, name))
        else:
            say(f"{name} is left out: not installed (apt-get install {program}{'backup' * (program == 'borg')})")
    if not with_kopia:
        return found
    built = subprocess.run([ROOT / "bench/postgres/kopia.sh"], capture_output=True, text=True)
    if built.returncode == 0:
        found.append(Kopia(server, "kopia", built.stdout.strip()))
    else:
        say(f"kopia is left out: it could not be built: {built.stderr.strip().splitlines()[-1:]}")
    return found


def versions(names):
    """What each rival calls itself."""
    commands = {"restic": ["restic", "version"], "borg": ["borg", "--version"], "pg_dump": ["pg_dump", "--version"]}
    said = {name: run(command).output.strip() for name, command in commands.items() if name in [*names, "pg_dump"]}
    return said | {"starkeep": run([STARKEEP, "--version"]).output.strip()}

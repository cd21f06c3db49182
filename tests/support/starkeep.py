# SPDX-License-Identifier: Apache-2.0
"""The real program, run as a person would run it, with the promises that hold for every run checked in one place."""

import json
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct-horse-battery-7f3a91"
# The table of exit statuses that the command line promises.
STATUSES = {0, 1, 2, 3, 4, 5, 6, 130, 143}


def program():
    return Path(os.environ.get("STARKEEP_BIN", ROOT / "build/release/bin/starkeep"))


@dataclass
class Outcome:
    arguments: list
    status: int
    stdout: str
    stderr: str

    def document(self):
        """The one JSON document on standard output; anything besides it is a fault."""
        return json.loads(self.stdout)

    def result(self):
        """The last of the JSON objects, one a line; every line must be one."""
        lines = [json.loads(line) for line in self.stdout.splitlines()]
        assert lines and all(isinstance(line, dict) for line in lines), self
        return lines[-1]

    def __str__(self):
        return f"starkeep {' '.join(self.arguments)}\n-> {self.status}\n{self.stdout}\n--\n{self.stderr}"


class Running:
    """A run that is not waited for."""

    def __init__(self, arguments, environment, prefix=()):
        self.arguments = [str(a) for a in arguments]
        self.process = subprocess.Popen(
            [*prefix, str(program()), *self.arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def send(self, what):
        self.process.send_signal(what)

    def ended(self):
        return self.process.poll() is not None

    def wait(self, timeout=180):
        try:
            out, err = self.process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)
            out, err = self.process.communicate()
            raise AssertionError(f"starkeep {self.arguments} hung\n{out!r}\n{err.decode(errors='replace')}") from None
        return Outcome(self.arguments, self.process.returncode, out.decode(), err.decode(errors="replace"))


class Starkeep:
    """The program with one repository chosen by the environment, as an operator's shell would."""

    def __init__(self, repository, password_file, prefix=()):
        self.repository = Path(repository)
        self.url = f"file://{self.repository}"
        self.password_file = Path(password_file)
        self.prefix = tuple(prefix)
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "STARKEEP_"))}
        self.environment["STARKEEP_REPO"] = self.url
        self.environment["STARKEEP_PASSWORD_FILE"] = str(self.password_file)

    @classmethod
    def in_folder(cls, folder):
        """Not yet a repository: call init()."""
        password_file = Path(folder) / "password"
        password_file.write_text(PASSWORD + "\n")
        return cls(Path(folder) / "repository", password_file)

    def beside(self, repository, prefix=()):
        """The same person with another repository."""
        other = Starkeep(repository, self.password_file, prefix)
        other.environment["PATH"] = self.environment["PATH"]
        return other

    def with_tools(self, bin_dir):
        """With the pg_dump of that folder found first."""
        self.environment["PATH"] = f"{bin_dir}{os.pathsep}{self.environment['PATH']}"
        return self

    def begin(self, *arguments, **variables):
        return Running(arguments, self.environment | variables, self.prefix)

    def run(self, *arguments, status=0, timeout=180, **variables):
        """Runs to the end. `status` is the promised exit status, or a set of them."""
        outcome = self.begin(*arguments, **variables).wait(timeout)
        wanted = {status} if isinstance(status, int) else set(status)
        assert outcome.status in STATUSES, f"not an exit status of the table:\n{outcome}"
        assert outcome.status in wanted, f"expected {sorted(wanted)}:\n{outcome}"
        assert PASSWORD not in outcome.stdout + outcome.stderr, f"the password is shown:\n{outcome}"
        return outcome

    def init(self):
        self.run("repo", "init", self.url)
        return self

    def backup(self, source, *more, **how):
        """Returns the result object of a backup."""
        return self.run("backup", source, "--json", *more, **how).result()

    def points(self, *more):
        return self.run("points", "--json", *more).document()

    def point_ids(self):
        return [point["id"] for point in self.points()]

    def show(self, point, *more):
        return self.run("show", point, "--json", *more).document()

    def restore(self, point, target, *more, **how):
        return self.run("restore", point, "--to", target, *more, **how)

    def check(self, *more, status=0):
        return self.run("repo", "check", *(more or ["--read-data"]), self.url, status=status)

    def files(self):
        """Name to bytes of all that the repository holds."""
        found = sorted(p for p in self.repository.rglob("*") if p.is_file())
        return {str(p.relative_to(self.repository)): p.read_bytes() for p in found}

# SPDX-License-Identifier: Apache-2.0
"""A real `starkeep serve` and its logged-in client; every answer over REST is held against the served OpenAPI document."""

import json
import os
import re
import ssl
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from jsonschema import Draft202012Validator

from support.starkeep import PASSWORD, STATUSES, Outcome, program


class Appliance:
    """State, configuration and password file in one folder; started and stopped as a test needs."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.state = self.folder / "state"
        self.password_file = self.folder / "password"
        self.password_file.write_text(PASSWORD + "\n")
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "STARKEEP_"))}
        self.environment["XDG_CONFIG_HOME"] = str(self.folder / "config")
        self.process = None
        self.url = self.first_token = None
        self.document = None
        self.port = 0

    def start(self, *more):
        command = [str(program()), "serve", "--json", "--state", str(self.state), "--listen", f"127.0.0.1:{self.port}", *more]
        self.process = subprocess.Popen(
            command, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        line = self.process.stdout.readline()
        assert line, self.process.communicate(timeout=30)[1].decode()
        said = json.loads(line)
        self.url, self.first_token, self.ca_file = said["url"], said["first_token"], said["ca_file"]
        # Started again, it is found where the client has logged in.
        self.port = int(self.url.rsplit(":", 1)[1])
        return self

    def kill(self):
        self.process.kill()
        self.process.communicate(timeout=30)

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.communicate(timeout=60)
        return self.process.returncode if self.process else None

    def run(self, *arguments, status=0, timeout=120, **variables):
        arguments = [str(a) for a in arguments]
        done = subprocess.run(
            [str(program()), *arguments], env=self.environment | variables, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=timeout, check=False,
        )
        outcome = Outcome(arguments, done.returncode, done.stdout, done.stderr)
        assert outcome.status in STATUSES and outcome.status == status, f"expected {status}:\n{outcome}"
        assert PASSWORD not in outcome.stdout + outcome.stderr, f"the password is shown:\n{outcome}"
        return outcome

    def json(self, *arguments, **how):
        return self.run(*arguments, "--json", **how).document()

    def login(self):
        token_file = self.folder / "first-token"
        token_file.write_text(self.first_token)
        self.json("login", self.url, "--ca-file", self.ca_file, "--token-file", token_file, "--user", "ada")
        return self

    @property
    def token(self):
        return json.loads((self.folder / "config/starkeep/login.json").read_text())["token"]

    def rest(self, method, path, body=None, token=None, raw=None):
        """Status and document of one request; the answer fits the served OpenAPI document."""
        status, headers, content = self.exchange(method, path, body, token, raw)
        document = json.loads(content) if content and "json" in headers.get("Content-Type", "") else None
        self.validate(method, path, status, document)
        return status, document

    def exchange(self, method, path, body=None, token=None, raw=None):
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        if token != "":
            request.add_header("Authorization", f"Bearer {token or self.token}")
        context = ssl.create_default_context(cafile=self.ca_file)
        try:
            with urllib.request.urlopen(request, context=context, timeout=60) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers, refused.read()

    def openapi(self):
        if self.document is None:
            self.document = json.loads(self.exchange("GET", "/api/v1/openapi.json", token="")[2])
        return self.document

    def validate(self, method, path, status, body):
        """Holds an answer against its operation; a path that the document lacks may only be answered with an error."""
        plain = path.split("?")[0]
        responses = {"default": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}}
        for template, operations in self.openapi()["paths"].items():
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), plain) and method.lower() in operations:
                responses = operations[method.lower()]["responses"]
        response = responses.get(str(status), responses["default"])
        if "content" not in response:
            assert body is None, f"{method} {path} -> {status}: a body that is not described: {body}"
            return
        schema = response["content"]["application/json"]["schema"]
        validator = Draft202012Validator({**schema, "components": self.openapi()["components"]})
        faults = [f"{list(e.absolute_path)}: {e.message}" for e in validator.iter_errors(body)]
        assert not faults, f"{method} {path} -> {status} {body}\n" + "\n".join(faults)

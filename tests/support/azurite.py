# SPDX-License-Identifier: Apache-2.0
"""A real Azurite of the tests' own: Blob and Queue storage on loopback, with or without TLS."""

import os
import re
import subprocess
import time
from pathlib import Path

from support.starkeep import ROOT

ACCOUNT = "devstoreaccount1"
# Public by design: every emulator of Azure Storage knows it.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def azurite_program():
    if "STARKEEP_TEST_AZURITE" in os.environ:
        return Path(os.environ["STARKEEP_TEST_AZURITE"])
    command = [ROOT / "tools/azurite.sh"]
    return Path(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip())


def make_certificates(folder):
    """An authority (ca.pem) and a certificate by it for 127.0.0.1 (server.pem, server.key)."""
    common = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    authority = ["-subj", "/CN=test authority", "-keyout", "ca.key", "-out", "ca.pem"]
    server = ["-CA", "ca.pem", "-CAkey", "ca.key", "-subj", "/CN=azurite", "-addext", "basicConstraints=critical,CA:FALSE"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", "server.key", "-out", "server.pem"]
    for more in (authority, server + names):
        subprocess.run(common + more, cwd=folder, check=True, capture_output=True)


class Azurite:
    """Keeps its data in `folder`. Speaks HTTPS by a certificate of its own authority: `ca_file`."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        self.ca_file = self.folder / "ca.pem"
        self.log = self.folder / "log"
        self.process = None
        make_certificates(self.folder)

    def start(self):
        ports = ["--blobPort", "0", "--queuePort", "0", "--tablePort", "0"]
        tls = ["--cert", str(self.folder / "server.pem"), "--key", str(self.folder / "server.key")]
        where = ["--location", str(self.folder / "data"), "--silent", "--disableTelemetry"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([azurite_program(), *where, *ports, *tls], stdout=log, stderr=log)
        self.blob_endpoint = f"{self.address('Blob')}/{ACCOUNT}"
        self.queue_endpoint = f"{self.address('Queue')}/{ACCOUNT}"
        return self

    def address(self, service):
        for _ in range(1200):
            found = re.search(rf"{service} service is successfully listening at (\S+)\n", self.log.read_text())
            if found:
                return found.group(1)
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        raise AssertionError(f"Azurite does not start: {self.log.read_text()}")

    def connection_string(self, key=KEY):
        endpoints = f"BlobEndpoint={self.blob_endpoint};QueueEndpoint={self.queue_endpoint};"
        return f"DefaultEndpointsProtocol=https;AccountName={ACCOUNT};AccountKey={key};{endpoints}"

    def stop(self):
        self.process.kill()
        self.process.wait()

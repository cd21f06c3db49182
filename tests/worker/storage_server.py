# SPDX-License-Identifier: Apache-2.0
"""A real Azurite (Blob and Queue) of the test's own on loopback, and a small client of its queues."""

import base64
import hashlib
import hmac
import subprocess
import time
import urllib.error
import urllib.request
import xml.etree.ElementTree as xml
from datetime import datetime, timedelta, timezone
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

from support.postgres import free_port
from support.starkeep import ROOT

ACCOUNT = "devstoreaccount1"
# Azurite's published key of its only account.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
VERSION = "2021-12-02"


class Azurite:
    """One server; `home` is a folder that its maker removes."""

    def __init__(self, home):
        self.home = home
        self.blob_port, self.queue_port, self.table_port = free_port(), free_port(), free_port()
        self.process = None

    def start(self):
        program = subprocess.run([ROOT / "tools/azurite.sh"], check=True, capture_output=True, text=True)
        command = [program.stdout.strip().splitlines()[-1], "--silent", "--location", str(self.home)]
        for service in ("blob", "queue", "table"):
            command += [f"--{service}Host", "127.0.0.1", f"--{service}Port", str(getattr(self, f"{service}_port"))]
        with (self.home / "azurite.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--skipApiVersionCheck", "--disableTelemetry"], stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        deadline = time.monotonic() + 60
        while not (self._answers(self.blob_port) and self._answers(self.queue_port)):
            assert self.process.poll() is None and time.monotonic() < deadline, "azurite does not start"
            time.sleep(0.05)
        return self

    @staticmethod
    def _answers(port):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2)
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=30)
            self.process = None

    @property
    def connection_string(self):
        return (
            f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};"
            f"BlobEndpoint=http://127.0.0.1:{self.blob_port}/{ACCOUNT};"
            f"QueueEndpoint=http://127.0.0.1:{self.queue_port}/{ACCOUNT};"
        )

    def queue_url(self, name, permissions):
        """With a service SAS of an hour."""
        expires = (datetime.now(timezone.utc) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        said = [permissions, "", expires, f"/queue/{ACCOUNT}/{name}", "", "", "", VERSION]
        query = {"sv": VERSION, "se": expires, "sp": permissions, "sig": _sign("\n".join(said))}
        return f"http://127.0.0.1:{self.queue_port}/{ACCOUNT}/{name}?{urlencode(query, quote_via=quote)}"

    def make_container(self, name):
        self._make(f"http://127.0.0.1:{self.blob_port}/{ACCOUNT}/{name}", "restype=container")

    def make_queue(self, name):
        self._make(f"http://127.0.0.1:{self.queue_port}/{ACCOUNT}/{name}", "")

    def _make(self, url, query):
        expires = (datetime.now(timezone.utc) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        said = [ACCOUNT, "rwlacup", "bq", "sco", "", expires, "", "", VERSION, "", ""]
        sas = {"sv": VERSION, "ss": "bq", "srt": "sco", "se": expires, "sp": "rwlacup", "sig": _sign("\n".join(said))}
        send("PUT", f"{url}?{query}&{urlencode(sas, quote_via=quote)}", b"")


def _sign(text):
    return base64.b64encode(hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()).decode()


def send(method, url, body=None):
    request = urllib.request.Request(url, data=body, method=method, headers={"x-ms-version": VERSION})
    if body:
        request.add_header("Content-Type", "application/xml")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()


class Queue:
    """Messages of one queue, by its URL with a SAS."""

    def __init__(self, url):
        self.base, self.sas = url.split("?", 1)

    def put(self, text, lifetime=3600):
        body = f"<QueueMessage><MessageText>{escape(text)}</MessageText></QueueMessage>"
        send("POST", f"{self.base}/messages?messagettl={lifetime}&{self.sas}", body.encode())

    def take(self, visibility=60):
        """(id, receipt, text) of up to 32 messages."""
        answer = send("GET", f"{self.base}/messages?numofmessages=32&visibilitytimeout={visibility}&{self.sas}")
        found = xml.fromstring(answer.decode("utf-8-sig")).iter("QueueMessage")
        return [(m.findtext("MessageId"), m.findtext("PopReceipt"), m.findtext("MessageText")) for m in found]

    def remove(self, message):
        send("DELETE", f"{self.base}/messages/{message[0]}?popreceipt={quote(message[1], safe='')}&{self.sas}")

    def peek(self):
        answer = send("GET", f"{self.base}/messages?peekonly=true&numofmessages=32&{self.sas}")
        return [m.findtext("MessageText") for m in xml.fromstring(answer.decode("utf-8-sig")).iter("QueueMessage")]

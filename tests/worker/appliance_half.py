# SPDX-License-Identifier: Apache-2.0
"""An appliance's end of the talk, written from docs/worker-protocol.md alone."""

import base64
import hashlib
import json
import os
import time
from datetime import datetime, timedelta, timezone

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PIECE = 36_000
LONGEST = 49_152


def associated_data(direction, envelope):
    members = [envelope[m] for m in ("worker", "session", "sequence", "part", "parts")]
    return "\n".join(["starkeep 1", direction, *map(str, members)]).encode()


def session_of(worker_key):
    return hashlib.sha256(worker_key).digest()[:8].hex()


def direction_key(direction, worker, shared, bootstrap_secret, worker_key, appliance_key):
    info = f"{direction}\n{worker}\n".encode() + worker_key + appliance_key
    return HKDF(SHA256(), 32, b"starkeep worker protocol 1", info).derive(shared + bootstrap_secret)


def seal(key, direction, envelope, piece, nonce=None):
    nonce = nonce or os.urandom(12)
    box = nonce + AESGCM(key).encrypt(nonce, piece, associated_data(direction, envelope))
    return envelope | {"box": base64.b64encode(box).decode()}


def unseal(key, direction, envelope):
    box = base64.b64decode(envelope["box"], validate=True)
    return AESGCM(key).decrypt(box[:12], box[12:], associated_data(direction, envelope))


class ApplianceHalf:
    """One worker's partner. `tasks` and `events` have put, take and remove."""

    def __init__(self, worker, tasks, events):
        self.worker, self.tasks, self.events = worker, tasks, events
        self.private_key = X25519PrivateKey.generate()
        self.appliance_key = self.private_key.public_key().public_bytes_raw()
        self.signing_key = Ed25519PrivateKey.generate()
        self.bootstrap_secret = os.urandom(32)
        self.session = None
        self.keys = {}
        self.sequence = int(time.time()) * 65_536
        self.seen, self.parts = set(), {}
        self.refused = []
        self.received = []

    def bootstrap(self, tasks_url, events_url, seconds=3600, **more):
        expires = datetime.now(timezone.utc) + timedelta(seconds=seconds)
        return {
            "version": 1,
            "worker": self.worker,
            "tasks_url": tasks_url,
            "events_url": events_url,
            "appliance_key": self.appliance_key.hex(),
            "appliance_signing_key": self.signing_key.public_key().public_bytes_raw().hex(),
            "bootstrap_secret": self.bootstrap_secret.hex(),
            "expires": expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "storage_suffix": "core.windows.net",
            "ca_certificates": "",
        } | more

    def derive(self, worker_key):
        shared = self.private_key.exchange(X25519PublicKey.from_public_bytes(worker_key))
        return {
            d: direction_key(d, self.worker, shared, self.bootstrap_secret, worker_key, self.appliance_key)
            for d in ("tasks", "events")
        }

    def envelopes(self, task):
        """The texts that carry a task, with new sequence numbers."""
        document = json.dumps(task).encode()
        pieces = [document[at : at + PIECE] for at in range(0, len(document), PIECE)]
        for part, piece in enumerate(pieces, 1):
            self.sequence += 1
            envelope = {
                "starkeep": 1,
                "worker": self.worker,
                "session": self.session,
                "sequence": self.sequence,
                "part": part,
                "parts": len(pieces),
            }
            text = json.dumps(seal(self.keys["tasks"], "tasks", envelope, piece))
            assert len(text) <= LONGEST
            yield text

    def send(self, task):
        for text in self.envelopes(task):
            self.tasks.put(text)
        return task["task"]

    def receive(self):
        """New events; all that ever came are in `received`."""
        new = []
        for message in self.events.take():
            event = self._accept(message)
            if event is not None:
                new.append(event)
        self.received += new
        return new

    def _accept(self, message):
        text = message[2]
        assert len(text) <= LONGEST
        envelope = json.loads(text)
        assert envelope["starkeep"] == 1
        if envelope["worker"] != self.worker or (self.session is None and "key" not in envelope):
            self.refused.append("foreign")
            return None
        if self.session is None:
            worker_key = bytes.fromhex(envelope["key"])
            assert session_of(worker_key) == envelope["session"]
            keys = self.derive(worker_key)
        elif envelope["session"] != self.session:
            self.refused.append("foreign")
            return None
        else:
            keys = self.keys
        try:
            piece = unseal(keys["events"], "events", envelope)
        except InvalidTag:
            self.refused.append("forged")
            return None
        self.session, self.keys = envelope["session"], keys
        self.events.remove(message)
        if envelope["sequence"] in self.seen:
            self.refused.append("repeated")
            return None
        self.seen.add(envelope["sequence"])
        first = envelope["sequence"] - envelope["part"] + 1
        pieces = self.parts.setdefault(first, {})
        pieces[envelope["part"]] = piece
        if len(pieces) < envelope["parts"]:
            return None
        return json.loads(b"".join(self.parts.pop(first)[p] for p in sorted(pieces)))

    def wait_for(self, kind, task=None, seconds=120):
        """The first event of the kind (and task) that came, or comes."""
        deadline = time.monotonic() + seconds
        while True:
            for event in self.received:
                if event["event"] == kind and task in (None, event.get("task")):
                    return event
            assert time.monotonic() < deadline, f"no {kind}; came: {[e['event'] for e in self.received]}"
            if not self.receive():
                time.sleep(0.05)

    def last_word(self, task, seconds=120):
        deadline = time.monotonic() + seconds
        while True:
            for event in self.received:
                if event["event"] in ("finished", "failed") and event["task"] == task:
                    return event
            assert time.monotonic() < deadline, f"no end; came: {self.received}"
            if not self.receive():
                time.sleep(0.05)


def new_task(kind, secrets, **members):
    empty = {"database_password": "", "repository_password": "", "storage": "none", "storage_credential": ""}
    return {"task": os.urandom(16).hex(), "kind": kind} | members | {"secrets": empty | secrets}

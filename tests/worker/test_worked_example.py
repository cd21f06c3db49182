# SPDX-License-Identifier: Apache-2.0
"""The numbers of docs/worker-protocol.md are those that its rules give."""

import json
import re

from appliance_half import direction_key, seal, session_of, unseal
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from support.starkeep import ROOT

APPLIANCE = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"
WORKER = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"
DOCUMENT = b'{"event":"accepted","task":"000102030405060708090a0b0c0d0e0f"}'


def example():
    appliance = X25519PrivateKey.from_private_bytes(bytes.fromhex(APPLIANCE))
    worker = X25519PrivateKey.from_private_bytes(bytes.fromhex(WORKER))
    shared = appliance.exchange(worker.public_key())
    a, w = (key.public_key().public_bytes_raw() for key in (appliance, worker))
    key = direction_key("events", "1f2e3d4c", shared, b"\x42" * 32, w, a)
    envelope = {"starkeep": 1, "worker": "1f2e3d4c", "session": session_of(w), "sequence": 5, "part": 1, "parts": 1}
    return key, seal(key, "events", envelope, DOCUMENT, b"\x07" * 12)


def test_the_worked_example_is_what_the_rules_give():
    key, envelope = example()
    page = (ROOT / "docs/worker-protocol.md").read_text()
    assert re.search(r"key of events: `([0-9a-f]{64})`", page)[1] == key.hex()
    [text] = re.findall(r"^(\{\"starkeep\":1.*\})$", page, re.MULTILINE)
    assert json.loads(text) == envelope
    assert unseal(key, "events", json.loads(text)) == DOCUMENT

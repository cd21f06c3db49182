# SPDX-License-Identifier: Apache-2.0
"""Gives every folder of tests the shared fixtures."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from support.fixtures import (  # noqa: E402, F401
    built,
    other_bin,
    other_server,
    seed,
    server,
    servers,
    shared_other_server,
    shared_server,
    starkeep,
)

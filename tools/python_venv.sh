#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes build/venv from tests/requirements.txt, anew only when that file changes; prints its python.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=build/venv
wanted=$(sha256sum tests/requirements.txt | cut -d' ' -f1)
if [[ ! -x $venv/bin/python || $(cat "$venv/requirements.sha256" 2>/dev/null) != "$wanted" ]]; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --retries 5 --requirement tests/requirements.txt >&2
    echo "$wanted" >"$venv/requirements.sha256"
fi
echo "$PWD/$venv/bin/python"

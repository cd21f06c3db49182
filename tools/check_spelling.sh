#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fails on common misspellings.
set -euo pipefail
cd "$(dirname "$0")/.."

codespell --skip './build,./.git,./LICENSE,./testdata,./fuzz/corpus,package-lock.json,*.pyc' --ignore-words tools/spelling_exceptions.txt .

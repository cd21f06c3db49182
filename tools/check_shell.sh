#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs shellcheck over every shell script of the tree.
set -euo pipefail
cd "$(dirname "$0")/.."

find . \( -path ./build -o -path ./.git \) -prune -o -type f -print0 |
    xargs -0 grep -lZE -m1 '^#!/(usr/)?bin/(env )?(ba)?sh$' -- | xargs -0 -r shellcheck --external-sources --

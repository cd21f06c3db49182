#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fails when a C++ file is not laid out as .clang-format says; with --fix, lays all out.
set -euo pipefail
cd "$(dirname "$0")/.."

mode=(--dry-run --Werror --ferror-limit=1)
[[ ${1:-} == --fix ]] && mode=(-i)
find src fuzz bench tests -name '*.[ch]pp' -print0 2>/dev/null | xargs -0 -r -n 16 -P "$(nproc)" clang-format-19 "${mode[@]}"

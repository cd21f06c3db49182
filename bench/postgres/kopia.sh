#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds kopia below build/bench, once; fails when Go or the module cannot be had. The version is pinned in a go.mod
# of its own: `go install` would ask the proxy for a list of all versions, which not every proxy gives.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=v0.21.1
folder=build/bench/kopia
if [[ ! -x $folder/kopia ]]; then
    mkdir -p "$folder"
    cd "$folder"
    printf 'module bench\n\ngo 1.24\n\nrequire github.com/kopia/kopia %s\n' "$version" >go.mod
    GOFLAGS=-mod=mod go build -o kopia github.com/kopia/kopia >&2
    cd - >/dev/null
fi
echo "$PWD/$folder/kopia"

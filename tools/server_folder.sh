#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes and prints a folder NAME that the user of a PostgreSQL server can reach: below build/, or in /var/tmp when the
# clone lies in a private home. PostgreSQL refuses to run as root, so root's servers run as the user postgres.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$PWD/build/$1
mkdir -p "$folder"
if [[ $EUID -eq 0 ]] && ! setpriv --reuid=postgres --regid=postgres --clear-groups test -x "$folder"; then
    rmdir --ignore-fail-on-non-empty "$folder"
    folder=/var/tmp/starkeep-$1-$EUID
    mkdir -p "$folder"
    [[ -O $folder ]] || { echo "server_folder: $folder belongs to somebody else" >&2; exit 1; }
fi
echo "$folder"

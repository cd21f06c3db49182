#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Packs starkeep-worker with all it needs into one tarball: tools/bundle_worker.sh [PROGRAM]
# It runs on any x86-64 Linux with a shell: own loader, own libraries, own pg_dump and pg_restore of two majors.
# PROGRAM is build/release/bin/starkeep-worker unless named. Prints the tarball's path.
set -euo pipefail
cd "$(dirname "$0")/.."

program=${1:-build/release/bin/starkeep-worker}
version=$("$program" --version | sed 's/.* //')
home=build/bundle
tree=$home/tree
rm -rf "$tree"
mkdir -p "$tree"/{bin,lib,libexec,systemd}

# The libraries that a program loads, each under the name by which it is asked for.
copy_libraries() { # PROGRAM FOLDER
    local listed
    listed=$(ldd "$1")
    if grep -q 'not found' <<<"$listed"; then
        echo "bundle_worker: libraries of $1 are missing" >&2
        exit 1
    fi
    sed -nE 's/^\s*(\S+) => (\/\S+) .*/\1 \2/p; s/^\s*(\/\S*(ld-linux\S*)) .*/\2 \1/p' <<<"$listed" |
        while read -r name path; do
            cp -L "$path" "$2/${name##*/}"
            chmod 755 "$2/${name##*/}"
        done
}

# A script that starts the program by the bundle's own loader. What an older OpenSSL on the machine has in its
# configuration is not meant for the bundle's.
write_launcher() { # SCRIPT UP LIBRARIES PROGRAM [LINE...]
    local script=$1 up=$2 libraries=$3 target=$4
    shift 4
    {
        echo '#!/bin/sh'
        # shellcheck disable=SC2016 # the launcher expands it
        echo 'here=$(cd "$(dirname "$(readlink -f "$0")")/'"$up"'" && pwd) || exit 1'
        echo 'export OPENSSL_CONF=/dev/null'
        printf '%s\n' "$@"
        echo "exec \"\$here/$libraries/ld-linux-x86-64.so.2\" --library-path \"\$here/$libraries\"" \
            "--argv0 \"\$0\" \"\$here/$target\" \"\$@\""
    } >"$script"
    chmod 755 "$script"
}

add_postgres() { # MAJOR BINDIR
    local folder=postgresql/$1
    mkdir -p "$tree/$folder"/{bin,lib,libexec}
    local name
    for name in pg_dump pg_restore; do
        cp -L "$2/$name" "$tree/$folder/libexec/$name"
        copy_libraries "$2/$name" "$tree/$folder/lib"
        write_launcher "$tree/$folder/bin/$name" ../../.. "$folder/lib" "$folder/libexec/$name"
    done
}

cp "$program" "$tree/libexec/starkeep-worker"
strip --strip-unneeded "$tree/libexec/starkeep-worker"
copy_libraries "$program" "$tree/lib"
add_postgres 15 /usr/lib/postgresql/15/bin
add_postgres 18 "$(tools/second_postgres.sh 18 2>/dev/null)"
# shellcheck disable=SC2016 # the launcher expands it
write_launcher "$tree/bin/starkeep-worker" .. lib libexec/starkeep-worker \
    'export STARKEEP_PG_BINDIR="$here/postgresql/15/bin:$here/postgresql/18/bin"' \
    'export MALLOC_ARENA_MAX=4'
cp deploy/systemd/starkeep-worker.service "$tree/systemd/"
cp LICENSE "$tree/"

tools/check_bundle.py "$tree" >&2
bundle=$home/starkeep-worker-$version.tar.gz
# The same tree gives the same bytes.
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --format=gnu -C "$tree" -cf - . | gzip -n6 >"$bundle"
echo "$bundle"

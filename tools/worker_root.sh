#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the root of a machine as a worker finds it, a Debian 11 with what a stock image has and nothing else, and prints
# its folder. Needs root and some 300 MB below build/; the packages come from Debian's mirror once.
set -euo pipefail
cd "$(dirname "$0")/.."

# Debian 11 is older than Ubuntu 22.04: what runs on it runs there. bash, coreutils (with md5sum, sha256sum) and tar are
# essential packages.
suite=bullseye
packages=ca-certificates,curl
mirror=()
[[ -z ${STARKEEP_DEBIAN_MIRROR:-} ]] || mirror=("$STARKEEP_DEBIAN_MIRROR")

recipe="$suite $packages 1"
home=$PWD/build/vm-root
root=$home/root

# Whether the folder is the root of this recipe, whole.
is_made() {
    [[ $(cat "$home/recipe" 2>/dev/null) == "$recipe" && -x $root/bin/bash && -x $root/usr/bin/curl &&
        -x $root/usr/bin/md5sum && -x $root/usr/bin/sha256sum && -x $root/bin/tar ]]
}

mkdir -p "$home"
exec 9>"$home/lock"
flock 9
if ! is_made; then
    [[ $EUID -eq 0 ]] || { echo "worker_root: making a root needs the rights of root" >&2; exit 1; }
    command -v mmdebstrap >/dev/null || { echo "worker_root: mmdebstrap is missing; tools/install_packages.sh installs it" >&2; exit 1; }
    echo "worker_root: making a Debian root, about a minute" >&2
    rm -rf "$home/recipe" "$root" "$home/root.tar"
    for try in 1 2 3; do
        # A mirror in the middle of an update answers wrongly for some seconds.
        if mmdebstrap --quiet --variant=minbase --include="$packages" --aptopt='Acquire::Retries "3"' \
            "$suite" "$home/root.tar" "${mirror[@]}" >&2; then
            break
        fi
        echo "worker_root: try $try of 3 failed" >&2
        [[ $try -lt 3 ]] || exit 1
        sleep $((try * 5))
    done
    mkdir "$root"
    # Devices belong to each machine; its init makes them.
    tar -C "$root" -xpf "$home/root.tar" --numeric-owner --exclude='./dev/*'
    rm "$home/root.tar"
    echo "$recipe" >"$home/recipe"
fi
echo "$root"

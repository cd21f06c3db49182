#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that Starkeep needs; does nothing when all are there.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: tools/install_packages.sh [--build | --demo | --all]
  --build   what compiling needs
  --demo    that, and what ./demo needs (default)
  --all     that, and what ./test needs
Debian 12; as root, or with sudo.
TEXT
}

# group, package, least version. A version stands here when something older is known not to do.
table() {
    cat <<'TABLE'
build g++ 4:12.2
build cmake 3.25
build ninja-build 1.11
build pkg-config 1.8
build ccache 4.7
build mold 1.10
build libssl-dev 3.0
build libzstd-dev 1.5.4
build libxxhash-dev 0.8.1
build libargon2-dev 0~20171227
build libfmt-dev 9.1
build libcli11-dev 2.1.2
build nlohmann-json3-dev 3.11.2
build libpq-dev 15
build libgtest-dev 1.12.1
build libcurl4-openssl-dev 7.88.1
build libpugixml-dev 1.13
demo postgresql-15 15.3
demo postgresql-client-15 15.3
demo jq 1.6
all libgmock-dev 1.12.1
all librapidcheck-dev 0~1033
all clang-19 1:19.1
all clang-format-19 1:19.1
all libclang-rt-19-dev 1:19.1
all codespell 2.2
all shellcheck 0.9
all python3 3.11
all python3-venv 3.11
all nodejs 18.13
all npm 9
TABLE
}

wanted_groups="build demo"
case "${1:-}" in
    --build) wanted_groups="build" ;;
    --demo | "") ;;
    --all) wanted_groups="build demo all" ;;
    --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
esac

# Prints the packages of the wanted groups that are absent or too old.
missing() {
    local installed group package least version
    installed=$(dpkg-query -W -f='${binary:Package} ${db:Status-Status} ${Version}\n' | sed 's/:[a-z0-9]* / /')
    while read -r group package least; do
        [[ " $wanted_groups " == *" $group "* ]] || continue
        # A nodejs from elsewhere than Debian brings its own, and Debian's would drive it out.
        if [[ $package == npm ]] && command -v npm >/dev/null; then
            continue
        fi
        version=$(awk -v p="$package" '$1 == p && $2 == "installed" { print $3; exit }' <<<"$installed")
        if [[ -z $version ]] || dpkg --compare-versions "$version" lt "$least"; then
            echo "$package"
        fi
    done < <(table)
}

as_root() {
    if [[ $EUID -eq 0 ]]; then
        "$@"
    else
        sudo "$@"
    fi
}

# Three tries: a mirror in the middle of an update answers wrongly for some seconds.
apt() {
    local try
    for try in 1 2 3; do
        if as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 \
            -o DPkg::Lock::Timeout=120 "$@"; then
            return 0
        fi
        echo "install_packages: apt-get $1: try $try of 3 failed" >&2
        sleep $((try * 5))
    done
    return 1
}

mapfile -t packages < <(missing)
if [[ ${#packages[@]} -eq 0 ]]; then
    exit 0
fi
if ! grep -qs '^VERSION_ID="12"' /etc/os-release; then
    echo "install_packages: this is not Debian 12; install by hand: ${packages[*]}" >&2
    exit 1
fi
if [[ $EUID -ne 0 ]] && ! command -v sudo >/dev/null; then
    echo "install_packages: neither root nor sudo; install by hand: ${packages[*]}" >&2
    exit 1
fi

# Debian's package would start a server of its own on port 5432; the demo and the tests make theirs.
cluster_settings=/etc/postgresql-common/createcluster.conf
if [[ ! -e $cluster_settings && " ${packages[*]} " == *" postgresql-15 "* ]]; then
    as_root mkdir -p "${cluster_settings%/*}"
    echo 'create_main_cluster = false' | as_root tee "$cluster_settings" >/dev/null
fi

echo "install_packages: installing ${packages[*]}"
apt update
apt install -y --no-install-recommends "${packages[@]}"

mapfile -t packages < <(missing)
if [[ ${#packages[@]} -gt 0 ]]; then
    echo "install_packages: still missing or too old: ${packages[*]}" >&2
    exit 1
fi

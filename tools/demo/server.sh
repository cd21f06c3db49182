# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A PostgreSQL server of the demo's own, reached by a Unix socket only. To be sourced; `work` is its folder.

postgres_bin=/usr/lib/postgresql/15/bin

# PostgreSQL refuses to run as root; Debian's package has made the user postgres.
as_server_user() {
    if [[ $EUID -eq 0 ]]; then
        setpriv --reuid=postgres --regid=postgres --clear-groups env -C / HOME=/ "$@"
    else
        "$@"
    fi
}

# Prints a folder that the server's user can reach: below build/, or in /var/tmp when the clone lies in a private home.
server_folder() {
    local folder=$PWD/build/demo
    mkdir -p "$folder"
    if ! as_server_user test -x "$folder"; then
        rmdir "$folder"
        folder=/var/tmp/starkeep-demo-$UID
        mkdir -p "$folder"
        [[ -O $folder ]] || { echo "demo: $folder belongs to somebody else" >&2; return 1; }
    fi
    echo "$folder"
}

start_server() {
    mkdir -p "$work/server"
    socket=$(mktemp -d /tmp/starkeep-demo.XXXXXX)
    echo "$socket" >"$work/socket"
    [[ $EUID -ne 0 ]] || chown postgres: "$work/server" "$socket"
    as_server_user "$postgres_bin/initdb" --pgdata "$work/server" --username postgres --auth trust --encoding UTF8 \
        --locale C.UTF-8 >"$work/initdb.log"
    cat >>"$work/server/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$socket'
shared_buffers = 256MB
max_wal_size = 1GB
CONF
    as_server_user "$postgres_bin/pg_ctl" --pgdata "$work/server" --log "$work/server/log" --wait start >/dev/null
}

# Stops what start_server() of this or an earlier run left, and removes the whole folder.
remove_server() {
    if [[ -s $work/server/postmaster.pid ]]; then
        as_server_user "$postgres_bin/pg_ctl" --pgdata "$work/server" --wait --mode fast stop >/dev/null || true
    fi
    [[ ! -s $work/socket ]] || rm -rf "$(<"$work/socket")"
    rm -rf "$work"
}

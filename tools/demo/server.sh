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

#!/bin/sh
# A throw-away PostgreSQL server for the tests, on loopback, run by an ordinary user.
#   .ci/postgres.sh start DIR   prints the URL for TUI_INBOX_TEST_PG
#   .ci/postgres.sh stop DIR    stops the server of DIR, by its own pid, and removes DIR
set -eu

usage() { echo "usage: $0 start|stop DIR" >&2; exit 2; }
[ $# -eq 2 ] || usage
dir=$2

bin=$(dirname "$(command -v initdb 2>/dev/null || ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1)")
[ -x "$bin/initdb" ] || { echo "no PostgreSQL server programs (package postgresql)" >&2; exit 1; }

# PostgreSQL refuses to run as root.
if [ "$(id -u)" -eq 0 ]; then
    user=$(id -un postgres 2>/dev/null || id -un nobody)
    as() { setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups "$@"; }
else
    user=$(id -un)
    as() { "$@"; }
fi

case $1 in
start)
    mkdir -p "$dir"
    chmod 700 "$dir"
    [ "$(id -u)" -eq 0 ] && chown "$user" "$dir"
    [ -d "$dir/data" ] || as "$bin/initdb" -D "$dir/data" -U tui -A trust -E UTF8 --locale=C.UTF-8 >"$dir/init.log" 2>&1
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    # Durability is not what these tests are about.
    cd "$dir"
    as "$bin/pg_ctl" -D "$dir/data" -l "$dir/data/server.log" -w -t 60 \
        -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=60" \
        start >/dev/null
    echo "postgresql://tui@127.0.0.1:$port/postgres"
    ;;
stop)
    cd /
    as "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null
    rm -rf "$dir"
    ;;
*) usage ;;
esac

#!/bin/sh
# A throw-away Dovecot for the tests, on loopback, run by an ordinary user (packages dovecot-imapd, dovecot-lmtpd).
#   .ci/dovecot.sh start DIR   prints the value of TUI_INBOX_TEST_DOVECOT, host:imap:imaps:lmtp:DIR
#   .ci/dovecot.sh stop DIR    stops the server of DIR, by its own pid, and removes DIR
# Every user name exists, with the password "secret" or the OAuth token "token-ok"; the folder of sent mail has a name
# that nobody would guess.
set -eu

usage() { echo "usage: $0 start|stop DIR" >&2; exit 2; }
[ $# -eq 2 ] || usage
[ -x /usr/sbin/dovecot ] || { echo "no Dovecot (packages dovecot-imapd, dovecot-lmtpd)" >&2; exit 1; }

free_ports() {
    python3 - <<'PY'
import socket
held = [socket.socket() for _ in range(3)]
for one in held:
    one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in held))
PY
}

configure() {
    dir=$1 imap=$2 imaps=$3 lmtp=$4 user=$5 group=$6
    cat > "$dir/dovecot.conf" <<CONF
protocols = imap lmtp
listen = 127.0.0.1
base_dir = $dir/run
state_dir = $dir/run/state
log_path = $dir/dovecot.log
ssl = yes
ssl_cert = <$dir/cert.pem
ssl_key = <$dir/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
default_internal_user = $user
default_internal_group = $group
default_login_user = $user
first_valid_uid = 0
mail_location = maildir:$dir/mail/%u
namespace inbox {
  inbox = yes
  separator = /
  mailbox "Gelöschtes & Grüße" {
    auto = subscribe
    special_use = \Sent
  }
  mailbox Junk {
    auto = subscribe
    special_use = \Junk
  }
}
passdb {
  driver = static
  args = password=secret
}
passdb {
  driver = static
  mechanisms = xoauth2
  args = password=token-ok
}
userdb {
  driver = static
  args = uid=$user gid=$group home=$dir/mail/%u
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service stats {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    address = 127.0.0.1
    port = $imap
  }
  inet_listener imaps {
    address = 127.0.0.1
    port = $imaps
    ssl = yes
  }
}
service lmtp {
  chroot =
  inet_listener lmtp {
    address = 127.0.0.1
    port = $lmtp
  }
}
protocol lmtp {
  postmaster_address = postmaster@localhost
}
CONF
}

# As root the server runs under the account "nobody", as anybody else under their own.
as_user() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"
    else
        "$@"
    fi
}

start() {
    mkdir -p "$1"
    dir=$(cd "$1" && pwd)
    mkdir -p "$dir/run" "$dir/mail"
    if [ "$(id -u)" = 0 ]; then
        user=nobody group=nogroup
    else
        user=$(id -un) group=$(id -gn)
    fi
    # shellcheck disable=SC2046
    set -- $(free_ports)
    configure "$dir" "$1" "$2" "$3" "$user" "$group"
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost \
        -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' \
        -keyout "$dir/key.pem" -out "$dir/cert.pem" 2> /dev/null
    if [ "$(id -u)" = 0 ]; then
        chown -R nobody:nogroup "$dir"
    fi
    as_user /usr/sbin/dovecot -c "$dir/dovecot.conf"
    echo "127.0.0.1:$1:$2:$3:$dir"
}

stop() {
    dir=$(cd "$1" && pwd)
    if [ -s "$dir/run/master.pid" ]; then
        pid=$(cat "$dir/run/master.pid")
        kill "$pid"
        tries=50
        while kill -0 "$pid" 2> /dev/null && [ "$tries" -gt 0 ]; do
            tries=$((tries - 1))
            sleep 0.1
        done
    fi
    rm -rf "$dir"
}

case $1 in
start) start "$2" ;;
stop) stop "$2" ;;
*) usage ;;
esac

"""``relay``: keeps vendors' requests on a public host; needs no configuration and no store of the hotel."""

from __future__ import annotations

import os
import signal
from argparse import Namespace
from pathlib import Path
from threading import Event

from tui_inbox.cli.failing import OK, Usage
from tui_inbox.wording import _


def relay(options: Namespace) -> int:
    """Until SIGTERM or SIGINT. Raises ``Usage``, ``ChannelError``."""
    from tui_inbox.worker.receiver.listening import Listener, host_and_port
    from tui_inbox.worker.receiver.relaying import SHORTEST_TOKEN, Relay, Store

    token = _secret(options.token_file)
    if len(token) < SHORTEST_TOKEN:
        raise Usage(_("{path}: a token has at least {n} characters; “openssl rand -hex 32” makes one.").format(
            path=options.token_file, n=SHORTEST_TOKEN
        ))  # fmt: skip
    accounts = dict.fromkeys(options.account, "")
    for pair in options.verify:
        name, equals, path = pair.partition("=")
        if not equals:
            raise Usage(_("--verify wants NAME=FILE, not “{text}”.").format(text=pair))
        accounts[name] = _secret(path)
    if not accounts:
        raise Usage(_("Name the accounts that requests are kept for: --account NAME, as in the hotel's configuration."))
    try:
        host, _port = host_and_port(options.listen)
    except ValueError:
        raise Usage(_("--listen wants an address and a port, like 127.0.0.1:8766.")) from None
    if host not in ("127.0.0.1", "::1", "localhost") and not options.behind_proxy:
        raise Usage(_("{address} can be reached from other machines: put a proxy with HTTPS before it and say so with "
                      "--behind-proxy, or listen on 127.0.0.1.").format(address=options.listen))  # fmt: skip
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    os.umask(0o077)
    store = Store(Path(options.store), options.quota_mb * 1024 * 1024)
    served = Relay(store, token, accounts, behind_proxy=options.behind_proxy)
    listener = Listener(served.app(), options.listen)
    print(_("Listening on port {port}; what comes is kept in {path}.").format(port=listener.port, path=options.store),
          flush=True)  # fmt: skip
    try:
        while listener.alive and not stop.wait(1.0):
            continue
    finally:
        listener.stop()
    return OK


def _secret(path: str) -> str:
    """The first line of a file that only its owner can read. Raises ``Usage``."""
    try:
        with open(path, encoding="utf-8") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise Usage(_("{path} can be read by others. Run: chmod 600 {path}").format(path=path))
            return file.readline().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else "UTF-8"
        raise Usage(_("{path} cannot be read: {reason}.").format(path=path, reason=reason)) from None

"""The simulated vendors of the demo as one process: ``python -m adapters.sandbox``; ends with its parent."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from datetime import UTC, datetime

from adapters.sandbox.agenda import Agenda
from adapters.sandbox.hotel import script
from adapters.sandbox.house import PORTS
from adapters.sandbox.town import Town


def main(arguments: list[str] | None = None) -> int:
    """Serve until a signal, or until standard input ends (the parent has gone)."""
    parser = argparse.ArgumentParser(prog="python -m adapters.sandbox")
    parser.add_argument("--now", type=datetime.fromisoformat, default=datetime.now(UTC), help="moment of the script")
    parser.add_argument("--seed", type=int, default=1)
    for name in PORTS:
        parser.add_argument(f"--{name}-port", type=int, default=0, help="0: the system chooses")
    parser.add_argument(
        "--receiver", default="", help="where webhooks and the web chat's guests go: http://127.0.0.1:PORT"
    )
    parser.add_argument("--alone", action="store_true", help="do not end when standard input does")
    given = parser.parse_args(arguments)

    agenda, ended = Agenda(), threading.Event()
    ports = {name: getattr(given, f"{name}_port") for name in PORTS}
    with Town(script(given.now, given.seed), agenda, ports, given.receiver) as town:
        threading.Thread(target=agenda.run, name="guests", daemon=True).start()
        print("ready", *(f"{name}={port}" for name, port in town.ports.items()), flush=True)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: ended.set())
        if not given.alone:
            threading.Thread(target=_until_parent_ends, args=(ended,), name="parent", daemon=True).start()
        ended.wait()
        agenda.stop()
    return 0


def _until_parent_ends(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


if __name__ == "__main__":
    sys.exit(main())

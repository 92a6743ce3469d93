"""The receiver's figures: webhooks of WhatsApp on real connections, beside a bare handler that commits one row each.

The client is a process of its own (``python -m bench.receiving PORT ...``), so that it shares no interpreter with what
it measures; both servers take turns over files on the same disk.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters import load
from adapters.whatsapp_cloud import Settings
from bench.figures import Figure, middle
from storage.store import SqlStore, open_store
from tui_inbox.ports.secrets import Secret
from tui_inbox.services.desk import AccountInfo, Desk
from tui_inbox.worker.guard import Guard
from tui_inbox.worker.parts import Parts, Receiving
from tui_inbox.worker.receiver.listening import Listener
from tui_inbox.worker.receiver.receiver import Receiver

ACCOUNT, PATH, SECRET = "wa", "/hooks/wa", "app-secret"
PHONE_ID, WABA = "106540352242922", "102290129340398"
LINES = 16
"""Connections at a time, each kept open."""
TURNS, PER_TURN, BURST = 3, 1600, 10_000
_SETTINGS = Settings(
    type="whatsapp-cloud",
    number="+33700000001",
    phone_number_id=PHONE_ID,
    waba_id=WABA,
    secret="token",
    app_secret="app",
    verify_token="verify",
)


def figures(disk: Path) -> Iterator[Figure]:
    """Goal 20: the time of one webhook, what a burst loses, and what it costs in memory."""
    ours, bare = [], []
    with _receiver(disk / "receiver.db") as (port, store), _bare(disk / "bare.db") as bare_port:
        first = 0
        for _turn in range(TURNS):
            bare.append(_milliseconds(bare_port, first, PER_TURN))
            ours.append(_milliseconds(port, first, PER_TURN))
            first += PER_TURN
        yield Figure("20 a webhook checked and committed", middle(ours), middle(bare), "ms", 2.0, 1.2)
        before = _resident()
        _milliseconds(port, first, BURST)
        with store.read() as tx:
            (kept,) = tx.db.one("SELECT count(*) FROM inbound_event WHERE account = 'wa'") or (0,)
        yield Figure("20 lost of a burst of 10,000 webhooks", first + BURST - kept, None, "", 0)
        yield Figure("20 memory that the burst took", _resident() - before, None, "MB", 24, 8)


class _Vault:
    """Every secret is the same."""

    def get(self, _name: str) -> Secret:
        return Secret(SECRET)


class _Alone:
    """The lease of the only worker."""

    def acquire(self) -> bool:
        return True

    def release(self) -> None: ...


@contextmanager
def _receiver(path: Path) -> Iterator[tuple[int, SqlStore]]:
    adapter = load("whatsapp-cloud")
    traits, own = adapter.serves(_SETTINGS), adapter.own(_SETTINGS)
    desk = Desk("Bench", ZoneInfo("Europe/Paris"), accounts={ACCOUNT: AccountInfo(ACCOUNT, "wa", traits, own)})
    channel = adapter.open(ACCOUNT, _SETTINGS, _Vault())  # type: ignore[arg-type]
    with open_store(f"sqlite:///{path}") as store:
        parts = Parts(store, desk, {ACCOUNT: channel}, _Alone(), receiving=Receiving(listen="127.0.0.1:0"))
        receiver = Receiver(parts, Guard(parts.clock.now))
        try:
            yield receiver.listen(), store
        finally:
            receiver.stop()
            channel.close()


@contextmanager
def _bare(path: Path) -> Iterator[int]:
    """What a handler takes that only reads the body and commits it as one row."""
    numbers = count()
    with open_store(f"sqlite:///{path}") as store:

        async def handler(request: Request) -> Response:
            body = await request.body()

            def commit() -> None:
                with store.write() as tx:
                    tx.inbounds.store(ACCOUNT, [(str(next(numbers)), "hook", body)], datetime.now(UTC))

            await run_in_threadpool(commit)
            return Response(b"")

        listener = Listener(Starlette(routes=[Route(PATH, handler, methods=["POST"])]), "127.0.0.1:0")
        try:
            yield listener.port
        finally:
            listener.stop()


def _milliseconds(port: int, first: int, number: int) -> float:
    """Of one webhook, when ``number`` of them come on many lines at once."""
    command = [sys.executable, "-m", "bench.receiving", str(port), str(first), str(number)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    return float(done.stdout) / number * 1000


def _resident() -> float:
    """Megabytes of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def _webhook(number: int) -> bytes:
    """One guest's message, signed, as it stands on the wire."""
    message = {
        "from": f"336{number % 500:08d}",
        "id": f"wamid.{number:06d}",
        "timestamp": str(1_795_334_400 + number),
        "type": "text",
        "text": {"body": f"Bonjour, à quelle heure est le check-in ? ({number})"},
    }
    value = {"metadata": {"phone_number_id": PHONE_ID}, "messages": [message]}
    entry = {"id": WABA, "changes": [{"field": "messages", "value": value}]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"X-Hub-Signature-256: sha256={signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _client(port: int, first: int, number: int) -> float:
    """Seconds for all of them; every answer must be 200."""
    import time

    hooks = [_webhook(one) for one in range(first, first + number)]

    def one_line(mine: list[bytes]) -> None:
        with socket.create_connection(("127.0.0.1", port)) as line, line.makefile("rb") as answers:
            for hook in mine:
                line.sendall(hook)
                status = answers.readline()
                if b" 200 " not in status:
                    raise SystemExit(status.decode())
                length = 0
                while (header := answers.readline()) != b"\r\n":
                    if header.lower().startswith(b"content-length:"):
                        length = int(header.split(b":")[1])
                answers.read(length)

    threads = [threading.Thread(target=one_line, args=(hooks[n::LINES],)) for n in range(LINES)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - started


if __name__ == "__main__":
    print(_client(*map(int, sys.argv[1:])))

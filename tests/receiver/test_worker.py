"""The worker with its receiver: it listens while it leads, and costs nothing where none is configured."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from adapters.relay import HttpRelay
from storage.store import SqlStore
from tests.receiver.tiny import ACCOUNT, House, ask, body_of, fact, signature
from tui_inbox.ports.letterbox import Letter
from tui_inbox.ports.secrets import Secret
from tui_inbox.worker.once import run_once
from tui_inbox.worker.parts import Receiving
from tui_inbox.worker.receiver.spool import Spool
from tui_inbox.worker.serving import serve


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def answers(port: int, number: int) -> bool:
    body = body_of(fact(number))
    try:
        return ask(port, "POST", f"/hooks/{ACCOUNT}", body, signature(body)).status == 200
    except OSError:
        return False


def test_a_worker_listens_while_it_leads_and_not_after(sqlite_store: SqlStore, tmp_path: Path) -> None:
    port = free_port()
    spool = Spool(tmp_path / "spool")
    body = body_of(fact(2))
    spool.put(Letter("POST", "", "", signature(body), body, datetime.now(UTC), ACCOUNT), 1)
    house = House(sqlite_store, Receiving(listen=f"127.0.0.1:{port}", spool=str(tmp_path / "spool")))
    house.receiver.stop()  # the worker makes its own
    stop = Event()
    thread = threading.Thread(target=serve, args=(house.parts, stop))
    thread.start()
    try:
        until(lambda: answers(port, 1))
        until(lambda: house.messages() == ["Message 1", "Message 2"])
        assert spool.names() == []
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()
    assert not answers(port, 3)


def test_a_single_round_empties_the_folder_and_tells_what_it_could_not(sqlite_store: SqlStore, tmp_path: Path) -> None:
    body = body_of(fact(1))
    Spool(tmp_path / "spool").put(Letter("POST", "", "", signature(body), body, datetime.now(UTC), ACCOUNT), 1)
    relay = HttpRelay("http://127.0.0.1:9", Secret("t" * 32))
    house = House(sqlite_store, Receiving(spool=str(tmp_path / "spool"), relay=relay))
    done = run_once(house.parts)
    relay.close()
    assert house.messages() == ["Message 1"]
    assert [(name, error.code) for name, error in done.failed] == [("relay", "unreachable")]
    assert not done.all_failed
    house.receiver.stop()


@pytest.mark.parametrize(
    "module", ["tui_inbox.worker.serving", "tui_inbox.bootstrap.working", "tui_inbox.services.webchat"]
)
def test_without_a_receiver_no_web_server_is_loaded(module: str) -> None:
    code = f"import sys, {module}; print(sorted({{'starlette', 'uvicorn', 'h11', 'anyio'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_who_looks_while_it_stops_finds_nobody_listening(sqlite_store: SqlStore) -> None:
    house = House(sqlite_store, Receiving(listen="127.0.0.1:0"))
    port = house.receiver.listen()
    listener = house.receiver._listener
    assert listener is not None
    with socket.create_connection(("127.0.0.1", port)) as slow:
        # Whoever is in the middle of a request is still heard out.
        slow.sendall(f"POST /hooks/{ACCOUNT} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{{".encode())
        stopping = threading.Thread(target=house.receiver.stop)
        stopping.start()
        until(lambda: listener._socket.fileno() == -1 or not stopping.is_alive())
        assert listener.alive
        assert house.receiver.listen() == 0
    stopping.join()

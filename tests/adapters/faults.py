"""A server that goes wrong in one named way: the situations that decide whether a message may be sent again."""

from __future__ import annotations

import gzip
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Act = Callable[[socket.socket, bytes], None]


def _rst(line: socket.socket) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


def _say(*parts: bytes, wait: float = 0.0) -> Act:
    def act(line: socket.socket, _request: bytes) -> None:
        for part in parts:
            line.sendall(part)
            time.sleep(wait)

    return act


def _silent(line: socket.socket, _request: bytes) -> None:
    time.sleep(0.45)


def _stalled(line: socket.socket, _request: bytes) -> None:
    line.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{")
    time.sleep(0.45)


def _drip(line: socket.socket, _request: bytes) -> None:
    line.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(14):
        line.sendall(b" ")
        time.sleep(0.05)


def answer(status: str, body: bytes = b"", *headers: str) -> bytes:
    lines = (f"HTTP/1.1 {status}", *headers, "Connection: close", f"Content-Length: {len(body)}")
    head = "".join(f"{line}\r\n" for line in lines)
    return head.encode() + b"\r\n" + body


_GZIP = "Content-Encoding: gzip"
SILENT_BEFORE_READING = ("rst_before_reading", "close_before_reading", "never_reads")
ACTS: dict[str, Act] = {
    "read_then_rst": lambda line, _request: _rst(line),
    "read_then_close": lambda line, _request: None,
    "half_header": _say(b"HTTP/1.1 201 Crea"),
    "cut_body": _say(b"HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{"),
    "cut_chunk": _say(b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{"),
    "garbage": _say(b"\x00\xff" * 50 + b"\r\n\r\n"),
    "silence": _silent,
    "stalled_body": _stalled,
    "dripping_body": _drip,
    "broken_gzip": _say(answer("201 Created", b"\x1f\x8bnot gzip at all", _GZIP)),
    "cut_gzip": _say(answer("201 Created", gzip.compress(b"{}" * 500)[:20], _GZIP)),
    "gzip_bomb": _say(answer("201 Created", gzip.compress(b" " * 40_000_000), _GZIP)),
    "endless_header": _say(b"HTTP/1.1 201 Created\r\nX: " + b"a" * 200_000),
}


class FaultServer:
    """Counts requests that it read whole, so that a test can see what a client did after a failure."""

    def __init__(self, act: Act | None = None, *, before_reading: str = "") -> None:
        self._act = act
        self._before = before_reading
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._open = True
        self.requests: list[bytes] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def close(self) -> None:
        self._open = False
        # A thread that waits in accept() is woken by one last visitor.
        with socket.create_connection(self._socket.getsockname(), 1):
            pass
        self._thread.join(3)
        self._socket.close()

    def _serve(self) -> None:
        held = []
        while self._open:
            line, _address = self._socket.accept()
            if not self._open:
                line.close()
                break
            try:
                if self._before == "rst_before_reading":
                    time.sleep(0.05)  # past the handshake, so that the client has written
                    _rst(line)
                elif self._before == "speaks_first":
                    line.sendall(answer("400 This is not TLS"))
                elif self._before == "never_reads":
                    held.append(line)
                    continue
                elif self._act is not None:
                    line.settimeout(2)
                    self.requests.append(_read(line))
                    self._act(line, self.requests[-1])
            except OSError:
                pass
            line.close()
        for line in held:
            line.close()


def _read(line: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += line.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += line.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def faulty(name: str) -> Iterator[FaultServer]:
    """A server that behaves like the named situation."""
    server = FaultServer(ACTS.get(name), before_reading="" if name in ACTS else name)
    try:
        yield server
    finally:
        server.close()


@contextmanager
def answering(*answers: bytes) -> Iterator[FaultServer]:
    """Gives these raw answers in turn, the last one for ever."""
    left = list(answers)

    def act(line: socket.socket, _request: bytes) -> None:
        line.sendall(left.pop(0) if len(left) > 1 else left[0])

    server = FaultServer(act)
    try:
        yield server
    finally:
        server.close()

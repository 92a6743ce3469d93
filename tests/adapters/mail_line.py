"""A line between a mail channel and the sandbox's real servers, on which one thing goes wrong, once, at one place.

And a server of one connection that is none: it says what a test tells it to.
"""

from __future__ import annotations

import re
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Literal, NamedTuple

How = Literal["cut", "reset", "silent", "half", "half_silent", "say"]
GREETING = rb""
"""In place of a command: what the server says first."""
_TAG = re.compile(rb"^([A-Z]{4}\d+) ")
_SECONDS = 5.0


class Trouble(NamedTuple):
    """What goes wrong with the first command that matches ``at``."""

    at: bytes
    how: How
    passed: bool = False
    """The server gets the command first, and does it."""
    words: bytes = b""
    """Of ``say``; ``TAG`` in them is that of the command, ``LINE`` all of it."""


class Line:
    """``port`` is where the channel connects; after its trouble, and on every later connection, all goes through."""

    def __init__(self, server_port: int, trouble: Trouble) -> None:
        self._server_port = server_port
        self._trouble: Trouble | None = trouble
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open = True
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def has_happened(self) -> bool:
        return self._trouble is None

    def close(self) -> None:
        self._open = False
        # A thread that waits in accept() is woken by one last visitor.
        with suppress(OSError), socket.create_connection(self._listener.getsockname(), 1):
            pass
        self._thread.join(_SECONDS)
        self._listener.close()

    def _run(self) -> None:
        while self._open:
            channel, _address = self._listener.accept()
            with channel, socket.create_connection(("127.0.0.1", self._server_port), 1) as server, suppress(OSError):
                for end in (channel, server):
                    end.settimeout(_SECONDS)
                    # Else every answer of two writes waits 40 ms.
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._carry(channel, server)

    def _carry(self, channel: socket.socket, server: socket.socket) -> None:
        if self._trouble is not None and self._trouble.at == GREETING and self._open:
            self._happen(channel, server, b"")
        waiting = b""
        while self._open:
            for end in select.select([channel, server], [], [], _SECONDS)[0]:
                data = end.recv(65536)
                if not data:
                    return
                if end is server:
                    channel.sendall(data)
                    continue
                *lines, waiting = (waiting + data).split(b"\n")
                for line in lines:
                    self._pass(channel, server, line + b"\n")

    def _pass(self, channel: socket.socket, server: socket.socket, line: bytes) -> None:
        if self._trouble is not None and self._trouble.at and re.search(self._trouble.at, line):
            self._happen(channel, server, line)
        else:
            server.sendall(line)

    def _happen(self, channel: socket.socket, server: socket.socket, line: bytes) -> None:
        """Raises ``OSError`` where nothing follows on this connection."""
        trouble, self._trouble = self._trouble, None
        assert trouble is not None
        answer = b""
        if trouble.passed or trouble.how.startswith("half"):
            server.sendall(line)
            answer = _answered(server, line)
        if trouble.how.startswith("half"):
            channel.sendall(answer[: len(answer) // 2])
        if trouble.how == "say":
            tag = _TAG.match(line)
            words = trouble.words.replace(b"TAG", tag[1] if tag else b"")
            channel.sendall(words.replace(b"LINE", line.rstrip()))
            if trouble.at == GREETING:
                raise ConnectionError
            return
        if trouble.how.endswith("silent"):
            while channel.recv(65536):
                pass
        if trouble.how == "reset":
            channel.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise ConnectionError


def _answered(server: socket.socket, line: bytes) -> bytes:
    """All that the server answers to a command: to its tagged line, or to the last line of a reply code."""
    tag = _TAG.match(line)
    end = re.compile(rb"(?m)^" + (re.escape(tag[1]) if tag else rb"(\*|\d{3})") + rb" [^\n]*\n\Z")
    answer = b""
    while not end.search(answer):
        answer += server.recv(65536)
    return answer


@contextmanager
def troubled(server_port: int, trouble: Trouble) -> Iterator[Line]:
    line = Line(server_port, trouble)
    try:
        yield line
    finally:
        line.close()


@contextmanager
def talking(play: Callable[[socket.socket, list[bytes]], None]) -> Iterator[tuple[int, list[bytes]]]:
    """A server of one connection that says what ``play`` says; yields its port and what it heard."""
    heard: list[bytes] = []
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)

    def run() -> None:
        try:
            line, _peer = listener.accept()
        except OSError:
            return
        line.settimeout(5)
        with line:
            try:
                play(line, heard)
            except OSError:
                return

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], heard
    finally:
        listener.close()
        thread.join(5)


def dialogue(*answers: bytes) -> Callable[[socket.socket, list[bytes]], None]:
    """Says each answer after one command, then hangs up."""

    def play(line: socket.socket, heard: list[bytes]) -> None:
        line.sendall(answers[0])
        for answer in answers[1:]:
            heard.append(line.recv(65536))
            line.sendall(answer)

    return play

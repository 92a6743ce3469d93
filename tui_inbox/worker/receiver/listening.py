"""An HTTP server in a thread of its own, which lets nobody sit on a connection without asking anything."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from tui_inbox.domain.errors import ChannelError

HEADERS_BYTES = 16 * 1024
HEADERS_SECONDS = 10.0
"""From a request's first byte (or the connection's beginning) to the end of its headers."""
IDLE_SECONDS = 15
CONNECTIONS = 256


class Impatient(H11Protocol):
    """Hangs up on headers that never end; uvicorn itself waits for them for ever."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._rest()
        elif self._patience is None:
            self._patience = self.loop.call_later(HEADERS_SECONDS, self._hang_up)

    def _rest(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _hang_up(self) -> None:
        self._patience = None
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()


class Listener:
    """Serves an ASGI application at an address until it is stopped."""

    def __init__(self, app: Any, address: str) -> None:
        """Raises ``ChannelError("cannot_listen")``."""
        for name in ("uvicorn", "uvicorn.error"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # a trace of it could quote what a stranger sent
        self._socket = _bound(address)
        config = uvicorn.Config(
            app,
            http=Impatient,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=IDLE_SECONDS,
            limit_concurrency=CONNECTIONS,
            h11_max_incomplete_event_size=HEADERS_BYTES,
            timeout_graceful_shutdown=5,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="receiver", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        found: int = self._socket.getsockname()[1]
        return found

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        """Answer what has been asked, take nothing new."""
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))


def host_and_port(address: str) -> tuple[str, int]:
    """``127.0.0.1:8765``, ``[::1]:8765``. Raises ``ValueError``."""
    host, colon, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdigit() or int(port) > 65535:
        raise ValueError(address)
    return host, int(port)


def _bound(address: str) -> socket.socket:
    try:
        host, port = host_and_port(address)
        family, kind, _proto, _name, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, kind)
    except (OSError, ValueError) as error:
        raise ChannelError("cannot_listen", vendor_text=address) from error
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(place)
        found.listen(256)
    except OSError as error:
        found.close()
        raise ChannelError("cannot_listen", vendor_text=address) from error
    return found

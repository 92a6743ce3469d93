"""Runs a vendor's simulator on a loopback port, in a thread of its own, and can hang up without an answer."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def hang_up(scope: Scope, said: bytes = b"") -> None:
    """Cut the line instead of answering this request, after ``said`` bytes of a raw answer."""
    scope[_CUT] = said


_CUT = "tui_inbox.cut"


class LoopbackServer:
    """An ASGI application behind 127.0.0.1 and a port of the system's choice (or ``port``)."""

    def __init__(self, app: App, port: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        # Listening before the loop runs: whoever connects early only waits.
        self._socket.listen(100)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            _cutting(app),
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            # Longer than a client keeps a quiet line, as at the vendors: else both may end it in the same moment.
            timeout_keep_alive=75,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> LoopbackServer:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        if self._thread.is_alive():
            self._thread.join(5)
        self._socket.close()

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))


class Simulator:
    """A vendor at ``base_url``, which is what a configuration points at; as a context manager, or by hand."""

    def __init__(self, routes: Sequence[BaseRoute], port: int = 0) -> None:
        self._server = LoopbackServer(Starlette(routes=routes), port)

    @property
    def base_url(self) -> str:
        return self._server.url

    def start(self) -> Self:
        self._server.start()
        return self

    def stop(self) -> None:
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def loopback_only(scope: Scope) -> bool:
    """True when the caller sits on this machine and is no web page that a browser was led to."""
    client = (scope.get("client") or ("", 0))[0]
    headers = {bytes(name).lower(): bytes(value) for name, value in scope.get("headers", [])}
    host = headers.get(b"host", b"").rsplit(b":", 1)[0]
    return (
        client in ("127.0.0.1", "::1") and host in (b"127.0.0.1", b"localhost", b"[::1]") and b"origin" not in headers
    )


def _cutting(app: App) -> App:
    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        async def cut_or_send(event: MutableMapping[str, Any]) -> None:
            if _CUT not in scope:
                await send(event)
            elif event["type"] == "http.response.start":
                # uvicorn offers no way to hang up; the line belongs to the object whose method ``send`` is.
                transport = send.__self__.transport  # type: ignore[attr-defined]
                transport.write(scope[_CUT])
                transport.close()
                await asyncio.sleep(0.01)

        await app(scope, receive, cut_or_send)

    return wrapped

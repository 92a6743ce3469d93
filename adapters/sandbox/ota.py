"""What the simulators of booking sites share: the faults they were told to have, and who is asking."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from adapters.sandbox.server import hang_up, loopback_only

Endpoint = Callable[[Request], Awaitable[Response]]
_WEB_PAGE = "<!doctype html><title>Sign in to the Wi-Fi</title><p>Welcome to the network of the hotel.</p>"


class SiteError(Exception):
    """An error answer: HTTP status, and the words of its body."""

    def __init__(self, status: int, code: str, text: str = "") -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.text = text


@dataclass(slots=True)
class Fault:
    """What goes wrong with the next ``times`` requests: ``read``, ``send``, ``confirm``, ``token`` or ``any``."""

    kind: str
    on: str = "send"
    times: int = 1
    retry_after: str = ""
    status: int = 503
    code: str = ""
    text: str = ""
    seconds: float = 0.0


def taken(faults: list[Fault], on: str) -> Fault | None:
    """The fault that the next request of this kind meets, once."""
    for fault in faults:
        if fault.on in (on, "any") and fault.times > 0:
            fault.times -= 1
            return fault
    return None


async def faulty(fault: Fault, request: Request, endpoint: Endpoint) -> Response:
    """The answer that a fault makes of a request; ``lost_answer`` and ``half`` do what was asked first."""
    wait = {"Retry-After": fault.retry_after} if fault.retry_after else {}
    match fault.kind:
        case "rate_limited":
            return Response(status_code=429, headers=wait)
        case "down":
            return Response(status_code=fault.status, headers=wait)
        case "refuse":
            raise SiteError(fault.status, fault.code, fault.text)
        case "drop":
            hang_up(request.scope)
            return Response()
        case "lost_answer":
            hang_up(request.scope)
            return await endpoint(request)
        case "half":
            done = await endpoint(request)
            hang_up(request.scope, b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + bytes(done.body)[:40])
            return done
        case "html":
            await endpoint(request)
            return HTMLResponse(_WEB_PAGE)
        case "success_false":
            return JSONResponse({"success": False})
        case "slow":
            await asyncio.sleep(fault.seconds)
            return await endpoint(request)
        case _:
            return Response(status_code=500)


def local(endpoint: Endpoint) -> Endpoint:
    """For the simulator's own controls: this machine only, and no sentence when the request makes no sense."""

    async def answer(request: Request) -> Response:
        if not loopback_only(request.scope):
            return Response(status_code=403)
        try:
            return await endpoint(request)
        except (ValueError, KeyError, TypeError, AttributeError):
            return Response(status_code=400)

    return answer

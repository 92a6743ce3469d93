"""What each simulated vendor does around a request: who asks, what was ordered to go wrong, how an error is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from adapters.sandbox.server import hang_up, loopback_only

Endpoint = Callable[[Request], Awaitable[Response]]
Lever = Callable[[dict[str, Any]], object]
"""Takes what was asked as JSON; gives the answer, or None for an empty one."""
_WEB_PAGE = "<!doctype html><title>Sign in to the Wi-Fi</title><p>Welcome to the network of the hotel.</p>"
_NONSENSE = (ValueError, KeyError, TypeError, AttributeError)


class VendorError(Exception):
    """An error answer: HTTP status, the vendor's code and subcode, and the words of its body."""

    def __init__(self, status: int, code: str | int = "", text: str = "", subcode: int = 0) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.text = text
        self.subcode = subcode


@dataclass(slots=True)
class Fault:
    """What goes wrong with the next ``times`` requests of a kind: ``read``, ``send``, ``any``, or a vendor's own."""

    kind: str
    on: str = "send"
    times: int = 1
    retry_after: str = ""
    status: int = 0
    """0: what is usual for this kind."""
    code: str | int = ""
    subcode: int = 0
    text: str = ""
    seconds: float = 0.0
    path: str = ""
    """Only for paths that hold this."""


def taken(faults: list[Fault], on: str, path: str = "") -> Fault | None:
    """The fault that the next request of this kind meets, once."""
    for fault in faults:
        if fault.on in (on, "any") and fault.times > 0 and fault.path in path:
            fault.times -= 1
            return fault
    return None


def sends_or_reads(request: Request) -> str:
    """The kind of a request, where it follows from the verb."""
    return "read" if request.method == "GET" else "send"


def _nobody(_request: Request) -> None:
    """Everybody comes in."""


def _no_headers() -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Door:
    """Around each endpoint of one vendor; what differs from vendor to vendor are its fields."""

    faults: Callable[[], list[Fault]]
    told: Callable[[VendorError], Response]
    """An error as this vendor writes it."""
    enter: Callable[[Request], None] = _nobody
    """Raises ``VendorError`` for who may not ask at all; before any fault."""
    admit: Callable[[Request], None] = _nobody
    """Raises it for who may not ask this."""
    kind: Callable[[Request], str] = sends_or_reads
    usual: Mapping[str, VendorError] = field(default_factory=dict)
    """``rate_limited`` and ``down`` in the vendor's own form; bare statuses where it has none."""
    nonsense: VendorError | None = None
    """For a request that cannot be understood; None: that is a mistake of ours, and shows as one."""
    headers: Callable[[], Mapping[str, str]] = _no_headers
    """On every answer."""

    def guarded(self, endpoint: Endpoint) -> Endpoint:
        async def answer(request: Request) -> Response:
            try:
                self.enter(request)
                fault = taken(self.faults(), self.kind(request), request.url.path)
                done = await (
                    self._admitted(request, endpoint) if fault is None else self._failed(fault, request, endpoint)
                )
            except VendorError as error:
                done = self.told(error)
            except _NONSENSE:
                if self.nonsense is None:
                    raise
                done = self.told(self.nonsense)
            done.headers.update(self.headers())
            return done

        return answer

    async def _admitted(self, request: Request, endpoint: Endpoint) -> Response:
        self.admit(request)
        return await endpoint(request)

    async def _failed(self, fault: Fault, request: Request, endpoint: Endpoint) -> Response:
        """``refuse_after``, ``lost_answer``, ``half`` and ``html`` do what was asked first."""
        match fault.kind:
            case "rate_limited":
                return self._busy(fault, 429)
            case "down":
                return self._busy(fault, 503)
            case "refuse":
                raise _refusal(fault)
            case "refuse_after":
                await self._admitted(request, endpoint)
                raise _refusal(fault)
            case "drop":
                hang_up(request.scope)
                return Response()
            case "lost_answer":
                hang_up(request.scope)
                return await self._admitted(request, endpoint)
            case "half":
                done = await self._admitted(request, endpoint)
                head = f"HTTP/1.1 {done.status_code} Done\r\nContent-Length: 9999\r\n\r\n"
                hang_up(request.scope, head.encode() + bytes(done.body)[:40])
                return done
            case "html":
                await self._admitted(request, endpoint)
                return HTMLResponse(_WEB_PAGE)
            case "success_false":
                return JSONResponse({"success": False, "message": "no"})
            case "slow":
                await asyncio.sleep(fault.seconds)
                return await self._admitted(request, endpoint)
            case _:
                return Response(status_code=500)

    def _busy(self, fault: Fault, status: int) -> Response:
        known = self.usual.get(fault.kind)
        done = self.told(known) if known is not None else Response(status_code=status)
        done.status_code = fault.status or done.status_code
        if fault.retry_after:
            done.headers["Retry-After"] = fault.retry_after
        return done


def _refusal(fault: Fault) -> VendorError:
    return VendorError(fault.status or 400, fault.code, fault.text, fault.subcode)


def local(endpoint: Endpoint) -> Endpoint:
    """For the simulator's own controls: this machine only, and no sentence when the request makes no sense."""

    async def answer(request: Request) -> Response:
        if not loopback_only(request.scope):
            return Response(status_code=403)
        try:
            return await endpoint(request)
        except _NONSENSE:
            return Response(status_code=400)

    return answer


def levers(faults: Callable[[], list[Fault]], **pulls: Lever) -> list[Route]:
    """``POST /sandbox/<name>`` with JSON, for a hand on this machine; ``faults`` is one that every vendor has."""

    def fail(asked: dict[str, Any]) -> None:
        faults().append(Fault(**asked))

    def pulled(pull: Lever) -> Endpoint:
        async def answer(request: Request) -> Response:
            found = pull(json.loads(await request.body()))
            return Response(status_code=204) if found is None else JSONResponse(found, status_code=201)

        return local(answer)

    every: dict[str, Lever] = {**pulls, "faults": fail}
    return [Route(f"/sandbox/{name}", pulled(pull), methods=["POST"]) for name, pull in every.items()]

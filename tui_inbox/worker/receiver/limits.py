"""What a stranger may take of us: bytes, seconds and tries, each bounded."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_network

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

BODY_SECONDS = 20.0
"""For a whole body, however slowly it drips."""
SMALL_BODY = 64 * 1024
"""A body known to be no larger than this is read at once; of larger ones only a few at a time, for their memory."""
LARGE_AT_ONCE, LARGE_OF_ONE = 16, 4
"""Altogether, and of one peer: nobody can keep the others' waiting by being slow."""
PEERS = 10_000
"""Peers remembered at most; the one that was quiet longest is forgotten first."""
_LOOPBACK = frozenset({"127.0.0.1", "::1"})


class Allowance:
    """So many tries in a burst, refilled at a steady rate, for each peer."""

    def __init__(self, burst: float, per_second: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._burst, self._rate, self._monotonic = burst, per_second, monotonic
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Peer -> (tries left, at which moment)."""

    def wait(self, peer: str) -> float:
        """Seconds until this peer may try again; 0 when it may now."""
        left = self._refilled(peer, self._monotonic())
        return 0.0 if left >= 1 else (1 - left) / self._rate

    def spend(self, peer: str) -> float:
        """Count one try; the seconds to wait when none was left, and then nothing is counted."""
        now = self._monotonic()
        left = self._refilled(peer, now)
        if left < 1:
            return (1 - left) / self._rate
        self._left[peer] = (left - 1, now)
        self._left.move_to_end(peer)
        if len(self._left) > PEERS:
            self._left.popitem(last=False)
        return 0.0

    def _refilled(self, peer: str, now: float) -> float:
        left, then = self._left.get(peer, (self._burst, now))
        return min(self._burst, left + (now - then) * self._rate)


def peer_of(request: Request, *, behind_proxy: bool) -> str:
    """Who asks: the address that the proxy before us wrote last, where there is one."""
    client = request.client.host if request.client else ""
    forwarded = request.headers.get("x-forwarded-for", "")
    if forwarded and (behind_proxy or client in _LOOPBACK):
        client = forwarded.rpartition(",")[2].strip()[:64]
    return _network(client)


def _network(address: str) -> str:
    """One customer's line has a whole /64 of IPv6: whoever changes their address within it is the same peer."""
    if ":" not in address:
        return address
    try:
        found = IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(found.ipv4_mapped or ip_network((found, 64), strict=False))


def too_many(seconds: float) -> HTTPException:
    return HTTPException(429, headers={"Retry-After": str(int(seconds) + 1)})


class Bodies:
    """Reads bodies whole, bounded in size, time and number."""

    def __init__(self, max_bytes: int) -> None:
        self._max = max_bytes
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)
        self._reading: Counter[str] = Counter()
        """Peer -> its large bodies that are being read or wait for it."""

    async def of(self, request: Request, peer: str) -> bytes:
        """Raises ``HTTPException`` 400, 408, 413 or 429."""
        said = request.headers.get("content-length")
        if said is not None and (not said.isdigit() or len(said) > 12):
            raise HTTPException(400)
        if said is not None and int(said) > self._max:
            raise HTTPException(413)
        if said is not None and int(said) <= SMALL_BODY:
            return await self._read(request)
        if self._reading[peer] >= LARGE_OF_ONE:
            raise too_many(BODY_SECONDS)
        self._reading[peer] += 1
        try:
            async with self._large:
                return await self._read(request)
        finally:
            self._reading[peer] -= 1
            if not self._reading[peer]:
                del self._reading[peer]

    async def _read(self, request: Request) -> bytes:
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for chunk in request.stream():
                    body += chunk
                    if len(body) > self._max:
                        raise HTTPException(413)
        except TimeoutError:
            raise HTTPException(408, headers={"Connection": "close"}) from None
        except ClientDisconnect:
            raise HTTPException(400) from None
        return bytes(body)

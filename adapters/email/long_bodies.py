"""Cuts megabytes of base64 out of a mail before it is parsed, so that a 25 MB file costs neither time nor memory."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

KEPT = 700 * 1024
"""Bytes of a long run that stay: more than the longest text that is read."""
LONGEST = 8 * 1024 * 1024
"""Bytes of a mail that are parsed at all; only base64 is ever longer in practice."""
PIECE = 1024 * 1024
_RUN = re.compile(rb"(?:[A-Za-z0-9+/]{40,200}+\r?\n){13000,}+[A-Za-z0-9+/=]*")


class LongBodies:
    """A body with its long base64 runs replaced by marks that nobody outside can write."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._cuts: list[tuple[int, int]] = []
        self._nonce = secrets.token_hex(16).encode()
        self._mark = re.compile(rb"=" + self._nonce + rb"-(\d+)=")
        self.short = (_RUN.sub(self._cut, body) if len(body) > KEPT else body)[:LONGEST]

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """``data`` with what was cut out of it, a bounded piece at a time."""
        place = 0
        for mark in self._mark.finditer(data) if self._cuts else ():
            yield data[place : mark.start()]
            start, end = self._cuts[int(mark[1])]
            for at in range(start, end, PIECE):
                yield self._body[at : min(at + PIECE, end)]
            place = mark.end()
        yield data[place:]

    def without_marks(self, data: bytes) -> bytes:
        return self._mark.sub(b"", data) if self._cuts else data

    def size_of(self, payload: str, decoded: int) -> int:
        """Size of a file of which ``decoded`` bytes were decoded without the cut."""
        if not self._cuts:
            return decoded
        cut = sum(self._length(int(match[1])) for match in self._mark.finditer(payload.encode("utf-8", "replace")))
        return decoded + cut

    def _cut(self, run: re.Match[bytes]) -> bytes:
        # Whole lines stay, so that the groups of four characters on both sides do too.
        start = run.string.index(b"\n", run.start() + KEPT) + 1
        self._cuts.append((start, run.end()))
        return run.string[run.start() : start] + b"=" + self._nonce + b"-%d=" % (len(self._cuts) - 1)

    def _length(self, number: int) -> int:
        start, end = self._cuts[number]
        run = self._body[start:end]
        characters = len(run) - run.count(b"\n") - run.count(b"\r") - run.count(b"=")
        return characters * 3 // 4

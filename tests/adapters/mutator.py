"""Damaged copies of real payloads, the same ones for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

_VALUES = (
    b"null",
    b"true",
    b"-1",
    b"0.5",
    b"1e400",
    b"NaN",
    b'""',
    b"[]",
    b"{}",
    b"9" * 400,
    b"[" * 3000,
    b'{"a":' * 500 + b"1" + b"}" * 500,
    b'"\\ud800"',
    b'"\\u0000\\u001b]52;c;aGk=\\u0007"',
    b'"\xff\xfe"',
    b'"' + b"A" * 5000 + b'"',
    b'"\\u202e\\u200d[@click=app.quit]x[/]"',
    b'"../../etc/passwd"',
    b'"Mon, 99 Foo 0000 99:99:99 +9999"',
    b'"9999-12-31T23:59:59-23:59"',
)


def _truncate(rng: Random, raw: bytes) -> bytes:
    return raw[: rng.randrange(len(raw) + 1)]


def _flip(rng: Random, raw: bytes) -> bytes:
    at = rng.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ (1 << rng.randrange(8))]) + raw[at + 1 :]


def _cut(rng: Random, raw: bytes) -> bytes:
    at = rng.randrange(len(raw))
    return raw[:at] + raw[at + rng.randrange(1, 30) :]


def _repeat(rng: Random, raw: bytes) -> bytes:
    at = rng.randrange(len(raw))
    return raw[: at + rng.randrange(1, 60)] + raw[at:]


def _replace_value(rng: Random, raw: bytes) -> bytes:
    places = [n for n, byte in enumerate(raw) if byte == ord(":")]
    if not places:
        return _flip(rng, raw)
    start = rng.choice(places) + 1
    end = min((at for at in (raw.find(b",", start), raw.find(b"}", start)) if at > 0), default=len(raw))
    return raw[:start] + rng.choice(_VALUES) + raw[end:]


def _insert(rng: Random, raw: bytes) -> bytes:
    at = rng.randrange(len(raw))
    return raw[:at] + rng.randbytes(rng.randrange(1, 5)) + raw[at:]


_WAYS: tuple[Callable[[Random, bytes], bytes], ...] = (_truncate, _flip, _cut, _repeat, _replace_value, _insert)


def damaged(raw: bytes, count: int, seed: int) -> Iterator[bytes]:
    """``count`` copies, each damaged once to three times; value replacements are tried more often than the rest."""
    rng = Random(seed)
    for _ in range(count):
        copy = raw
        for _ in range(rng.randrange(1, 4)):
            way = _replace_value if rng.random() < 0.4 else rng.choice(_WAYS)
            copy = way(rng, copy) if copy else raw
        yield copy

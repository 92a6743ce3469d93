"""Damaged copies of real payloads, the same ones for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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


_SCRAPS = (
    b"\r\n",
    b"\n\n",
    b"=?utf-8?b?",
    b"?=",
    b"--b1\r\n",
    b"\0",
    b'"',
    b"<",
    b";",
    b"<!--",
    b"\x1b[2J",
    b"&#x202e;",
)
_WORDS = (b"utf-8", b"multipart", b"base64", b"text/plain", b"\r\n", b"quoted-printable")
_LIES = (b"", b"x", b"\xff", b"*0*=", b"utf-7", b"text/html", b"message/rfc822", b"multipart/alternative; boundary=b1")
_LEVEL = b"Content-Type: multipart/mixed; boundary=n%d\r\n\r\n--n%d\r\n"
_DEEPEST = 120
"""Levels that a damaged mail may be packed into: more than twice what is read."""


def damaged_mails(raw: bytes, others: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """``count`` copies of a mail, each damaged once to four times: cut, torn, mixed, mislabelled, packed."""
    rng = Random(seed)
    for _ in range(count):
        copy = raw
        for _ in range(rng.randint(1, 4)):
            copy = _damaged_mail(rng, copy, others)
        yield copy


def _damaged_mail(rng: Random, raw: bytes, others: Sequence[bytes]) -> bytes:
    at = rng.randrange(len(raw) + 1)
    match rng.randrange(15):
        case 0 | 1:
            return raw[:at]
        case 2 | 3:
            return raw[:at] + rng.randbytes(rng.randint(1, 8)) + raw[at:]
        case 4 | 5:
            return raw[:at] + raw[at + rng.randint(1, 40) :]
        case 6 | 7:
            return raw[:at] + rng.choice(_SCRAPS) + raw[at:]
        case 8 | 9:
            other = rng.choice(others)
            return raw[:at] + other[rng.randrange(len(other)) :]
        case 10 | 11:
            return raw[:at] + raw[max(0, at - 60) : at] * rng.randint(1, 30) + raw[at:]
        case 12 | 13:
            return raw.replace(rng.choice(_WORDS), rng.choice(_LIES)) or b"x"
        case _:
            levels = rng.randrange(rng.choice((5, _DEEPEST)))
            return b"".join(_LEVEL % (level, level) for level in range(levels)) + raw

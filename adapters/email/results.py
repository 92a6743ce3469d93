"""What our own mail server found out about a sender (Authentication-Results, RFC 8601), and which of it is believed.

Everybody can write such a line into a mail. One is ours only by its place (above every Received line, where nobody
but our server writes) or by the name in front of it, which a server takes out of what it receives.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.message import Message

from msgspec import Struct

from adapters.email.charsets import plain

MAX_LINES = 10
MAX_VALUE = 8 * 1024
MAX_RESULTS = 40
TOPMOST = "*"
"""In place of a server's name: the first line, whoever is named in it."""
_DOMAIN = re.compile(r"[a-z0-9._-]{1,253}")
_NAMES_OF = {"dkim": ("header.d", "header.i"), "dmarc": ("header.from",)}


class Checked(Struct, frozen=True):
    """One line: what was proved of which domain."""

    server: str
    """Its name in lower case; empty where it writes none (Microsoft)."""
    on_top: bool
    """Above every Received line."""
    passed: tuple[tuple[str, str], ...] = ()
    """(``dkim`` or ``dmarc``, domain)."""


def checked(message: Message) -> tuple[Checked, ...]:
    """Every line of the mail, topmost first."""
    found: list[Checked] = []
    on_top = True
    for key, value in message.raw_items():
        name = key.lower()
        if name == "received":
            on_top = False
        elif name == "authentication-results" and len(found) < MAX_LINES:
            found.append(read(plain(str(value)), on_top=on_top))
    return tuple(found)


def read(value: str, *, on_top: bool = False) -> Checked:
    """One header's value; what cannot be understood proves nothing."""
    parts = _without_comments(value[:MAX_VALUE]).split(";")[: MAX_RESULTS + 1]
    first = parts[0].split()
    named = bool(first) and "=" not in parts[0]
    passed: list[tuple[str, str]] = []
    for part in parts[1:] if named else parts:
        joined = " ".join(part.lower().split()).replace(" =", "=").replace("= ", "=")
        words = [word.partition("=") for word in joined.split()]
        method, result = (words[0][0].partition("/")[0], words[0][2]) if words else ("", "")
        values = {name: given for name, _equals, given in reversed(words[1:])}
        given = next((values[name] for name in _NAMES_OF.get(method, ()) if name in values), "")
        domain = given.rpartition("@")[2].rstrip(".")
        if result == "pass" and _DOMAIN.fullmatch(domain):
            passed.append((method, domain))
    return Checked(first[0].lower() if named else "", on_top, tuple(passed))


def is_proved(found: Sequence[Checked], server: str, root: str) -> bool:
    """Did our server (``server``, or by its place when empty) prove the sender to be of ``root`` or below it?"""
    if server == TOPMOST or not server:
        ours = found[0] if found and (server or found[0].on_top) else None
    else:
        ours = next((line for line in found if line.server == server.lower()), None)
    return ours is not None and any(is_within(domain, root) for _method, domain in ours.passed)


def is_within(domain: str, root: str) -> bool:
    return domain == root or domain.endswith("." + root)


def _without_comments(value: str) -> str:
    """Comments gone, and nothing inside quotation marks that could end a result."""
    out: list[str] = []
    depth, quoted, escaped = 0, False, False
    for char in value:
        if escaped:
            escaped = False
            out.append("_" if not depth else "")
        elif char == "\\" and (quoted or depth):
            escaped = True
        elif quoted:
            if char == '"':
                quoted = False
            else:
                out.append(char if char.isalnum() or char in "@.-" else "_")
        elif char == "(":
            depth += 1
            out.append(" ")
        elif char == ")" and depth:
            depth -= 1
        elif not depth:
            if char == '"':
                quoted = True
            else:
                out.append(char)
    return "".join(out)

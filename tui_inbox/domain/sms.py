"""How many SMS a text costs, which characters make it dear, and where to cut it.

Alphabet and part sizes are those of 3GPP TS 23.038: 160 septets alone and 153 in a chain, 70 and 67 UTF-16 units
for any text with a character outside the alphabet.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
_STAND_INS = {
    "’": "'", "‘": "'", "‚": "'", "ʼ": "'", "`": "'", "´": "'",
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‹": "'", "›": "'",
    "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "…": "...", "•": "-", "·": "-",
    "œ": "oe", "Œ": "OE", "ﬁ": "fi", "ﬂ": "fl", "×": "x", "\t": " ",
    "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " ", "\u200a": " ",
    "\u200b": "", "\u200d": "", "\ufeff": "", "\u00ad": "", "\ufe0f": "",
}  # fmt: skip


class Encoding(StrEnum):
    GSM7 = "gsm7"
    UCS2 = "ucs2"


_ALONE = {Encoding.GSM7: 160, Encoding.UCS2: 70}
_CHAINED = {Encoding.GSM7: 153, Encoding.UCS2: 67}


@dataclass(frozen=True, slots=True)
class Segments:
    encoding: Encoding
    units: int
    """Septets, or UTF-16 units."""
    count: int
    """Billed parts; 0 for an empty text."""
    left: int
    """Units that still fit into the last part."""
    forcing: tuple[str, ...] = ()
    """The characters that force UCS-2, each once, in order."""


def segments(text: str) -> Segments:
    """Count ``text`` as the network bills it: no extension or surrogate pair straddles two parts."""
    forcing = tuple(dict.fromkeys(c for c in text if c not in _BASIC and c not in _EXTENDED))
    encoding = Encoding.UCS2 if forcing else Encoding.GSM7
    sizes = [2 if ord(c) > 0xFFFF else 1 for c in text] if forcing else [2 if c in _EXTENDED else 1 for c in text]
    units = sum(sizes)
    if units <= _ALONE[encoding]:
        return Segments(encoding, units, min(units, 1), _ALONE[encoding] - units, forcing)
    room = _CHAINED[encoding]
    count, used = 1, 0
    for size in sizes:
        if used + size > room:
            count, used = count + 1, 0
        used += size
    return Segments(encoding, units, count, room - used, forcing)


def cheaper(text: str) -> str | None:
    """The same text inside the GSM alphabet (``ê`` -> ``e``, ``’`` -> ``'``), or None when that saves no part."""
    plain = "".join(c if c in _BASIC or c in _EXTENDED else _stand_in(c) for c in text)
    before, after = segments(text), segments(plain)
    return plain if not after.forcing and after.count < before.count else None


def _stand_in(character: str) -> str:
    known = _STAND_INS.get(character)
    if known is not None:
        return known
    base = unicodedata.normalize("NFD", character)[:1]
    if unicodedata.combining(base):
        return ""
    return base if base in _BASIC else character


def split(text: str, limit: int) -> tuple[str, str]:
    """Cut once, at the last paragraph, sentence or word that fits ``limit`` characters; nothing is lost but space."""
    if len(text) <= limit:
        return text, ""
    head = text[: limit + 1]
    for mark in ("\n\n", "\n", ". ", "! ", "? ", " "):
        at = head.rfind(mark)
        keep = at + len(mark.rstrip())
        if at > 0 and limit // 2 <= keep <= limit:
            return text[:keep].rstrip(), text[keep:].lstrip()
    at = limit
    while at > 1 and _joined(text[at - 1], text[at]):
        at -= 1
    if at == 1:
        at = limit
    return text[:at], text[at:]


def _joined(left: str, right: str) -> bool:
    """Would a cut between the two break what is drawn as one?"""
    return (
        unicodedata.combining(right) != 0
        or right in "\u200d\ufe0f"
        or left == "\u200d"
        or "\U0001f3fb" <= right <= "\U0001f3ff"
        or ("\U0001f1e6" <= left <= "\U0001f1ff" and "\U0001f1e6" <= right <= "\U0001f1ff")
    )

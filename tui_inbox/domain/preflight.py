"""What a text gives away before it is sent: a forgotten file, a card number."""

from __future__ import annotations

import re
from collections.abc import Collection

_FILE_WORDS = (
    r"(?i)\b(attached|attachment|enclosed|ci-joint\w*|pièce\w* jointe\w*|en pj|joins\b|adjunt\w+|im anhang|allegat\w+)"
)
_LINK = r"(?i)https?://|\bwww\.|\b[\w-]{2,}\.(?:com|net|org|fr|de|es|it|eu|io|app|hotel|travel)\b"
_CONTACT = r"[^@\s]+@[^@\s]+\.\w{2,}|(?<!\w)\+?\d(?:[\s().-]{0,2}\d){7,14}(?!\w)"
_RULES = {"links_stripped": _LINK, "contacts_blocked": _CONTACT}
"""Code of ``ChannelTraits.content_rules`` -> what the vendor looks for."""
_DIGITS = r"(?:\d[ -]?){13,19}"


def hints(text: str, files: int) -> tuple[str, ...]:
    """Codes of what is worth a second look, most serious first."""
    found = []
    if any(_is_card(match.group()) for match in re.finditer(_DIGITS, text)):
        found.append("card_number")
    if not files and re.search(_FILE_WORDS, text):
        found.append("file_forgotten")
    return tuple(found)


def stripped(text: str, rules: Collection[str]) -> tuple[str, ...]:
    """Codes of the channel's rules that this text would meet: what is taken out of it, or blocks it."""
    return tuple(code for code in rules if code in _RULES and re.search(_RULES[code], text))


def _is_card(written: str) -> bool:
    """Luhn's check, so that a booking number is not taken for a card."""
    digits = [int(c) for c in written if c.isdigit()]
    if not 13 <= len(digits) <= 19 or len(set(digits)) < 2:
        return False
    doubled = [digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0

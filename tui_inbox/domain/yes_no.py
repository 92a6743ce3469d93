"""A message that is nothing but a yes or a no."""

from __future__ import annotations

import unicodedata

_YES = frozenset({"YES", "Y", "OK", "OUI", "JA", "SI", "SIM", "ACCEPT", "ACCEPTE", "JACCEPTE", "IACCEPT"})
_NO = frozenset({"NO", "N", "NON", "NEIN", "NAO", "NEE"})
_LONGEST = 24


def yes_or_no(text: str) -> bool | None:
    """True, False, or None where it says anything else: in any case, accents and signs apart."""
    if len(text) > _LONGEST:
        return None
    folded = unicodedata.normalize("NFKD", text.upper())
    letters = "".join(char for char in folded if char.isalnum())
    if letters in _YES:
        return True
    return False if letters in _NO else None

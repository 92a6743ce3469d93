"""Texts compared with what a vendor kept of them."""

from __future__ import annotations

import unicodedata


def same_text(text: str) -> str:
    """Text as two systems would agree on it: composed, with single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())

"""The one function family that makes foreign text printable."""

from __future__ import annotations


def clean(text: str) -> str:
    """Printable text of several lines."""
    return text


def clean_line(text: str) -> str:
    """Printable text of one line."""
    return clean(text)

"""A reason as a row keeps it in one column: its code and, after a question mark, what its sentence names."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode


def kept(code: str, params: Mapping[str, str | int]) -> str:
    return f"{code}?{urlencode(params)}" if params else code


def read(reason: str) -> tuple[str, dict[str, str]]:
    """The code, and the names that its sentence is filled with."""
    code, _mark, params = reason.partition("?")
    return code, dict(parse_qsl(params, keep_blank_values=True))

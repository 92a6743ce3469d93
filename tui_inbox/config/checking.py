"""Holds a parsed table against a structure and lists every mistake in it, not only the first.

``msgspec`` stops at the first mistake and speaks English; it decides here what is right, this module says what is
wrong. Adapters' own settings are checked by the same walk (``check_table``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from tui_inbox.config.problems import Problem, line_of, nearest
from tui_inbox.domain.errors import Params

_WORDS = {str: "text", int: "whole_number", float: "number", bool: "yes_no", list: "list", dict: "table"}
_SECRET_KEYS = re.compile(r"(password|passwd|token|auth_token|api_key|secret_key)$")
_SHOWN = 40

Lines = Mapping[tuple[str, ...], int]


def check_table(
    kind: type[Struct], table: Mapping[str, object], path: tuple[str, ...], lines: Lines, common: tuple[str, ...] = ()
) -> list[Problem]:
    """Every mistake of ``table`` as a ``kind``. ``common`` are keys that are checked elsewhere."""
    if _fits(kind, table):
        return []  # most days: the walk below costs a start of the screen more than reading its list
    return list(_struct(kind, table, path, lines, common))


def known_keys(kind: type[Struct]) -> dict[str, Any]:
    """Name in the file -> type, for each field."""
    hints = get_type_hints(kind, include_extras=True)
    return {field.encode_name: hints[field.name] for field in msgspec.structs.fields(kind)}


def _struct(
    kind: type[Struct], table: Mapping[str, object], path: tuple[str, ...], lines: Lines, common: tuple[str, ...] = ()
) -> Iterator[Problem]:
    known = known_keys(kind)
    for key, value in table.items():
        here = (*path, key)
        if key in known:
            yield from _value(known[key], value, here, lines)
        elif key not in common:
            yield _unknown(key, here, [*known, *common], lines)
    for field in msgspec.structs.fields(kind):
        if field.required and field.encode_name not in table:
            here = (*path, field.encode_name)
            yield Problem("config_missing_key", here, line_of(lines, path), {"key": field.encode_name})


def _unknown(key: str, here: tuple[str, ...], known: list[str], lines: Lines) -> Problem:
    line = line_of(lines, here)
    if _SECRET_KEYS.search(key.lower()) and len(here) > 1:
        return Problem("config_secret_in_file", here, line, {"key": key})
    meant = nearest(key, known)
    if meant:
        return Problem("config_unknown_key_near", here, line, {"key": key, "nearest": meant})
    return Problem("config_unknown_key", here, line, {"key": key, "known": ", ".join(sorted(known))})


def _value(kind: Any, value: object, here: tuple[str, ...], lines: Lines) -> Iterator[Problem]:
    """Mistakes of one value: tables are walked, everything else is for msgspec to judge."""
    plain = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    if get_origin(plain) in (Union, UnionType) and isinstance(value, dict):
        # ``Server | None`` and the like: a table can only be meant for the structure among them.
        plain = next((one for one in get_args(plain) if isinstance(one, type) and issubclass(one, Struct)), plain)
    if isinstance(plain, type) and issubclass(plain, Struct):
        if isinstance(value, dict):
            yield from _struct(plain, value, here, lines)
        else:
            yield _wrong(dict, value, here, lines)
        return
    if get_origin(plain) is dict and isinstance(value, dict):
        of_key, of_value = get_args(plain)
        for key, inner in value.items():
            if not _fits(of_key, key):
                yield Problem("config_bad_name", (*here, key), line_of(lines, (*here, key)), {"key": key})
            yield from _value(of_value, inner, (*here, key), lines)
        return
    if not _fits(kind, value):
        yield _wrong(kind, value, here, lines)


def _fits(kind: Any, value: object) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def _wrong(kind: Any, value: object, here: tuple[str, ...], lines: Lines) -> Problem:
    code, params = _expectation(kind, value)
    return Problem(code, here, line_of(lines, here), {"key": here[-1], "seen": shown(value), **params})


def _expectation(kind: Any, value: object) -> tuple[str, Params]:
    """(code, parameters) of the sentence that says what belongs there."""
    metas: list[msgspec.Meta] = []
    if get_origin(kind) is Annotated:
        kind, *rest = get_args(kind)
        metas = [meta for meta in rest if isinstance(meta, msgspec.Meta)]
    if get_origin(kind) is Literal:
        choices = [str(choice) for choice in get_args(kind)]
        meant = nearest(str(value), choices)
        listed = {"choices": ", ".join(f'"{choice}"' for choice in choices)}
        return ("config_not_a_choice_near", {**listed, "nearest": meant}) if meant else ("config_not_a_choice", listed)
    for meta in metas:
        if meta.ge is not None and meta.le is not None and isinstance(value, int) and not isinstance(value, bool):
            return "config_out_of_range", {"low": int(meta.ge), "high": int(meta.le)}
        if meta.min_length and value == "":
            return "config_empty", {}
        if meta.pattern and isinstance(value, str):
            return "config_bad_form", {}
    origin = get_origin(kind) or kind
    if origin in (Union, UnionType) or not isinstance(origin, type):
        return "config_wrong_value", {}
    return f"config_want_{_WORDS.get(origin, 'text')}", {}


def shown(value: object) -> str:
    """What was seen, short enough for one line; a table is not spelled out, for it may hold anything."""
    if isinstance(value, dict):
        return "{…}"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"

"""What is wrong with a configuration: every mistake at once, each with its place and what may stand there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from tui_inbox.domain.errors import Params, TuiInboxError


class Problem(Struct, frozen=True):
    """One mistake: a code of ``wording.config``, the table and key, the line where it stands (0: nowhere)."""

    code: str
    path: tuple[str, ...]
    line: int = 0
    params: Params = {}

    @property
    def table(self) -> str:
        """``[channels.desk-sms]``; empty at the top of the file."""
        return f"[{'.'.join(self.path[:-1])}]" if len(self.path) > 1 else ""

    @property
    def key(self) -> str:
        return self.path[-1] if self.path else ""


class ConfigError(TuiInboxError):
    """The configuration cannot be used as it stands."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.file = file
        self.problems = tuple(problems)


_HEADER = re.compile(r"^\s*\[\[?\s*(?P<name>[^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(
    r"""^\s*(?P<name>(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_LONG_QUOTE = re.compile(r'"""|' + "'''")


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def key_lines(text: str) -> Mapping[tuple[str, ...], int]:
    """Line (from 1) of every table and key of a TOML document; keys of an inline table stand on their table's line."""
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    inside_text = False
    for number, line in enumerate(text.splitlines(), start=1):
        quotes = len(_LONG_QUOTE.findall(line))
        if inside_text:
            inside_text = quotes % 2 == 0
            continue
        inside_text = quotes % 2 == 1
        if header := _HEADER.match(line):
            table = _parts(header["name"])
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, *_parts(key["name"])), number)
    return found


def line_of(lines: Mapping[tuple[str, ...], int], path: tuple[str, ...]) -> int:
    """The line of ``path`` or of the nearest thing around it; 0 when the file says nothing about it."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 0


def nearest(word: str, known: Sequence[str]) -> str:
    """The known word that was probably meant, or nothing."""
    from difflib import get_close_matches

    close = get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return close[0] if close else ""

"""What changed between two versions of a text, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher


def changed_lines(before: str, after: str) -> Iterator[tuple[str, str]]:
    """(sign, line): ``-`` for what went, ``+`` for what came; lines that stayed are left out."""
    old, new = before.split("\n"), after.split("\n")
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield from (("-", line) for line in old[old_from:old_to])
            yield from (("+", line) for line in new[new_from:new_to])

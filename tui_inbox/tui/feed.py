"""What other sessions and the worker changed: the change table, read at a steady pace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field

from tui_inbox.rows import Change

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction

FOCUSED_SECONDS = 0.3
"""A look costs half a millisecond of a processor that sleeps; ten a second were most of what an idle screen used."""
AWAY_SECONDS = 0.5
LIMIT = 500


class News(Struct, frozen=True):
    """Refs by kind since the last look; ``all`` when lines were missed and everything must be read again."""

    refs: dict[str, frozenset[int]] = field(default_factory=dict)
    all: bool = False

    def of(self, kind: str) -> frozenset[int]:
        return self.refs.get(kind, frozenset())

    def touches(self, *kinds: str) -> bool:
        return self.all or any(kind in self.refs for kind in kinds)


NOTHING = News()


class Feed:
    """Remembers the last line seen; used by one caller at a time."""

    def __init__(self) -> None:
        self.seq = -1

    def start(self, tx: Transaction) -> None:
        self.seq = tx.changes.latest()

    def look(self, tx: Transaction) -> News:
        """The news since the last look."""
        lines = tx.changes.since(self.seq, LIMIT)
        if not lines:
            return NOTHING
        missed = lines[0].seq > self.seq + 1 and tx.changes.oldest() > self.seq + 1
        more = len(lines) == LIMIT
        self.seq = tx.changes.latest() if missed or more else lines[-1].seq
        return News(_by_kind(lines), all=missed or more)


def _by_kind(lines: Sequence[Change]) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for line in lines:
        found.setdefault(line.kind, set()).add(line.ref)
    return {kind: frozenset(refs) for kind, refs in found.items()}

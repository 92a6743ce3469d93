"""What other sessions and the worker changed: the change table, read at a steady pace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field

from tui_inbox.rows import Change

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction

FOCUSED_SECONDS = 0.15
AWAY_SECONDS = 0.5
"""How often the store's sign is asked for, with the terminal in sight and without."""
LOOK_SECONDS = 0.3
"""How often the store itself, where it gives no sign: a look costs half a millisecond of a processor that sleeps, and
ten a second were most of what an idle screen used."""
SURE_SECONDS = 2.0
"""How often it is looked at although its sign is the same: two commits in quick succession may share one."""
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
        self._signs: tuple[object, object] = (None, None)
        """Of the last two looks: a commit shows in its sign a moment before it can be read."""
        self._looked = 0.0

    def due(self, sign: object, now: float) -> bool:
        """Is a look worth its cost? ``sign`` is ``Store.sign`` of this moment, ``now`` a clock that only runs on."""
        waited = now - self._looked
        if sign is None:
            due = waited >= LOOK_SECONDS
        else:
            due = self._signs != (sign, sign) or waited >= SURE_SECONDS
        if due:
            self._signs, self._looked = (self._signs[1], sign), now
        return due

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

"""What the inbox reads, gathered so that one key costs one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from tui_inbox.domain.conversation import Sort, Tab
from tui_inbox.rows import Card, ConversationRow, Counts, Key, Page, Thread, View
from tui_inbox.services import inbox, thread
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.wording import sentence

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction
    from tui_inbox.services.composing import Composer

PAGE = 50
SORT_KEY = "sort."


class Shown(Struct, frozen=True):
    """A list with its badges."""

    page: Page
    counts: Counts
    why_empty: str = ""
    clears: bool = False
    """Taking the filters off would show something."""


class Reading(Struct, frozen=True):
    """Everything beside the list for one conversation."""

    thread: Thread
    card: Card | None
    ways: Composer


class InboxData(Struct, frozen=True):
    """Read functions with the hotel and the operator already in them; each takes a transaction first."""

    desk: Desk
    actor: Callable[[], Actor]

    def first(self, tx: Transaction, view: View, now: datetime) -> tuple[Shown, Reading | None, dict[Tab, Sort], int]:
        """The first frame: list, badges, all about the first row, remembered orders, and where the feed begins."""
        sorts = self.sorts(tx)
        seq = tx.changes.latest()
        shown = self.shown(tx, _sorted(view, sorts), now)
        rows = shown.page.rows
        return shown, self.reading(tx, rows[0].id, now) if rows else None, sorts, seq

    def shown(self, tx: Transaction, view: View, now: datetime, limit: int = PAGE) -> Shown:
        page = inbox.page(tx, self.desk, self.actor(), view, now, limit=limit)
        counts = inbox.counts(tx, self.desk, self.actor(), view)
        if page.rows:
            return Shown(page, counts)
        reason = inbox.why_empty(tx, self.desk, self.actor(), view, now)
        return Shown(page, counts, sentence(reason.code, reason.params), reason.clears)

    def next_page(self, tx: Transaction, view: View, now: datetime, last: ConversationRow) -> Page:
        return inbox.page(tx, self.desk, self.actor(), view, now, after=Key(last.key, last.id), limit=PAGE)

    def rows(self, tx: Transaction, ids: Sequence[int], now: datetime) -> Sequence[ConversationRow]:
        return inbox.rows(tx, self.desk, self.actor(), ids, now)

    def reading(self, tx: Transaction, conversation_id: int, now: datetime, limit: int = PAGE) -> Reading:
        from tui_inbox.services import cards, composing

        desk, actor = self.desk, self.actor()
        return Reading(
            thread.open_thread(tx, desk, actor, conversation_id, now, limit=limit),
            cards.of_conversation(tx, desk, actor, conversation_id, now),
            composing.composer(tx, desk, actor, conversation_id, now),
        )

    def opening(self, tx: Transaction, conversation_id: int, now: datetime, limit: int) -> tuple[Reading, Counts]:
        """Read by this operator from now on, and seen to be looked at."""
        actor = self.actor()
        thread.mark_read(tx, actor, conversation_id, now, self.desk)
        thread.look(tx, actor, conversation_id, "viewing", now)
        return self.reading(tx, conversation_id, now, limit), inbox.counts(tx, self.desk, actor, View())

    def urgent(self, tx: Transaction, view: View, now: datetime, skip: Sequence[int]) -> int | None:
        wide = View(property=view.property, channels=view.channels)
        return inbox.next_urgent(tx, self.desk, self.actor(), wide, now, skip=skip)

    def sorts(self, tx: Transaction) -> dict[Tab, Sort]:
        """The order this operator chose, per tab."""
        found = {tab: tx.operators.preference(self.actor().code, SORT_KEY + tab) for tab in Tab}
        return {tab: Sort(value) for tab, value in found.items() if value in set(Sort)}

    def set_sort(self, tx: Transaction, tab: Tab, sort: Sort) -> None:
        tx.operators.set_preference(self.actor().code, SORT_KEY + tab, sort)


def _sorted(view: View, sorts: dict[Tab, Sort]) -> View:
    return replace(view, sort=sorts.get(view.tab, view.sort))

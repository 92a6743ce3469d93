"""The panes of the inbox and how they are filled; what keys do with them is in the modules above this one."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.timer import Timer

from tui_inbox.domain.conversation import Sort, Tab
from tui_inbox.rows import Card, Counts, View
from tui_inbox.services import thread as threads
from tui_inbox.tui.answering.sending import Answering
from tui_inbox.tui.commands import CARD, COMPOSER, INBOX, LIST, THREAD, Selection
from tui_inbox.tui.inbox_data import InboxData, Reading, Shown
from tui_inbox.tui.screens.desk_screen import DeskScreen
from tui_inbox.tui.theme import Ink
from tui_inbox.tui.widgets.bars import FilterBar
from tui_inbox.tui.widgets.card import CardPane
from tui_inbox.tui.widgets.composer import Composer, ReplyBox
from tui_inbox.tui.widgets.conversation_list import ConversationList
from tui_inbox.tui.widgets.frame import Columns, Stack
from tui_inbox.tui.widgets.thread_view import ThreadView
from tui_inbox.wording import _

if TYPE_CHECKING:
    from tui_inbox.tui.app import TuiInbox

ONE_FRAME = 0.02
"""So long the frame waits for the store when a conversation is opened; then it is painted without."""
PREVIEW_SECONDS = 0.15
"""The cursor rests this long before the conversation beside it is read."""
RELOAD_MOST = 500


class InboxPanes(DeskScreen):
    """List, thread with composer, card."""

    CONTEXTS = INBOX
    answering: Answering
    sorts: dict[Tab, Sort]
    first: Reading | None = None
    """What the first frame shows beside the list."""

    def __init__(self, desk_app: TuiInbox) -> None:
        super().__init__(desk_app)
        session = desk_app.session
        self.gateway = desk_app.gateway
        self.data = InboxData(session.desk, lambda: desk_app.actor)
        self.view = View(property=session.actor.property, channels=session.actor.accounts)
        self.places: dict[Tab, int] = {}
        """Conversation under the cursor, per tab."""
        self.opened = False
        """The thread in sight was opened, and not only previewed: keys in it read it."""
        scene, ink = desk_app.scene, desk_app.ink
        self.filters = FilterBar(ink, id="filters")
        self.rows = ConversationList(ink, scene, id="list")
        self.thread = ThreadView(ink, scene, id="thread")
        self.composer = Composer(ink, desk_app.keymap.by_key(COMPOSER), id="composer")
        self.composer.box.ahead = desk_app.ahead
        self.card = CardPane(ink, scene, id="card")
        self._preview: Timer | None = None
        self._heard: dict[int, datetime] = {}
        self._outcomes: dict[int, str] = {}
        self.sent_last = False

    def compose(self) -> ComposeResult:
        self._read_first()
        yield self.top
        with Columns(id="panes"):
            with Stack(id="left"):
                yield self.filters
                yield self.rows
            with Stack(id="middle"):
                yield self.thread
                yield self.composer
            yield self.card
        yield self.bottom

    def _read_first(self) -> None:
        """On this thread and before the first frame, so that nothing flickers."""
        app = self.desk_app
        shown, reading, sorts, app.feed.seq = self.gateway.read_now(self.data.first, self.view, app.now())
        self.sorts = sorts
        self.view = replace(self.view, sort=sorts.get(self.view.tab, self.view.sort))
        self.take(shown)
        for row in shown.page.rows:
            self._heard[row.id] = row.last_at
            self._outcomes[row.id] = row.outcome
        self.first = reading
        if reading is not None:
            self.thread.show(reading.thread)
            self.card.show(reading.card)

    def take(self, shown: Shown, keep: int | None = None) -> None:
        self.top.show(tab=self.view.tab)
        for screen in self.desk_app.screen_stack:
            if isinstance(screen, DeskScreen):
                screen.top.show(counts=shown.counts)
        self.rows.empty = [shown.why_empty] if shown.why_empty else []
        if shown.clears:
            self.rows.empty.append(_("{key} clears the filters.").format(key=self.desk_app.keymap.shown("clear")))
        self.rows.scene = self.scene
        self.rows.show(shown.page.rows, shown.page.more, tab=self.view.tab, keep=keep)
        self.rows.marked &= {row.id for row in shown.page.rows} | (self.rows.marked if shown.page.more else set())
        self.filters.show(self.view, len(self.rows.marked))

    async def reload(self, keep: int | None = None) -> None:
        """Read the list again; the cursor stays on its conversation."""
        limit = min(RELOAD_MOST, max(50, self.rows.index + 50))
        before = self.rows.current.id if self.rows.current else None
        view = self.view
        shown = await self.gateway.read(self.data.shown, view, self.desk_app.now(), limit)
        if view != self.view:
            return
        self.take(shown, keep)
        self.desk_app.set_count(shown.counts.unread)
        self.show_keys()
        current = self.rows.current
        if current is None:
            self._nothing_to_read(shown)
        elif current.id != before or self.thread.conversation_id != current.id:
            self.moved()

    def _nothing_to_read(self, shown: Shown) -> None:
        self.opened = False
        self.thread.clear([])
        self.card.show(None)
        self.answering.leave()
        if self.focused in (self.thread, self.composer.box):
            self.rows.focus()

    def refresh_reading(self) -> None:
        """Read thread, card and composer of the row under the cursor."""
        self.run_worker(self.guarded(self.reread()), group="reading", exclusive=True, exit_on_error=False)

    async def reread(self) -> None:
        """Read the panes beside the list again."""
        row = self.rows.current
        if row is not None:
            await self.show_conversation(row.id)

    async def show_conversation(self, conversation_id: int) -> None:
        """Fill the panes beside the list; nothing is marked as read by that."""
        limit = max(50, len(self.thread.messages)) if self.thread.conversation_id == conversation_id else 50
        reading = await self.gateway.read(self.data.reading, conversation_id, self.desk_app.now(), limit)
        if self.answering.conversation_id not in (None, conversation_id):
            await self.answering.switch()
        with self.desk_app.batch_update():
            self._show_reading(reading)
            self.answering.prepare(reading.thread.conversation, reading.ways)

    async def card_at_cursor(self) -> Card | None:
        """Of the guest under the cursor: a moment after the cursor moved, the panes still show who was there before."""
        row = self.rows.current
        if row is None:
            return None
        if self.thread.conversation_id != row.id:
            await self.show_conversation(row.id)
        return self.card.card

    def _show_reading(self, reading: Reading) -> None:
        self.thread.scene = self.card.scene = self.scene
        if self.thread.conversation_id != reading.thread.conversation.id:
            self.opened = False
        self.thread.show(reading.thread)
        self.card.show(reading.card)
        self.rows.change(reading.thread.conversation)

    async def mark_read(self, conversation_id: int) -> None:
        desk, now = self.desk_app.session.desk, self.desk_app.now()
        await self.gateway.write(threads.mark_read, self.desk_app.actor, conversation_id, now, desk)
        await self.show_conversation(conversation_id)
        await self._recount()

    async def _recount(self) -> None:
        shown = await self.gateway.read(self.data.shown, self.view, self.desk_app.now(), 1)
        self.top.show(counts=shown.counts)
        self.desk_app.set_count(shown.counts.unread)

    async def open_current(self) -> None:
        """Enter: the thread takes the focus and what is in it counts as read, in one frame if the store is quick."""
        row = self.rows.current
        if row is None:
            return
        if self._preview is not None:
            self._preview.stop()
        self.opened = True
        if not self.query_one("#middle").display:
            self.add_class("-reading")
        loaded = len(self.thread.messages) if self.thread.conversation_id == row.id else 0
        task = asyncio.ensure_future(
            self.gateway.write(self.data.opening, row.id, self.desk_app.now(), max(50, loaded))
        )
        with self.desk_app.batch_update():
            self.thread.focus()
            await asyncio.wait([task], timeout=ONE_FRAME)
            if task.done():
                await self._show_opened(*task.result())
        if not task.done():
            await self._show_opened(*await task)

    async def _show_opened(self, reading: Reading, counts: Counts) -> None:
        if self.answering.conversation_id not in (None, reading.thread.conversation.id):
            await self.answering.switch()
        self._show_reading(reading)
        self.opened = True
        self.answering.prepare(reading.thread.conversation, reading.ways)
        self.top.show(counts=counts)
        self.desk_app.set_count(counts.unread)
        self.answering.looks("viewing")

    def acted(self, *, sent: bool = False) -> None:
        """Remember what ``u`` takes back first: the last send, or the last act."""
        self.sent_last = sent

    def context(self) -> str:
        match self.focused:
            case ThreadView():
                return THREAD
            case CardPane():
                return CARD
            case ReplyBox():
                return COMPOSER
        return LIST

    def selection(self) -> Selection:
        write = self.desk_app.actor.role != "read-only"
        chosen = set(self.rows.chosen())
        return Selection(tuple(row for row in self.rows.rows if row.id in chosen), write)

    def save(self) -> None:
        self.answering.save_now()

    def set_ink(self, ink: Ink) -> None:
        scene = self.scene
        self.rows.scene = self.thread.scene = self.card.scene = scene
        self.composer.ink = ink
        for block in self.thread.blocks:
            block.lines = None
        super().set_ink(ink)

    def show_draft(self, conversation_id: int, kept: bool) -> None:
        """Drafts are not news to others, so the row is told here."""
        row = next((row for row in self.rows.rows if row.id == conversation_id), None)
        if row is not None and row.has_draft != kept:
            self.rows.change(replace(row, has_draft=kept))

    def moved(self) -> None:
        """Another row is under the cursor: its conversation is read once the cursor rests."""
        self.opened = False
        if self._preview is not None:
            self._preview.stop()
        self._preview = self.set_timer(PREVIEW_SECONDS, self.refresh_reading)

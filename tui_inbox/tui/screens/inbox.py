"""The inbox: it composes the panes and routes between them; what they show and do is elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.timer import Timer

from tui_inbox.domain.conversation import State, Tab
from tui_inbox.rows import ConversationRow, View
from tui_inbox.services import thread as threads
from tui_inbox.tui.commands import CARD, COMPOSER, INBOX, LIST, THREAD, Selection
from tui_inbox.tui.feed import News
from tui_inbox.tui.inbox_data import InboxData, Reading, Shown
from tui_inbox.tui.screens.answering import Answering
from tui_inbox.tui.screens.desk_screen import DeskScreen
from tui_inbox.tui.screens.inbox_acts import InboxActs
from tui_inbox.tui.theme import Ink
from tui_inbox.tui.widgets.bars import FilterBar, TopBar
from tui_inbox.tui.widgets.card import CardPane
from tui_inbox.tui.widgets.composer import Composer, ReplyBox
from tui_inbox.tui.widgets.conversation_list import ConversationList
from tui_inbox.tui.widgets.prompt import Prompt
from tui_inbox.tui.widgets.thread_view import ThreadView

if TYPE_CHECKING:
    from tui_inbox.tui.app import TuiInbox

PREVIEW_SECONDS = 0.15
"""Cursor rests this long before the conversation beside it is read."""
RELOAD_MOST = 500


class InboxScreen(InboxActs, DeskScreen):
    """List, thread with composer, card."""

    CONTEXTS = INBOX

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
        self.card = CardPane(ink, scene, id="card")
        self.answering = Answering(self, self.composer)
        self._preview: Timer | None = None
        self._heard: dict[int, datetime] = {}
        self._since = desk_app.now()
        self.sent_last = False

    def compose(self) -> ComposeResult:
        self._read_first()
        yield self.top
        with Horizontal(id="panes"):
            with Vertical(id="left"):
                yield self.filters
                yield self.rows
            with Vertical(id="middle"):
                yield self.thread
                yield self.composer
            yield self.card
        yield self.bottom

    def _read_first(self) -> None:
        """On this thread and before the first frame, so that nothing flickers."""
        app = self.desk_app
        shown, opened, sorts, app.feed.seq = self.gateway.read_now(self.data.first, self.view, app.now())
        self.sorts = sorts
        self.view = replace(self.view, sort=sorts.get(self.view.tab, self.view.sort))
        self._take(shown)
        if opened is not None:
            self.thread.show(opened)

    def on_mount(self) -> None:
        self.rows.focus()
        self.show_keys()
        self.call_after_refresh(self._after_first_frame)

    def _after_first_frame(self) -> None:
        self.desk_app.set_count(self.top.counts.unread)
        self.refresh_reading()
        self.desk_app.start(self.answering.resume())

    # What is shown.

    def _take(self, shown: Shown, keep: int | None = None) -> None:
        self.top.show(tab=self.view.tab, counts=shown.counts)
        self.rows.empty = [shown.why_empty] if shown.why_empty else []
        self.rows.scene = self.scene
        self.rows.show(shown.page.rows, shown.page.more, tab=self.view.tab, keep=keep)
        self.rows.marked &= {row.id for row in shown.page.rows} | (self.rows.marked if shown.page.more else set())
        self.filters.show(self.view, len(self.rows.marked))
        for row in shown.page.rows:
            self._heard.setdefault(row.id, max(row.last_at, self._since))

    async def reload(self, keep: int | None = None) -> None:
        """Read the list again; the cursor stays on its conversation."""
        limit = min(RELOAD_MOST, max(50, self.rows.index + 50))
        before = self.rows.current.id if self.rows.current else None
        view = self.view
        shown = await self.gateway.read(self.data.shown, view, self.desk_app.now(), limit)
        if view != self.view:
            return
        self._take(shown, keep)
        self.desk_app.set_count(shown.counts.unread)
        self.show_keys()
        current = self.rows.current
        if current is None:
            self._nothing_to_read(shown)
        elif current.id != before or self.thread.conversation_id != current.id:
            self._moved()

    def _nothing_to_read(self, shown: Shown) -> None:
        self.opened = False
        self.thread.clear([])
        self.card.show(None)
        self.answering.leave()
        if self.focused in (self.thread, self.composer.box):
            self.rows.focus()

    def refresh_reading(self) -> None:
        """Read thread, card and composer of the row under the cursor."""
        self.run_worker(self.guarded(self._read_current()), group="reading", exclusive=True, exit_on_error=False)

    async def _read_current(self) -> None:
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

    def _show_reading(self, reading: Reading) -> None:
        self.thread.scene = self.card.scene = self.scene
        if self.thread.conversation_id != reading.thread.conversation.id:
            self.opened = False
        self.thread.show(reading.thread)
        self.card.show(reading.card)
        self.rows.change(reading.thread.conversation)

    # What happens.

    @on(ConversationList.Moved)
    def _moved(self) -> None:
        self.opened = False
        if self._preview is not None:
            self._preview.stop()
        self._preview = self.set_timer(PREVIEW_SECONDS, self.refresh_reading)

    @on(ConversationList.MoreWanted)
    def _more_rows(self) -> None:
        self.run_worker(self.guarded(self._next_page()), group="page", exit_on_error=False)

    async def _next_page(self) -> None:
        rows, view = self.rows.rows, self.view
        if not rows or not self.rows.more:
            return
        page = await self.gateway.read(self.data.next_page, view, self.desk_app.now(), rows[-1])
        if view == self.view:
            self.rows.append(page.rows, page.more)

    @on(ThreadView.OlderWanted)
    def _older(self) -> None:
        self.run_worker(self.guarded(self._older_page()), group="older", exit_on_error=False)

    async def _older_page(self) -> None:
        thread, messages = self.thread.thread, self.thread.messages
        if thread is None or not messages:
            return
        before = threads.key_of(messages[0])
        older, happened, more = await self.gateway.read(
            threads.older, self.desk_app.session.desk, thread.conversation.id, before
        )
        if self.thread.conversation_id == thread.conversation.id:
            self.thread.prepend(older, happened, more)

    @on(ConversationList.Opened)
    @on(ThreadView.Opened)
    async def _clicked(self) -> None:
        await self.open_current()

    @on(TopBar.Chosen)
    def _tab_chosen(self, event: TopBar.Chosen) -> None:
        self.choose_tab(event.tab)

    @on(ReplyBox.Do)
    async def _composer_key(self, event: ReplyBox.Do) -> None:
        if event.command_id == "back":
            self.do_back()
        else:
            await self.answering.act(event.command_id)

    @on(Composer.Edited)
    def _edited(self) -> None:
        self.read_by_key()
        self.answering.edited()

    def on_key(self, event: events.Key) -> None:
        """A key with the opened thread in view reads what has come since."""
        if self.focused is self.thread and event.key not in ("escape",):
            self.read_by_key()

    def acted(self, *, sent: bool = False) -> None:
        """Remember what ``u`` takes back first: the last send, or the last act."""
        self.sent_last = sent

    def read_by_key(self) -> None:
        thread = self.thread.thread
        if self.opened and thread is not None and thread.conversation.unread:
            self.run_worker(self.guarded(self.mark_read(thread.conversation.id)), exit_on_error=False)

    async def mark_read(self, conversation_id: int) -> None:
        await self.gateway.write(threads.mark_read, self.desk_app.actor, conversation_id, self.desk_app.now())
        await self.show_conversation(conversation_id)
        await self._recount()

    async def _recount(self) -> None:
        shown = await self.gateway.read(self.data.shown, self.view, self.desk_app.now(), 1)
        self.top.show(counts=shown.counts)
        self.desk_app.set_count(shown.counts.unread)

    async def open_current(self) -> None:
        """Enter: the thread takes the focus and what is in it counts as read."""
        row = self.rows.current
        if row is None:
            return
        if self._preview is not None:
            self._preview.stop()
        self.opened = True
        self.add_class("-reading")
        self.thread.focus()
        await self.show_conversation(row.id)
        self.opened = True
        current = self.rows.current
        if current is not None and current.unread:
            await self.mark_read(row.id)
        await self.answering.look("viewing")

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        self.rows.lit = self.focused in (self.rows, None)
        self.show_keys()

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

    # News.

    def hear(self, news: News) -> None:
        if news.touches("conversation", "outbox", "guest", "operator", "account", "message"):
            self.run_worker(self.guarded(self._take_news(news)), group="news", exit_on_error=False)

    async def _take_news(self, news: News) -> None:
        refs = sorted(news.of("conversation"))
        shown_id = self.thread.conversation_id
        await self.reload()
        if shown_id is not None and (news.all or shown_id in refs or news.touches("outbox", "guest")):
            current = self.rows.current
            if current is not None and current.id == shown_id:
                await self.show_conversation(shown_id)
        if refs:
            rows = await self.gateway.read(self.data.rows, refs[:50], self.desk_app.now())
            self._ring(rows)

    def _ring(self, rows: Sequence[ConversationRow]) -> None:
        """The bell for what a guest just said; never for spam, imports or machines."""
        rang = False
        for row in rows:
            heard = self._heard.get(row.id, self._since)
            fresh = row.last_at > heard
            if fresh:
                self._heard[row.id] = row.last_at
            guest = row.unread and not row.preview_by and not row.machine and row.state is not State.SPAM
            failed = row.outcome in ("failed", "unknown") and row.state is State.OPEN
            rang = rang or bool(fresh and guest) or bool(fresh and failed)
        if rang:
            self.desk_app.bell()

    def tick(self) -> None:
        scene = self.scene
        if scene is not self.rows.scene:
            self.rows.scene = self.thread.scene = self.card.scene = scene
            self.rows.repaint()
            self.thread.repaint()
            self.answering.tick()
        self.run_worker(self.guarded(self.look_after()), group="health", exit_on_error=False)

    def save(self) -> None:
        self.answering.save_now()

    def set_ink(self, ink: Ink) -> None:
        scene = self.scene
        self.rows.scene = self.thread.scene = self.card.scene = scene
        self.composer.ink = ink
        for block in self.thread.blocks:
            block.lines = None
        super().set_ink(ink)



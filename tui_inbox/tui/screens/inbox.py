"""The inbox: events of the panes and of the store are routed from here."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events, on

from tui_inbox.domain.conversation import State
from tui_inbox.rows import ConversationRow
from tui_inbox.services import thread as threads
from tui_inbox.tui.feed import News
from tui_inbox.tui.screens.inbox_health import InboxHealth
from tui_inbox.tui.widgets.bars import FilterBar, TopBar
from tui_inbox.tui.widgets.composer import Composer, ReplyBox
from tui_inbox.tui.widgets.conversation_list import ConversationList
from tui_inbox.tui.widgets.thread_view import ThreadView

PRESENCE_SECONDS = 3.0
HEALTH_SECONDS = 5.0
"""After the start: a worker that is started beside the inbox needs a moment."""


class InboxScreen(InboxHealth):
    """The home screen."""

    def on_mount(self) -> None:
        self.rows.focus()
        self.show_keys()
        if self.first is not None:
            self.answering.prepare(self.first.thread.conversation, self.first.ways)
        self.desk_app.set_count(self.top.counts.unread)
        self.set_interval(PRESENCE_SECONDS, self._look_around)
        self.call_after_refresh(self._after_first_frame)

    def _after_first_frame(self) -> None:
        self.set_timer(HEALTH_SECONDS, self.begin_to_look_after)
        if self.desk_app.session.shared and not self.desk_app.actor.code:
            self.run_worker(self.guarded(self.do_who()), exit_on_error=False)
        else:
            self.desk_app.start(self.answering.resume())
        self.run_worker(self.guarded(self.read_lists()), group="lists", exclusive=True, exit_on_error=False)

    def _look_around(self) -> None:
        if self.desk_app.app_focus:
            self.run_worker(self.guarded(self.look_around()), group="presence", exclusive=True, exit_on_error=False)

    @on(ConversationList.Moved)
    def _row_moved(self) -> None:
        self.moved()

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
        try:
            if event.command_id == "back":
                self.do_back()
            else:
                await self.answering.act(event.command_id)
        finally:
            self.desk_app.ahead.go_on(self.composer.box)

    @on(Composer.Edited)
    def _edited(self) -> None:
        self.read_by_key()
        self.answering.edited()

    def on_key(self, event: events.Key) -> None:
        """A key with the opened thread in view reads what has come since."""
        if self.focused is self.thread and event.key not in ("escape",):
            self.read_by_key()

    def read_by_key(self) -> None:
        thread = self.thread.thread
        if self.opened and thread is not None and thread.conversation.unread:
            self.run_worker(self.guarded(self.mark_read(thread.conversation.id)), exit_on_error=False)

    def on_descendant_focus(self, _event: events.DescendantFocus) -> None:
        self.rows.lit = self.focused in (self.rows, None)
        self.show_keys()

    @on(FilterBar.ListChosen)
    def _list_chosen(self, event: FilterBar.ListChosen) -> None:
        self.only_of_list(event.list_id)

    def hear(self, news: News) -> None:
        if news.touches("guest_list"):
            self.run_worker(self.guarded(self.read_lists()), group="lists", exclusive=True, exit_on_error=False)
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
        """The bell for what a guest just said or what did not arrive; never for spam, imports or machines."""
        rang = False
        for row in rows:
            heard = self._heard.get(row.id)
            fresh = heard is None or row.last_at > heard
            if fresh:
                self._heard[row.id] = row.last_at
            guest = row.unread and not row.preview_by and not row.machine and row.state is not State.SPAM
            worse = row.outcome in ("failed", "unknown") and row.outcome != self._outcomes.get(row.id, "")
            self._outcomes[row.id] = row.outcome
            rang = rang or bool(fresh and guest) or bool(worse and row.state is State.OPEN)
        if rang and self.desk_app.session.bell:
            self.desk_app.bell()

    def tick(self) -> None:
        scene = self.scene
        if scene is not self.rows.scene:
            self.rows.scene = self.thread.scene = self.card.scene = scene
            self.rows.repaint()
            self.thread.repaint()
            self.answering.tick()
        self.look_after_soon()

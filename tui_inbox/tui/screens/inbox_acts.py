"""What the commands of the inbox do: ``do_<id>`` for each row of the table that the screen itself carries out."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from tui_inbox.domain.conversation import Sort, State, Tab
from tui_inbox.domain.reservation import Phase
from tui_inbox.tui.commands import Command
from tui_inbox.tui.dialogs.ask import ask
from tui_inbox.tui.inbox_data import Shown
from tui_inbox.tui.widgets.bars import SORTS
from tui_inbox.tui.widgets.prompt import Prompt
from tui_inbox.wording import _, ngettext, sentence

if TYPE_CHECKING:
    from tui_inbox.tui.screens.inbox import InboxScreen

TAB_OF = {Tab.OPEN: State.OPEN, Tab.PENDING: State.PENDING, Tab.CLOSED: State.CLOSED, Tab.SPAM: State.SPAM}
TAB_LETTERS = {"o": Tab.OPEN, "p": Tab.PENDING, "c": Tab.CLOSED, "s": Tab.SPAM, "a": Tab.ALL}
PHASE_ORDER: tuple[Phase | None, ...] = (
    None, Phase.ARRIVING, Phase.IN_HOUSE, Phase.DEPARTING, Phase.FUTURE, Phase.PAST, Phase.NONE,
)  # fmt: skip
WORKER_QUIET = timedelta(seconds=60)
MARK_ALL_MOST = 500


def service(name: str) -> Callable[..., Any]:
    """``module.function`` of the services, imported when it is first used."""
    module, _dot, function = name.rpartition(".")
    found: Callable[..., Any] = getattr(importlib.import_module(f"tui_inbox.services.{module}"), function)
    return found


class InboxActs:
    """Part of ``InboxScreen``."""

    # Moving.

    def do_next(self: InboxScreen) -> None:
        self._step(1)

    def do_previous(self: InboxScreen) -> None:
        self._step(-1)

    def _step(self: InboxScreen, by: int) -> None:
        if self.focused is self.thread:
            self.thread.move(by)
        elif self.focused is self.card:
            self.card.scroll(by)
        else:
            self.rows.move(by)

    def do_page_down(self: InboxScreen) -> None:
        self._page(1)

    def do_page_up(self: InboxScreen) -> None:
        self._page(-1)

    def _page(self: InboxScreen, by: int) -> None:
        if self.focused is self.thread:
            self.thread.scroll(by * max(1, self.thread.view_height - 2))
        elif self.focused is self.card:
            self.card.scroll(by * 10)
        else:
            self.rows.move(by * max(1, self.rows.page_rows - 1))

    def do_first(self: InboxScreen) -> None:
        if self.focused is self.thread:
            self.thread.home()
        elif self.focused is not self.card:
            self.rows.move_to(0)

    def do_last(self: InboxScreen) -> None:
        if self.focused is self.thread:
            self.thread.end()
        elif self.focused is not self.card:
            self.rows.move_to(len(self.rows.rows) - 1)

    async def do_open(self: InboxScreen) -> None:
        if self.focused is self.thread:
            await self.message_menu()
        elif self.focused is self.card:
            self.thread.focus()
        else:
            await self.open_current()

    def do_back(self: InboxScreen) -> None:
        """One step out: composer, thread, list; in the list filters and marks go."""
        if self.has_class("-card"):
            self.remove_class("-card")
            self.rows.focus()
        elif self.focused is self.composer.box:
            self.answering.leave_box()
            self.thread.focus()
        elif self.focused in (self.thread, self.card, self.top):
            self.remove_class("-reading")
            self.rows.focus()
            self.opened = False
            self.desk_app.start(self.answering.look(""))
        elif self.rows.marked:
            self.rows.marked.clear()
            self.rows.repaint()
            self.filters.show(self.view, 0)
        elif self.view.search or self.view.unread or self.view.unanswered or self.view.stay:
            self.do_clear()

    async def do_urgent(self: InboxScreen) -> None:
        current = self.rows.current
        skip = [current.id] if current is not None and self.opened else []
        found = await self.gateway.read(self.data.urgent, self.view, self.desk_app.now(), skip)
        if found is None:
            self.say(_("nothing needs work"))
            return
        await self.go_to(found)
        await self.open_current()

    async def go_to(self: InboxScreen, conversation_id: int) -> None:
        """Put the cursor on a conversation wherever it is, changing tab and filters if need be."""
        if self.rows.select(conversation_id):
            return
        rows = await self.gateway.read(self.data.rows, [conversation_id], self.desk_app.now())
        if not rows:
            return
        row = rows[0]
        tab = next((tab for tab, state in TAB_OF.items() if state is row.state and not row.machine), Tab.ALL)
        self.view = replace(
            self.view, tab=tab, search="", unread=False, unanswered=False, stay=None, sort=self.sorts.get(tab, Sort.NEWEST)
        )
        shown = await self.gateway.read(self.data.shown, self.view, self.desk_app.now())
        if all(known.id != conversation_id for known in shown.page.rows):
            page = replace(shown.page, rows=(row, *shown.page.rows))
            shown = Shown(page, shown.counts)
        self._take(shown, conversation_id)
        self._moved()

    # Tabs, filters, search.

    def choose_tab(self: InboxScreen, tab: Tab) -> None:
        if self.rows.current is not None:
            self.places[self.view.tab] = self.rows.current.id
        self.rows.marked.clear()
        self.view = replace(self.view, tab=tab, sort=self.sorts.get(tab, Sort.NEWEST))
        self.top.show(tab=tab)
        if self.focused is not self.top:
            self.rows.focus()
        self.look_again(self.places.get(tab))

    def look_again(self: InboxScreen, keep: int | None = None) -> None:
        """The view is another one: from its first row."""
        if keep is None:
            self.rows.index = self.rows.top = 0
        self.rows.rows = []
        self.filters.show(self.view, len(self.rows.marked))
        self.run_worker(self.guarded(self.reload(keep)), group="list", exclusive=True, exit_on_error=False)

    def do_tab_open(self: InboxScreen) -> None:
        self.choose_tab(Tab.OPEN)

    def do_tab_pending(self: InboxScreen) -> None:
        self.choose_tab(Tab.PENDING)

    def do_tab_closed(self: InboxScreen) -> None:
        self.choose_tab(Tab.CLOSED)

    def do_tab_spam(self: InboxScreen) -> None:
        self.choose_tab(Tab.SPAM)

    def do_tab_all(self: InboxScreen) -> None:
        self.choose_tab(Tab.ALL)

    def do_only_unread(self: InboxScreen) -> None:
        self.view = replace(self.view, unread=not self.view.unread)
        self.look_again()

    def do_only_unanswered(self: InboxScreen) -> None:
        self.view = replace(self.view, unanswered=not self.view.unanswered)
        self.look_again()

    def do_stay(self: InboxScreen) -> None:
        place = PHASE_ORDER.index(self.view.stay)
        self.view = replace(self.view, stay=PHASE_ORDER[(place + 1) % len(PHASE_ORDER)])
        self.look_again()

    async def do_order(self: InboxScreen) -> None:
        orders = list(SORTS)
        after = orders[(orders.index(self.view.sort) + 1) % len(orders)]
        self.view = replace(self.view, sort=after)
        self.sorts[self.view.tab] = after
        self.look_again()
        await self.gateway.write(self.data.set_sort, self.view.tab, after)

    def do_clear(self: InboxScreen) -> None:
        self.rows.marked.clear()
        self.view = replace(self.view, search="", unread=False, unanswered=False, stay=None, tag="", channel="")
        self.look_again()

    async def do_search(self: InboxScreen) -> None:
        await self.prompt("search", _("name, room, words…"), self.view.search)

    async def do_go(self: InboxScreen) -> None:
        await self.prompt("go", _("o p c s a, a room or a guest"), "")

    async def prompt(self: InboxScreen, purpose: str, placeholder: str, text: str) -> None:
        """One line of typing in place of the filters."""
        await self.drop_prompt()
        line = Prompt(purpose, placeholder, text)
        self.filters.display = False
        await self.query_one("#left").mount(line, before=0)
        self.remove_class("-reading")
        line.focus()

    async def drop_prompt(self: InboxScreen) -> None:
        for line in self.query(Prompt):
            await line.remove()
        self.filters.display = True

    async def on_prompt_typed(self: InboxScreen, event: Prompt.Typed) -> None:
        line = self.query_one_optional(Prompt)
        if line is None or line.value != event.text:
            return
        if line.purpose == "go":
            if event.text.strip().lower() in TAB_LETTERS:
                await self._go(event.text)
        elif event.text != self.view.search:
            self.view = replace(self.view, search=event.text.strip())
            self.look_again()

    async def on_prompt_done(self: InboxScreen, event: Prompt.Done) -> None:
        line = self.query_one_optional(Prompt)
        if line is not None and line.purpose == "go":
            self.run_worker(self.guarded(self._go(event.text)), exit_on_error=False)
            return
        await self.drop_prompt()
        self.rows.focus()
        if event.text.strip() != self.view.search:
            self.view = replace(self.view, search=event.text.strip())
            self.look_again()

    async def on_prompt_dropped(self: InboxScreen) -> None:
        line = self.query_one_optional(Prompt)
        searching = line is not None and line.purpose == "search"
        await self.drop_prompt()
        self.rows.focus()
        if searching and self.view.search:
            self.view = replace(self.view, search="")
            self.look_again()

    async def _go(self: InboxScreen, text: str) -> None:
        """A tab's letter, a room with a guest in it, else a search over everything."""
        await self.drop_prompt()
        self.rows.focus()
        wanted = text.strip()
        tab = TAB_LETTERS.get(wanted.lower())
        if tab is not None:
            self.choose_tab(tab)
        elif wanted:
            found = await self.gateway.read(self._in_room, wanted)
            if found is not None:
                await self.go_to(found)
                return
            self.view = replace(self.view, tab=Tab.ALL, search=wanted, unread=False, unanswered=False, stay=None)
            self.top.show(tab=Tab.ALL)
            self.look_again()

    def _in_room(self: InboxScreen, tx: Any, room: str) -> int | None:
        guests = tx.guests.in_room(room, self.desk_app.session.desk.today(self.desk_app.now()))
        for guest in guests:
            conversations = tx.conversations.all_of_guest(guest.id)
            if conversations:
                return int(conversations[0].id)
        return None

    # Marks.

    def do_mark(self: InboxScreen) -> None:
        self.rows.toggle_mark()
        self.filters.show(self.view, len(self.rows.marked))

    def do_mark_range(self: InboxScreen) -> None:
        rows = self.rows.rows
        marked = [place for place, row in enumerate(rows) if row.id in self.rows.marked]
        here = self.rows.index
        start = min(marked, key=lambda place: abs(place - here), default=here)
        low, high = sorted((start, here))
        self.rows.marked |= {row.id for row in rows[low : high + 1]}
        self.rows.repaint()
        self.filters.show(self.view, len(self.rows.marked))

    async def do_mark_all(self: InboxScreen) -> None:
        shown = await self.gateway.read(self.data.shown, self.view, self.desk_app.now(), MARK_ALL_MOST)
        self.rows.marked = {row.id for row in shown.page.rows}
        self._take(shown)
        if shown.page.more:
            self.say(_("the first {n} are marked").format(n=MARK_ALL_MOST), "soon")

    # Sorting out.

    async def serve(self: InboxScreen, command: Command) -> None:
        answer: tuple[object, ...] = ()
        if command.ask:
            asked = await ask(self, command.ask)
            if asked is None:
                return
            answer = asked
        await self.carry_out(command.service, *answer, moves_on=command.moves_on, words=command.id)

    async def carry_out(self: InboxScreen, name: str, *answer: object, moves_on: bool = False, words: str = "", **more: object) -> None:
        """One service over the chosen conversations, then the list again."""
        ids = self.rows.chosen()
        if not ids:
            return
        await self.gateway.write(service(name), self.desk_app.actor, ids, self.desk_app.now(), *answer, **more)
        self.acted()
        self.rows.marked.clear()
        if moves_on:
            self.remove_class("-reading")
            self.opened = False
            if self.focused in (self.thread, self.composer.box):
                self.rows.focus()
        await self.reload()
        current = self.rows.current
        if current is not None and current.id in ids:
            await self.show_conversation(current.id)
        if words:
            self.say(done_words(words, len(ids)) + f"  {self.desk_app.keymap.shown('undo')} {_('undo')}")

    async def do_spam(self: InboxScreen) -> None:
        selection = self.selection()
        if selection.rows and all(row.state is State.SPAM for row in selection.rows):
            await self.carry_out("lifecycle.not_spam", moves_on=True, words="not_spam")
        else:
            await self.carry_out("lifecycle.report_spam", moves_on=True, words="spam")

    async def do_no_reply(self: InboxScreen) -> None:
        on = any(not row.no_reply_needed for row in self.selection().rows)
        await self.carry_out("lifecycle.no_reply_needed", words="no_reply" if on else "reply_needed", on=on)

    async def do_unread(self: InboxScreen) -> None:
        from tui_inbox.services import thread

        ids = self.rows.chosen()
        self.opened = False
        self.rows.focus()
        await self.gateway.write(thread.mark_unread, self.desk_app.actor, ids, self.desk_app.now())
        self.rows.marked.clear()
        await self.reload()

    async def do_undo(self: InboxScreen) -> None:
        if self.sent_last and await self.answering.take_back():
            return
        from tui_inbox.services import undo

        undone = await self.gateway.write(undo.undo, self.desk_app.actor, self.desk_app.now())
        if undone is None:
            self.say(_("nothing to undo"))
            return
        await self.reload()
        self.say(_("undone: {what}").format(what=done_words(str(undone.code), undone.count)))
        if undone.conversation_ids:
            self.rows.select(undone.conversation_ids[0])

    async def do_tag(self: InboxScreen) -> None:
        await ask(self, "tag")

    async def do_request(self: InboxScreen) -> None:
        await ask(self, "request")

    async def do_link(self: InboxScreen) -> None:
        await ask(self, "link")

    async def do_new(self: InboxScreen) -> None:
        await ask(self, "new")

    async def do_who(self: InboxScreen) -> None:
        await ask(self, "who")

    # The panes beside.

    def do_card(self: InboxScreen) -> None:
        if self.focused is self.card or self.has_class("-card"):
            self.remove_class("-card")
            self.rows.focus()
            return
        self.add_class("-card")
        self.call_after_refresh(self.card.focus)

    async def do_reply(self: InboxScreen) -> None:
        await self.answering.begin(note=False)

    async def do_note(self: InboxScreen) -> None:
        await self.answering.begin(note=True)

    async def do_template(self: InboxScreen) -> None:
        await self.answering.begin(note=False)
        await self.answering.act("pick_template")

    async def message_menu(self: InboxScreen) -> None:
        await ask(self, "message")

    async def do_view(self: InboxScreen) -> None:
        await ask(self, "attachment")

    async def do_save(self: InboxScreen) -> None:
        await ask(self, "save")

    def may_leave(self: InboxScreen) -> bool:
        if not self.answering.pending_send:
            return True
        self.run_worker(self.guarded(self._confirm_leaving()), exit_on_error=False)
        return False

    async def _confirm_leaving(self: InboxScreen) -> None:
        answer = await ask(self, "leave")
        if answer:
            self.desk_app.leave()

    # Health.

    async def look_after(self: InboxScreen) -> None:
        """Say when nothing is sent or fetched; silent while all is well."""
        worker = await self.gateway.read(lambda tx: tx.workers.get())
        now = self.desk_app.now()
        if worker is None or worker.stopped_at is not None and worker.stopped_at >= worker.beat_at:
            self.bottom.warn(_("worker not running: nothing is sent or fetched"))
        elif now - worker.beat_at > WORKER_QUIET:
            minutes = int((now - worker.beat_at).total_seconds() // 60)
            self.bottom.warn(ngettext("worker silent for {n} min", "worker silent for {n} min", minutes))
        else:
            self.bottom.warn("")


def done_words(code: str, count: int) -> str:
    """What was done, as one says it."""
    match code:
        case "close" | "closed" | "closed_without_reply":
            return ngettext("{n} closed", "{n} closed", count)
        case "reopen" | "reopened":
            return ngettext("{n} reopened", "{n} reopened", count)
        case "snooze" | "snoozed":
            return ngettext("{n} snoozed", "{n} snoozed", count)
        case "spam":
            return ngettext("{n} moved to spam", "{n} moved to spam", count)
        case "not_spam":
            return ngettext("{n} taken out of spam", "{n} taken out of spam", count)
        case "no_reply" | "no_reply_needed":
            return ngettext("{n} needs no reply", "{n} need no reply", count)
        case "reply_needed":
            return ngettext("{n} needs a reply", "{n} need a reply", count)
    words = sentence(f"event.{code}")
    return str(code).replace("_", " ") if words.startswith("event.") else words

"""What the commands of the inbox do: ``do_<id>`` for each row of the table that the screen itself carries out."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from tui_inbox.domain.conversation import State
from tui_inbox.tui.answering.sending import Answering
from tui_inbox.tui.commands import Command
from tui_inbox.tui.dialogs.ask import Answer, ask
from tui_inbox.tui.screens.inbox_view import InboxView
from tui_inbox.wording import _, ngettext, sentence

if TYPE_CHECKING:
    from tui_inbox.services.undo import Undone
    from tui_inbox.tui.app import TuiInbox

OFFERED = timedelta(seconds=10)
TOLD_TO_VENDORS = frozenset({"lifecycle.close"})
"""Acts that some vendors are told of, if the desk says so."""
"""After «spam», so long «block» means those senders."""


def service(name: str) -> Callable[..., Any]:
    """``module.function`` of the services, imported when it is first used."""
    module, _dot, function = name.rpartition(".")
    found: Callable[..., Any] = getattr(importlib.import_module(f"tui_inbox.services.{module}"), function)
    return found


class InboxActs(InboxView):
    """Moving, sorting out, answering."""

    def __init__(self, desk_app: TuiInbox) -> None:
        super().__init__(desk_app)
        self.answering = Answering(self, self.composer)
        self.spammed: tuple[datetime, list[int]] | None = None
        """What was just reported as spam, and when: its senders may be blocked."""

    def do_next(self) -> None:
        self._step(1)

    def do_previous(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        if self.focused is self.thread:
            self.thread.move(by)
        elif self.focused is self.card:
            self.card.scroll(by)
        else:
            self.rows.move(by)

    def do_page_down(self) -> None:
        self._page(1)

    def do_page_up(self) -> None:
        self._page(-1)

    def _page(self, by: int) -> None:
        if self.focused is self.thread:
            self.thread.scroll(by * max(1, self.thread.view_height - 2))
        elif self.focused is self.card:
            self.card.scroll(by * 10)
        else:
            self.rows.move(by * max(1, self.rows.page_rows - 1))

    def do_first(self) -> None:
        if self.focused is self.thread:
            self.thread.home()
        elif self.focused is not self.card:
            self.rows.move_to(0)

    def do_last(self) -> None:
        if self.focused is self.thread:
            self.thread.end()
        elif self.focused is not self.card:
            self.rows.move_to(len(self.rows.rows) - 1)

    async def do_open(self) -> None:
        if self.focused is self.thread:
            await self.message_menu()
        elif self.focused is self.card:
            await ask(self, "card")
        else:
            await self.open_current()

    def do_back(self) -> None:
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
        elif self.view.search or self.view.unread or self.view.unanswered or self.view.stay or self.view.tag:
            self.do_clear()

    async def do_urgent(self) -> None:
        current = self.rows.current
        skip = [current.id] if current is not None and self.opened else []
        found = await self.gateway.read(self.data.urgent, self.view, self.desk_app.now(), skip)
        if found is None:
            self.say(_("nothing needs work"))
            return
        await self.go_to(found)
        await self.open_current()

    async def serve(self, command: Command) -> None:
        answer: Answer = {}
        if command.ask:
            asked = await ask(self, command.ask)
            if asked is None:
                return
            answer = asked
        await self.carry_out(command.service, moves_on=command.moves_on, words=command.id, **answer)

    async def carry_out(self, name: str, *, moves_on: bool = False, words: str = "", **more: object) -> None:
        """One service over the chosen conversations, then the list again."""
        ids = self.rows.chosen()
        if not ids:
            return
        if name in TOLD_TO_VENDORS:
            more.setdefault("desk", self.desk_app.session.desk)
        await self.gateway.write(service(name), self.desk_app.actor, ids, self.desk_app.now(), **more)
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

    async def after_act(self, conversation_id: int | None = None) -> None:
        """Something was changed by a dialog: read again, and go where it leads."""
        self.acted()
        self.rows.marked.clear()
        await self.reload()
        if conversation_id is not None:
            await self.go_to(conversation_id)
        await self.reread()

    async def do_spam(self) -> None:
        selection = self.selection()
        if selection.rows and all(row.state is State.SPAM for row in selection.rows):
            desk = self.desk_app.session.desk
            await self.carry_out("lifecycle.not_spam", moves_on=True, words="not_spam", desk=desk)
        else:
            ids = self.rows.chosen()
            await self.carry_out("lifecycle.report_spam", moves_on=True, words="spam")
            self.spammed = self.desk_app.now(), ids
            keys = self.desk_app.keymap
            offer = f"{keys.shown('undo')} {_('undo')}  {keys.shown('block')} {_('block the sender')}"
            self.say(f"{done_words('spam', len(ids))}  {offer}")

    async def do_block(self) -> None:
        """Right after «spam» it means who was just sent there, else who is chosen."""
        from tui_inbox.services import lifecycle

        just, self.spammed = self.spammed, None
        recent = just is not None and self.desk_app.now() - just[0] < OFFERED
        ids = just[1] if just is not None and recent else self.rows.chosen()
        if not ids:
            return
        desk, actor = self.desk_app.session.desk, self.desk_app.actor
        count = await self.gateway.write(lifecycle.block_senders, actor, ids, self.desk_app.now(), desk)
        await self.after_act()
        words = ngettext("{n} sender blocked", "{n} senders blocked", count).format(n=count)
        self.say(f"{words}  {self.desk_app.keymap.shown('undo')} {_('undo')}")

    async def do_by_tag(self) -> None:
        await ask(self, "by_tag")

    async def do_no_reply(self) -> None:
        on = any(not row.no_reply_needed for row in self.selection().rows)
        words = "no_reply" if on else "reply_needed"
        await self.carry_out("lifecycle.no_reply_needed", words=words, on=on, desk=self.desk_app.session.desk)

    async def do_unread(self) -> None:
        from tui_inbox.services import thread

        ids = self.rows.chosen()
        unread = bool(self.selection().rows) and all(row.unread for row in self.selection().rows)
        mark = thread.mark_all_read if unread else thread.mark_unread
        self.opened = False
        self.rows.focus()
        await self.gateway.write(mark, self.desk_app.actor, ids, self.desk_app.now())
        self.acted()
        self.rows.marked.clear()
        await self.reload()

    async def do_undo(self) -> None:
        if self.sent_last and await self.answering.take_back():
            return
        from tui_inbox.services import undo

        app = self.desk_app
        undone = await self.gateway.write(undo.undo, app.actor, app.now(), app.session.desk)
        if undone is None:
            self.say(_("nothing to undo"))
            return
        await self.reload()
        self.say(undone_words(undone))
        if undone.conversation_ids:
            self.rows.select(undone.conversation_ids[0])

    async def do_tag(self) -> None:
        await ask(self, "tag")

    async def do_request(self) -> None:
        await ask(self, "request")

    async def do_consents(self) -> None:
        await ask(self, "consents")

    async def do_log_call(self) -> None:
        await ask(self, "log_call")

    async def do_link(self) -> None:
        await ask(self, "link")

    async def do_new(self) -> None:
        await ask(self, "new")

    async def do_who(self) -> None:
        await ask(self, "who")

    async def do_pin(self) -> None:
        await ask(self, "pin")

    def do_card(self) -> None:
        if self.focused is self.card or self.has_class("-card"):
            self.remove_class("-card")
            self.rows.focus()
            return
        self.add_class("-card")
        self.call_after_refresh(self.card.focus)

    async def do_reply(self) -> None:
        await self.answering.begin(note=False)

    async def do_note(self) -> None:
        await self.answering.begin(note=True)

    async def do_template(self) -> None:
        await self.answering.begin(note=False, asks=True)
        await ask(self, "template")

    async def message_menu(self) -> None:
        await ask(self, "message")

    async def do_view(self) -> None:
        await ask(self, "attachment")

    async def do_save(self) -> None:
        await ask(self, "save")

    def may_leave(self) -> bool:
        if not self.answering.pending_send:
            return True
        self.run_worker(self.guarded(self._confirm_leaving()), exit_on_error=False)
        return False

    async def _confirm_leaving(self) -> None:
        if await ask(self, "leave") is not None:
            self.desk_app.leave()

    async def look_around(self) -> None:
        """Who else is here: presence is no news, so it is looked at from time to time."""
        thread = self.thread.thread
        if thread is None:
            return
        shown, now = thread.conversation.id, self.desk_app.now()
        there = await self.gateway.read(lambda tx: tuple(tx.presences.of(shown, now, self.desk_app.actor.code)))
        if self.thread.thread is thread and there != thread.presence:
            self.thread.thread = replace(thread, presence=there)
            self.thread.repaint()


def undone_words(undone: Undone) -> str:
    """What was taken back, or that nothing was because of what happened since."""
    if not undone.count:
        return _("not undone: it was changed again since")
    return _("undone: {what}").format(what=done_words(str(undone.code), undone.count))


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
    key = f"what.{code}"
    words = sentence(key)
    return str(code).replace("_", " ") if words == key else words

"""The outbox: what waits, what failed, what nobody is sure about, and what can be done about each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tui_inbox.domain.outbox import OutboxState
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import Key, OutboxRow
from tui_inbox.services import delivery, sent
from tui_inbox.tui.commands import OUTBOX
from tui_inbox.tui.dialogs.confirm import confirm
from tui_inbox.tui.render import sending, when
from tui_inbox.tui.render.columns import column, field
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.screens.table_screen import TableScreen
from tui_inbox.tui.widgets.table import Parts
from tui_inbox.wording import N_, _, ngettext, sentence

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

ADVICE = {
    OutboxState.HELD: N_("It leaves by itself; until then it can be called off."),
    OutboxState.QUEUED: N_("It leaves as soon as the worker and the channel are free."),
    OutboxState.CLAIMED: N_("It is about to leave."),
    OutboxState.INFLIGHT: N_("It is leaving now."),
    OutboxState.RETRY_WAIT: N_("It was not sent, and is tried again by itself."),
    OutboxState.FAILED: N_("It did not reach the guest."),
    OutboxState.EXPIRED: N_("Its time has passed, so it was not sent."),
    OutboxState.UNKNOWN: N_("Nobody knows yet whether it arrived; the provider is being asked. Nothing is sent twice."),
    OutboxState.NEEDS_OPERATOR: N_(
        "Nobody knows whether it arrived. Ask the guest or look at the provider, then say what is true."
    ),
}


def key_of(row: OutboxRow) -> Key:
    """Where a page of the outbox or of the sent list ends."""
    return Key((row.created_at - _EPOCH) // timedelta(microseconds=1), row.id)


class OutboxScreen(TableScreen[OutboxRow]):
    """Live: every change of the outbox is news."""

    CONTEXTS = frozenset({OUTBOX})
    TITLE_WORDS = N_("Outbox")
    HEARS = ("outbox",)

    def fetch(self, tx: Transaction, after: OutboxRow | None, limit: int) -> Sequence[OutboxRow]:
        return sent.outbox(tx, key_of(after) if after else None, limit)

    def key(self, row: OutboxRow) -> object:
        return row.id

    def why_empty(self) -> Sequence[str]:
        words = _("Nothing waits, nothing failed, nothing is unknown: everything has left.")
        key = self.desk_app.keymap.shown("screen_sent")
        return (words, "", _("{key} shows what was sent.").format(key=key))

    def filter_words(self) -> list[list[Part]]:
        rows = self.table.rows
        trouble = sum(row.state in sent.TROUBLED for row in rows)
        waiting = len(rows) - trouble
        more = "+" if self.table.more else ""
        line: list[Part] = []
        if trouble:
            line += [(ngettext("{n} needs you", "{n} need you", trouble) + more, "bold urgent"), ("   ", "")]
        if waiting:
            line += [(ngettext("{n} waits", "{n} wait", waiting) + more, "muted")]
        return [line]

    def draw(self, row: OutboxRow, width: int) -> Parts:
        scene = self.scene
        words, role = sending.state_part(scene, row)
        mark, _label = scene.channel(row.account, row.channel)
        left = [
            column(words, 16, role),
            column(mark, 3, "muted"),
            column(sending.guest_words(scene, row), 18, "bold text"),
            (row.text.replace("\n", " "), "muted"),
        ]
        time = sending.next_time(scene, row) or when.ago(row.updated_at, scene.now, scene.zone)
        return left, [(time, "text" if sending.next_time(scene, row) else "muted")]

    def describe(self, row: OutboxRow) -> list[list[Part]]:
        scene = self.scene
        _mark, label = scene.channel(row.account, row.channel)
        parked = row.state is OutboxState.HELD and row.not_before is not None and row.not_before.year >= 9999
        advice = _("It waits for you: the guest wrote first.") if parked else _(ADVICE.get(row.state, ""))
        lines: list[list[Part]] = [
            [(sending.guest_words(scene, row), "bold text"), ("  ", ""), (f"{label} {row.address}", "muted")],
            [(advice, sending.state_part(scene, row)[1])],
        ]
        if row.reason and not parked:
            lines.append([(sentence(row.reason, {"account": row.account, **row.reason_params}), "text")])
        if row.vendor_text:
            lines.append([(row.vendor_text, "muted")])
        lines.append(self._keys_line(row))
        lines.append([])
        if time := sending.next_time(scene, row):
            lines.append(field(_("leaves"), time))
        if row.tries:
            lines.append(field(_("tries"), str(row.tries)))
        written = when.ago(row.created_at, scene.now, scene.zone)
        lines.append(field(_("written"), f"{written}  {sending.author_words(scene, row)}"))
        if row.template:
            lines.append(field(_("template"), row.template))
        return [*lines, [], [(row.text, "text")]]

    def _keys_line(self, row: OutboxRow) -> list[Part]:
        keys = self.desk_app.keymap
        line: list[Part] = []
        for command_id in ("it_arrived", "send_again", "edit_draft", "drop", "cancel"):
            if command_id in self.allowed(row):
                line += [(keys.shown(command_id), "bold accent"), (f" {_(keys[command_id].short)}  ", "text")]
        return line

    def allowed(self, row: OutboxRow) -> frozenset[str]:
        offers = frozenset(sent.OFFERS.get(row.state, ()))
        return offers | ({"edit_draft"} if row.state in sent.TAKEN_BACK else frozenset())

    async def opened(self) -> None:
        if self.current is not None:
            self.open_conversation(self.current.conversation_id)

    def do_row_guest(self) -> None:
        from tui_inbox.tui.screens.guest import GuestScreen

        if self.current is not None:
            self.desk_app.push_screen(GuestScreen(self.desk_app, self.current.guest_id))

    async def do_it_arrived(self) -> None:
        if self.current is not None:
            app = self.desk_app
            await self.gateway.write(delivery.it_arrived, app.session.desk, app.actor, self.current.id, app.now())
            await self._done(_("noted: the guest has it"))

    async def do_send_again(self) -> None:
        row, app = self.current, self.desk_app
        if row is None:
            return
        if row.state is OutboxState.NEEDS_OPERATOR:
            question = _("It may have arrived already: {guest} could get it twice. Send again?")
            guest = sending.guest_words(self.scene, row)
            if not await confirm(self, question.format(guest=guest), _("Send again"), _("Wait")):
                return
        await self.gateway.write(delivery.send_again, app.session.desk, app.actor, row.id, app.now())
        await self._done(_("it goes to the worker"))

    async def do_edit_draft(self) -> None:
        row, app = self.current, self.desk_app
        if row is None:
            return
        await self.gateway.write(sent.as_draft, app.session.desk, app.actor, row.id, app.now())
        self.write_in(row.conversation_id)

    async def do_drop(self) -> None:
        if self.current is not None:
            await self.gateway.write(delivery.drop, self.desk_app.actor, self.current.id, self.desk_app.now())
            await self._done(_("dropped: nothing more is sent"))

    async def do_cancel(self) -> None:
        if self.current is not None:
            app = self.desk_app
            await self.gateway.write(delivery.cancel, app.session.desk, app.actor, self.current.id, app.now())
            await self._done(_("called off"))

    async def _done(self, words: str) -> None:
        await self.read_again()
        self.say(words)

"""Booking messages: for each event who is told, by which channels, in which words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from tui_inbox.domain.booking import BookingEvent, EventMessage
from tui_inbox.domain.planner import Mode
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services import booking_messages, event_texts, templates
from tui_inbox.tui.commands import BOOKING
from tui_inbox.tui.render.columns import column, field
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.render.rules import EVENTS, MODES
from tui_inbox.tui.screens.table_screen import TableScreen
from tui_inbox.tui.widgets.table import Parts
from tui_inbox.wording import N_, _, ngettext, sentence

if TYPE_CHECKING:
    from tui_inbox.tui.app import TuiInbox


class EventRow(Struct, frozen=True):
    """One event with what is set for it; without an event the reminders, which rules send."""

    event: BookingEvent | None
    setting: EventMessage = EventMessage()
    texts: Sequence[Template] = ()
    rules: int = 0


class BookingScreen(TableScreen[EventRow]):
    """Six rows: the five events and the reminders."""

    CONTEXTS = frozenset({BOOKING})
    TITLE_WORDS = N_("Booking messages")
    HEARS = ("rule", "template")

    def __init__(self, desk_app: TuiInbox) -> None:
        super().__init__(desk_app)
        self.reminders: Sequence[Template] = ()

    def fetch(self, tx: Transaction, after: EventRow | None, _limit: int) -> Sequence[EventRow]:
        if after is not None:
            return []
        self.reminders = templates.listing(tx, TemplateKind.REMINDER)
        rows = [
            EventRow(event, setting, booking_messages.texts_for(tx, event, setting))
            for event, setting in booking_messages.settings(tx).items()
        ]
        return [*rows, EventRow(None, rules=sum(rule.enabled for rule in tx.planner.rules()))]

    def key(self, row: EventRow) -> object:
        return row.event or "reminder"

    def _off(self, row: EventRow) -> str:
        """Why an event never happens here."""
        pending = row.event is BookingEvent.PENDING and not self.desk_app.session.desk.bookings.by_hand
        return sentence("approved_by_itself") if pending else ""

    def draw(self, row: EventRow, width: int) -> Parts:
        if row.event is None:
            words = ngettext("{n} rule on", "{n} rules on", row.rules)
            return [column(_("reminder"), 24, "bold text"), (words, "text" if row.rules else "muted")], []
        muted = bool(self._off(row))
        setting = row.setting
        guests: Part = (_("guests: on"), "ok") if setting.guest else (_("guests: off"), "muted")
        staff: Part = (_("staff: on"), "ok") if setting.staff else (_("staff: off"), "muted")
        left = [
            column(_(EVENTS[row.event]), 24, "muted" if muted else "bold text"),
            column(guests[0], 17, "muted" if muted else guests[1]),
            column(staff[0], 16, "muted" if muted else staff[1]),
        ]
        return [*left, (self._channels(setting), "muted")], []

    def _channels(self, setting: EventMessage) -> str:
        names = [self.scene.channel("", code)[1] for code in setting.channels]
        return (" + " if setting.mode is Mode.BOTH else ", ").join(names)

    def describe(self, row: EventRow) -> list[list[Part]]:
        if row.event is None:
            key = self.desk_app.keymap.shown("screen_rules")
            return [
                [(_("reminder"), "bold text")],
                [(_("Reminders are sent by rules: {key} has them.").format(key=key), "info")],
            ]
        setting = row.setting
        found: list[list[Part]] = [[(_(EVENTS[row.event]), "bold text")]]
        if reason := self._off(row):
            found.append([(reason, "soon")])
        staff = self.desk_app.session.desk.bookings.staff
        found += [
            field(_("guests"), _("on") if setting.guest else _("off"), "ok" if setting.guest else "muted"),
            field(_("staff"), f"{_('on')}  {staff}" if setting.staff else _("off"), "ok" if setting.staff else "muted"),
            field(_("channels"), self._channels(setting)),
        ]
        if len(setting.channels) > 1:
            found.append(field(_("of these"), _(MODES[setting.mode])))
        found.append(field(_("text"), setting.template or _("the one that comes with the program")))
        for text in self._shown(row):
            subject, body = self._as_read(text)
            found += [[], [(text.language, "muted"), ("  ", ""), (subject, "text")]]
            found += [[(line, "text")] for line in body.split("\n")]
        return found

    def _shown(self, row: EventRow) -> Sequence[Template]:
        """In the hotel's language first."""
        hotel = self.desk_app.session.desk.language
        return sorted(row.texts, key=lambda text: text.language != hotel)

    def _as_read(self, text: Template) -> tuple[str, str]:
        """Subject and body for a sample guest."""
        desk, now = self.desk_app.session.desk, self.desk_app.now()
        subject = templates.preview(desk, text._replace(body=text.subject), now).text if text.subject else ""
        return subject, templates.preview(desk, text, now).text

    def allowed(self, row: EventRow) -> frozenset[str]:
        return frozenset({"event"}) if row.event is not None else frozenset()

    async def opened(self) -> None:
        if self.current is not None and self.current.event is None:
            await self.action_do("screen_rules")
        else:
            await self.action_do("event_edit")

    async def do_event_guest(self) -> None:
        row = self.current
        if row is not None:
            await self._put(row, row.setting._replace(guest=not row.setting.guest))

    async def do_event_staff(self) -> None:
        row = self.current
        if row is not None:
            await self._put(row, row.setting._replace(staff=not row.setting.staff))

    async def _put(self, row: EventRow, setting: EventMessage) -> None:
        if row.event is None:
            return
        app = self.desk_app
        desk, now = app.session.desk, app.now()
        await self.gateway.write(event_texts.save, desk, app.actor, row.event, setting, (), now)
        await self._saved()

    async def do_event_edit(self) -> None:
        """Switches and texts of this event, one section per kind of channel."""
        from tui_inbox.tui.screens.event_editor import EventEditor

        row, app = self.current, self.desk_app
        if row is None or row.event is None:
            return
        if await app.push_screen_wait(EventEditor(app, row.event, row.setting, self.reminders)):
            await self._saved()

    async def _saved(self) -> None:
        await self.read_again()
        self.say(_("saved  {key} undoes it").format(key=self.desk_app.keymap.shown("undo")))

"""Booking messages: for each event who is told, by which channels, in which words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from tui_inbox.domain.booking import BookingEvent, EventMessage
from tui_inbox.domain.planner import Mode
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services import booking_messages, templates
from tui_inbox.services.booking_texts import guest_texts
from tui_inbox.tui.commands import BOOKING
from tui_inbox.tui.dialogs.form import Field, Form, Values
from tui_inbox.tui.dialogs.rule_form import choices
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
        self.reminders: list[str] = []

    def fetch(self, tx: Transaction, after: EventRow | None, _limit: int) -> Sequence[EventRow]:
        if after is not None:
            return []
        self.reminders = list(dict.fromkeys(one.name for one in templates.listing(tx, TemplateKind.REMINDER)))
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
        await self.gateway.write(booking_messages.put_setting, app.session.desk, app.actor, row.event, setting)
        await self.read_again()
        self.say(_("saved"))

    async def do_event_edit(self) -> None:
        row, app = self.current, self.desk_app
        if row is None or row.event is None:
            return
        event, setting, desk = row.event, row.setting, app.session.desk
        known = list(dict.fromkeys(code for account in desk.accounts.values() for code in account.channels))
        yes_no = (("1", _("on")), ("", _("off")))
        texts = (("", _("the one that comes with the program")), *((name, name) for name in self.reminders))
        fields = [
            Field("guest", _("guests"), "1" if setting.guest else "", choices=yes_no),
            Field("staff", _("staff"), "1" if setting.staff else "", choices=yes_no),
            *(
                Field(f"by-{code}", self.scene.channel("", code)[1], "1" if code in setting.channels else "",
                      choices=yes_no)
                for code in _ordered(setting.channels, known)
            ),
            Field("mode", _("of these"), setting.mode.value, choices=choices(MODES)),
            Field("template", _("text"), setting.template, choices=texts),
        ]  # fmt: skip

        async def save(values: Values) -> None:
            on = tuple(code for code in _ordered(setting.channels, known) if values[f"by-{code}"])
            made = EventMessage(
                bool(values["guest"]), bool(values["staff"]), values["template"], on, Mode(values["mode"])
            )
            await app.gateway.write(booking_messages.put_setting, desk, app.actor, event, made)

        if await app.push_screen_wait(Form(app.ink, _(EVENTS[event]), fields, save)):
            await self.read_again()
            self.say(_("saved"))

    async def do_event_text(self) -> None:
        """Ours as a start; once it is saved under its name, it is the hotel's."""
        from tui_inbox.tui.dialogs.template_form import ask_template

        row, app = self.current, self.desk_app
        if row is None or row.event is None:
            return
        shown = self._shown(row)
        start = shown[0] if row.setting.template and shown else self._ours(row.event)
        if await ask_template(self, start):
            await self.gateway.write(booking_messages.take_text, app.session.desk, app.actor, row.event, start.name)
            await self.read_again()

    def _ours(self, event: BookingEvent) -> Template:
        hotel = self.desk_app.session.desk.language
        texts = guest_texts(event)
        return next((text for text in texts if text.language == hotel), texts[0])._replace(event=event.value)


def _ordered(channels: Sequence[str], known: Sequence[str]) -> list[str]:
    """Those that are on in their order, then the others."""
    return [*(code for code in channels if code in known), *(code for code in known if code not in channels)]

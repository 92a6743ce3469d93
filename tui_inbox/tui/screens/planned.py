"""Tonight's sends: what leaves by itself, with its text, price and reason; one held, all held, a note added."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from tui_inbox.domain.booking import StayEvent
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.planner import Planned, PlannedState, Rule
from tui_inbox.domain.reservation import Reservation
from tui_inbox.ports.store import Transaction
from tui_inbox.services import booking_messages, holding, planning, tonight
from tui_inbox.services.holding import Hold
from tui_inbox.services.tonight import Forecast
from tui_inbox.tui.commands import PLANNED, Command
from tui_inbox.tui.dialogs.confirm import confirm
from tui_inbox.tui.dialogs.form import Field, Form, Values
from tui_inbox.tui.dialogs.hold_all import hold_or_release
from tui_inbox.tui.render import when
from tui_inbox.tui.render.columns import column, field
from tui_inbox.tui.render.forecast import cells, lines, reason_words, refusals
from tui_inbox.tui.render.guest_card import dates
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.render.rules import EVENTS, when_words
from tui_inbox.tui.screens.table_screen import TableScreen
from tui_inbox.tui.widgets.table import Parts
from tui_inbox.wording import N_, _, ngettext

if TYPE_CHECKING:
    from tui_inbox.tui.app import TuiInbox

STATES = {
    PlannedState.PLANNED: (N_("planned"), "text"),
    PlannedState.HELD: (N_("held"), "bold soon"),
    PlannedState.QUEUED: (N_("in the outbox"), "ok"),
    PlannedState.SKIPPED: (N_("skipped"), "soon"),
    PlannedState.WITHDRAWN: (N_("withdrawn"), "muted"),
    PlannedState.EXPIRED: (N_("too late"), "soon"),
}
WAITING = (PlannedState.PLANNED, PlannedState.HELD)
AHEAD = timedelta(days=30)
BACK = timedelta(days=2)
"""How far back it is told what became of events of bookings."""
MOST = 500
TRIED = 100
"""Rows for which text, way and price are worked out: those that leave first."""


class PlannedRow(Struct, frozen=True):
    """One planned message, or one event of a booking that is to be told, with the names that it concerns."""

    planned: Planned | None
    event: StayEvent | None
    rule: Rule | None
    stay: Reservation | None
    guest: Guest | None
    forecast: Forecast | None = None


class PlannedScreen(TableScreen[PlannedRow]):
    """Events of bookings first, then soonest first."""

    CONTEXTS = frozenset({PLANNED})
    TITLE_WORDS = N_("Planned")
    HEARS = ("planned", "rule", "outbox")

    def __init__(self, desk_app: TuiInbox) -> None:
        super().__init__(desk_app)
        self.every = False
        self.hold: Hold | None = None

    def fetch(self, tx: Transaction, after: PlannedRow | None, _limit: int) -> Sequence[PlannedRow]:
        if after is not None:
            return []
        self.hold = holding.held_all(tx)
        now, desk = self.desk_app.now(), self.desk_app.session.desk
        rows = []
        for event in tx.stay_events.latest(now - BACK, MOST):
            if event.handled_at is None or self.every:
                stay = tx.reservations.get(event.reservation_id)
                guest = tx.guests.get(stay.guest_id) if stay is not None else None
                rows.append(PlannedRow(None, event, None, stay, guest))
        rules = {rule.id: rule for rule in tx.planner.rules()}
        tried = 0
        for planned in tx.planner.in_state(list(PlannedState) if self.every else WAITING, now + AHEAD, MOST):
            stay, rule, forecast = tx.reservations.get(planned.reservation_id), rules.get(planned.rule_id), None
            guest = tx.guests.get(stay.guest_id) if stay is not None else None
            if stay and rule and guest and planned.state in WAITING and tried < TRIED:
                forecast = tonight.forecast(tx, desk, rule, stay, guest, planned.due_at, now)
                tried += 1
            rows.append(PlannedRow(planned, None, rule, stay, guest, forecast))
        return rows

    def key(self, row: PlannedRow) -> object:
        return ("event", row.event.id) if row.event is not None else row.planned.id if row.planned else 0

    def why_empty(self) -> Sequence[str]:
        key = self.desk_app.keymap.shown("screen_rules")
        return (
            _("Nothing is planned for the next 30 days."),
            "",
            _("A rule plans a reminder for every stay to come; {key} has the rules.").format(key=key),
        )

    def filter_words(self) -> list[list[Part]]:
        now, keys = self.scene.now, self.desk_app.keymap
        tonight_ = sum(
            row.planned is not None
            and row.planned.state is PlannedState.PLANNED
            and row.planned.due_at <= now + timedelta(days=1)
            for row in self.table.rows
        )
        shown = _("with what was withdrawn") if self.every else _("planned only")
        line: list[Part] = [
            (f"{keys.shown('planned_all')} ", "accent"),
            (shown, "bold accent" if self.every else "muted"),
            ("   ", ""),
            (ngettext("{n} within a day", "{n} within a day", tonight_), "text"),
        ]
        if self.hold is None:
            return [line]
        words = _("All held by {who}: {reason}").format(who=self.scene.operator(self.hold.by), reason=self.hold.reason)
        return [[(words, "bold urgent"), ("  ", ""), (keys.shown("planned_hold_all"), "accent")], line]

    def draw(self, row: PlannedRow, width: int) -> Parts:
        scene = self.scene
        guest = column(self._guest(row), 22, "bold text")
        if row.event is not None:
            words, role = self._told(row.event)
            at = row.event.due_at or row.event.at
            left = [column(when.ahead(at, scene.now, scene.zone), 16, "text"), guest]
            return [*left, (_(EVENTS[row.event.kind]), "muted")], [(words, role)]
        assert row.planned is not None
        state, role = STATES[row.planned.state]
        left = [column(when.ahead(row.planned.due_at, scene.now, scene.zone), 16, "text"), guest]
        left.append(column(row.rule.name if row.rule is not None else "", 18, "muted"))
        if row.forecast is not None and row.planned.state is PlannedState.PLANNED:
            more, right = cells(scene, row.forecast)
            return [*left, *more], right
        if row.planned.reason and row.planned.state not in WAITING:
            left.append((reason_words(row.planned.reason), "soon"))
        return left, [(_(state), role)]

    def _told(self, event: StayEvent) -> Part:
        if event.handled_at is None:
            return (_("with note") if event.note else _("waits"), "soon")
        return (reason_words(event.outcome), "muted") if event.outcome else (_("told"), "ok")

    def _guest(self, row: PlannedRow) -> str:
        return row.guest.name if row.guest is not None and row.guest.name else _("Unknown client")

    def describe(self, row: PlannedRow) -> list[list[Part]]:
        scene = self.scene
        who: list[Part] = [(self._guest(row), "bold text")]
        if row.stay is not None:
            who += [("  ", ""), (f"{row.stay.room} {dates(scene, row.stay)}".strip(), "muted")]
        if row.event is not None:
            return [who, *self._event_lines(row.event)]
        assert row.planned is not None
        found = [who]
        rule = f"{row.rule.name}, {when_words(row.rule)}" if row.rule is not None else ""
        found.append([(when.ahead(row.planned.due_at, scene.now, scene.zone), "text"), ("  ", ""), (rule, "muted")])
        if row.planned.reason:
            found.append([(reason_words(row.planned.reason), "soon")])
        tried = [tuple(part.split(":", 1)) for part in row.planned.said.split()]
        found += refusals(scene, [(channel, code) for channel, code in tried], row.planned.reason)
        return found + (lines(scene, row.forecast) if row.forecast is not None else [])

    def _event_lines(self, event: StayEvent) -> list[list[Part]]:
        scene, keys = self.scene, self.desk_app.keymap
        words, role = self._told(event)
        found: list[list[Part]] = [field(_("event"), _(EVENTS[event.kind])), [(words, role)]]
        if event.due_at is not None and event.handled_at is None:
            found.append(field(_("leaves"), when.ahead(event.due_at, scene.now, scene.zone)))
        if event.note:
            found.append(field(_("note"), event.note))
        if event.handled_at is None:
            found += [[], [(f"{keys.shown('planned_note')} ", "accent"), (_("adds a note for the guest"), "muted")]]
            found.append([(f"{keys.shown('planned_silent')} ", "accent"), (_("tells nobody"), "muted")])
        return found

    def allowed(self, row: PlannedRow) -> frozenset[str]:
        if row.event is not None:
            return frozenset({"note"}) if row.event.handled_at is None else frozenset()
        return frozenset({"hold"}) if row.planned is not None and row.planned.state in WAITING else frozenset()

    def label(self, command: Command) -> str:
        row = self.current
        held = row is not None and row.planned is not None and row.planned.state is PlannedState.HELD
        if (command.id == "planned_hold" and held) or (command.id == "planned_hold_all" and self.hold is not None):
            return _("let go") if command.id == "planned_hold" else _("release")
        return super().label(command)

    def do_planned_all(self) -> None:
        self.every = not self.every
        self.reload()

    async def do_planned_hold(self) -> None:
        row = self.current.planned if self.current is not None else None
        if row is None:
            return
        held = row.state is PlannedState.HELD
        act = planning.release if held else planning.hold
        await self.gateway.write(act, self.desk_app.actor, row.rule_id, row.reservation_id, row.local_date)
        await self.read_again()
        self.say(_("released; it is checked again when it leaves") if held else _("held"))

    async def do_planned_hold_all(self) -> None:
        if said := await hold_or_release(self, self.hold):
            await self.read_again()
            self.say(said)

    async def do_planned_note(self) -> None:
        app, event = self.desk_app, self.current.event if self.current is not None else None
        if event is None:
            return

        async def save(values: Values) -> None:
            await app.gateway.write(booking_messages.add_note, app.actor, event.id, values["note"])

        fields = [
            Field("note", _("note"), event.note, hint=_("One line for the guest; without it the line is left out."))
        ]
        if await app.push_screen_wait(Form(app.ink, _("Note for {name}").format(name=self._whom()), fields, save)):
            await self.read_again()
            self.say(_("saved"))

    def _whom(self) -> str:
        return self._guest(self.current) if self.current is not None else ""

    async def do_planned_silent(self) -> None:
        app, event = self.desk_app, self.current.event if self.current is not None else None
        question = _("Tell nobody of this change of a booking?")
        if event is not None and await confirm(self, question, _("Tell nobody"), _("Keep")):
            await self.gateway.write(booking_messages.say_nothing, app.actor, event.id, app.now())
            await self.read_again()

    async def do_planned_events(self) -> None:
        await self.action_do("screen_booking")

    async def opened(self) -> None:
        self.do_row_guest()

    def do_row_guest(self) -> None:
        from tui_inbox.tui.screens.guest import GuestScreen

        if self.current is not None and self.current.guest is not None:
            self.desk_app.push_screen(GuestScreen(self.desk_app, self.current.guest.id))

"""What the rules will send: to whom, when, and what was held back and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from tui_inbox.domain.guest import Guest
from tui_inbox.domain.planner import Planned, PlannedState, Rule
from tui_inbox.domain.reservation import Reservation
from tui_inbox.ports.store import Transaction
from tui_inbox.tui.commands import PLANNED
from tui_inbox.tui.render import when
from tui_inbox.tui.render.columns import column, field
from tui_inbox.tui.render.guest_card import dates
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.screens.table_screen import TableScreen
from tui_inbox.tui.widgets.table import Parts
from tui_inbox.wording import N_, _, ngettext, sentence

if TYPE_CHECKING:
    from tui_inbox.tui.app import TuiInbox

STATES = {
    PlannedState.PLANNED: (N_("planned"), "text"),
    PlannedState.QUEUED: (N_("in the outbox"), "ok"),
    PlannedState.SKIPPED: (N_("skipped"), "soon"),
    PlannedState.WITHDRAWN: (N_("withdrawn"), "muted"),
    PlannedState.EXPIRED: (N_("too late"), "soon"),
}
AHEAD = timedelta(days=30)
MOST = 500


class PlannedRow(Struct, frozen=True):
    """One planned message with the names that it concerns."""

    planned: Planned
    rule: Rule | None
    stay: Reservation | None
    guest: Guest | None


class PlannedScreen(TableScreen[PlannedRow]):
    """Soonest first."""

    CONTEXTS = frozenset({PLANNED})
    TITLE_WORDS = N_("Planned")
    HEARS = ("planned", "rule", "outbox")

    def __init__(self, desk_app: TuiInbox) -> None:
        super().__init__(desk_app)
        self.every = False

    def fetch(self, tx: Transaction, after: PlannedRow | None, _limit: int) -> Sequence[PlannedRow]:
        if after is not None:
            return []
        states = list(PlannedState) if self.every else [PlannedState.PLANNED]
        rules = {rule.id: rule for rule in tx.planner.rules()}
        rows = []
        for planned in tx.planner.in_state(states, self.desk_app.now() + AHEAD, MOST):
            stay = tx.reservations.get(planned.reservation_id)
            guest = tx.guests.get(stay.guest_id) if stay is not None else None
            rows.append(PlannedRow(planned, rules.get(planned.rule_id), stay, guest))
        return rows

    def key(self, row: PlannedRow) -> object:
        return row.planned.id

    def why_empty(self) -> Sequence[str]:
        key = self.desk_app.keymap.shown("screen_templates")
        return (
            _("Nothing is planned for the next 30 days."),
            "",
            _("A rule plans a reminder for every stay to come; {key} has the rules.").format(key=key),
        )

    def filter_words(self) -> list[list[Part]]:
        now = self.scene.now
        tonight = sum(
            row.planned.state is PlannedState.PLANNED and row.planned.due_at <= now + timedelta(days=1)
            for row in self.table.rows
        )
        key = self.desk_app.keymap.shown("planned_all")
        shown = _("with what was withdrawn") if self.every else _("planned only")
        return [
            [
                (f"{key} ", "accent"),
                (shown, "bold accent" if self.every else "muted"),
                ("   ", ""),
                (ngettext("{n} within a day", "{n} within a day", tonight), "text"),
            ]
        ]

    def draw(self, row: PlannedRow, width: int) -> Parts:
        scene = self.scene
        words, role = STATES[row.planned.state]
        left = [
            column(when.ahead(row.planned.due_at, scene.now, scene.zone), 16, "text"),
            column(self._guest(row), 22, "bold text"),
            (row.rule.name if row.rule is not None else "", "muted"),
        ]
        return left, [(_(words), role)]

    def _guest(self, row: PlannedRow) -> str:
        return row.guest.name if row.guest is not None and row.guest.name else _("Unknown client")

    def describe(self, row: PlannedRow) -> list[list[Part]]:
        scene = self.scene
        lines: list[list[Part]] = [[(self._guest(row), "bold text")]]
        if row.planned.reason:
            lines.append([(sentence(row.planned.reason), "soon")])
        lines.append(field(_("leaves"), when.ahead(row.planned.due_at, scene.now, scene.zone)))
        if row.rule is not None:
            lines.append(field(_("rule"), row.rule.name))
            lines.append(field(_("reminder"), row.rule.template))
            lines.append(field(_("channels"), ", ".join(scene.channel("", code)[1] for code in row.rule.channels)))
        if row.stay is not None:
            lines.append(field(_("stay"), f"{row.stay.room} {dates(scene, row.stay)}".strip()))
        return lines

    def do_planned_all(self) -> None:
        self.every = not self.every
        self.reload()

    async def opened(self) -> None:
        self.do_row_guest()

    def do_row_guest(self) -> None:
        from tui_inbox.tui.screens.guest import GuestScreen

        if self.current is not None and self.current.guest is not None:
            self.desk_app.push_screen(GuestScreen(self.desk_app, self.current.guest.id))

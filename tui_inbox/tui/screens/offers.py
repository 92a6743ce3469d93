"""Offers: each with the guests who are asked, in their order, and where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tui_inbox.domain.offer import Asked, AskedState, Offer, OfferMode, OfferState, minutes_left
from tui_inbox.ports.store import Transaction
from tui_inbox.services import guest_lists, offers
from tui_inbox.tui.commands import OFFERS
from tui_inbox.tui.dialogs.confirm import confirm
from tui_inbox.tui.dialogs.form import Field, Form, Values
from tui_inbox.tui.dialogs.pick_list import ask_list
from tui_inbox.tui.render import when
from tui_inbox.tui.render.columns import column, field
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.screens.group_send import channel_choices
from tui_inbox.tui.screens.table_screen import TableScreen
from tui_inbox.tui.widgets.table import Parts
from tui_inbox.wording import N_, _, ngettext, sentence

MODES = {OfferMode.TURN: N_("one after the other"), OfferMode.FIRST: N_("first come, first served")}
STATES = {
    OfferState.OPEN: (N_("open"), "ok"),
    OfferState.TAKEN: (N_("taken"), "bold accent"),
    OfferState.NOBODY: (N_("nobody took it"), "soon"),
    OfferState.WITHDRAWN: (N_("withdrawn"), "muted"),
}
ASKED = {
    AskedState.WAITING: (N_("not asked yet"), "muted"),
    AskedState.ASKED: (N_("asked"), "accent"),
    AskedState.YES: (N_("has it"), "ok"),
    AskedState.NO: (N_("no"), "muted"),
    AskedState.SILENT: (N_("no answer in time"), "soon"),
    AskedState.LATE: (N_("yes, but too late"), "soon"),
    AskedState.LEFT_OUT: (N_("left out"), "soon"),
}
TEXT = N_("Hello ##{{first_name}}, “##{{offer}}” is free. Answer YES within ##{{minutes_left}} minutes to take it.")


class Line(NamedTuple):
    offer: Offer
    asked: Asked | None = None
    """None: the offer's own line."""
    guest: str = ""


class OffersScreen(TableScreen[Line]):
    CONTEXTS = frozenset({OFFERS})
    TITLE_WORDS = N_("Offers")
    HEARS = ("offer",)

    def fetch(self, tx: Transaction, after: Line | None, _limit: int) -> Sequence[Line]:
        if after is not None:
            return []
        lines: list[Line] = []
        for view in offers.listing(tx, self.desk_app.actor):
            lines.append(Line(view.offer))
            lines += [Line(view.offer, row.asked, row.guest) for row in view.rows]
        return lines

    def key(self, row: Line) -> object:
        return (row.offer.id, row.asked.guest_id if row.asked else 0)

    def why_empty(self) -> Sequence[str]:
        key = self.desk_app.keymap.shown("offer_new")
        words = _("No offer yet. {key} offers a free room, table or slot to a guest list, one guest after the other.")
        return (words.format(key=key),)

    def draw(self, row: Line, width: int) -> Parts:
        if row.asked is None:
            words, role = STATES[row.offer.state]
            minutes = ngettext("{n} minute", "{n} minutes", row.offer.minutes)
            left = [column(row.offer.title, 30, "bold text"), column(_(words), 16, role)]
            return [*left, (f"{_(MODES[row.offer.mode])}, {minutes}", "muted")], []
        words, role = ASKED[row.asked.state]
        left = [column("", 2), column(row.guest or _("Unknown client"), 28, "text"), (_(words), role)]
        if row.asked.state is AskedState.ASKED:
            left_minutes = minutes_left(row.asked, self.scene.now)
            return left, [(ngettext("{n} minute left", "{n} minutes left", left_minutes), "text")]
        return left, []

    def describe(self, row: Line) -> list[list[Part]]:
        words, role = STATES[row.offer.state]
        lines: list[list[Part]] = [[(row.offer.title, "bold text"), ("  ", ""), (_(words), role)]]
        if row.asked is not None:
            words, role = ASKED[row.asked.state]
            lines.append([(row.guest, "bold text"), ("  ", ""), (_(words), role)])
            if row.asked.reason:
                lines.append([(sentence(row.asked.reason), "soon")])
            for label, moment in ((_("asked"), row.asked.asked_at), (_("answered"), row.asked.answered_at)):
                if moment is not None:
                    lines.append(field(label, when.ago(moment, self.scene.now, self.scene.zone)))
        return [*lines, [], [(row.offer.text, "text")]]

    def allowed(self, row: Line) -> frozenset[str]:
        found = {"withdraw"} if row.offer.state is OfferState.OPEN else set()
        if row.asked is not None and row.asked.state in (AskedState.ASKED, AskedState.SILENT):
            found.add("answer")
        return frozenset(found)

    async def do_offer_new(self) -> None:
        app = self.desk_app
        chosen = await ask_list(self, _("Offer it to whom? The order of the list is the order of asking."))
        if chosen is None:
            return
        desk = app.session.desk
        ids = await self.gateway.read(guest_lists.members, desk, app.actor, chosen.criteria, app.now())
        if len(ids) > offers.MOST_GUESTS:
            words = _("“{name}” has {n} guests now, an offer goes to {limit} at most: choose a shorter list")
            self.say(words.format(name=chosen.name, n=len(ids), limit=offers.MOST_GUESTS), "soon")
            return
        if not ids:
            self.say(_("nobody fits “{name}” now").format(name=chosen.name), "soon")
            return
        modes = tuple((mode.value, _(words)) for mode, words in MODES.items())
        fields = [
            Field("title", _("what"), hint=_("Table for two, Saturday 20:00")),
            Field("mode", _("how"), choices=modes),
            Field("minutes", _("minutes"), str(desk.bookings.minutes_to_answer), hint=_("To answer, before the next.")),
            Field("channels", _("channel"), choices=channel_choices(app)),
            Field("text", _("text"), _(TEXT), long=True, hint=_("##{{minutes_left}}: the minutes to answer.")),
        ]

        async def save(values: Values) -> None:
            minutes = int(values["minutes"]) if values["minutes"].strip().isdigit() else 0
            offer = Offer(
                0, values["title"], values["text"], tuple(values["channels"].split()), minutes,
                OfferMode(values["mode"]),
            )  # fmt: skip
            await self.gateway.write(offers.make, desk, app.actor, offer, ids, app.now())

        title = ngettext("Offer to {n} guest", "Offer to {n} guests", len(ids))
        if await app.push_screen_wait(Form(app.ink, title, fields, save)):
            await self.read_again()

    async def do_offer_yes(self) -> None:
        await self._answer(yes=True)

    async def do_offer_no(self) -> None:
        await self._answer(yes=False)

    async def _answer(self, *, yes: bool) -> None:
        row, app = self.current, self.desk_app
        if row is None or row.asked is None:
            return
        place = (row.offer.id, row.asked.guest_id)
        await self.gateway.write(offers.answer, app.session.desk, app.actor, *place, app.now(), yes=yes)
        await self.read_again()

    async def do_offer_withdraw(self) -> None:
        row, app = self.current, self.desk_app
        if row is None:
            return
        words = _("Withdraw “{name}”? Whoever says yes is told that it is gone.").format(name=row.offer.title)
        if await confirm(self, words, _("Withdraw"), _("Keep")):
            await self.gateway.write(offers.withdraw, app.actor, row.offer.id, app.now())
            await self.read_again()

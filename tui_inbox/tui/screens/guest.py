"""One guest, large: conversations, stays, requests and consents as rows that can be acted upon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from tui_inbox.domain.conversation import State
from tui_inbox.domain.reservation import Reservation
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import Card, ConsentRow, ConversationRow, RequestRow
from tui_inbox.services import cards, guests, replying
from tui_inbox.tui.commands import ONE_GUEST
from tui_inbox.tui.dialogs.chooser import Chooser, Option, narrowed
from tui_inbox.tui.dialogs.consents import edit_consents, media_of_card, of_card, turn
from tui_inbox.tui.dialogs.guest_form import STATUSES, ask_guest, ask_stay
from tui_inbox.tui.render import when
from tui_inbox.tui.render.columns import column, field
from tui_inbox.tui.render.consent import said_by, state_words, stop_words, topic_words
from tui_inbox.tui.render.guest_card import REQUEST_KINDS, dates
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.screens.table_screen import TableScreen
from tui_inbox.tui.widgets.table import Parts
from tui_inbox.wording import N_, _, sentence
from tui_inbox.wording.sounds import previewed

if TYPE_CHECKING:
    from tui_inbox.tui.app import TuiInbox

STATES = {
    State.OPEN: N_("open"),
    State.PENDING: N_("pending"),
    State.CLOSED: N_("closed"),
    State.SPAM: N_("spam"),
}


class Entry(Struct, frozen=True):
    """A row of the card; a heading where ``what`` is a word."""

    section: str
    ref: object
    what: ConversationRow | Reservation | RequestRow | ConsentRow | str


class GuestScreen(TableScreen[Entry]):
    """Enter does what the row is for: opens a conversation, changes a stay, settles a request, turns a consent."""

    CONTEXTS = frozenset({ONE_GUEST})
    TITLE_WORDS = N_("Guest")
    HEARS = ("guest", "conversation")

    def __init__(self, desk_app: TuiInbox, guest_id: int) -> None:
        super().__init__(desk_app)
        self.guest_id = guest_id
        self.card: Card | None = None

    def fetch(self, tx: Transaction, after: Entry | None, _limit: int) -> Sequence[Entry]:
        if after is not None:
            return []
        desk_app = self.desk_app
        desk = desk_app.session.desk
        self.card = cards.of_guest(tx, desk, desk_app.actor, self.guest_id, desk_app.now())
        return _entries(self.card, media_of_card(desk, self.card))

    def key(self, row: Entry) -> object:
        return (row.section, row.ref)

    def is_heading(self, row: Entry) -> bool:
        return isinstance(row.what, str)

    def filter_words(self) -> list[list[Part]]:
        if self.card is None:
            return []
        guest = self.card.guest
        facts = [guest.language.upper(), _("VIP") if guest.vip else "", _("blocked") if guest.blocked else ""]
        words = " ".join(fact for fact in facts if fact)
        return [[(guest.name or _("Unknown client"), "bold text"), ("  ", ""), (words, "accent")]]

    def draw(self, row: Entry, width: int) -> Parts:
        match row.what:
            case str(words):
                return [(words.upper(), "muted")], []
            case ConversationRow():
                return self._conversation(row.what)
            case Reservation():
                return self._stay(row.what)
            case RequestRow():
                return self._request(row.what)
        return self._consent(row.what)

    def _conversation(self, row: ConversationRow) -> Parts:
        scene = self.scene
        mark, _label = scene.channel(row.account, row.channel)
        left = [column(mark, 3, "muted"), column(_(STATES.get(row.state, row.state.value)), 12, "text")]
        sign = (f"{scene.ink.marks.unread} ", "bold info") if row.unread else ("", "")
        said: Part = (previewed(row.preview), "muted")
        return [*left, sign, said], [(when.ago(row.last_at, scene.now, scene.zone), "muted")]

    def _stay(self, stay: Reservation) -> Parts:
        scene = self.scene
        current = self.card is not None and self.card.current is not None and self.card.current.id == stay.id
        left = [
            column(stay.room or scene.ink.marks.dot, 7, "bold text" if current else "text"),
            column(dates(scene, stay), 18, "text"),
            (" ".join(part for part in (stay.ota, stay.ota_code) if part), "muted"),
        ]
        unsure = [(f"{_('not sure')} ", "soon")] if stay.low_confidence else []
        return left, [*unsure, (_(STATUSES[stay.status]), "muted")]

    def _request(self, row: RequestRow) -> Parts:
        scene = self.scene
        done = row.status == "done"
        words = {"open": _("to do"), "done": _("done"), "cancelled": _("called off")}.get(row.status, row.status)
        due = when.ahead(row.due_at, scene.now, scene.zone) if row.due_at else ""
        kind = _(REQUEST_KINDS.get(row.kind, row.kind))
        left = [column(kind, 12, "muted"), (row.title, "text"), ("  ", ""), (due, "text")]
        return left, [(f"{scene.ink.marks.yes} {words}" if done else words, "ok" if done else "soon")]

    def _consent(self, row: ConsentRow) -> Parts:
        scene = self.scene
        label = self._medium(row.medium)
        sign = state_words(scene, row)
        left = [column(topic_words(row), 12, "text"), column(label, 12, "text"), column(sign[0], 14, sign[1])]
        return [*left, (said_by(scene, row), "muted")], []

    def _medium(self, medium: str) -> str:
        for account in self.desk_app.session.desk.accounts.values():
            if medium in account.channels:
                return account.channels[medium].label
        return medium

    def describe(self, row: Entry) -> list[list[Part]]:
        card = self.card
        if card is None:
            return []
        scene, guest = self.scene, card.guest
        lines: list[list[Part]] = []
        if guest.alert:
            lines.append([(guest.alert, "bold urgent")])
        lines += [
            field(label, value) for label, value in ((_("phone"), guest.phone), (_("mail"), guest.email)) if value
        ]
        for handle in card.handles:
            if handle.address not in (guest.phone, guest.email):
                _mark, label = scene.channel("", handle.channel)
                bad = sentence(handle.unreachable) if handle.unreachable else ""
                lines.append([*field(label, handle.address), (f"  {bad}" if bad else "", "soon")])
        for line in card.lines:
            if line.stopped_at is not None:
                lines.append([(stop_words(scene, line), "bold urgent")])
        if guest.country:
            lines.append(field(_("country"), guest.country))
        tags = "  ".join(dict.fromkeys(tag.name for tag in (*card.guest_tags, *card.tags)))
        if tags:
            lines.append(field(_("tags"), tags, "accent"))
        if guest.notes:
            lines += [[], [(guest.notes, "text")]]
        return [*lines, [], [(self._what_enter_does(row), "info")]]

    def _what_enter_does(self, row: Entry) -> str:
        match row.what:
            case ConversationRow():
                return _("Enter opens the conversation.")
            case Reservation():
                return _("Enter changes the stay.")
            case RequestRow(status="open"):
                return _("Enter: it is done.")
            case RequestRow():
                return _("Enter: it is to be done after all.")
            case ConsentRow(allowed=True):
                return _("Enter switches it off: no group or automatic messages of this kind.")
            case ConsentRow():
                return _("Enter allows it again; say how the guest agreed.")
        return ""

    def allowed(self, _row: Entry) -> frozenset[str]:
        return frozenset({"guest"})

    async def opened(self) -> None:
        row = self.current.what if self.current is not None else None
        app = self.desk_app
        match row:
            case ConversationRow():
                self.open_conversation(row.id)
                return
            case Reservation():
                if not await ask_stay(self, self.guest_id, row):
                    return
            case RequestRow():
                status = "open" if row.status != "open" else "done"
                await self.gateway.write(guests.set_request, app.actor, row.id, status, app.now(), app.session.desk)
            case ConsentRow():
                if not await turn(self, self.guest_id, row):
                    return
        await self.read_again()
        self.say(_("saved  {key} undoes it").format(key=app.keymap.shown("undo")))

    async def do_consents(self) -> None:
        if await edit_consents(self, self.guest_id):
            await self.read_again()
            self.say(_("saved  {key} undoes it").format(key=self.desk_app.keymap.shown("undo")))

    async def do_guest_edit(self) -> None:
        if self.card is not None and await ask_guest(self, self.card.guest) is not None:
            await self.read_again()
            self.say(_("saved  {key} undoes it").format(key=self.desk_app.keymap.shown("undo")))

    async def do_guest_stay(self) -> None:
        if await ask_stay(self, self.guest_id, None):
            await self.read_again()
            self.say(_("saved  {key} undoes it").format(key=self.desk_app.keymap.shown("undo")))

    async def do_guest_write(self) -> None:
        app = self.desk_app
        made = await self.gateway.write(replying.start, app.session.desk, app.actor, app.now(), guest_id=self.guest_id)
        self.write_in(made)

    async def do_guest_tag(self) -> None:
        app = self.desk_app
        known = await self.gateway.read(lambda tx: list(tx.tags.all()))
        on = {tag.name for tag in self.card.guest_tags} if self.card is not None else set[str]()
        options = [Option(tag.name, tag.name, _("take off") if tag.name in on else "") for tag in known]
        dialog = Chooser(app.ink, _("Which tag?"), options, find=narrowed(options), typing=_("tag"), free=True, lines=8)
        chosen = await app.push_screen_wait(dialog)
        if chosen is None:
            return
        name = str(chosen.value or chosen.text.strip())
        if name in on:
            await self.gateway.write(guests.untag, app.actor, "guest", [self.guest_id], name, app.now())
        else:
            await self.gateway.write(guests.tag, app.actor, "guest", [self.guest_id], name, "", app.now())
        await self.read_again()


def _entries(card: Card, media: Sequence[str]) -> list[Entry]:
    """The sections in the order in which a desk asks for them; an empty one says so."""
    stays = [*([card.current] if card.current else []), *card.others]
    consents = of_card(card, media)
    sections: list[tuple[str, Sequence[tuple[object, ConversationRow | Reservation | RequestRow | ConsentRow]]]] = [
        (_("Conversations"), [(row.id, row) for row in card.conversations]),
        (_("Stays"), [(stay.id, stay) for stay in stays]),
        (_("Requests"), [(request.id, request) for request in card.requests]),
        (_("Consents"), [((consent.topic, consent.medium), consent) for consent in consents]),
    ]
    entries: list[Entry] = []
    for title, rows in sections:
        words = title if rows else f"{title}  –"
        entries += [Entry(title, "", ""), Entry(title, "head", words)] if entries else [Entry(title, "head", words)]
        entries += [Entry(title, ref, what) for ref, what in rows]
    return entries

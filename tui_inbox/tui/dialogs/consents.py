"""A guest's consents, each switched by Enter; allowing again asks how the guest agreed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_inbox.domain.message import MessageClass
from tui_inbox.rows import Card, ConsentRow
from tui_inbox.services import cards, guests, ways
from tui_inbox.services.desk import Desk
from tui_inbox.tui.dialogs.chooser import Chooser, Option
from tui_inbox.tui.render import when
from tui_inbox.tui.render.consent import said_by, state_words, stop_words, topic_words
from tui_inbox.wording import _, labelled

if TYPE_CHECKING:
    from tui_inbox.tui.screens.desk_screen import DeskScreen
    from tui_inbox.tui.screens.inbox_acts import InboxActs


async def ask_consents(screen: InboxActs) -> dict[str, object] | None:
    """Of the guest under the cursor."""
    card = await screen.card_at_cursor()
    if card is None:
        return None
    if await edit_consents(screen, card.guest.id):
        await screen.after_act()
        undo = screen.desk_app.keymap.shown("undo")
        screen.say(_("saved  {key} undoes it").format(key=undo))
    return {}


async def edit_consents(screen: DeskScreen, guest_id: int) -> bool:
    """Stays open until Esc; tells whether something was switched."""
    app, gateway, changed = screen.desk_app, screen.desk_app.gateway, False
    lit: tuple[str, str] | None = None
    while True:
        card = await gateway.read(cards.of_guest, app.session.desk, app.actor, guest_id, app.now())
        options = _options(screen, card)
        name = card.guest.name or _("Unknown client")
        dialog = Chooser(app.ink, labelled(_("Consents"), name), options)
        again = (at for at, one in enumerate(options) if lit is not None and _key(one) == lit)
        dialog.pane.place = next(again, dialog.pane.place)
        chosen = await app.push_screen_wait(dialog)
        row = chosen.value if chosen is not None else None
        if not isinstance(row, ConsentRow):
            return changed
        lit = (row.topic, row.medium)
        changed = await turn(screen, guest_id, row) or changed


async def turn(screen: DeskScreen, guest_id: int, row: ConsentRow) -> bool:
    """Switch one; False when the person went back instead of saying why."""
    app, source = screen.desk_app, ""
    if not row.allowed:
        question = _("How did the guest allow it again?")
        typing = _("at the desk, by mail of 12/11…")
        told = await app.push_screen_wait(Chooser(app.ink, question, typing=typing, free=True))
        if told is None:
            return False
        source = told.text
    await app.gateway.write(
        guests.set_consent, app.actor, guest_id, row.topic, row.medium, not row.allowed, source, app.now()
    )
    return True


def media_of_card(desk: Desk, card: Card) -> list[str]:
    """Codes of the media that this guest has, in the order of the configuration."""
    known = ways.media_of(desk, card.guest, card.handles, [*filter(None, (card.current, *card.others))])
    every = dict.fromkeys(code for account in desk.accounts.values() for code in account.channels)
    return [code for code in every if code in known]


def of_card(card: Card, media: Sequence[str]) -> list[ConsentRow]:
    """Every topic by every one of these media, and what was ever said of another; what nobody spoke of is allowed."""
    stored = {(consent.topic, consent.medium): consent for consent in card.consents}
    every = {(topic.value, medium): None for medium in media for topic in MessageClass} | dict.fromkeys(stored)
    return [stored.get(pair, ConsentRow(pair[0], pair[1], True, None, "", "")) for pair in every]


def _key(option: Option) -> tuple[str, str] | None:
    return (option.value.topic, option.value.medium) if isinstance(option.value, ConsentRow) else None


def _options(screen: DeskScreen, card: Card) -> list[Option]:
    scene, desk = screen.scene, screen.desk_app.session.desk
    labels = {code: traits.label for account in desk.accounts.values() for code, traits in account.channels.items()}
    options = []
    media = media_of_card(desk, card)
    rows = of_card(card, media)
    for consent in rows:
        words, _role = state_words(scene, consent)
        label = f"{labels.get(consent.medium, consent.medium)}, {topic_words(consent)}"
        does = (
            _("Enter switches it off: no group or automatic messages of this kind.")
            if consent.allowed
            else _("Enter allows it again; say how the guest agreed.")
        )
        more = "  ".join(part for part in (said_by(scene, consent), does) if part)
        options.append(Option(consent, label, words, more=more))
    for line in card.lines:
        if line.stopped_at is not None:
            at = when.ago(line.stopped_at, scene.now, scene.zone)
            ends = _("{time}: only the guest can end it, by START").format(time=at)
            options.append(Option(None, stop_words(scene, line), why_not=ends))
    said = {row.medium for row in rows}
    options += [Option(None, label, why_not=_("no address")) for code, label in labels.items() if code not in said]
    return options

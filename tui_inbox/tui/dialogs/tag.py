"""Tags of the chosen conversations: those there are, or a new one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_inbox.rows import TagRow
from tui_inbox.services import guests
from tui_inbox.tui.dialogs.chooser import Chooser, Option, narrowed
from tui_inbox.wording import N_, _

if TYPE_CHECKING:
    from tui_inbox.tui.screens.inbox_acts import InboxActs
COLOURS = {
    "red": N_("red"),
    "orange": N_("orange"),
    "yellow": N_("yellow"),
    "green": N_("green"),
    "cyan": N_("cyan"),
    "blue": N_("blue"),
    "magenta": N_("magenta"),
}


async def ask_tag(screen: InboxActs) -> dict[str, object] | None:
    """Puts a tag on, or takes it off where all chosen ones have it."""
    app, gateway = screen.desk_app, screen.gateway
    ids = screen.rows.chosen()
    known = await gateway.read(lambda tx: list(tx.tags.all()))
    worn = await gateway.read(lambda tx: [{tag.id for tag in tx.tags.of("conversation", id_)} for id_ in ids])
    on_all = set.intersection(*worn) if worn else set()
    options = [Option(tag, tag.name, _("on: Enter takes it off") if tag.id in on_all else "") for tag in known]
    among = narrowed(options)

    def find(text: str) -> Sequence[Option]:
        found = list(among(text))
        name = text.strip()
        if name and all(tag.name.casefold() != name.casefold() for tag in known):
            found.append(Option(name, _("new tag: {name}").format(name=name)))
        return found

    dialog = Chooser(app.ink, _("Which tag?"), options, find=find, typing=_("name of a tag"), lines=10)
    chosen = await app.push_screen_wait(dialog)
    if chosen is None:
        return None
    value = chosen.value
    if isinstance(value, TagRow):
        if value.id in on_all:
            await gateway.write(guests.untag, app.actor, "conversation", ids, value.name, app.now())
        else:
            await gateway.write(guests.tag, app.actor, "conversation", ids, value.name, value.colour, app.now())
    elif isinstance(value, str):
        name, colour = with_colour(value, len(known))
        await gateway.write(guests.tag, app.actor, "conversation", ids, name, colour, app.now())
    await screen.after_act()
    return {}


def with_colour(typed: str, known: int) -> tuple[str, str]:
    """``allergy red`` -> (``allergy``, ``red``); without a colour, the next one that is not the last."""
    name, _blank, last = typed.strip().rpartition(" ")
    wanted = next((code for code, words in COLOURS.items() if last.casefold() in (code, _(words).casefold())), None)
    if name and wanted:
        return name, wanted
    return typed.strip(), list(COLOURS)[known % len(COLOURS)]


async def ask_which(screen: InboxActs) -> dict[str, object] | None:
    """Only the conversations with one tag, on themselves or on their guest."""
    app = screen.desk_app
    known = await screen.gateway.read(lambda tx: list(tx.tags.all()))
    if not known:
        screen.say(_("no tag yet"))
        return None
    options = [Option(tag.name, tag.name) for tag in known]
    dialog = Chooser(
        app.ink, _("Only with which tag?"), options, find=narrowed(options), typing=_("name of a tag"), lines=10
    )
    chosen = await app.push_screen_wait(dialog)
    if chosen is not None and isinstance(chosen.value, str):
        screen.only_with_tag(chosen.value)
    return {}

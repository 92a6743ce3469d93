"""Who sits at a shared login."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_inbox.services import pins
from tui_inbox.services.desk import Actor
from tui_inbox.tui.dialogs.chooser import Chooser, Option
from tui_inbox.wording import _

if TYPE_CHECKING:
    from tui_inbox.tui.screens.inbox_acts import InboxActs


async def ask_who(screen: InboxActs) -> dict[str, object] | None:
    """Every act from now on carries the chosen name."""
    app = screen.desk_app
    people = app.session.people
    if not app.session.shared or len(people) < 2:
        screen.say(_("you are {name}").format(name=app.actor.name))
        return None
    options = [Option(one, one.name, _("you") if one.code == app.actor.code else "") for one in people.values()]
    chosen = await app.push_screen_wait(Chooser(app.ink, _("Who are you?"), options))
    if chosen is None or not isinstance(chosen.value, Actor):
        return None
    if chosen.value.code != app.actor.code and await screen.gateway.read(pins.needed, chosen.value.code):
        told = await app.push_screen_wait(Chooser(app.ink, _("Your PIN"), typing=_("PIN"), free=True, hidden=True))
        if told is None:
            return None
        await screen.gateway.read(pins.check, chosen.value.code, told.text.strip())
    await screen.answering.release()
    app.become(chosen.value)
    await screen.reload()
    await screen.reread()
    screen.say(_("you are {name}").format(name=app.actor.name))
    await screen.answering.resume()
    return {}


async def ask_pin(screen: InboxActs) -> dict[str, object] | None:
    """Set the PIN that «who am I» asks for from now on."""
    app = screen.desk_app
    question = _("New PIN, 4 to 12 signs; - takes it away")
    told = await app.push_screen_wait(Chooser(app.ink, question, typing=_("PIN"), free=True, hidden=True))
    if told is None:
        return None
    pin = told.text.strip()
    await screen.gateway.write(pins.put, app.actor, "" if pin == "-" else pin)
    screen.say(_("PIN kept"))
    return {}

"""Who sits at a shared login."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    await screen.answering.save()
    app.become(chosen.value)
    await screen.reload()
    screen.refresh_reading()
    screen.say(_("you are {name}").format(name=app.actor.name))
    return {}

"""Who sits at a shared login."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui_inbox.tui.dialogs.chooser import Chooser, Option
from tui_inbox.wording import _

if TYPE_CHECKING:
    from tui_inbox.tui.screens.inbox_acts import InboxActs


async def ask_who(screen: InboxActs) -> dict[str, object] | None:
    """Every act from now on carries the chosen name."""
    app = screen.desk_app
    desk = app.session.desk
    if not app.session.shared and len(desk.operators) < 2:
        screen.say(_("you are {name}").format(name=app.actor.name))
        return None
    options = [Option(code, name, _("now") if code == app.actor.code else "") for code, name in desk.operators.items()]
    chosen = await app.push_screen_wait(Chooser(app.ink, _("Who are you?"), options))
    if chosen is None:
        return None
    code = str(chosen.value)
    await screen.answering.save()
    app.become(replace(app.actor, code=code, name=desk.name_of(code)))
    await screen.reload()
    screen.refresh_reading()
    screen.say(_("you are {name}").format(name=app.actor.name))
    return {}

"""More guests at once than the hotel's setting: an administrator gives their name and PIN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_inbox.services import campaigns
from tui_inbox.services.campaigns import Summary
from tui_inbox.services.desk import Actor
from tui_inbox.tui.dialogs.chooser import Chooser, Option
from tui_inbox.wording import _, sentence

if TYPE_CHECKING:
    from tui_inbox.tui.screens.desk_screen import DeskScreen


async def ask_unlock(screen: DeskScreen, found: Summary) -> str:
    """The administrator's code; empty when nobody unlocked it. Raises ``Refused`` as ``campaigns.unlock``."""
    app = screen.desk_app
    params: dict[str, str | int] = {
        "count": found.chosen, "limit": found.limit or 0, "setting": campaigns.LIMIT_SETTING,
    }  # fmt: skip
    people = {**app.session.people, app.actor.code: app.actor}
    options: list[Option] = [Option(None, _("Go back"))]
    options += [
        Option(one, _("Unlocked by {name}").format(name=one.name)) for one in people.values() if one.role == "admin"
    ]
    chosen = await app.push_screen_wait(Chooser(app.ink, sentence("bulk_limit", params), options))
    admin = chosen.value if chosen is not None else None
    if not isinstance(admin, Actor):
        return ""
    question = _("PIN of {name}; Enter where there is none").format(name=admin.name)
    told = await app.push_screen_wait(
        Chooser(app.ink, question, [Option(True, _("Unlock"))], typing=_("PIN"), hidden=True)
    )
    if told is None:
        return ""
    code: str = await app.gateway.read(campaigns.unlock, app.actor, admin, told.text.strip())
    return code

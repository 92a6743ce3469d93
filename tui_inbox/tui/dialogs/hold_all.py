"""Everything that leaves by itself, held with a reason or let go after a question, the same from every screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_inbox.services import holding
from tui_inbox.services.holding import Hold
from tui_inbox.tui.dialogs.confirm import confirm
from tui_inbox.tui.dialogs.form import Field, Form, Values
from tui_inbox.wording import _

if TYPE_CHECKING:
    from tui_inbox.tui.screens.desk_screen import DeskScreen


async def hold_or_release(screen: DeskScreen, hold: Hold | None) -> str:
    """What was done, in words; empty when the person went back."""
    app = screen.desk_app
    if hold is not None:
        question = _("Release everything? What waited is checked again; what is too late is listed.")
        if not await confirm(screen, question, _("Release"), _("Keep held")):
            return ""
        await app.gateway.write(holding.release_all, app.actor)
        return _("released: each message is checked again first")

    async def save(values: Values) -> None:
        await app.gateway.write(holding.hold_all, app.actor, values["reason"], app.now())

    hint = _("“Water is off”: nothing leaves by itself until it is released.")
    fields = [Field("reason", _("why"), hint=hint)]
    held = await app.push_screen_wait(Form(app.ink, _("Hold everything that leaves by itself"), fields, save))
    return _("all is held") if held else ""

"""Another SMS budget for this month, and letting go what waited for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_inbox.domain.budget import Budget, Mark
from tui_inbox.services import sms_budget, sms_used
from tui_inbox.tui.dialogs.chooser import Chooser
from tui_inbox.tui.dialogs.confirm import confirm
from tui_inbox.wording import _, ngettext

if TYPE_CHECKING:
    from tui_inbox.tui.screens.desk_screen import DeskScreen


async def ask_budget(screen: DeskScreen, account: str) -> str:
    """What was done, in words; empty when the person went back. Raises ``Refused`` for who is no administrator."""
    app, gateway = screen.desk_app, screen.desk_app.gateway
    app.actor.require_admin()
    desk = app.session.desk
    limit = await gateway.read(sms_used.limit_of, desk, account, app.now())
    question = _("SMS parts that {account} may send this month; 0: no limit").format(account=account)
    told = await app.push_screen_wait(Chooser(app.ink, question, typing=_("parts"), free=True, text=str(limit)))
    if told is None:
        return ""
    waiting = await gateway.write(sms_budget.put_limit, desk, app.actor, account, told.text, app.now())
    limit = await gateway.read(sms_used.limit_of, desk, account, app.now())
    said = _("SMS budget of this month: {parts}").format(parts=limit or _("no limit"))
    if not waiting:
        return said
    question = ngettext(
        "{n} SMS waits for the budget. Release it?", "{n} SMS wait for the budget. Release them?", waiting
    )
    if not await confirm(screen, question, _("Release; each is checked again"), _("Let them wait")):
        return said
    gone, flagged = await gateway.write(sms_budget.release_held, desk, app.actor, account, app.now())
    parts = [said, ngettext("{n} released", "{n} released", gone)]
    if flagged:
        parts.append(
            ngettext("{n} came too late or may not go any more", "{n} came too late or may not go any more", flagged)
        )
    return "  ".join(parts)


def mark_words(account: str, budget: Budget, key: str) -> str:
    """What the bar says once."""
    if budget.mark is Mark.USED_UP:
        words = _("{account}: the month's SMS are used up ({used} of {budget}); {key} raises the budget")
    else:
        words = _("{account}: {percent} % of the month's SMS used ({used} of {budget}); {key} raises the budget")
    return words.format(account=account, used=budget.used, budget=budget.limit, percent=budget.percent, key=key)

"""The month's SMS of one account: used, budget, where it is heading, what the provider counts, what came in."""

from __future__ import annotations

from tui_inbox.domain.budget import Mark
from tui_inbox.services.sms_used import Month
from tui_inbox.tui.render import when
from tui_inbox.tui.render.columns import field
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.render.scene import Scene
from tui_inbox.wording import _, ngettext

WIDTH = 18


def budget_lines(scene: Scene, month: Month, key: str) -> list[list[Part]]:
    """``key`` changes the budget."""
    budget = month.budget
    lines: list[list[Part]] = [[], [(_("SMS this month, in parts").upper(), "muted")]]
    role = {Mark.NEAR: "bold soon", Mark.USED_UP: "bold urgent"}.get(budget.mark, "text")
    used = f"{budget.used}  {budget.percent} %" if budget.limit else str(budget.used)
    lines.append(field(_("used"), used, role, width=WIDTH))
    limit = str(budget.limit) if budget.limit else _("no limit")
    own = f"  {_('set for this month')}" if month.own else ""
    lines.append(field(_("budget"), f"{limit}{own}", width=WIDTH))
    if month.forecast is not None:
        over = bool(budget.limit) and month.forecast > budget.limit
        lines.append(field(_("by month's end"), f"~ {month.forecast}", "soon" if over else "text", width=WIDTH))
    lines.append(field(_("provider counts"), _vendor(scene, month), width=WIDTH))
    for row in month.incoming:
        price = f"{row.price} {row.currency}".strip() if row.price else ""
        lines.append(field(row.category, f"{row.count}  {price}".strip(), width=WIDTH))
    if month.waiting:
        words = ngettext("{n} SMS waits for it", "{n} SMS wait for it", month.waiting)
        lines.append([(words, "bold soon")])
    lines.append([(_("{key} changes the budget of this month").format(key=key), "info")])
    return lines


def _vendor(scene: Scene, month: Month) -> str:
    if month.vendor is None or month.vendor_at is None:
        return _("not asked yet")
    told = when.ago(month.vendor_at, scene.now, scene.zone)
    same = _("the same") if not month.apart else _("{n} apart").format(n=f"{month.apart:+d}")
    return f"{month.vendor}  {same}  {told}"

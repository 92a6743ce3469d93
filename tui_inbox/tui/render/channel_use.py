"""Beside a channel's account: what was sent with the vendor's templates, and where its vendor tells more."""

from __future__ import annotations

from collections.abc import Mapping

from tui_inbox.services import accounts
from tui_inbox.services.desk import AccountInfo
from tui_inbox.tui.render.columns import field
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.render.vendor_template import CATEGORIES
from tui_inbox.wording import _

TROUBLES = frozenset({accounts.ERROR, accounts.DISABLED, accounts.RESTRICTED})


def manager_lines(info: AccountInfo | None, state: str) -> list[list[Part]]:
    """While something is wrong: the vendor's own page about it."""
    if info is None or not info.manager or state not in TROUBLES:
        return []
    return [[(_("The provider's page about it: {link}").format(link=info.manager), "info")]]


def template_lines(used: Mapping[str, int], info: AccountInfo | None) -> list[list[Part]]:
    """Our own count of the month by category; what it cost stands at the vendor's."""
    if not used:
        return []
    lines: list[list[Part]] = [[], [(_("templates this month, our count").upper(), "muted")]]
    for category, count in sorted(used.items()):
        words = _(CATEGORIES.get(category, category)) if category else _("withdrawn since")
        lines.append(field(words, str(count), width=18))
    if info is not None and info.manager:
        lines.append([(_("What they cost stands at the provider: {link}").format(link=info.manager), "muted")])
    return lines

"""What every renderer needs to know beside the row: the moment, the zone, and how things are called here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from tui_inbox.rows import ConversationRow
from tui_inbox.tui.theme import Ink
from tui_inbox.wording import _


class Scene(Struct, frozen=True):
    now: datetime
    zone: ZoneInfo
    ink: Ink
    me: str
    """Code of the operator who looks."""
    operators: Mapping[str, str]
    channel: Callable[[str, str], tuple[str, str]]
    """(account, channel) -> (two letters, proper name)."""

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def operator(self, code: str) -> str:
        """The short name of a colleague: the first word, as one speaks of them."""
        name = self.operators.get(code, code)
        return name.split(" ")[0] if name else code


def guest_name(scene: Scene, row: ConversationRow) -> str:
    """Never blank: an unknown sender is named by channel and the end of the handle."""
    if row.guest:
        return row.guest
    mark, _label = scene.channel(row.account, row.channel)
    tail = row.handle[-3:]
    known = f"{mark} ..{tail}" if tail else mark
    return f"{_('Unknown client')} ({known})" if known else _("Unknown client")

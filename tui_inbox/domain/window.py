"""May free text be sent now? The clock of one own account and one guest handle decides, before any network call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from tui_inbox.domain.channel import ChannelTraits
from tui_inbox.domain.guest import Line


class Allowed(StrEnum):
    FREE = "free"
    TEMPLATE_ONLY = "template"
    READ_ONLY = "read_only"
    """The account only receives."""
    NONE = "none"
    """Nothing may be sent at all for now."""


class Verdict(NamedTuple):
    """What may be sent, until when, and the code of the reason when it is less than everything."""

    kind: Allowed
    until: datetime | None = None
    """When free text ends, or ended; None where no clock runs."""
    code: str = ""
    params: Mapping[str, str | int] = {}

    def allows(self, *, template: bool = False) -> bool:
        """May a message of this kind leave?"""
        return self.kind is Allowed.FREE or (template and self.kind is Allowed.TEMPLATE_ONLY)


def may_send(traits: ChannelTraits, line: Line | None, now: datetime, *, view_only: bool = False) -> Verdict:
    """The window rule: last inbound on this very line plus the channel's window; our own sends never extend it."""
    if view_only or not traits.can_send:
        return Verdict(Allowed.READ_ONLY, code="view_only")
    last = line.last_in_at if line else None
    if last is None:
        if traits.can_start and traits.free_window is None:
            return Verdict(Allowed.FREE)
        return Verdict(_beyond(traits), code="never_wrote")
    if traits.free_window is None:
        return Verdict(Allowed.FREE)
    until = last + traits.free_window
    if now < until:
        return Verdict(Allowed.FREE, until)
    hours = int(traits.free_window.total_seconds() // 3600)
    return Verdict(_beyond(traits), until, "window_closed", {"hours": hours})


def _beyond(traits: ChannelTraits) -> Allowed:
    return Allowed.TEMPLATE_ONLY if traits.templates_after_window else Allowed.NONE

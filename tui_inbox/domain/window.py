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
    HUMAN_ONLY = "human"
    """Only what a person typed (and typed now: nothing planned, no template)."""
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

    def allows(self, *, template: bool = False, human: bool = True) -> bool:
        """May a message of this kind leave? ``human``: a person typed it, to go now."""
        if template:
            return self.kind in (Allowed.FREE, Allowed.HUMAN_ONLY, Allowed.TEMPLATE_ONLY)
        return self.kind is Allowed.FREE or (human and self.kind is Allowed.HUMAN_ONLY)


def may_send(
    traits: ChannelTraits, line: Line | None, now: datetime, *, view_only: bool = False, planned: bool = False
) -> Verdict:
    """The window rule: last inbound on this very line plus the channel's window; our own sends never extend it.

    ``planned``: a rule of the hotel's sends it, which some channels take as its first word.
    """
    if view_only or not traits.can_send:
        return Verdict(Allowed.READ_ONLY, code="view_only")
    if line is not None and line.closed:
        return Verdict(Allowed.NONE, code=line.closed)
    if line is not None and line.open_until is not None and now >= line.open_until:
        return Verdict(Allowed.NONE, line.open_until, "vendor_closed")
    last = line.last_in_at if line else None
    if last is None:
        if traits.free_window is None and (traits.can_start or (planned and traits.planned_may_start)):
            return Verdict(Allowed.FREE, line.open_until if line else None)
        return Verdict(_beyond(traits), code="planned_first" if traits.planned_may_start else "never_wrote")
    if traits.free_window is None:
        return Verdict(Allowed.FREE, line.open_until if line else None)
    until = last + traits.free_window
    if now < until:
        return Verdict(Allowed.FREE, until)
    if traits.human_window is not None and now < last + traits.human_window:
        return Verdict(Allowed.HUMAN_ONLY, last + traits.human_window, "human_only")
    hours = int(traits.free_window.total_seconds() // 3600)
    return Verdict(_beyond(traits), until, "window_closed", {"hours": hours})


def later(traits: ChannelTraits, verdict: Verdict, now: datetime) -> Verdict:
    """The same verdict as it is now, some time after it was asked for: windows end while somebody types."""
    if verdict.until is None or now < verdict.until or verdict.kind not in (Allowed.FREE, Allowed.HUMAN_ONLY):
        return verdict
    if traits.free_window is None:
        return verdict._replace(kind=Allowed.NONE, code="vendor_closed")
    if verdict.kind is Allowed.FREE and traits.human_window is not None:
        until = verdict.until - traits.free_window + traits.human_window
        return later(traits, Verdict(Allowed.HUMAN_ONLY, until, "human_only"), now)
    hand = traits.human_window if verdict.kind is Allowed.HUMAN_ONLY else None
    until = verdict.until - hand + traits.free_window if hand is not None else verdict.until
    hours = int(traits.free_window.total_seconds() // 3600)
    return Verdict(_beyond(traits), until, "window_closed", {"hours": hours})


def _beyond(traits: ChannelTraits) -> Allowed:
    return Allowed.TEMPLATE_ONLY if traits.templates_after_window else Allowed.NONE

"""A message on its way out: its state as a sign and a word, and what it says of itself."""

from __future__ import annotations

from tui_inbox.domain.message import MessageClass, Origin
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.rows import OutboxRow
from tui_inbox.tui.render import when
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.render.scene import Scene
from tui_inbox.wording import N_, _

STATES = {
    OutboxState.HELD: N_("held"),
    OutboxState.QUEUED: N_("waits"),
    OutboxState.CLAIMED: N_("waits"),
    OutboxState.INFLIGHT: N_("leaving"),
    OutboxState.RETRY_WAIT: N_("retries"),
    OutboxState.ACCEPTED: N_("sent"),
    OutboxState.DELIVERED: N_("delivered"),
    OutboxState.READ: N_("read"),
    OutboxState.FAILED: N_("failed"),
    OutboxState.EXPIRED: N_("too late"),
    OutboxState.UNKNOWN: N_("looked up"),
    OutboxState.NEEDS_OPERATOR: N_("unknown"),
    OutboxState.CANCELLED: N_("called off"),
}
ORIGINS = {
    Origin.MANUAL: N_("by hand"),
    Origin.SCHEDULED: N_("scheduled"),
    Origin.BOOKING: N_("booking"),
    Origin.CAMPAIGN: N_("campaign"),
    Origin.BOT: N_("bot"),
    Origin.ELSEWHERE: N_("elsewhere"),
    Origin.GUEST: N_("guest"),
}
CLASSES = {MessageClass.TRANSACTIONAL: N_("service"), MessageClass.MARKETING: N_("marketing")}
_URGENT = frozenset({OutboxState.FAILED, OutboxState.EXPIRED})
_SOON = frozenset({OutboxState.UNKNOWN, OutboxState.NEEDS_OPERATOR})


def state_part(scene: Scene, row: OutboxRow) -> Part:
    """The sign carries the meaning also without colour."""
    marks = scene.ink.marks
    word = _("planned") if is_planned(scene, row) else _(STATES[row.state])
    if row.state in _URGENT:
        return (f"! {word}", "bold urgent")
    if row.state in _SOON:
        return (f"? {word}", "bold soon")
    if row.state in (OutboxState.DELIVERED, OutboxState.READ):
        sign = marks.read if row.state is OutboxState.READ else marks.delivered
        return (f"{sign} {word}", "bold ok" if row.state is OutboxState.READ else "ok")
    sign = marks.sent if row.state is OutboxState.ACCEPTED else marks.dot
    return (f"{sign} {word}", "muted" if row.state is OutboxState.ACCEPTED else "text")


def is_planned(scene: Scene, row: OutboxRow) -> bool:
    """Held for a time that a person chose, not for the seconds of taking back."""
    return row.state is OutboxState.HELD and row.scheduled and row.not_before is not None


def guest_words(scene: Scene, row: OutboxRow) -> str:
    """Never blank: an unknown guest is named by the address."""
    return row.guest or f"{_('Unknown client')} ..{row.address[-3:]}"


def author_words(scene: Scene, row: OutboxRow) -> str:
    return scene.operator(row.created_by) if row.created_by else _(ORIGINS.get(row.origin, row.origin.value))


def next_time(scene: Scene, row: OutboxRow) -> str:
    """When it goes, or goes again; empty when no time is set. A far date means that a person must send it."""
    at = row.not_before
    if at is None or at.year >= 9999 or row.state not in (OutboxState.HELD, OutboxState.RETRY_WAIT):
        return ""
    return when.ahead(at, scene.now, scene.zone) if at > scene.now else _("at once")

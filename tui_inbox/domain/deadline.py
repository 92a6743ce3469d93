"""One order over all clocks that run against the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from tui_inbox.domain.channel import ChannelTraits
from tui_inbox.domain.conversation import Conversation, DeadlineKind, State
from tui_inbox.domain.guest import Line

URGENT = timedelta(hours=1)
SOON = timedelta(hours=4)
WARNING = timedelta(hours=2)
"""Before a vendor's mark everybody is told: there is still time to answer, or to say that nobody needs to."""


class Urgency(StrEnum):
    NONE = ""
    """No clock runs."""
    LATER = "later"
    SOON = "soon"
    """Under four hours."""
    URGENT = "urgent"
    """Under one hour."""
    OVER = "over"
    """Too late already."""


class Deadline(NamedTuple):
    at: datetime | None = None
    kind: DeadlineKind = DeadlineKind.NONE


def deadline_of(
    conversation: Conversation,
    clocks: Sequence[tuple[Line, ChannelTraits]],
    promised_at: datetime | None = None,
) -> Deadline:
    """The earliest clock of this conversation.

    A free-text window counts while the guest waits. A vendor's reply mark belongs to its own line: an answer by
    another channel does not stop it, an answer on the line or «no reply needed» does. A promise always counts. Where
    the vendor takes nothing any more, no clock of its own runs.
    """
    if conversation.state is State.SPAM:
        return Deadline()
    found: list[tuple[datetime, DeadlineKind]] = []
    if promised_at is not None:
        found.append((promised_at, DeadlineKind.CALLBACK))
    for line, traits in clocks:
        if line.last_in_at is None or line.closed:
            continue
        if line.reply_by is not None and not conversation.no_reply_needed and _owes(line):
            found.append((line.reply_by, DeadlineKind.REPLY_MARK))
        if traits.reply_mark is not None and not conversation.no_reply_needed and _owes(line):
            found.append((line.last_in_at + traits.reply_mark, DeadlineKind.REPLY_MARK))
        if traits.free_window is not None and conversation.unanswered and _owes(line):
            # Where a person may still write after it, that is the clock which runs against the desk.
            found.append((line.last_in_at + (traits.human_window or traits.free_window), DeadlineKind.WINDOW))
    return Deadline(*min(found)) if found else Deadline()


def _owes(line: Line) -> bool:
    return line.last_in_at is not None and (line.last_out_at is None or line.last_out_at < line.last_in_at)


def urgency(deadline: datetime | None, now: datetime) -> Urgency:
    """How a clock is shown: the words change with the colour."""
    if deadline is None:
        return Urgency.NONE
    left = deadline - now
    if left <= timedelta(0):
        return Urgency.OVER
    if left < URGENT:
        return Urgency.URGENT
    return Urgency.SOON if left < SOON else Urgency.LATER


def order(deadline: datetime | None, wake_at: datetime | None) -> tuple[bool, float]:
    """Sort key over clocks and snoozes: what comes first needs work first, rows without a clock come last."""
    times = [at.timestamp() for at in (deadline, wake_at) if at is not None]
    return (False, min(times)) if times else (True, 0.0)

"""What happened, in words: times by the hotel's clock, with the day only where it is another one."""

from __future__ import annotations

from datetime import UTC, datetime

from tui_inbox.rows import EventRow, Thread
from tui_inbox.tui.render import when
from tui_inbox.tui.render.scene import Scene
from tui_inbox.wording import _, sentence


def event_words(scene: Scene, event: EventRow) -> str:
    """One line; a code that has no sentence is shown as itself."""
    who = scene.operator(event.actor) if event.actor else ""
    params = {key: _worded(scene, event, key, value) for key, value in event.params.items()}
    words = sentence(f"event.{event.code}", {**params, "name": who, "by": who})
    return str(event.code).replace("_", " ") if words.startswith("event.") else words


def _worded(scene: Scene, event: EventRow, key: str, value: str | int) -> str | int:
    if key in ("channel", "medium"):
        return scene.channel("", str(value))[1]
    if not key.endswith("_at") or not isinstance(value, int):
        return value
    at = datetime.fromtimestamp(value, UTC)
    day = at.astimezone(scene.zone).date()
    time = when.clock(at, scene.zone)
    return time if day == event.at.astimezone(scene.zone).date() else f"{when.short_day(day)} {time}"


def closed_words(scene: Scene, thread: Thread) -> str:
    """Closed 12:05 by Ana."""
    row = thread.conversation
    assert row.state_at is not None
    time = when.ahead(row.state_at, scene.now, scene.zone)
    if row.state_at.astimezone(scene.zone).date() == scene.today:
        time = when.clock(row.state_at, scene.zone)
    if not row.state_by:
        return _("closed {time}").format(time=time)
    return _("closed {time} by {name}").format(time=time, name=scene.operator(row.state_by))

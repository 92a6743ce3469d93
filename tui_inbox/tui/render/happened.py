"""What happened, in words: times by the hotel's clock, with the day only where it is another one."""

from __future__ import annotations

from datetime import UTC, datetime

from tui_inbox.rows import EventRow
from tui_inbox.tui.render import when
from tui_inbox.tui.render.scene import Scene
from tui_inbox.wording import sentence


def event_words(scene: Scene, event: EventRow) -> str:
    """One line; a code that has no sentence is shown as itself."""
    who = scene.operator(event.actor) if event.actor else ""
    params = {key: _worded(scene, event, key, value) for key, value in event.params.items()}
    words = sentence(f"event.{event.code}", {**params, "name": who, "by": who})
    return str(event.code).replace("_", " ") if words.startswith("event.") else words


def _worded(scene: Scene, event: EventRow, key: str, value: str | int) -> str | int:
    if key == "channel":
        return scene.channel("", str(value))[1]
    if not key.endswith("_at") or not isinstance(value, int):
        return value
    at = datetime.fromtimestamp(value, UTC)
    day = at.astimezone(scene.zone).date()
    time = when.clock(at, scene.zone)
    return time if day == event.at.astimezone(scene.zone).date() else f"{when.short_day(day)} {time}"

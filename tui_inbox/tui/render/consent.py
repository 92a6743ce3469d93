"""What a guest allowed and what they stopped, in words: who said so, when, and how it is known."""

from __future__ import annotations

from tui_inbox.domain.guest import Line
from tui_inbox.domain.message import MessageClass
from tui_inbox.rows import ConsentRow
from tui_inbox.tui.render import when
from tui_inbox.tui.render.scene import Scene
from tui_inbox.tui.render.sending import CLASSES
from tui_inbox.wording import _, labelled, sentence


def topic_words(consent: ConsentRow) -> str:
    return _(CLASSES[MessageClass(consent.topic)])


def state_words(scene: Scene, consent: ConsentRow) -> tuple[str, str]:
    """With its sign, and the role that shows it."""
    marks = scene.ink.marks
    return (f"{marks.yes} {_('allowed')}", "ok") if consent.allowed else (f"{marks.no} {_('off')}", "bold urgent")


def said_by(scene: Scene, consent: ConsentRow) -> str:
    """When, who and how; empty where nobody ever said anything."""
    if consent.at is None:
        return ""
    who = scene.operator(consent.by) if consent.by else _("the guest")
    parts = (when.ago(consent.at, scene.now, scene.zone), who, source_words(consent.source))
    return " ".join(part for part in parts if part)


def source_words(source: str) -> str:
    """A way that the program knows in its words, what an operator typed as it is."""
    words = sentence(f"source.{source}") if source else ""
    return source if words == f"source.{source}" else words


def stop_words(scene: Scene, line: Line) -> str:
    """The guest's own word and the provider's opt-out are two things: only the guest ends either."""
    _mark, label = scene.channel(line.account, line.channel)
    if line.stop_source == "provider":
        return _("{channel} blocked by the provider (opt-out)").format(channel=label)
    words = _("STOP on {channel}").format(channel=label)
    return labelled(words, line.stop_word) if line.stop_word and line.stop_word.upper() != "STOP" else words

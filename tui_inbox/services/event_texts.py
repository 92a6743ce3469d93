"""One booking message as its editor has it: its switches and its texts in every language, saved as one act."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tui_inbox.domain.booking import BookingEvent, EventMessage
from tui_inbox.domain.event import Code, Event
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services import templates
from tui_inbox.services.booking_messages import put_setting, settings
from tui_inbox.services.booking_texts import guest_texts
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.undo import EventStep, Step, TextStep, write_events


def own_name(event: BookingEvent) -> str:
    """What the hotel's own text is called when it begins with ours."""
    return guest_texts(event)[0].name


def says(template: Template) -> tuple[object, ...]:
    """What is written in these editors."""
    return template.subject, template.body, dict(template.forms)


def save(
    tx: Transaction,
    desk: Desk,
    actor: Actor,
    event: BookingEvent,
    setting: EventMessage,
    texts: Sequence[Template],
    now: datetime,
) -> None:
    """Texts that were changed, and the switches. Raises ``Refused`` for the first fault; nothing is stored then.

    Once a text differs from the one that comes with the program, the hotel's own is sent in every language: those that
    were not touched are kept as they came.
    """
    before = settings(tx)[event]
    steps: list[Step] = []
    if not setting.template and _differ(texts, guest_texts(event)):
        written = {text.language: text for text in [*guest_texts(event), *texts]}
        texts = [text._replace(name=own_name(event)) for text in written.values()]
        setting = setting._replace(template=own_name(event))
    elif not setting.template:
        texts = []
    for text in texts:
        known = tx.templates.named(TemplateKind.REMINDER, text.name)
        stored = next((one for one in known if one.language == text.language), None)
        if stored is not None and says(stored) == says(text):
            continue
        text = (stored or text)._replace(subject=text.subject, body=text.body, forms=text.forms)
        saved = templates.save(tx, desk, actor, text, now)
        steps.append(TextStep(stored, saved))
    put_setting(tx, desk, actor, event, setting)
    after = settings(tx)[event]
    if after != before:
        steps.append(EventStep(event, before, after))
    if steps:
        note = Event(0, now, Code.BOOKING_TEXT, actor.code, params={"event": event.value})
        write_events(tx, [note], steps)


def _differ(texts: Sequence[Template], ours: Sequence[Template]) -> bool:
    known = {text.language: says(text) for text in ours}
    return any(says(text) != known.get(text.language) for text in texts)

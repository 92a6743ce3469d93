"""A template for one guest in the form that a channel shows: the one way from a text to what is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from tui_inbox.domain.channel import ChannelTraits
from tui_inbox.domain.design import is_designed, plain
from tui_inbox.domain.design_html import html
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.reservation import Reservation
from tui_inbox.domain.template import Problem, Rendered, Template, TemplateKind, render
from tui_inbox.domain.template_parts import named
from tui_inbox.ports.store import Transaction
from tui_inbox.services.design import designed
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.variables import allowed, fields, required, values_of, with_texts

NUMBERED = re.compile(r"\{\{\s*(\w+)\s*\}\}")
"""A place in a vendor's template."""


def rendered_for(
    tx: Transaction,
    desk: Desk,
    template: Template,
    guest: Guest,
    stay: Reservation | None,
    channel: str,
    now: datetime,
    actor: Actor | None = None,
    extra: Mapping[str, str] = {},
) -> Rendered:
    """What this guest reads on ``channel`` (its code; empty: as written), and its subject; never sent with problems.

    ``extra`` are values that only the occasion knows (old dates, a note), by variable name.
    """
    desk = with_texts(tx, desk)
    own = template.forms.get(channel, "")
    rendered = filled(desk, template._replace(body=own or template.body), guest, stay, now, actor, extra)
    subject = filled(desk, template._replace(body=template.subject), guest, stay, now, actor, extra)
    rendered = rendered._replace(
        subject=subject.text if template.subject else "",
        problems=rendered.problems + (subject.problems if template.subject else ()),
    )
    traits = traits_of(desk, channel)
    if traits is None or template.kind is TemplateKind.WHATSAPP:
        return rendered
    return shown_on(rendered, traits, template.language)


def shown_on(rendered: Rendered, traits: ChannelTraits, language: str) -> Rendered:
    """The same as this channel can show it: a mail with its design if it has any, everything else as plain text."""
    nodes = designed(rendered.source, rendered.values)
    text = plain(nodes)
    if traits.has_subject and "plain_text_only" not in traits.content_rules:
        page = html(nodes, rendered.subject, language) if is_designed(nodes) else ""
        return rendered._replace(text=text.text, html=page)
    return rendered._replace(text=text.text, pictures=text.pictures)


def filled(
    desk: Desk,
    template: Template,
    guest: Guest,
    stay: Reservation | None,
    now: datetime,
    actor: Actor | None = None,
    extra: Mapping[str, str] = {},
) -> Rendered:
    """The text as it is written, with its values."""
    values = {**values_of(desk, guest, stay, template.language, now, actor), **extra}
    asked = fields()
    names = (*allowed(template.kind, desk, template.event), *(name for name in extra if name not in asked))
    if template.kind is not TemplateKind.WHATSAPP:
        return render(template.body, values, names, required(template.kind), asked)
    template = named(template)
    unmapped = [number for number in NUMBERED.findall(template.body) if not template.mapping.get(number)]
    body = NUMBERED.sub(lambda match: _named(match, template), template.body)
    # A vendor's text cannot lose a line: every place needs its value.
    rendered = render(body, values, names, set(names))
    problems = (*rendered.problems, *(Problem("unmapped_variable", number) for number in dict.fromkeys(unmapped)))
    return rendered._replace(problems=problems)


def _named(match: re.Match[str], template: Template) -> str:
    name = template.mapping.get(match.group(1))
    return f"##{{{{{name}}}}}" if name else match.group()


def traits_of(desk: Desk, channel: str) -> ChannelTraits | None:
    """Of the first account that serves this channel."""
    return next((info.channels[channel] for info in desk.accounts.values() if channel in info.channels), None)

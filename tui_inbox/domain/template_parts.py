"""The parts of a vendor's template as the one text that the desk sees and edits, and back.

The header is the first line between ``*``, the footer the last between ``_``, and each button a line of its own at
the end: ``[Label]`` answers at once, ``[Label] https://...`` opens a page, ``[Label] +33...`` calls.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from tui_inbox.domain.template import Template, variables

LONGEST_EDGE = 60
"""Characters of a header or a footer, at WhatsApp."""
_SAMPLES = {
    "first_name": "Claire",
    "last_name": "Martin",
    "booking_number": "AB1234",
    "operator": "Ana",
    "name": "Claire Martin",
    "room": "204",
    "room_type": "Double",
    "arrival": "24/11/2026",
    "departure": "26/11/2026",
    "adults": "2",
    "nights": "2",
    "children": "1",
    "wifi": "Lumiere-Guests",
    "sms_number": "+33123456789",
    "whatsapp_number": "+33123456789",
    "email_address": "desk@hotel.example",
    "hotel": "Hôtel Lumière",
    "today": "22/11/2026",
}
"""What reviewers are shown in place of a variable."""
_LINE = re.compile(r"\[([^\[\]\n]{1,60})\](?:[ \t]+(\S+))?")
_HEADER = re.compile(r"\*[^*]{1,80}\*")
_PLACE = re.compile(r"(?:##)?\{\{\s*(\w+)\s*\}\}")
_OURS = re.compile(r"##\{\{\s*(\w+)\s*\}\}")
_FOOTER = re.compile(rf"_.{{1,{LONGEST_EDGE}}}_")


class Action(StrEnum):
    REPLY = "reply"
    LINK = "link"
    CALL = "call"


class Button(NamedTuple):
    label: str
    target: str = ""
    """An address, a number, or nothing: then its label is the answer."""

    @property
    def action(self) -> Action:
        if not self.target:
            return Action.REPLY
        return Action.CALL if self.target.startswith("+") else Action.LINK


class TemplateParts(NamedTuple):
    body: str
    header: str = ""
    footer: str = ""
    buttons: tuple[Button, ...] = ()


def button(line: str) -> Button | None:
    """The button that a line stands for."""
    match = _LINE.fullmatch(line.strip())
    return Button(match[1].strip(), match[2] or "") if match else None


def button_line(one: Button) -> str:
    return f"[{one.label}] {one.target}".rstrip()


def parted(text: str) -> TemplateParts:
    """Take a text apart; what is no part of its own belongs to the body."""
    lines = text.strip().split("\n")
    buttons: list[Button] = []
    while lines:
        found = button(lines[-1])
        if found is None and lines[-1].strip():
            break
        lines.pop()
        if found is not None:
            buttons.insert(0, found)
    header = footer = ""
    if len(lines) > 1 and _FOOTER.fullmatch(lines[-1]) and not lines[-2].strip():
        footer = lines.pop()[1:-1]
    if len(lines) > 1 and _HEADER.fullmatch(lines[0]) and not lines[1].strip():
        header = lines.pop(0)[1:-1]
    return TemplateParts("\n".join(lines).strip(), header, footer, tuple(buttons))


def joined(parts: TemplateParts) -> str:
    """Put a text together; ``parted`` takes it apart again."""
    blocks = [
        f"*{parts.header}*" if parts.header else "",
        parts.body.strip(),
        f"_{parts.footer}_" if parts.footer else "",
        "\n".join(button_line(one) for one in parts.buttons),
    ]
    return "\n\n".join(block for block in blocks if block)


def named(template: Template) -> Template:
    """With our ``##{{name}}`` as the vendor's ``{{name}}``, each filled by the variable of that name."""
    ours = {name: name for name in variables(template.body)}
    body = _OURS.sub(r"{{\1}}", template.body).strip()
    return template._replace(body=body, mapping={**ours, **template.mapping})


def numbered(body: str, mapping: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The text with every variable as ``{{1}}``, ``{{2}}`` ... in the order in which they come, and what fills each.

    A variable of ours (``##{{name}}``) and a vendor's place that it fills become one.
    """
    order: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        place = match.group(1)
        name = place if match.group().startswith("##") else mapping.get(place, "" if place.isdigit() else place)
        return f"{{{{{order.setdefault(name or f'{{{place}}}', str(len(order) + 1))}}}}}"

    text = _PLACE.sub(number, body)
    return text, {place: "" if name.startswith("{") else name for name, place in order.items()}


def sample(place: str, mapping: Mapping[str, str]) -> str:
    """What a reviewer reads in a place."""
    name = mapping.get(place) or place
    return _SAMPLES.get(name, name.replace("_", " "))

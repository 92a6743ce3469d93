"""Templates between Meta's components and the one text that the desk sees and edits.

``domain.template_parts`` says how that text is written. Variables of header and buttons are told from those of the
body by their names: ``{{header_1}}``, ``{{button_0}}``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from tui_inbox.domain.errors import Refused
from tui_inbox.domain.template import Approval, Template, TemplateKind
from tui_inbox.domain.template_parts import LONGEST_EDGE, Action, Button, parted, sample

FIELDS = "id,name,status,category,language,components,parameter_format,quality_score,rejected_reason,correct_category"
LONGEST_BODY, LONGEST_LABEL, MOST_BUTTONS = 1024, 25, 10
CATEGORIES = ("utility", "marketing")
_GONE = ("PENDING_DELETION", "DELETED", "ARCHIVED")
_STATES: Mapping[str, Approval] = {
    "APPROVED": Approval.APPROVED,
    "REINSTATED": Approval.APPROVED,
    "FLAGGED": Approval.APPROVED,
    "PENDING": Approval.SUBMITTED,
    "IN_APPEAL": Approval.SUBMITTED,
    "REJECTED": Approval.REJECTED,
    "PAUSED": Approval.PAUSED,
    "DISABLED": Approval.PAUSED,
    "LOCKED": Approval.PAUSED,
    "LIMIT_EXCEEDED": Approval.PAUSED,
}
_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_SLUG = re.compile(r"[^a-z0-9]+")


class ListedButton(Struct):
    type: str | None = None
    text: str | None = None
    url: str | None = None
    phone_number: str | None = None


class Component(Struct):
    type: str | None = None
    format: str | None = None
    text: str | None = None
    buttons: list[ListedButton] | None = None
    example: dict[str, Any] | None = None


class Quality(Struct):
    score: str | None = None


class Listed(Struct):
    id: str | int
    name: str
    language: str | None = None
    status: str | None = None
    category: str | None = None
    components: list[Component] | None = None
    quality_score: Quality | str | None = None
    rejected_reason: str | None = None
    correct_category: str | None = None


class Submitted(Struct):
    id: str | int | None = None
    status: str | None = None
    category: str | None = None


def template(item: Listed, account: str) -> Template | None:
    """One of Meta's list; None for one that is gone or going."""
    status = (item.status or "").upper()
    if status in _GONE:
        return None
    components = item.components or []
    body = shown(components)
    return Template(
        id=0,
        kind=TemplateKind.WHATSAPP,
        name=item.name,
        language=item.language or "",
        body=body,
        category=(item.category or "").lower(),
        account=account,
        vendor_id=vendor_id(item.id, item.language or "", item.name),
        approval=_STATES.get(status, Approval.NONE),
        approval_reason=_reason(item, status),
        quality=_quality(item),
        mapping=_mapping(body, components),
    )


def vendor_id(id_: str | int, language: str, name: str) -> str:
    """Meta sends by name and language, edits and deletes by id: ours holds all three."""
    return f"{id_}:{language}:{name}"


def state_of(status: str | None) -> Approval:
    return _STATES.get((status or "").upper(), Approval.SUBMITTED)


def shown(components: Sequence[Component]) -> str:
    """The one text."""
    parts: dict[str, list[str]] = {"HEADER": [], "BODY": [], "FOOTER": [], "BUTTONS": []}
    for component in components:
        lines = parts.get((component.type or "").upper())
        if lines is not None:
            lines.extend(_shown_lines(component))
    return "\n\n".join("\n".join(lines) for lines in parts.values() if lines)


def _shown_lines(component: Component) -> Iterator[str]:
    match (component.type or "").upper():
        case "HEADER" if (component.format or "TEXT").upper() == "TEXT":
            yield f"*{_PLACE.sub(lambda match: f'{{{{header_{match.group(1)}}}}}', component.text or '')}*"
        case "HEADER":
            yield f"*[{(component.format or '').lower()}]*"
        case "BODY" if component.text:
            yield component.text
        case "FOOTER" if component.text:
            yield f"_{component.text}_"
        case "BUTTONS":
            for index, button in enumerate(component.buttons or []):
                target = _PLACE.sub(f"{{{{button_{index}}}}}", button.url or button.phone_number or "")
                yield f"[{button.text or ''}] {target}".rstrip()


def _mapping(body: str, components: Sequence[Component]) -> dict[str, str]:
    """A variable's name, or a sample that looks like one, is offered as ours."""
    examples = next((c.example for c in components if (c.type or "").upper() == "BODY" and c.example), {})
    rows = examples.get("body_text")
    first = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], list) else []
    samples = {str(number): str(sample) for number, sample in enumerate(first, 1)}
    found = {}
    for key in _PLACE.findall(body):
        guess = samples.get(key, "") if key.isdigit() else key
        found[key] = guess if re.fullmatch(r"(?!header_|button_)[a-z][a-z_]*", guess) else ""
    return found


def _reason(item: Listed, status: str) -> str:
    """Meta's own words in capitals: why it was rejected or stopped, or another category to come."""
    rejected = item.rejected_reason if item.rejected_reason not in (None, "NONE", "") else ""
    parts = [rejected if status == "REJECTED" else "", status if _STATES.get(status) is Approval.PAUSED else ""]
    if item.correct_category and item.correct_category != item.category:
        parts.append(f"CORRECT_CATEGORY {item.correct_category}")
    return ", ".join(part for part in parts if part)


def _quality(item: Listed) -> str:
    """GREEN, YELLOW or RED; nothing where Meta does not know yet."""
    said = item.quality_score.score if isinstance(item.quality_score, Quality) else item.quality_score
    return said if said in ("GREEN", "YELLOW", "RED") else ""


def slug(name: str) -> str:
    """The name as Meta takes it: small letters, digits and underscores."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return _SLUG.sub("_", plain).strip("_")[:512]


def definition(template: Template) -> dict[str, Any]:
    """What is posted for review. Raises ``Refused`` where Meta's written rules already say no."""
    name = slug(template.name)
    if not name:
        raise Refused("template_name", limit=512)
    if template.category not in CATEGORIES:
        raise Refused("template_category")
    header, body, footer, buttons = _parts(template.body)
    named = _checked(body)
    components: list[dict[str, Any]] = []
    if header:
        components.append(_header(header, template.mapping, named=named))
    components.append(_body(body, template.mapping, named=named))
    if footer:
        components.append({"type": "FOOTER", "text": footer})
    if buttons:
        components.append({"type": "BUTTONS", "buttons": [_button(one, template.mapping) for one in buttons]})
    return {
        "name": name,
        "language": template.language.replace("-", "_"),
        "category": template.category.upper(),
        "parameter_format": "NAMED" if named else "POSITIONAL",
        "components": components,
    }


def _parts(text: str) -> tuple[str, str, str, tuple[Button, ...]]:
    parts = parted(text)
    if len(parts.buttons) > MOST_BUTTONS:
        raise Refused("template_buttons", limit=MOST_BUTTONS)
    return parts.header, parts.body, parts.footer, parts.buttons


def _checked(body: str) -> bool:
    """Are the variables named? Raises ``Refused`` for a body that Meta refuses unread."""
    if not body:
        raise Refused("template_empty")
    if len(body) > LONGEST_BODY:
        raise Refused("template_long", limit=LONGEST_BODY)
    if _PLACE.match(body) or ((found := list(_PLACE.finditer(body))) and found[-1].end() == len(body)):
        raise Refused("template_edge")
    if "{{" in _PLACE.sub("", body) or "}}" in _PLACE.sub("", body):
        raise Refused("template_form")
    places = list(dict.fromkeys(_PLACE.findall(body)))
    numbered = [place for place in places if place.isdigit()]
    if numbered and len(numbered) != len(places):
        raise Refused("template_mixed")
    if numbered and sorted(map(int, numbered)) != list(range(1, len(numbered) + 1)):
        raise Refused("template_order")
    if not numbered and any(not re.fullmatch(r"[a-z][a-z0-9_]*", place) for place in places):
        raise Refused("template_form")
    return bool(places) and not numbered


def _header(text: str, mapping: Mapping[str, str], *, named: bool) -> dict[str, Any]:
    places = _PLACE.findall(text)
    if len(places) > 1 or text.startswith("["):
        raise Refused("template_header")
    plain = _PLACE.sub(lambda match: f"{{{{{match.group(1).removeprefix('header_')}}}}}", text)
    if len(plain) > LONGEST_EDGE:
        raise Refused("template_header")
    found: dict[str, Any] = {"type": "HEADER", "format": "TEXT", "text": plain}
    if places:
        key, shown_as = places[0].removeprefix("header_"), sample(places[0], mapping)
        shape = [{"param_name": key, "example": shown_as}] if named else [shown_as]
        found["example"] = {"header_text_named_params" if named else "header_text": shape}
    return found


def _body(text: str, mapping: Mapping[str, str], *, named: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "BODY", "text": text}
    places = list(dict.fromkeys(_PLACE.findall(text)))
    if named:
        samples = [{"param_name": place, "example": sample(place, mapping)} for place in places]
        found["example"] = {"body_text_named_params": samples}
    elif places:
        found["example"] = {"body_text": [[sample(place, mapping) for place in sorted(places, key=int)]]}
    return found


def _button(button: Button, mapping: Mapping[str, str]) -> dict[str, Any]:
    label, target = button.label, button.target
    if len(label) > LONGEST_LABEL:
        raise Refused("template_button", limit=LONGEST_LABEL)
    if button.action is Action.REPLY:
        return {"type": "QUICK_REPLY", "text": label}
    if button.action is Action.CALL:
        return {"type": "PHONE_NUMBER", "text": label, "phone_number": target}
    if not target.startswith("https://"):
        raise Refused("template_button", limit=LONGEST_LABEL)
    places = _PLACE.findall(target)
    found: dict[str, Any] = {"type": "URL", "text": label, "url": _PLACE.sub("{{1}}", target)}
    if places:
        found["example"] = [_PLACE.sub(lambda match: sample(match.group(1), mapping), target)]
    return found

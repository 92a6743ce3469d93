"""UTILITY templates of Messenger: the one way to a guest after the window, listed, given in and taken back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from adapters._json import decoded
from adapters.meta import wire
from adapters.meta.graph import Graph
from tui_inbox.domain.errors import AcceptedWithoutId, Malformed, NotSent, Refused
from tui_inbox.domain.outbox import Outgoing
from tui_inbox.domain.template import Approval, Template, TemplateKind
from tui_inbox.domain.template_parts import named as ours_named

EDGE = "message_templates"
_NAME = re.compile(r"[a-z0-9_]{1,512}")
_VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]{1,100})\s*\}\}")
_STATES = {
    "APPROVED": Approval.APPROVED,
    "PENDING": Approval.SUBMITTED,
    "IN_APPEAL": Approval.SUBMITTED,
    "REJECTED": Approval.REJECTED,
    "PAUSED": Approval.PAUSED,
    "DISABLED": Approval.PAUSED,
    "LIMIT_EXCEEDED": Approval.PAUSED,
}


class Component(Struct):
    type: str | None = None
    text: str | None = None


class Listed(Struct):
    name: str
    language: str | None = None
    status: str | None = None
    category: str | None = None
    rejected_reason: str | None = None
    components: list[Component] | None = None


class Submitted(Struct):
    id: wire.Id = None
    status: str | None = None


def listed(graph: Graph, page_id: str, account: str) -> Sequence[Template]:
    """Every template of the Page with what Meta says of it. Raises ``ChannelError``."""
    asked = "name,status,category,language,components,rejected_reason"
    found: list[Template] = []
    for raw in graph.pages(page_id, EDGE, fields=asked, limit="100"):
        try:
            found.append(_template(decoded(bytes(raw), Listed), account))
        except Malformed:
            continue  # One strange template must not hide the others.
    return found


def submit(graph: Graph, page_id: str, template: Template) -> Template:
    """Give it to Meta, which approves within seconds or looks at it. Raises ``Refused``, ``ChannelError``."""
    template = ours_named(template)
    if not _NAME.fullmatch(template.name):
        raise Refused("template_name_letters", name=template.name)
    body: dict[str, object] = {"type": "BODY", "text": template.body}
    names = variables(template.body)
    named = not all(name.isdigit() for name in names)
    if names:
        samples = [template.mapping.get(name) or name for name in names]
        body["example"] = (
            {"body_text_named_params": [{"param_name": n, "example": s} for n, s in zip(names, samples, strict=True)]}
            if named
            else {"body_text": [samples]}
        )
    asked = {
        "name": template.name,
        "language": template.language,
        "category": "UTILITY",
        "parameter_format": "NAMED" if named else "POSITIONAL",
        "components": [body],
    }
    answer = graph.post(asked, page_id, EDGE)
    try:
        told = decoded(answer.content, Submitted)
        wire.checked_id(told.id)
    except Malformed:
        raise AcceptedWithoutId("unreadable_answer", http_status=answer.status) from None
    approval = _STATES.get((told.status or "").upper(), Approval.SUBMITTED)
    return template._replace(
        vendor_id=key(template.name, template.language), category="utility", approval=approval, approval_reason=""
    )


def withdraw(graph: Graph, page_id: str, template: Template) -> None:
    """All its languages go: Meta knows a template by its name. Raises ``ChannelError``."""
    name = template.vendor_id.partition("/")[0] or template.name
    answer = graph.tell("DELETE", {}, page_id, EDGE, name=name)
    if not answer.content:
        raise NotSent("unreadable_answer", http_status=answer.status)


def key(name: str, language: str) -> str:
    """Our id of a template: a send names it by name and language, not by Meta's number."""
    return f"{name}/{language}"


def filled(outgoing: Outgoing) -> Mapping[str, object]:
    """``template`` of a message: its values in order where they are numbered, else by name."""
    name, _, language = outgoing.template_id.partition("/")
    values = outgoing.template_values
    numbered = all(key.isdigit() for key in values)
    ordered = sorted(values, key=int) if numbered else list(values)
    parameters = [
        {"type": "text", "text": values[one]} | ({} if numbered else {"parameter_name": one}) for one in ordered
    ]
    components = [{"type": "body", "parameters": parameters}] if parameters else []
    return {"name": name, "language": {"code": language}, "components": components}


def variables(body: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_VARIABLE.findall(body)))


def _template(item: Listed, account: str) -> Template:
    body = next((part.text for part in item.components or [] if (part.type or "").upper() == "BODY" and part.text), "")
    language = item.language or ""
    names = variables(body)
    return Template(
        id=0,
        kind=TemplateKind.WHATSAPP,
        name=item.name[:512],
        language=language.replace("-", "_"),
        body=body,
        category=(item.category or "").lower(),
        account=account,
        vendor_id=key(item.name, language),
        approval=_STATES.get((item.status or "").upper(), Approval.NONE),
        approval_reason="" if (item.rejected_reason or "NONE") == "NONE" else item.rejected_reason or "",
        mapping={name: name if not name.isdigit() else "" for name in names},
    )

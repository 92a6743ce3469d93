"""Twilio's Content API: templates listed, made and given in for WhatsApp's review, and taken away."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from adapters._json import answered, decoded
from adapters.twilio.wire import Value
from tui_inbox.domain.errors import AcceptedWithoutId, ChannelError, Malformed, NotSent, Refused, Rejected, Unknown
from tui_inbox.domain.template import Approval, Template, TemplateKind
from tui_inbox.domain.template_parts import Action, Button, TemplateParts, joined, numbered, parted, sample

if TYPE_CHECKING:
    from adapters._http import Http

LONGEST_NAME, LONGEST_BODY, LONGEST_LABEL, MOST_BUTTONS = 64, 1024, 25, 10
_SID = re.compile(r"HX[0-9a-fA-F]{32}")
_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_APPROVALS = {
    "approved": Approval.APPROVED,
    "rejected": Approval.REJECTED,
    "paused": Approval.PAUSED,
    "disabled": Approval.PAUSED,
    "received": Approval.SUBMITTED,
    "pending": Approval.SUBMITTED,
}


class ContentApproval(Struct):
    category: str | None = None
    status: str | None = None
    rejection_reason: str | None = None


class ContentItem(Struct):
    sid: str
    friendly_name: str | None = None
    language: str | None = None
    variables: dict[str, Value] | None = None
    types: dict[str, dict[str, object] | None] | None = None
    approval_requests: ContentApproval | list[ContentApproval] | None = None


class ContentMeta(Struct):
    next_page_url: str | None = None


class ContentPage(Struct):
    contents: list[ContentItem]
    meta: ContentMeta | None = None


class Made(Struct):
    sid: str


class Asked(Struct):
    status: str | None = None
    category: str | None = None


def listed(http: Http, content: str, account_name: str) -> Sequence[Template]:
    """Every content template with what WhatsApp said about it; ``content`` is where the Content API lives."""
    url = f"{content}/v1/ContentAndApprovals?PageSize=100"
    found: list[Template] = []
    for _page in range(100):
        page = answered(http.read(url), ContentPage)
        found.extend(_template(item, account_name) for item in page.contents)
        following = page.meta.next_page_url if page.meta else None
        if not following:
            break
        # The vendor's link names its own host; ours may be a sandbox or a proxy.
        url = content + http.own(following)
    return found


def submit(http: Http, content: str, account_name: str, template: Template) -> Template:
    """Make it and give it in. Raises ``Refused``, ``ChannelError``; what was made and not given in is taken away.

    A content is never changed after its review, so a corrected one is made anew, under another name at WhatsApp,
    which keeps a name for a while after it was deleted.
    """
    text, mapping = numbered(template.body.strip(), template.mapping)
    wanted = template._replace(body=text, mapping=mapping)
    answer = http.send(f"{content}/v1/Content", json=msgspec.json.encode(definition(wanted)))
    try:
        sid = checked(decoded(answer.content, Made).sid)
    except Malformed:
        raise AcceptedWithoutId("unreadable_answer", http_status=answer.status) from None
    told = _given_in(http, f"{content}/v1/Content/{sid}", wanted)
    if template.vendor_id:
        with suppress(ChannelError, Malformed):
            withdraw(http, content, template)
    return wanted._replace(
        vendor_id=sid,
        account=account_name,
        approval=_APPROVALS.get((told.status or "").lower(), Approval.SUBMITTED),
        approval_reason="",
        category=(told.category or wanted.category).lower(),
    )


def withdraw(http: Http, content: str, template: Template) -> None:
    """Raises ``ChannelError``; one that is gone already is withdrawn."""
    try:
        http.tell("DELETE", f"{content}/v1/Content/{checked(template.vendor_id)}")
    except Rejected as error:
        if error.http_status != 404:
            raise


def _given_in(http: Http, url: str, template: Template) -> Asked:
    name = f"{template.name}_{template.version}" if template.vendor_id else template.name
    asked = msgspec.json.encode({"name": name, "category": template.category.upper()})
    try:
        answer = http.send(f"{url}/ApprovalRequests/whatsapp", json=asked)
    except ChannelError as error:
        if _is_gone(http, url) and isinstance(error, Unknown):
            # Whatever became of the request, there is nothing left to review.
            raise NotSent(error.code, vendor_text=error.vendor_text, http_status=error.http_status) from None
        raise
    try:
        return decoded(answer.content, Asked)
    except Malformed:
        return Asked()


def _is_gone(http: Http, url: str) -> bool:
    try:
        http.tell("DELETE", url)
    except ChannelError:
        return False
    return True


def definition(template: Template) -> dict[str, Any]:
    """What is posted. Raises ``Refused`` where WhatsApp's written rules already say no."""
    parts = parted(template.body)
    if len(template.name) > LONGEST_NAME:
        raise Refused("template_name", limit=LONGEST_NAME)
    if not parts.body:
        raise Refused("template_empty")
    if len(parts.body) > LONGEST_BODY:
        raise Refused("template_long", limit=LONGEST_BODY)
    places = list(_PLACE.finditer(parts.body))
    if places and (places[0].start() == 0 or places[-1].end() == len(parts.body)):
        raise Refused("template_edge")
    if len(parts.buttons) > MOST_BUTTONS:
        raise Refused("template_buttons", limit=MOST_BUTTONS)
    kind, fields = _typed(parts)
    names = dict.fromkeys(_PLACE.findall(template.body))
    return {
        "friendly_name": template.name,
        "language": template.language.replace("-", "_"),
        "variables": {place: sample(place, template.mapping) for place in names},
        "types": {kind: fields},
    }


def _typed(parts: TemplateParts) -> tuple[str, dict[str, Any]]:
    """The plainest of the vendor's types that has room for these parts."""
    actions = [_action(number, one) for number, one in enumerate(parts.buttons)]
    kinds = {one.action for one in parts.buttons}
    if parts.header or parts.footer or (Action.REPLY in kinds and len(kinds) > 1):
        edges = {"header_text": parts.header, "footer": parts.footer}
        filled = {field: text for field, text in edges.items() if text}
        return "whatsapp/card", {"body": parts.body, **filled, **({"actions": actions} if actions else {})}
    if Action.REPLY in kinds:
        return "twilio/quick-reply", {"body": parts.body, "actions": actions}
    if kinds:
        return "twilio/call-to-action", {"body": parts.body, "actions": actions}
    return "twilio/text", {"body": parts.body}


def _action(number: int, button: Button) -> dict[str, str]:
    if len(button.label) > LONGEST_LABEL:
        raise Refused("template_button", limit=LONGEST_LABEL)
    if button.action is Action.REPLY:
        return {"type": "QUICK_REPLY", "title": button.label, "id": f"reply_{number}"}
    if button.action is Action.CALL:
        return {"type": "PHONE_NUMBER", "title": button.label, "phone": button.target}
    if not button.target.startswith("https://"):
        raise Refused("template_button", limit=LONGEST_LABEL)
    return {"type": "URL", "title": button.label, "url": button.target}


def _template(item: ContentItem, account: str) -> Template:
    """A vendor template; a sample value that looks like a variable's name is offered as its mapping."""
    found = item.approval_requests
    approval = (found[0] if found else None) if isinstance(found, list) else found
    status = (approval.status or "").lower() if approval else ""
    samples = {key: str(value or "") for key, value in (item.variables or {}).items()}
    return Template(
        id=0,
        kind=TemplateKind.WHATSAPP,
        name=item.friendly_name or item.sid,
        language=(item.language or "").replace("-", "_"),
        body=_text(item.types or {}),
        category=(approval.category or "").lower() if approval else "",
        account=account,
        vendor_id=item.sid,
        approval=_APPROVALS.get(status, Approval.NONE),
        approval_reason=(approval.rejection_reason or "") if approval else "",
        mapping={key: sample if re.fullmatch(r"[a-z][a-z_]*", sample) else "" for key, sample in samples.items()},
    )


def _text(types: Mapping[str, Mapping[str, Any] | None]) -> str:
    """Of several types the one that shows most: a plain text stands beside for channels without buttons."""
    texts = [_shown(fields) for fields in types.values() if fields]
    return max(texts, key=len, default="")


def _shown(fields: Mapping[str, Any]) -> str:
    def line(*names: str) -> str:
        return next((text for name in names if isinstance(text := fields.get(name), str) and text), "")

    actions = fields.get("actions")
    shown = [_button(one) for one in actions] if isinstance(actions, list) else []
    buttons = tuple(one for one in shown if one is not None)
    return joined(TemplateParts(line("body", "title"), line("header_text"), line("footer", "subtitle"), buttons))


def _button(action: object) -> Button | None:
    said = {key: value for key, value in action.items() if isinstance(value, str)} if isinstance(action, dict) else {}
    label = said.get("title", "")
    return Button(label, said.get("url") or said.get("phone", "")) if label else None


def checked(sid: str) -> str:
    """Raises ``Malformed``: it becomes part of an address."""
    if not _SID.fullmatch(sid):
        raise Malformed("bad_payload")
    return sid

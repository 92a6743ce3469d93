"""What is posted to ``/messages``: text, one file, or a template with its values; and what is refused before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from mimetypes import guess_type
from typing import Any

import msgspec

from adapters.whatsapp_cloud import wire
from adapters.whatsapp_cloud.settings import DOCUMENT, FILE_LIMITS, LONGEST_CAPTION, LONGEST_TEXT, WHATSAPP
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.outbox import Outgoing, Way

_WITHOUT_CAPTION = ("audio", "sticker")
_HEADER, _BUTTON = "header_", "button_"


def check(outgoing: Outgoing) -> None:
    """Raises ``Refused`` for what Meta is known to refuse."""
    if not (wire.phone(outgoing.address) or wire.user_id(outgoing.address)):
        raise Refused("bad_number", address=outgoing.address)
    if outgoing.template_id:
        _named_template(outgoing.template_id)
        if not all(value.strip() for value in outgoing.template_values.values()):
            raise Refused("template_values")
        return
    files = len(outgoing.attachments)
    if files > 1:
        raise Refused("too_many_files", limit=1, channel=WHATSAPP.label)
    if not files and not outgoing.text.strip():
        raise Refused("empty_text")
    limit = LONGEST_CAPTION if files else LONGEST_TEXT
    if len(outgoing.text) > limit:
        raise Refused("too_long", limit=limit, length=len(outgoing.text), channel=WHATSAPP.label)
    names = outgoing.attachment_names
    if names and outgoing.text.strip() and kind_of(guess_type(names[0])[0] or "", 0)[0] in _WITHOUT_CAPTION:
        raise Refused("no_caption")


def kind_of(type_: str, size: int) -> tuple[str, int]:
    """How WhatsApp shows a file, and how large it may be; a picture over its limit goes as a document."""
    found = FILE_LIMITS.get(type_.split(";")[0].strip().lower(), DOCUMENT)
    return found if size <= found[1] else DOCUMENT


def check_file(size: int) -> None:
    """Raises ``Refused("too_big")``."""
    if size > DOCUMENT[1]:
        raise Refused("too_big", limit=DOCUMENT[1])


def payload(outgoing: Outgoing, media: Mapping[str, Any] | None = None) -> bytes:
    """The body of the request; ``media`` is one uploaded file: ``{"image": {"id": ...}}``."""
    body: dict[str, Any] = {"messaging_product": "whatsapp", "recipient_type": "individual", **to(outgoing.address)}
    if outgoing.template_id:
        body |= {"type": "template", "template": _template(outgoing, media)}
    elif media:
        ((kind, place),) = media.items()
        told = {"caption": outgoing.text} if outgoing.text.strip() and kind not in _WITHOUT_CAPTION else {}
        body |= {"type": kind, kind: {**place, **told}}
    else:
        body |= {"type": "text", "text": {"body": outgoing.text, "preview_url": False}}
    if outgoing.way is Way.QUOTE and outgoing.target and not outgoing.template_id:
        body["context"] = {"message_id": outgoing.target}
    body["biz_opaque_callback_data"] = outgoing.dedupe_key[:512]
    return msgspec.json.encode(body)


def to(address: str) -> dict[str, str]:
    """A number, or a business-scoped user id of somebody whose number Meta does not tell."""
    number = wire.phone(address)
    return {"to": number[1:]} if number else {"recipient": address}


def blocked(address: str) -> bytes:
    """The body that blocks, or releases, one guest."""
    user = {"user": address} if wire.phone(address) else {"user_id": address}
    return msgspec.json.encode({"messaging_product": "whatsapp", "block_users": [user]})


def reaction(address: str, message_id: str, emoji: str) -> bytes:
    body = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **to(address),
        "type": "reaction",
        "reaction": {"message_id": message_id, "emoji": emoji},
    }
    return msgspec.json.encode(body)


def read_mark(message_id: str, *, typing: bool = False) -> bytes:
    """The guest's message and all before it were read; the sign of typing ends after 25 s or with the answer."""
    body: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
    return msgspec.json.encode(body | ({"typing_indicator": {"type": "text"}} if typing else {}))


def _named_template(template_id: str) -> tuple[str, str]:
    """(name, language) out of the id that ``templates`` gave it. Raises ``Refused("template_missing")``."""
    parts = template_id.split(":", 2)
    if len(parts) != 3 or not all(parts):
        raise Refused("template_missing")
    return parts[2], parts[1]


def _template(outgoing: Outgoing, media: Mapping[str, Any] | None) -> dict[str, Any]:
    name, language = _named_template(outgoing.template_id)
    components = list(_components(outgoing.template_values, media))
    found: dict[str, Any] = {"name": name, "language": {"code": language}}
    return found | ({"components": components} if components else {})


def _components(values: Mapping[str, str], media: Mapping[str, Any] | None) -> Iterator[dict[str, Any]]:
    header = {key.removeprefix(_HEADER): value for key, value in values.items() if key.startswith(_HEADER)}
    buttons = {key.removeprefix(_BUTTON): value for key, value in values.items() if key.startswith(_BUTTON)}
    body = {key: value for key, value in values.items() if not key.startswith((_HEADER, _BUTTON))}
    if media:
        ((kind, place),) = media.items()
        yield {"type": "header", "parameters": [{"type": kind, kind: dict(place)}]}
    elif header:
        yield {"type": "header", "parameters": _parameters(header)}
    if body:
        yield {"type": "body", "parameters": _parameters(body)}
    for index, value in sorted(buttons.items()):
        parameters = [{"type": "text", "text": _line(value)}]
        yield {"type": "button", "sub_type": "url", "index": index, "parameters": parameters}


def _parameters(values: Mapping[str, str]) -> list[dict[str, str]]:
    """Numbered ones in their order; named ones with their names."""
    if all(key.isdigit() for key in values):
        return [{"type": "text", "text": _line(values[key])} for key in sorted(values, key=int)]
    return [{"type": "text", "parameter_name": key, "text": _line(value)} for key, value in values.items()]


def _line(value: str) -> str:
    """Meta refuses line breaks, tabs and runs of blanks in a value."""
    return " ".join(value.split())

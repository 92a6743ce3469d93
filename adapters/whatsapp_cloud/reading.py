"""What an envelope of the Cloud API says: messages of every type, receipts, preferences, news of the account."""

from __future__ import annotations

import re
from binascii import Error as NoBase64
from binascii import a2b_base64
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from mimetypes import guess_extension

import msgspec

from adapters._files import remote
from adapters._json import decoded, moment_of
from adapters.whatsapp_cloud import errors, hearing, news, wire
from adapters.whatsapp_cloud.settings import WHATSAPP
from adapters.whatsapp_cloud.wire import phone, user_id
from tui_inbox.domain.errors import Malformed, Rejected
from tui_inbox.domain.message import Attachment, Delivery
from tui_inbox.ports.channel import Envelope, Inbound, Item, Reaction, Revision, Status, Wish

_STATES = {
    "accepted": Delivery.SENT,
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.READ,
    "played": Delivery.READ,
    "failed": Delivery.FAILED,
}
_SENT, _FAILED = Delivery.SENT, Delivery.FAILED
"""Named once: looking a member of an enumeration up takes as long as making the item that bears it."""
_UNTOLD = ("request_welcome",)
"""Types that say nothing: the guest opened the chat."""
_OF_ANOTHER = ("reaction", "edit", "revoke")
"""Types that speak of an earlier message."""
_NO_ERROR, _NO_CONTACT = wire.Error(), wire.Contact()
_HEX = re.compile(r"[0-9a-fA-F]{64}")
_CODE = WHATSAPP.code


def read(envelope: Envelope, own: str) -> Sequence[Item]:
    """Raises ``Malformed``; ``own`` is the hotel's number."""
    match envelope.kind:
        case hearing.MESSAGE:
            return _message(decoded(envelope.raw, wire.Told), own)
        case hearing.ECHO:
            return _echo(decoded(envelope.raw, wire.Told), own)
        case hearing.STATUS:
            return _status(decoded(envelope.raw, wire.Status))
        case hearing.PREFERENCE:
            return _preference(decoded(envelope.raw, wire.Preference))
        case hearing.NEWS:
            return news.read(envelope.raw)
        case _:
            raise Malformed("bad_payload")


def _message(told: wire.Told, own: str) -> Sequence[Item]:
    message = told.message
    if not message.id:
        raise Malformed("bad_payload")
    kind, at = message.type, moment_of(message.timestamp)
    if at is None:
        raise Malformed("no_date")
    if kind in _OF_ANOTHER:
        special = _about_another(message, at)
        if special is not None:
            return special
    elif kind in _UNTOLD:
        return ()
    contact = told.contacts[0] if told.contacts else _NO_CONTACT
    number = phone(message.from_)
    others = _user_ids(message, contact)
    if not number and not others:
        raise Malformed("no_guest_address")
    address = number or others.pop(0)
    if kind == "system" and message.system is not None:
        others += _new_handles(message.system, address, others)
    text, files = _said(message)
    return (
        Inbound(
            message.id,
            _CODE,
            at,
            address,
            own,
            text if message.referral is None else _with_referral(text, message.referral),
            _name(contact),
            automated=kind == "system",
            attachments=files,
            also=tuple(others),
            phone="" if number else phone(contact.wa_id),
            quoted=(message.context.id or "") if message.context is not None else "",
        ),
    )


def _user_ids(message: wire.Message, contact: wire.Contact) -> list[str]:
    """The sender's ids beside the number, each once."""
    one = message.from_user_id
    if one == contact.user_id and message.from_parent_user_id is None and contact.parent_user_id is None:
        return [one] if one and user_id(one) else []  # As nearly every message has it.
    found: list[str] = []
    for one in (message.from_user_id, message.from_parent_user_id, contact.user_id, contact.parent_user_id):
        if one and one not in found and user_id(one):
            found.append(one)
    return found


def _new_handles(system: wire.System, address: str, others: Sequence[str]) -> list[str]:
    """The guest has a new number: the old one and the new one are the same person."""
    new = (phone(system.wa_id or system.new_wa_id), user_id(system.user_id))
    return [one for one in dict.fromkeys(new) if one and one != address and one not in others]


def _echo(told: wire.Told, own: str) -> Sequence[Item]:
    """Written on the hotel's own phone, which shares the number."""
    message = told.message
    at = _at(message.timestamp)
    if message.type in _OF_ANOTHER:
        special = _about_another(message, at, outbound=True)
        if special is not None:
            return special
    address = phone(message.to) or user_id(message.to_user_id)
    if not message.id or not address:
        raise Malformed("no_guest_address")
    text, files = _said(message)
    return (
        Inbound(
            message.id,
            _CODE,
            at,
            address,
            own,
            text,
            outbound=True,
            state=_SENT,
            attachments=files,
            quoted=(message.context.id or "") if message.context is not None else "",
        ),
    )


def _about_another(message: wire.Message, at: datetime, *, outbound: bool = False) -> Sequence[Item] | None:
    """Reactions, edits and deletions speak of an earlier message; None for a message of its own."""
    match message.type:
        case "reaction" if message.reaction and message.reaction.message_id:
            return (Reaction(message.reaction.message_id, at, message.reaction.emoji or "", outbound),)
        case "edit" if message.edit and message.edit.original_message_id:
            now = message.edit.message
            return (Revision(message.edit.original_message_id, at, _said(now)[0] if now else ""),)
        case "revoke" if message.revoke and message.revoke.original_message_id:
            return (Revision(message.revoke.original_message_id, at, None),)
    return None


def _said(message: wire.Message) -> tuple[str, tuple[Attachment, ...]]:
    """The words and the files; what is no text is told by its own words, so that nothing needs a language."""
    media = message.image or message.video or message.audio or message.document or message.sticker
    teller = _TELLERS.get(message.type or "")
    if teller is not None:
        text = teller(message)
        if text and media is None:
            return text, ()
    else:
        text = (media.caption or "") if media is not None else ""
    return text, (_unshown(message.type) if media is None else _file(message.type, media),)


def _of_location(message: wire.Message) -> str:
    place = message.location or wire.Location()
    lines = [place.name or "", place.address or ""]
    latitude, longitude = _degrees(place.latitude, 90), _degrees(place.longitude, 180)
    if latitude and longitude:
        lines.append(f"{latitude}, {longitude}")
        lines.append(place.url or f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=17")
    return _lines(lines)


def _degrees(value: wire.Number, most: int) -> str:
    try:
        degrees = float(value) if value is not None else None
    except (ValueError, OverflowError):
        return ""
    return f"{degrees:.6f}".rstrip("0").rstrip(".") if degrees is not None and abs(degrees) <= most else ""


def _of_cards(message: wire.Message) -> str:
    return "\n\n".join(_card(card) for card in (message.contacts or [])[:20])


def _card(card: wire.Card) -> str:
    name = card.name or wire.CardName()
    lines = [name.formatted_name or " ".join(filter(None, (name.first_name, name.last_name)))]
    lines.append((card.org.company or "") if card.org else "")
    lines += [one.phone or phone(one.wa_id) for one in card.phones or ()]
    lines += [one.email or "" for one in card.emails or ()]
    lines += [one.url or "" for one in card.urls or ()]
    return _lines(lines[:30])


def _of_choice(message: wire.Message) -> str:
    found = message.interactive or wire.Interactive()
    choice = found.button_reply or found.list_reply or found.nfm_reply or wire.Choice()
    return _lines([choice.title or choice.body or choice.name or "", choice.description or ""])


def _of_order(message: wire.Message) -> str:
    order = message.order or wire.Order()
    lines = []
    for item in (order.product_items or [])[:100]:
        price = f" ({item.item_price} {item.currency or ''})".replace(" )", ")") if item.item_price is not None else ""
        lines.append(f"{wire.count(item.quantity) or 1} × {item.product_retailer_id or '?'}{price}")
    return _lines([*lines, order.text or ""])


_TELLERS: Mapping[str, Callable[[wire.Message], str]] = {
    "text": lambda message: (message.text.body or "") if message.text is not None else "",
    "location": _of_location,
    "contacts": _of_cards,
    "button": lambda message: (message.button.text or message.button.payload or "") if message.button else "",
    "interactive": _of_choice,
    "order": _of_order,
    "system": lambda message: (message.system.body or "") if message.system else "",
}


def _with_referral(text: str, referral: wire.Referral | None) -> str:
    """A chat that began at an advertisement shows which."""
    if referral is None:
        return text
    shown = _lines([referral.headline or "", referral.source_url or ""])
    return f"{text}\n\n↪ {shown}" if shown else text


def _lines(lines: Sequence[str]) -> str:
    return "\n".join([line.strip() for line in lines if line.strip()])


def _file(kind: str | None, media: wire.Media) -> Attachment:
    type_, ending = _type_of(media.mime_type) if media.mime_type else ("", "")
    name = media.filename or f"{kind or 'file'}{ending}"
    if media.id is None:
        return Attachment(name, type_, state="failed", reason="file_gone")
    return remote(name, type_, f"{media.id}#{digest(media.sha256)}")


def _unshown(kind: str | None) -> Attachment:
    """Kept raw, and said so where files are: a code that the reader's language words."""
    name = kind if kind and kind != "unknown" else "unsupported"
    return Attachment(name[:40], "", state="refused", reason="unsupported_message")


def _type_of(mime: str) -> tuple[str, str]:
    """The bare media type and its files' usual ending."""
    return _known_type(mime) if len(mime) <= _LONGEST_TYPE else _read_type(mime)


_LONGEST_TYPE = 100


def _read_type(mime: str) -> tuple[str, str]:
    type_ = mime.split(";")[0].strip().lower()[:_LONGEST_TYPE]
    return type_, guess_extension(type_) or ""


_known_type = lru_cache(maxsize=64)(_read_type)
"""WhatsApp has some twenty types, and guessing an ending takes longer than all the rest of a picture's message."""


def digest(text: str | None) -> str:
    """SHA-256 in hexadecimal digits: Meta writes it so, or in base64."""
    if not text or (len(text) == 64 and _HEX.fullmatch(text)):
        return (text or "").lower()
    try:
        found = a2b_base64(text, strict_mode=True)
    except (NoBase64, ValueError):
        return ""
    return found.hex() if len(found) == 32 else ""


def _status(status: wire.Status) -> Sequence[Item]:
    """A word that nobody knows says nothing."""
    state = _STATES.get(status.status.lower())
    if state is None or not status.id:
        return ()
    at = moment_of(status.timestamp)
    if at is None:
        raise Malformed("no_date")
    address = phone(status.recipient_id) or user_id(status.recipient_user_id)
    reference, billed = status.biz_opaque_callback_data or "", _billed(status.pricing) if status.pricing else ""
    if state is not _FAILED:
        return (Status(status.id, state, at, message_ref=reference, address=address, billed_as=billed),)
    error = status.errors[0] if status.errors else _NO_ERROR
    code = errors.word(error.code) or "not_delivered"
    failed = Status(status.id, state, at, code, error_text(error), None, reference, address, billed_as=billed)
    if code == "marketing_stopped" and address:
        return (failed, Wish(_CODE, address, at, stops=True))
    return (failed,)


def followed(message_id: str, raws: Sequence[bytes]) -> Envelope:
    """The newest of the events that Meta lists for a sent message, in the form of a receipt of the webhook.

    Raises ``Rejected("not_found")`` where there is none.
    """
    events: list[tuple[float, wire.Event]] = []
    for raw in raws:
        try:
            found = decoded(raw, wire.History)
        except Malformed:
            continue
        listed = found.events.data if isinstance(found.events, wire.Events) else found.events
        for event in listed or ():
            at = moment_of(event.timestamp)
            if at is not None and (event.delivery_status or "").lower() in _STATES:
                events.append((at.timestamp(), event))
    if not events:
        raise Rejected("not_found")
    newest = max(events, key=lambda pair: pair[0])[1]
    status = (newest.delivery_status or "").lower()
    trouble = [{"title": newest.error_description}] if newest.error_description else []
    told = {"id": message_id, "status": status, "timestamp": newest.timestamp, "errors": trouble}
    return Envelope(f"{message_id}:{status}", hearing.STATUS, msgspec.json.encode(told))


def _billed(pricing: wire.Pricing) -> str:
    """``service``, ``marketing/free_entry_point``: the category, and why it is billed otherwise than by the list."""
    if not pricing.category:
        return ""
    kind = (pricing.type or "regular").lower()
    return pricing.category.lower()[:40] + ("" if kind == "regular" else f"/{kind[:40]}")


def error_text(error: wire.Error) -> str:
    """Meta's code and words."""
    parts = [] if error.code is None or error.code == "" else [str(error.code)]
    details = error.error_data.details if error.error_data is not None else None
    for part in (error.title or error.message, details):
        if part and part not in parts:
            parts.append(part)
    return " ".join(parts)[:500]


def _preference(wish: wire.Preference) -> Sequence[Item]:
    number, user = phone(wish.wa_id), user_id(wish.user_id)
    if wish.category != "marketing_messages" or not (number or user):
        return ()
    if wish.value not in ("stop", "resume", "signup"):
        return ()
    also = (user,) if number and user else ()
    return (Wish(_CODE, number or user, _at(wish.timestamp), stops=wish.value == "stop", also=also),)


def _name(contact: wire.Contact) -> str:
    profile = contact.profile
    return (profile.name or profile.username or "") if profile is not None else ""


def _at(timestamp: wire.Number) -> datetime:
    at = moment_of(timestamp)
    if at is None:
        raise Malformed("no_date")
    return at

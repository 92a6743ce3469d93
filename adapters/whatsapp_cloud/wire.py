"""The Cloud API's JSON in typed form, tolerant of every field that we do not need."""

from __future__ import annotations

import re

import msgspec
from msgspec import Struct

Number = str | int | float | None
_USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")


class Media(Struct):
    id: str | int | None = None
    mime_type: str | None = None
    sha256: str | None = None
    caption: str | None = None
    filename: str | None = None
    voice: bool | None = None


class Text(Struct):
    body: str | None = None


class Location(Struct):
    latitude: Number = None
    longitude: Number = None
    name: str | None = None
    address: str | None = None
    url: str | None = None


class CardName(Struct):
    formatted_name: str | None = None
    first_name: str | None = None
    last_name: str | None = None


class CardPhone(Struct):
    phone: str | None = None
    wa_id: str | None = None


class CardEmail(Struct):
    email: str | None = None


class CardUrl(Struct):
    url: str | None = None


class CardOrg(Struct):
    company: str | None = None


class Card(Struct):
    """A contact that a guest shared."""

    name: CardName | None = None
    phones: list[CardPhone] | None = None
    emails: list[CardEmail] | None = None
    urls: list[CardUrl] | None = None
    org: CardOrg | None = None


class Button(Struct):
    text: str | None = None
    payload: str | None = None


class Choice(Struct):
    id: str | None = None
    title: str | None = None
    description: str | None = None
    name: str | None = None
    body: str | None = None
    response_json: str | None = None


class Interactive(Struct):
    type: str | None = None
    button_reply: Choice | None = None
    list_reply: Choice | None = None
    nfm_reply: Choice | None = None


class Product(Struct):
    product_retailer_id: str | int | None = None
    quantity: Number = None
    item_price: Number = None
    currency: str | None = None


class Order(Struct):
    product_items: list[Product] | None = None
    text: str | None = None


class Reaction(Struct):
    message_id: str | None = None
    emoji: str | None = None


class System(Struct):
    body: str | None = None
    type: str | None = None
    wa_id: str | None = None
    new_wa_id: str | None = None
    user_id: str | None = None


class Edit(Struct):
    original_message_id: str | None = None
    message: Message | None = None
    """As it reads now; it may come without an id."""


class Revoke(Struct):
    original_message_id: str | None = None


class Context(Struct):
    id: str | None = None


class Referral(Struct):
    source_url: str | None = None
    headline: str | None = None
    body: str | None = None


class ErrorData(Struct):
    details: str | None = None


class Error(Struct):
    code: Number = None
    title: str | None = None
    message: str | None = None
    error_data: ErrorData | None = None


class Message(Struct):
    """One inbound message, or an echo of one that left the hotel's phone."""

    id: str = ""
    from_: str | None = msgspec.field(name="from", default=None)
    from_user_id: str | None = None
    from_parent_user_id: str | None = None
    to: str | None = None
    to_user_id: str | None = None
    timestamp: Number = None
    type: str | None = None
    context: Context | None = None
    referral: Referral | None = None
    text: Text | None = None
    image: Media | None = None
    video: Media | None = None
    audio: Media | None = None
    document: Media | None = None
    sticker: Media | None = None
    location: Location | None = None
    contacts: list[Card] | None = None
    button: Button | None = None
    interactive: Interactive | None = None
    order: Order | None = None
    reaction: Reaction | None = None
    system: System | None = None
    edit: Edit | None = None
    revoke: Revoke | None = None
    errors: list[Error] | None = None


class Profile(Struct):
    name: str | None = None
    username: str | None = None


class Contact(Struct):
    profile: Profile | None = None
    wa_id: str | None = None
    user_id: str | None = None
    parent_user_id: str | None = None


class Told(Struct):
    """Our wrapping: a message with what its webhook says of the one who sent it."""

    message: Message
    contacts: list[Contact] = []


class Pricing(Struct):
    type: str | None = None
    category: str | None = None


class Status(Struct):
    id: str
    status: str
    timestamp: Number = None
    recipient_id: str | None = None
    recipient_user_id: str | None = None
    biz_opaque_callback_data: str | None = None
    pricing: Pricing | None = None
    errors: list[Error] | None = None


class Preference(Struct):
    wa_id: str | None = None
    user_id: str | None = None
    category: str | None = None
    value: str | None = None
    timestamp: Number = None


class Sent(Struct):
    """Answer to a send."""

    class Named(Struct):
        id: str

    messages: list[Named]


class Uploaded(Struct):
    id: str


class MediaPlace(Struct):
    url: str
    mime_type: str | None = None
    sha256: str | None = None
    file_size: Number = None


class Event(Struct):
    delivery_status: str | None = None
    timestamp: Number = None
    error_description: str | None = None


class Events(Struct):
    data: list[Event] | None = None


class History(Struct):
    """One item of ``message_history``; its events may be an edge with ``data`` or a bare list."""

    message_id: str | None = None
    events: Events | list[Event] | None = None


def phone(digits: str | None) -> str:
    """E.164 of the vendor's bare digits; empty when it is none."""
    if not digits:
        return ""
    if 5 <= len(digits) <= 20 and digits.isascii() and digits.isdigit():
        return "+" + digits
    bare = digits.removeprefix("+")
    return f"+{bare}" if 5 <= len(bare) <= 20 and bare.isascii() and bare.isdigit() else ""


def user_id(text: str | None) -> str:
    """A business-scoped user id; empty when it is none."""
    return text if text and _USER_ID.fullmatch(text) else ""


def count(value: Number) -> int:
    """A number that may be a string or null; nonsense counts as 0."""
    try:
        found = int(value) if value is not None else 0
    except (ValueError, OverflowError):
        return 0
    return found if 0 <= found < 10**12 else 0

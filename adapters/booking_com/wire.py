"""Booking.com's JSON as it comes, with all its documented inconsistencies, and what it says: pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Raw, Struct

from adapters._files import remote
from adapters._ota import checked_id, is_id, moment
from adapters.booking_com.settings import BOOKING
from tui_inbox.domain.errors import Malformed
from tui_inbox.domain.message import Attachment, Delivery
from tui_inbox.ports.channel import Access, Inbound, Item, News

Id = str | int | None
"""Ids are documented as text and as numbers: kept as text."""
_FILES = 20
_WRITTEN = {"GUEST": "guest", "guest": "guest", "PROPERTY": "property", "property": "property", "hotel": "property"}
_ANSWERED_BY_FIRST = frozenset({"checkin", "checkout", "bed_type", "extra_crib", "extra_bed"})
_EXTRANET_ONLY = ("change_dates", "cancel_booking", "waive_fee")


class PersonMeta(Struct):
    participant_type: str | None = None
    type: str | None = None
    name: str | None = None


class Participant(Struct):
    """In the queue and the search ``participant_type``, in conversations ``type``; here or one level deeper."""

    participant_id: Id = None
    metadata: PersonMeta | None = None
    participant_type: str | None = None
    type: str | None = None
    name: str | None = None

    @property
    def role(self) -> str:
        inner = self.metadata
        word = (inner.participant_type or inner.type) if inner is not None else None
        role = word or self.participant_type or self.type or ""
        return _WRITTEN.get(role) or _WRITTEN.get(role.casefold()) or role.casefold()

    @property
    def shown_name(self) -> str:
        inner = self.metadata
        return ((inner.name if inner is not None else None) or self.name or "").strip()[:200]


class Attributes(Struct):
    self_service_topic: str | None = None
    template_id: Id = None
    template_name: str | None = None


class Place(Struct):
    property_id: Id = None
    conversation_id: Id = None
    conversation_type: str | None = None
    conversation_reference: Id = None


class Named(Struct):
    """All that is wanted of a message of which nothing else can be read."""

    message_id: Id = None


class Message(Struct):
    message_id: Id = None
    timestamp: str | None = None
    content: str | None = None
    reply_to: Id = None
    attachment_ids: list[Id] | None = None
    attachment_files_uuid: list[Id] | None = None
    message_type: str | None = None
    attributes: Attributes | None = None
    sender: Participant | None = None
    sender_id: Id = None
    conversation: Place | None = None

    @property
    def id(self) -> str:
        return text(self.message_id)

    @property
    def at(self) -> datetime | None:
        return moment(self.timestamp)


class Talk(Struct):
    """A conversation without its messages."""

    conversation_id: Id = None
    conversation_type: str | None = None
    conversation_reference: Id = None
    access: str | None = None
    participants: list[Participant] | None = None


class TalkPage(Talk):
    messages: list[Raw] | None = None
    next_page_id: Id = None


class Told(Struct):
    """Our wrapping of a message with its conversation, where that was read as well."""

    message: Message
    property_id: str = ""
    talk: Talk | None = None


class AccessTold(Struct):
    talk: Talk
    at: str


class Notice(Struct):
    """Our note of something that changed about the account."""

    code: str
    at: str
    about: str = ""


class Queue(Struct):
    messages: list[Raw] | None = None


class QueueAnswer(Struct):
    data: Queue


class TalkList(Struct):
    conversations: list[Raw] | None = None
    next_page_id: Id = None


class TalksAnswer(Struct):
    data: TalkList


class OneTalk(Struct):
    conversation: Raw = Raw()
    next_page_id: Id = None


class TalkAnswer(Struct):
    data: OneTalk


class Accepted(Struct):
    message_id: str
    guest_has_account: bool | str | None = None


class SentAnswer(Struct):
    data: Accepted


class Job(Struct):
    job_id: Id = None


class JobAnswer(Struct):
    data: Job


class Result(Struct):
    messages: list[Raw] | None = None
    next_page_id: Id = None


class ResultAnswer(Struct):
    data: Result


class Uploaded(Struct):
    attachment_id: Id = None
    upload_id: Id = None


class UploadAnswer(Struct):
    data: Uploaded


class FileBytes(Struct):
    file_content: str | None = None
    attachment: str | None = None


class FileAnswer(Struct):
    data: FileBytes


_NO_TALK, _NO_PLACE, _NOBODY = Talk(), Place(), Participant()
_ROLES = ("guest", "property")
_BOOKING, _NONE, _SENT = BOOKING.code, Delivery.NONE, Delivery.SENT
"""Named once: looking a member of an enumeration up takes as long as making the item that bears it."""


def text(value: Id) -> str:
    return "" if value is None else str(value)


def read_message(told: Told, properties: Sequence[str]) -> Sequence[Item]:
    """A guest's message or one of the property's; an element without an id is an artefact of the vendor's."""
    message, talk = told.message, told.talk or _NO_TALK
    if not message.id:
        return ()
    place = message.conversation or _NO_PLACE
    property_id = text(place.property_id) or told.property_id or (properties[0] if len(properties) == 1 else "")
    if property_id and property_id not in properties:
        return ()
    conversation = text(place.conversation_id) or text(talk.conversation_id)
    if not is_id(conversation):
        raise Malformed("no_guest_address")
    sender, role = _sender(message, talk)
    if role not in _ROLES:
        raise Malformed("bad_direction")
    at = moment(message.timestamp)
    if at is None:
        raise Malformed("no_date")
    outbound = role == "property"
    kind = (place.conversation_type or talk.conversation_type or "reservation").casefold()
    code = text(place.conversation_reference) or text(talk.conversation_reference)
    reservation = code if kind == "reservation" and code and is_id(code) else ""
    word = (message.message_type or "free_text").casefold()
    quoted = text(message.reply_to) if message.reply_to is not None else ""
    return (
        Inbound(
            checked_id(message.id),
            _BOOKING,
            at,
            conversation,
            property_id,
            message.content or "",
            (_guest(talk) if outbound else sender).shown_name,
            outbound=outbound,
            automated=word == "automatically_sent_template",
            suspicious="" if outbound else request_code(word, message.attributes),
            # The reference of an own message would be taken for one that its sender chose.
            thread_ref="" if outbound else conversation,
            state=_SENT if outbound else _NONE,
            attachments=_files(message, conversation),
            also=(reservation,) if reservation else (),
            reservation=reservation,
            quoted=quoted if quoted and is_id(quoted) else "",
        ),
    )


def is_mail(told: Told) -> bool:
    """Its content is a raw mail with its subject, the quoted thread and the site's own frame."""
    return (told.message.message_type or "").casefold() == "email"


def request_code(word: str, attributes: Attributes | None) -> str:
    """What an answer by this interface is worth to a guest's self-service request; empty for ordinary messages."""
    if word == "request_to_book_event":
        return "request_to_book"
    if word != "self_service_event":
        return ""
    topic = ((attributes.self_service_topic if attributes else None) or "").casefold()
    if any(part in topic for part in _EXTRANET_ONLY):
        return "answer_in_extranet"
    return "first_answer_counts" if topic in _ANSWERED_BY_FIRST else "self_service_request"


def read_access(told: AccessTold) -> Sequence[Item]:
    """The vendor's own word on whether the property may write."""
    at, address, word = moment(told.at), text(told.talk.conversation_id), (told.talk.access or "").casefold()
    if at is None:
        raise Malformed("no_date")
    if not is_id(address) or word not in ("read_only", "read_write"):
        return ()
    return (Access(BOOKING.code, address, at, closed_code="site_read_only" if word == "read_only" else ""),)


def read_notice(notice: Notice) -> Sequence[Item]:
    at = moment(notice.at)
    if at is None:
        raise Malformed("no_date")
    return (News(at=at, topic="account", code=notice.code[:50], vendor_text=notice.about[:100]),)


def _sender(message: Message, talk: Talk) -> tuple[Participant, str]:
    """Who wrote it, and in which role; nobody in none where that is not told."""
    sender = message.sender
    if sender is not None and (role := sender.role):
        return sender, role
    wanted = text(message.sender_id) or (text(sender.participant_id) if sender is not None else "")
    if wanted:
        for one in talk.participants or ():
            if text(one.participant_id) == wanted:
                return one, one.role
    return _NOBODY, ""


def _guest(talk: Talk) -> Participant:
    for one in talk.participants or ():
        if one.role == "guest":
            return one
    return _NOBODY


def is_ours(message: Message, talk: Talk) -> bool:
    """Did the property write it?"""
    return _sender(message, talk)[1] == "property"


def own_participant(talk: Talk) -> str:
    """The property's participant id, which its read marks bear; empty when the conversation does not name it."""
    return next((text(one.participant_id) for one in talk.participants or () if one.role == "property"), "")


def _files(message: Message, conversation: str) -> tuple[Attachment, ...]:
    listed = message.attachment_ids or message.attachment_files_uuid
    if not listed:
        return ()
    found: list[Attachment] = []
    for n, one in enumerate(listed[:_FILES], 1):
        identifier = text(one)
        if is_id(identifier):
            found.append(remote(f"image-{n}", "", f"{conversation}/{identifier}"))
    return tuple(found)

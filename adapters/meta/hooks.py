"""What Meta's webhooks say, taken apart into the same facts under the same ids as a poll gives them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec import Raw, Struct, field

from adapters._json import decoded
from adapters.meta import wire
from adapters.meta.reading import Us, anonymous, title
from adapters.meta.wire import checked_id, dated, identity, moment, name_of
from tui_inbox.domain.errors import Malformed
from tui_inbox.domain.message import Attachment, Delivery, Kind
from tui_inbox.ports.channel import Envelope, Inbound, Item, Reaction, Revision, Status

EVENT, CHANGE, UNREADABLE = "event", "change", "unreadable"
OBJECTS = {"messenger": "page", "instagram": "instagram"}
MARK = "tui-inbox:"
"""Before our own key in ``metadata``, which comes back with the echo of a message."""
_NONE, _SENT, _DELIVERED, _READ = Delivery.NONE, Delivery.SENT, Delivery.DELIVERED, Delivery.READ
_COMMENT = Kind.COMMENT
"""Named once: looking a member of an enumeration up takes as long as making the item that bears it."""
Seconds = int | float | str | None

_TYPES = {
    "image": "image/jpeg",
    "sticker": "image/png",
    "video": "video/mp4",
    "ig_reel": "video/mp4",
    "reel": "video/mp4",
    "audio": "audio/mp4",
    "file": "",
    "story_mention": "",
}
_EMOJI = {"love": "❤", "smile": "😆", "wow": "😮", "sad": "😢", "angry": "😠", "like": "👍", "dislike": "👎"}


class Payload(Struct):
    url: str | None = None
    title: str | None = None


class HookFile(Struct):
    type: str | None = None
    payload: Payload | None = None
    url: str | None = None


class Story(Struct):
    url: str | None = None


class HookAnswered(Struct):
    mid: wire.Id = None
    story: Story | None = None


class HookMessage(Struct):
    mid: wire.Id = None
    text: str | None = None
    attachments: list[HookFile] | None = None
    reply_to: HookAnswered | None = None
    is_echo: bool | None = None
    is_deleted: bool | None = None
    is_unsupported: bool | None = None
    metadata: str | None = None


class HookReaction(Struct):
    mid: wire.Id = None
    action: str | None = None
    reaction: str | None = None
    emoji: str | None = None


class Postback(Struct):
    mid: wire.Id = None
    title: str | None = None
    payload: str | None = None


class Seen(Struct):
    watermark: Seconds = None
    mid: wire.Id = None


class Delivered(Struct):
    mids: list[str] | None = None
    watermark: Seconds = None


class Edit(Struct):
    mid: wire.Id = None
    text: str | None = None
    num_edit: int | str | None = None


class Event(Struct):
    """One entry of ``messaging``."""

    sender: wire.Person | None = None
    recipient: wire.Person | None = None
    timestamp: Seconds = None
    message: HookMessage | None = None
    reaction: HookReaction | None = None
    postback: Postback | None = None
    read: Seen | None = None
    delivery: Delivered | None = None
    message_edit: Edit | None = None


class CommentPlace(Struct):
    id: wire.Id = None


class CommentValue(Struct):
    """``value`` of a change: Facebook's feed and Instagram's comments have few words in common."""

    item: str | None = None
    verb: str | None = None
    comment_id: wire.Id = None
    id: wire.Id = None
    post_id: wire.Id = None
    media: CommentPlace | None = None
    parent_id: wire.Id = None
    from_: wire.Person | None = field(name="from", default=None)
    message: str | None = None
    text: str | None = None
    created_time: Seconds = None


class Change(Struct):
    field: str | None = None
    value: CommentValue | None = None
    time: Seconds = None
    """Of the entry; put in by us, for Instagram's changes have no time of their own."""
    title: str | None = None
    """The post's, likewise."""


class _RawChange(Struct):
    field: str | None = None
    value: Raw = Raw(b"null")


class Entry(Struct):
    id: wire.Id = None
    time: Seconds = None
    messaging: list[Raw] = []
    standby: list[Raw] = []
    """What is said while another app holds the conversation."""
    changes: list[_RawChange] = []


class Body(Struct):
    object: str | None = None
    entry: list[Entry] = []


def envelopes(body: bytes, us: Us, titles: Mapping[str, str] | None) -> tuple[Envelope, ...]:
    """Each fact of a signed request; one that cannot be taken apart is kept whole, so that it is seen.

    ``titles``: of posts, as far as they are known; None where comments are not wanted.
    """
    try:
        found = decoded(body, Body)
    except Malformed:
        return (Envelope(f"{UNREADABLE}:{hashlib.sha256(body).hexdigest()}", UNREADABLE, body),)
    if found.object != OBJECTS[us.channel]:
        return ()
    return tuple(envelope for entry in found.entry for envelope in _of_entry(entry, us, titles))


def _of_entry(entry: Entry, us: Us, titles: Mapping[str, str] | None) -> Iterator[Envelope]:
    if str(entry.id) not in us.ids:
        return  # Another Page of the same app.
    for raw in (*entry.messaging, *entry.standby):
        yield Envelope(_event_id(bytes(raw)), EVENT, bytes(raw))
    for change in entry.changes if titles is not None else ():
        if change.field not in ("feed", "comments", "live_comments"):
            continue
        time = entry.time if entry.time is not None else "null"
        told = {"field": change.field, "value": change.value, "time": time, "title": _title(change.value, titles)}
        kept = msgspec.json.encode(told)
        if name := _change_id(kept, us):
            yield Envelope(name, CHANGE, kept)


def _title(value: Raw, titles: Mapping[str, str] | None) -> str:
    try:
        return (titles or {}).get(str(_post_id(decoded(bytes(value), CommentValue))), "")
    except Malformed:
        return ""


def _event_id(raw: bytes) -> str:
    """The id of the fact: a poll gives a message the very same one."""
    try:
        event = decoded(raw, Event)
        return _named(event)[: wire.LONGEST_ID] or _hashed(raw)
    except Malformed:
        return _hashed(raw)


def _named(event: Event) -> str:
    sender, at = identity(event.sender), event.timestamp
    if event.message is not None:
        mid = checked_id(event.message.mid)
        return f"{mid}:deleted" if event.message.is_deleted else mid
    if event.reaction is not None:
        return f"{checked_id(event.reaction.mid)}:{event.reaction.action}:{sender}:{at}"
    if event.message_edit is not None:
        return f"{checked_id(event.message_edit.mid)}:edit:{event.message_edit.num_edit or at}"
    if event.read is not None:
        return f"read:{sender}:{event.read.mid or event.read.watermark}"
    if event.delivery is not None:
        return f"delivery:{sender}:{event.delivery.watermark}"
    if event.postback is not None:
        return checked_id(event.postback.mid) if event.postback.mid is not None else f"postback:{sender}:{at}"
    return ""


def _hashed(raw: bytes) -> str:
    return f"event:{hashlib.sha256(raw).hexdigest()}"


def _change_id(raw: bytes, us: Us) -> str:
    """Empty for what is no comment of a guest's: our own are polled, with the guest whom they answer."""
    try:
        change = decoded(raw, Change)
        value = change.value
        if value is None or (change.field == "feed" and value.item != "comment"):
            return ""
        if identity(value.from_) in us.ids:
            return ""
        name = checked_id(_comment_id(value))
        match value.verb or "add":
            case "add":
                return name
            case "edited" | "remove":
                return f"{name}:{value.verb}:{value.created_time or change.time}"
            case _:
                return ""
    except Malformed:
        return _hashed(raw)


def _comment_id(value: CommentValue) -> wire.Id:
    return value.comment_id if value.comment_id is not None else value.id


def _post_id(value: CommentValue) -> wire.Id:
    return value.post_id if value.post_id is not None else value.media.id if value.media else None


def read_event(event: Event, us: Us) -> Sequence[Item]:
    """Raises ``Malformed``; an event that says nothing to us (an opt-in, a hand-over) gives nothing."""
    if event.message is not None:
        return _message(event, event.message, us)
    if event.reaction is not None:
        return _reaction(event, event.reaction, us)
    if event.message_edit is not None:
        target = checked_id(event.message_edit.mid)
        return (Revision(target, dated(event.timestamp), event.message_edit.text or ""),)
    if event.read is not None:
        return _seen(event, event.read, us)
    if event.delivery is not None:
        return _delivered(event, event.delivery, us)
    if event.postback is not None:
        return _postback(event, event.postback, us)
    return ()


def _message(event: Event, body: HookMessage, us: Us) -> Sequence[Item]:
    mid, at = checked_id(body.mid), dated(event.timestamp)
    if body.is_deleted:
        return (Revision(mid, at, None),)
    sender = "" if body.is_echo is True else identity(event.sender)
    outbound = body.is_echo is True or sender in us.ids
    address = identity(event.recipient) if outbound else sender
    if not address:
        raise Malformed("no_guest_address")
    text = body.text or ""
    files: tuple[Attachment, ...] = ()
    if body.attachments or not text or body.is_unsupported:
        files, links = _files(mid, body)
        if links:
            text = "\n".join([text, *links] if text else links)
    answered = body.reply_to
    if answered is not None and answered.story is not None and (story := wire.link_of(answered.story.url)):
        text = f"{text}\n{story}" if text else story
    told = Inbound(
        mid,
        us.channel,
        at,
        address,
        us.own,
        text,
        outbound=outbound,
        state=_SENT if outbound else _NONE,
        attachments=files,
        quoted=checked_id(answered.mid) if answered is not None and answered.mid is not None else "",
    )
    if outbound and body.metadata and body.metadata.startswith(MARK):
        # Our own message: should its answer have been lost, this is it.
        key = body.metadata.removeprefix(MARK)
        return (Status(mid, _SENT, at, message_ref=key, address=address, channel=us.channel), told)
    return (told,)


def _files(owner: str, body: HookMessage) -> tuple[tuple[Attachment, ...], list[str]]:
    """Files to fetch, and links to things that are shown where they lie."""
    files: list[Attachment] = []
    links: list[str] = []
    for item in (body.attachments or [])[:100]:
        url = (item.payload.url if item.payload else None) or item.url
        type_ = _TYPES.get((item.type or "").lower())
        if type_ is not None:
            files.append(wire.attachment(owner, len(files) + 1, url, type_))
        elif link := wire.link_of(url):
            links.append(link)
    if not files and (body.is_unsupported or (not links and not body.text)):
        files.append(wire.NOT_SHOWN)
    return tuple(files), links


def _reaction(event: Event, body: HookReaction, us: Us) -> Sequence[Item]:
    name = (body.reaction or "").lower()
    emoji = "" if body.action == "unreact" else body.emoji or _EMOJI.get(name, name)
    outbound = identity(event.sender) in us.ids
    return (Reaction(checked_id(body.mid), dated(event.timestamp), emoji, outbound),)


def _seen(event: Event, body: Seen, us: Us) -> Sequence[Item]:
    """Messenger tells up to when, Instagram tells which."""
    guest = identity(event.sender)
    if not guest:
        raise Malformed("no_guest_address")
    if body.mid is None:
        return (_watermark(_READ, body.watermark, guest, us),)
    at = moment(event.timestamp) or dated(body.watermark)
    return (Status(checked_id(body.mid), _READ, at, address=guest, channel=us.channel),)


def _delivered(event: Event, body: Delivered, us: Us) -> Sequence[Item]:
    guest = identity(event.sender)
    if not guest:
        raise Malformed("no_guest_address")
    if not body.mids:
        return (_watermark(_DELIVERED, body.watermark, guest, us),)
    at = dated(body.watermark if body.watermark is not None else event.timestamp)
    return tuple(
        [Status(checked_id(mid), _DELIVERED, at, address=guest, channel=us.channel) for mid in body.mids[:1000]]
    )


def _watermark(state: Delivery, watermark: Seconds, guest: str, us: Us) -> Status:
    until = dated(watermark)
    return Status("", state, until, address=guest, until=until, channel=us.channel)


def _postback(event: Event, body: Postback, us: Us) -> Sequence[Item]:
    """A button that the guest pressed: its words are what they said."""
    address, at = identity(event.sender), dated(event.timestamp)
    if not address:
        raise Malformed("no_guest_address")
    external_id = checked_id(body.mid) if body.mid is not None else _named(event)
    return (Inbound(external_id, us.channel, at, address, us.own, body.title or body.payload or ""),)


def read_change(change: Change, us: Us) -> Sequence[Item]:
    """A comment that was written, edited or taken away. Raises ``Malformed``."""
    value = change.value
    if value is None:
        raise Malformed("bad_payload")
    external_id = checked_id(_comment_id(value))
    at = dated(value.created_time if value.created_time is not None else change.time)
    if value.verb == "remove":
        return (Revision(external_id, at, None),)
    text = value.message if value.message is not None else value.text or ""
    if value.verb == "edited":
        return (Revision(external_id, at, text),)
    parent = value.parent_id if value.parent_id is not None else _post_id(value)
    return (
        Inbound(
            external_id,
            us.channel,
            at,
            identity(value.from_) or anonymous(external_id),
            us.own,
            text,
            name_of(value.from_),
            subject=title(change.title) if change.title else "",
            kind=_COMMENT,
            parent=checked_id(parent) if parent is not None else "",
        ),
    )

"""What a polled message or comment says: pure functions over ``wire``."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import NamedTuple

from adapters.meta import wire
from adapters.meta.wire import checked_id, dated, identity, name_of
from tui_inbox.domain.errors import Malformed
from tui_inbox.domain.message import Attachment, Delivery, Kind
from tui_inbox.ports.channel import Inbound, Item

_TITLE = 80
_NONE, _SENT, _COMMENT = Delivery.NONE, Delivery.SENT, Kind.COMMENT
"""Named once: looking a member of an enumeration up takes as long as making the item that bears it."""


class Us(NamedTuple):
    """Who we are on this account."""

    channel: str
    own: str
    ids: Set[str]
    """Every id under which we may stand: the Page's, the Instagram account's."""


def message(found: wire.Polled, us: Us) -> Sequence[Item]:
    """A guest's message, or one of the hotel's, written with this program or elsewhere. Raises ``Malformed``."""
    body = found.message
    external_id, sender = checked_id(body.id), identity(body.from_)
    outbound = sender in us.ids
    if sender and not outbound and (name := name_of(body.from_)):
        address = sender  # As nearly every message has it: then the others need only be anybody at all.
        for one in found.participants.data if found.participants is not None else ():
            if one.id != sender and one.id not in us.ids:
                identity(one)
    else:
        address, name = _guest(found, us, outbound=outbound)
    if not address:
        raise Malformed("no_guest_address")
    answered = body.reply_to
    return (
        Inbound(
            external_id,
            us.channel,
            dated(body.created_time),
            address,
            us.own,
            (body.message or "") if body.shares is None else _with_links(body.message or "", body.shares),
            name,
            outbound=outbound,
            state=_SENT if outbound else _NONE,
            attachments=_files(external_id, body),
            quoted=_optional(answered.mid if answered.mid is not None else answered.id) if answered else "",
        ),
    )


def comment(found: wire.PolledComment, us: Us) -> Sequence[Item]:
    """A comment under one of our posts; one of our own belongs to the guest whose comment it answers.

    Raises ``Malformed``.
    """
    body = found.comment
    external_id, sender = checked_id(body.id), identity(body.from_)
    outbound = sender in us.ids
    address = identity(found.guest) if outbound else sender
    if outbound and not address:
        return ()
    picture = body.attachment.media.image if body.attachment and body.attachment.media else None
    return (
        Inbound(
            external_id,
            us.channel,
            dated(body.created_time or body.timestamp),
            address or anonymous(external_id),
            us.own,
            body.message or body.text or "",
            "" if outbound else name_of(body.from_) or body.username or "",
            subject=title(found.title) if found.title else "",
            kind=_COMMENT,
            outbound=outbound,
            state=_SENT if outbound else _NONE,
            attachments=(wire.attachment(external_id, 1, picture.src, "image/jpeg"),) if picture else (),
            parent=_optional(found.parent if found.parent is not None else found.post),
        ),
    )


def title(text: str | None) -> str:
    """A post's first words, which is all the name it has."""
    line = " ".join((text or "")[: 4 * _TITLE].split())
    return line if len(line) <= _TITLE else line[: _TITLE - 1] + "…"


_ANONYMOUS = "comment:"


def anonymous(comment_id: str) -> str:
    """The address of somebody whom Meta does not name: only the comment itself can be answered."""
    return (_ANONYMOUS + comment_id)[: wire.LONGEST_ID]


def is_anonymous(address: str) -> bool:
    return address.startswith(_ANONYMOUS)


def _guest(found: wire.Polled, us: Us, *, outbound: bool) -> tuple[str, str]:
    """Id and name of the other side: the name stands on the message or on its conversation, and on ours is not told."""
    sender, takers = found.message.from_, found.message.to.data if found.message.to else []
    sides = takers if outbound else [sender] if sender else []
    address = name = ""
    for one in (*sides, *(found.participants.data if found.participants else ())):
        who = "" if one.id in us.ids else identity(one)
        if not who or who in us.ids:
            continue
        address = address or who
        if who == address and not (name or outbound):
            name = name_of(one)
    return address, name


def _with_links(text: str, shares: wire.Shares) -> str:
    """The words, and what was shared with them as links."""
    links = [wire.link_of(share.link) for share in shares.data]
    lines = [text, *[link for link in links if link and link not in text]]
    return "\n".join([line for line in lines if line])


def _files(owner: str, body: wire.Message) -> tuple[Attachment, ...]:
    found: list[Attachment] = []
    if body.attachments is not None:
        for n, item in enumerate(body.attachments.data[:100], 1):
            name, size = (item.name or "")[:200], wire.count(item.size)
            found.append(wire.attachment(owner, n, wire.place_of(item), _type(item), name, size))
    if found:
        return tuple(found)
    if body.sticker:
        return (wire.attachment(owner, 1, body.sticker, "image/png"),)
    return (wire.NOT_SHOWN,) if body.is_unsupported and not body.message else ()


def _type(item: wire.File) -> str:
    if item.mime_type:
        return item.mime_type.lower()[:100]
    return "image/jpeg" if item.image_data else "video/mp4" if item.video_data else ""


def _optional(value: wire.Id) -> str:
    return checked_id(value) if value is not None and value != "" else ""

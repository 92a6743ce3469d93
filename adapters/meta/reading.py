"""What a polled message or comment says: pure functions over ``wire``."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import NamedTuple

from adapters.meta import wire
from tui_inbox.domain.errors import Malformed
from tui_inbox.domain.message import Attachment, Delivery, Kind
from tui_inbox.ports.channel import Inbound, Item

_TITLE = 80


class Us(NamedTuple):
    """Who we are on this account."""

    channel: str
    own: str
    ids: Set[str]
    """Every id under which we may stand: the Page's, the Instagram account's."""


def message(found: wire.Polled, us: Us) -> Sequence[Item]:
    """A guest's message, or one of the hotel's, written with this program or elsewhere. Raises ``Malformed``."""
    body = found.message
    external_id = wire.checked_id(body.id)
    outbound = wire.identity(body.from_) in us.ids
    guest = _guest(found, us, outbound=outbound)
    address = wire.identity(guest)
    if not address:
        raise Malformed("no_guest_address")
    answered = body.reply_to
    return (
        Inbound(
            external_id=external_id,
            channel=us.channel,
            at=wire.dated(body.created_time),
            address=address,
            own_address=us.own,
            text=_text(body),
            name="" if outbound else wire.name_of(guest),
            outbound=outbound,
            state=Delivery.SENT if outbound else Delivery.NONE,
            attachments=_files(external_id, body),
            quoted=_optional(answered.mid if answered.mid is not None else answered.id) if answered else "",
        ),
    )


def comment(found: wire.PolledComment, us: Us) -> Sequence[Item]:
    """A comment under one of our posts; one of our own belongs to the guest whose comment it answers.

    Raises ``Malformed``.
    """
    body = found.comment
    external_id = wire.checked_id(body.id)
    outbound = wire.identity(body.from_) in us.ids
    guest = found.guest if outbound else body.from_
    address = wire.identity(guest)
    if outbound and not address:
        return ()
    picture = body.attachment.media.image if body.attachment and body.attachment.media else None
    return (
        Inbound(
            external_id=external_id,
            channel=us.channel,
            at=wire.dated(body.created_time or body.timestamp),
            address=address or anonymous(external_id),
            own_address=us.own,
            text=body.message or body.text or "",
            name="" if outbound else wire.name_of(guest) or body.username or "",
            subject=title(found.title),
            kind=Kind.COMMENT,
            outbound=outbound,
            state=Delivery.SENT if outbound else Delivery.NONE,
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


def _guest(found: wire.Polled, us: Us, *, outbound: bool) -> wire.Person | None:
    """The other side; the name stands on the message or on its conversation."""
    sender, takers = found.message.from_, found.message.to.data if found.message.to else []
    sides = takers if outbound else [sender] if sender else []
    known = found.participants.data if found.participants else []
    others = [one for one in (*sides, *known) if wire.identity(one) and wire.identity(one) not in us.ids]
    if not others:
        return None
    address = wire.identity(others[0])
    return next((one for one in others if wire.identity(one) == address and wire.name_of(one)), others[0])


def _text(body: wire.Message) -> str:
    """The words, and what was shared with them as links."""
    links = [wire.link_of(share.link) for share in (body.shares.data if body.shares else [])]
    lines = [body.message or "", *(link for link in links if link and link not in (body.message or ""))]
    return "\n".join(line for line in lines if line)


def _files(owner: str, body: wire.Message) -> tuple[Attachment, ...]:
    listed = body.attachments.data[:100] if body.attachments else []
    found = [
        wire.attachment(owner, n, wire.place_of(item), _type(item), (item.name or "")[:200], wire.count(item.size))
        for n, item in enumerate(listed, 1)
    ]
    if body.sticker and not found:
        found.append(wire.attachment(owner, 1, body.sticker, "image/png"))
    if body.is_unsupported and not found and not body.message:
        found.append(wire.unsupported())
    return tuple(found)


def _type(item: wire.File) -> str:
    if item.mime_type:
        return item.mime_type.lower()[:100]
    return "image/jpeg" if item.image_data else "video/mp4" if item.video_data else ""


def _optional(value: wire.Id) -> str:
    return wire.checked_id(value) if value is not None and value != "" else ""

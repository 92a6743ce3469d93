"""What one item of a vendor becomes: a message that is safe to show, and the list's line about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tui_inbox.domain.conversation import Conversation
from tui_inbox.domain.display import clean, clean_line
from tui_inbox.domain.message import Attachment, Delivery, Direction, Kind, Message, Origin, call_mark, preview
from tui_inbox.ports.channel import Inbound

NAME_MAX = 200
"""Characters kept of a name that a stranger chose."""


def as_message(
    item: Inbound, account: str, address: str, conversation_id: int, at: datetime, now: datetime, *, imported: bool
) -> Message:
    """What a vendor told, made printable."""
    text, full = clean(item.text), clean(item.full_text)
    sent = item.outbound and item.kind is not Kind.CALL
    return Message(
        id=0,
        conversation_id=conversation_id,
        at=at,
        direction=Direction.OUT if item.outbound else Direction.IN,
        kind=item.kind,
        origin=Origin.ELSEWHERE if item.outbound else Origin.GUEST,
        text=text,
        full_text=full if full != text else "",
        subject=clean_line(item.subject),
        channel=item.channel,
        account=account,
        external_id=item.external_id,
        own_address=clean_line(item.own_address),
        address=address,
        state=(item.state or Delivery.SENT) if sent else Delivery.NONE,
        error_code=item.suspicious,
        thread_ref=item.thread_ref,
        references=item.references,
        segments=item.segments,
        automated=item.automated,
        imported=imported,
        created_at=now,
        quoted=item.quoted,
        parent=item.parent,
        seconds=item.seconds,
        attachments=tuple(
            Attachment(
                name=clean_line(file.name)[:NAME_MAX],
                type=clean_line(file.type)[:NAME_MAX],
                size=file.size,
                state=file.state,
                ref=file.ref,
                reason=file.reason,
                sha256=file.sha256,
                seconds=file.seconds,
            )
            for file in item.attachments
        ),
    )


def newest(conversation: Conversation, message: Message, item: Inbound) -> Conversation:
    """The list's line follows the newest message, and an answer goes to where the guest wrote last."""
    if conversation.last_message_id is not None and conversation.last_at and message.at < conversation.last_at:
        return conversation
    told: dict[str, Any] = {
        "last_at": message.at,
        "last_message_id": message.id,
        "preview": preview(message.text, message.subject, message.attachments),
        "preview_by": "<elsewhere>" if item.outbound else "",
        "outcome": message.state.value,
    }
    call = item.kind is Kind.CALL
    if call:
        told["preview_by"] = call_mark(message.direction, message.seconds)
    # Nobody is answered by a call: the next text goes where the last one came from.
    if not (item.outbound or call) or not conversation.last_address:
        told |= {
            "last_channel": message.channel,
            "last_account": message.account,
            "last_address": message.address,
        }
    return conversation._replace(**told)

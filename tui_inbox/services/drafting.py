"""What is being typed, kept on every pause, and notes between colleagues."""

from __future__ import annotations

from datetime import datetime

from tui_inbox.domain.display import clean
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.message import Direction, Kind, Message, Origin
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import DraftRow
from tui_inbox.services.desk import Actor


def save_draft(
    tx: Transaction,
    actor: Actor,
    conversation_id: int,
    text: str,
    now: datetime,
    *,
    cursor: int = 0,
    account: str = "",
    channel: str = "",
    mode: str = "reply",
    attachments: tuple[str, ...] = (),
    way: str = "",
    target: str = "",
) -> None:
    """Journal what is being typed; an empty text leaves no draft."""
    if not text and not attachments:
        tx.drafts.remove(conversation_id, actor.code)
        return
    tx.drafts.put(
        DraftRow(conversation_id, actor.code, text, cursor, account, channel, mode, attachments, now, way, target)
    )


def drop_draft(tx: Transaction, actor: Actor, conversation_id: int) -> None:
    tx.drafts.remove(conversation_id, actor.code)


def resume(tx: Transaction, actor: Actor) -> DraftRow | None:
    """Where this person was typing last."""
    return tx.drafts.latest(actor.code)


def add_note(tx: Transaction, actor: Actor, conversation_id: int, text: str, now: datetime) -> int:
    """A note for colleagues; guests never see it, and it answers nobody."""
    actor.require_write()
    cleaned = clean(text).strip()
    if not cleaned:
        raise Refused("empty_text")
    conversation = tx.conversations.load(conversation_id)
    note = tx.messages.add(
        Message(
            0,
            conversation.id,
            now,
            Direction.NONE,
            Kind.NOTE,
            Origin.MANUAL,
            cleaned,
            author=actor.code,
            created_at=now,
        )
    )
    assert note is not None, "a note has no vendor's id"
    tx.drafts.remove(conversation_id, actor.code)
    tx.changed("conversation", conversation.id)
    return note.id

"""What vendors are told besides messages, as the desk wishes it; ``performing`` carries it out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tui_inbox.domain.conversation import Conversation, State
from tui_inbox.domain.deed import Act, Deed, PendingDeed
from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import NotFound, Refused
from tui_inbox.domain.event import Code, Event
from tui_inbox.domain.message import Direction, Kind, Message
from tui_inbox.services.admission import admission, require
from tui_inbox.services.desk import Actor, Desk

if TYPE_CHECKING:
    from tui_inbox.domain.outbox import Outgoing
    from tui_inbox.ports.store import Transaction
    from tui_inbox.services.undo import Life

TYPING_FOR = timedelta(seconds=25)
ON, OFF = "on", "off"
_LOOKED_BACK = 50
_EMOJI_MAX = 32


def takes(desk: Desk, account: str, channel: str, act: Act) -> bool:
    """Is this account's vendor told of such acts?"""
    info = desk.accounts.get(account)
    traits = info.channels.get(channel) if info is not None and info.mode != "view-only" else None
    return traits is not None and act in traits.acts


def want(
    tx: Transaction,
    desk: Desk,
    conversation: Conversation,
    act: Act,
    by: str,
    now: datetime,
    *,
    value: str = ON,
    about: Message | None = None,
    expires_at: datetime | None = None,
) -> bool:
    """Tell the vendor of ``about``, else of the guest's newest message; False where it is not told such things."""
    line = (conversation.last_account, conversation.last_channel, conversation.last_address)
    if about is not None:
        line = (about.account, about.channel, about.address)
    if not takes(desk, line[0], line[1], act):
        return False
    newest = about if about is not None and about.thread_ref else _newest(tx, conversation, line)
    about = about or newest
    ref, thread_ref = (about.external_id if about else ""), (newest.thread_ref if newest else "")
    deed = Deed(act, line[1], line[2], ref, value, thread_ref)
    tx.deeds.want(PendingDeed(0, line[0], conversation.id, deed, by, now, expires_at))
    return True


def _newest(tx: Transaction, conversation: Conversation, line: tuple[str, str, str]) -> Message | None:
    """What the guest said last on this line, where only they could hear it."""
    for row in reversed(tx.messages.page(conversation.id, None, _LOOKED_BACK)):
        chat = row.direction is Direction.IN and row.kind is not Kind.COMMENT and bool(row.external_id)
        if chat and (row.account, row.channel, row.address) == line:
            return tx.messages.get(row.id)
    return None


def change(tx: Transaction, conversation_id: int, act: Act, value: str, by: str, now: datetime) -> None:
    """What the vendor was told last of this conversation, it is told otherwise."""
    last = tx.deeds.last(conversation_id, act)
    if last is not None and last.deed.value != value:
        tx.deeds.want(PendingDeed(0, last.account, conversation_id, last.deed._replace(value=value), by, now))


def undone(tx: Transaction, conversation_id: int, was: Life, now_is: Life, by: str, now: datetime) -> None:
    """An act on the conversation was taken back; what the vendor heard of it is taken back too."""
    if was.no_reply_needed != now_is.no_reply_needed:
        change(tx, conversation_id, Act.NO_REPLY_NEEDED, ON if now_is.no_reply_needed else OFF, by, now)
    for state, act in ((State.SPAM, Act.SPAM), (State.CLOSED, Act.CLOSE)):
        if (was.state is state) != (now_is.state is state):
            change(tx, conversation_id, act, ON if now_is.state is state else OFF, by, now)


def _policy(desk: Desk, account: str, name: str, default: str) -> str:
    info = desk.accounts.get(account)
    return (info.settings.get(name) if info else None) or default


def opened(tx: Transaction, desk: Desk, conversation_id: int, by: str, now: datetime) -> None:
    """Somebody reads a conversation: its vendor hears of it where the hotel wants that (``on-open``)."""
    conversation = tx.conversations.get(conversation_id)
    if conversation is not None and _policy(desk, conversation.last_account, "read_receipts", "on-reply") == "on-open":
        _has_read(tx, desk, conversation, by, now)


def replied(tx: Transaction, desk: Desk, row: Outgoing, conversation: Conversation, now: datetime) -> None:
    """An answer has left: what it answers has been read, unless the hotel never says so.

    Where it was sent to close the conversation, the vendor's is closed after it.
    """
    if conversation.state is State.CLOSED:
        want(tx, desk, conversation, Act.CLOSE, row.created_by, now)
    if takes(desk, row.account, row.channel, Act.READ) and _policy(desk, row.account, "read_receipts", "") != OFF:
        line = conversation._replace(last_account=row.account, last_channel=row.channel, last_address=row.address)
        _has_read(tx, desk, line, row.created_by, now)


def _has_read(tx: Transaction, desk: Desk, conversation: Conversation, by: str, now: datetime) -> None:
    line = (conversation.last_account, conversation.last_channel, conversation.last_address)
    if not takes(desk, line[0], line[1], Act.READ):
        return
    newest, last = _newest(tx, conversation, line), tx.deeds.last(conversation.id, Act.READ)
    if newest is not None and (last is None or last.deed.ref != newest.external_id):
        want(tx, desk, conversation, Act.READ, by, now, about=newest)


def types(tx: Transaction, desk: Desk, conversation_id: int, by: str, now: datetime) -> None:
    """Somebody is answering; their guest sees it where the hotel wants that."""
    conversation = tx.conversations.get(conversation_id)
    if conversation is None or not takes(desk, conversation.last_account, conversation.last_channel, Act.TYPING):
        return
    if _policy(desk, conversation.last_account, "typing", OFF).lower() in (ON, "true"):
        want(tx, desk, conversation, Act.TYPING, by, now, expires_at=now + TYPING_FOR)


def react(tx: Transaction, desk: Desk, actor: Actor, message_id: int, emoji: str, now: datetime) -> None:
    """Set the hotel's emoji on a message; an empty one takes it back.

    Raises ``Refused``: ``cannot_react``, ``not_an_emoji``, ``window_closed``, ``stopped`` ...
    """
    message = _message(tx, actor, message_id)
    traits = desk.traits(message.account, message.channel)
    shown = clean_line(emoji)
    if not message.external_id or not takes(desk, message.account, message.channel, Act.REACT):
        raise Refused("cannot_react", channel=traits.label)
    if len(shown) > _EMOJI_MAX or any(char.isalpha() or char.isspace() for char in shown):
        raise Refused("not_an_emoji", text=shown)
    conversation = tx.conversations.load(message.conversation_id)
    if shown and message.kind is not Kind.COMMENT:
        found = admission(
            tx,
            desk,
            account=message.account,
            channel=message.channel,
            address=message.address,
            guest_id=conversation.guest_id,
            now=now,
        )
        require(found, "", template=False)
    if tx.messages.react(message.id, actor.code, shown, now):
        want(tx, desk, conversation, Act.REACT, actor.code, now, value=emoji.strip(), about=message)
        tx.changed("conversation", conversation.id)


def hide(tx: Transaction, desk: Desk, actor: Actor, message_id: int, now: datetime, on: bool = True) -> None:
    """Hide a comment from the public, or show it again. Raises ``Refused("cannot_hide")``."""
    message = _message(tx, actor, message_id)
    if message.kind is not Kind.COMMENT or not takes(desk, message.account, message.channel, Act.HIDE):
        raise Refused("cannot_hide")
    conversation = tx.conversations.load(message.conversation_id)
    want(tx, desk, conversation, Act.HIDE, actor.code, now, value=ON if on else OFF, about=message)
    code = Code.COMMENT_HIDDEN if on else Code.COMMENT_SHOWN
    tx.events.add(Event(0, now, code, actor.code, conversation.id, conversation.guest_id, {"message": message.id}))
    tx.changed("conversation", conversation.id)


def _message(tx: Transaction, actor: Actor, message_id: int) -> Message:
    actor.require_write()
    message = tx.messages.get(message_id)
    if message is None:
        raise NotFound(f"message {message_id}")
    if actor.accounts and message.account not in actor.accounts:
        raise Refused("account_not_yours", account=message.account)
    return message

"""Answering a guest: one act writes the message, holds it for the undo time, and says that nobody waits any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
from msgspec import Struct

from tui_inbox.domain import lifecycle as moves
from tui_inbox.domain import sms
from tui_inbox.domain.channel import ChannelTraits
from tui_inbox.domain.conversation import Conversation, State
from tui_inbox.domain.display import clean
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.message import Attachment, Delivery, Direction, MessageClass, preview
from tui_inbox.domain.outbox import OutboxState, Way, body_hash
from tui_inbox.domain.template import Approval, Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import DraftRow
from tui_inbox.services import settling, sms_used
from tui_inbox.services.admission import admission, require
from tui_inbox.services.composing import ChannelChoice, Composer, Preflight, composer, preflight
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.drafting import add_note, drop_draft, resume, save_draft
from tui_inbox.services.lifecycle import with_deadline
from tui_inbox.services.posting import Letter, enqueue, new_key, write
from tui_inbox.services.starting import start
from tui_inbox.services.templates import fault_in
from tui_inbox.services.undo import Life, life_of
from tui_inbox.services.vendor_templates import require_leave

__all__ = [
    "ChannelChoice",
    "Composer",
    "Preflight",
    "Reply",
    "SentNow",
    "TakenBack",
    "add_note",
    "composer",
    "drop_draft",
    "new_key",
    "preflight",
    "resume",
    "save_draft",
    "send",
    "split",
    "start",
    "take_back",
]


class Reply(NamedTuple):
    """What an operator sends from the composer or from the command line."""

    conversation_id: int
    account: str
    channel: str
    address: str
    text: str
    subject: str = ""
    template: int | None = None
    """Id of the template it was made from; a vendor's template is sent by its id and ``values``."""
    values: Mapping[str, str] = {}
    """Our variable name -> value, for a vendor's template."""
    attachments: tuple[Attachment, ...] = ()
    """Stored files (``sha256`` set)."""
    send_at: datetime | None = None
    then: str = ""
    """``close`` or ``snooze_again``: what happens to the conversation besides."""
    hold_if_guest_writes: bool = False
    send_now: bool = False
    """Without the undo time."""
    seen_message_id: int | None = None
    """Newest message that the writer has seen (``Composer.seen_message_id``)."""
    key: str = ""
    """Unique per press of «send» (``new_key()``), so that a press that was repeated sends once."""
    repeat: bool = False
    """The writer knows that the same text may have arrived already."""
    over_budget: bool = False
    """The writer was asked: it goes although the month's SMS are used up."""
    way: Way = Way.PLAIN
    target: str = ""
    """The vendor's id of the message or comment that ``way`` speaks of."""
    tag: str = ""
    """Code of a ``MessageTag``."""
    to_many: bool = False
    """The same goes to others, too."""


class SentNow(NamedTuple):
    outbox_id: int
    message_id: int
    not_before: datetime
    """Until then it can be taken back."""


class TakenBack(NamedTuple):
    """The text as it was, for the composer; the draft holds it above what was typed since."""

    conversation_id: int
    text: str
    subject: str
    account: str
    channel: str
    address: str
    cursor: int
    typed: str = ""
    """What this operator had begun in the conversation meanwhile."""
    way: Way = Way.PLAIN
    target: str = ""
    tag: str = ""


class _Before(Struct, frozen=True):
    """What a send changed on the desk, kept with its row."""

    life: Life
    after: Life
    unread: tuple[tuple[str, int], ...]
    last_at: datetime
    last_message_id: int | None
    preview: str
    preview_by: str
    outcome: str


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(_Before)


def send(tx: Transaction, desk: Desk, actor: Actor, reply: Reply, now: datetime) -> SentNow:
    """Put a reply into the outbox, held for its undo time.

    Raises ``Refused``; the caller keeps the text: ``window_closed``, ``stopped``, ``too_long``,
    ``unknown_variable``, ``missing_value``, ``already_answered`` (name, seconds), ``same_text_unknown`` ...
    """
    actor.require_write()
    if actor.accounts and reply.account not in actor.accounts:
        raise Refused("account_not_yours", account=reply.account)
    sms_used.hold(tx, desk, reply.account, now)
    conversation = tx.conversations.load(reply.conversation_id)
    template = tx.templates.get(reply.template) if reply.template is not None else None
    letter = _letter(desk, actor, reply, template, now)
    _check(tx, desk, conversation, reply, letter, now)
    if reply.seen_message_id is not None and conversation.last_message_id != reply.seen_message_id:
        _refuse_if_answered(tx, desk, actor, reply, now)
    unread = () if letter.scheduled else tuple(tx.unread.clear_all(conversation.id))
    message = write(tx, desk, conversation, letter, now)
    before = _before(conversation, unread, now)
    after = conversation
    if not letter.scheduled:
        after = _answered(tx, desk, actor, conversation, reply, now)
        after = after._replace(
            last_at=now,
            last_message_id=message.id,
            preview=preview(message.text, message.subject, message.attachments),
            preview_by=actor.code,
            outcome=Delivery.HELD.value,
        )
        tx.conversations.put(after)
    undo = _ENCODER.encode(msgspec.structs.replace(before, after=life_of(after))).decode()
    row = enqueue(tx, conversation, letter, message, now, undo=undo)
    if row is None:
        raise Refused("sent_already")
    tx.drafts.remove(conversation.id, actor.code)
    assert row.not_before is not None
    return SentNow(row.id, message.id, row.not_before)


def _letter(desk: Desk, actor: Actor, reply: Reply, template: Template | None, now: datetime) -> Letter:
    traits = desk.traits(reply.account, reply.channel)
    if reply.send_at is not None and reply.send_at <= now:
        raise Refused("send_in_past")
    undo = timedelta(0) if reply.send_now else desk.undo.get(traits.undo, timedelta(0))
    by_vendor = template is not None and template.kind is TemplateKind.WHATSAPP
    return Letter(
        account=reply.account,
        channel=reply.channel,
        address=reply.address,
        text=clean(reply.text).strip(),
        subject=reply.subject,
        author=actor.code,
        message_class=template.message_class if template else MessageClass.TRANSACTIONAL,
        not_before=reply.send_at or now + undo,
        scheduled=reply.send_at is not None,
        hold_if_guest_writes=reply.hold_if_guest_writes,
        dedupe_key=reply.key or new_key(),
        template=template.name if template else "",
        template_id=template.vendor_id if template and by_vendor else "",
        template_values=_values(template, reply.values) if template and by_vendor else {},
        attachments=reply.attachments,
        way=reply.way,
        target=reply.target,
        tag=reply.tag,
        to_many=reply.to_many,
    )


def _values(template: Template, values: Mapping[str, str]) -> dict[str, str]:
    if template.approval is not Approval.APPROVED:
        raise Refused("template_not_approved", name=template.name)
    found = {}
    for number, name in template.mapping.items():
        value = values.get(name, "").strip()
        if not value:
            raise Refused("missing_value", name=name)
        found[number] = value
    return found


def _check(
    tx: Transaction, desk: Desk, conversation: Conversation, reply: Reply, letter: Letter, now: datetime
) -> None:
    if not letter.text and not letter.attachments:
        raise Refused("empty_text")
    fault = None if letter.template_id else fault_in(letter.text, desk)
    if fault is not None:
        raise fault
    found = admission(
        tx,
        desk,
        account=reply.account,
        channel=reply.channel,
        address=reply.address,
        guest_id=conversation.guest_id,
        now=now,
        message_class=letter.message_class,
        way=reply.way,
        target=reply.target,
    )
    if letter.template_id and letter.message_class is MessageClass.MARKETING:
        require_leave(tx, conversation.guest_id, reply.channel)
    human = not letter.scheduled and not letter.template
    files = len(letter.attachments)
    require(found, letter.text, template=bool(letter.template_id), at=reply.send_at, human=human, files=files)
    _check_extras(tx, found.traits, reply)
    limits = found.traits.attachments
    if letter.attachments and (limits is None or len(letter.attachments) > limits.count):
        raise Refused("too_many_files", limit=limits.count if limits else 0, channel=found.traits.label)
    asked = None if reply.over_budget else sms_used.ask(tx, desk, reply.account, found.traits, letter.text, now)
    if asked is not None:
        raise asked
    if not reply.repeat and tx.outbox.same_text(conversation.id, body_hash(letter.text)):
        raise Refused("same_text_unknown")


def _check_extras(tx: Transaction, traits: ChannelTraits, reply: Reply) -> None:
    """What it is tied to, and the vendor's tag."""
    if reply.way is Way.QUOTE:
        quoted = tx.messages.by_external(reply.account, reply.target)
        if not traits.quotes or quoted is None or quoted.conversation_id != reply.conversation_id:
            raise Refused("cannot_quote", channel=traits.label)
    tag = next((one for one in traits.tags if one.code == reply.tag), None)
    if reply.tag and tag is None:
        raise Refused("tag_unknown", tag=reply.tag, channel=traits.label)
    if tag is not None and not tag.allowed:
        raise Refused("tag_refused", tag=tag.code, instead=tag.instead)


def _refuse_if_answered(tx: Transaction, desk: Desk, actor: Actor, reply: Reply, now: datetime) -> None:
    """A colleague answered what this writer has not seen."""
    seen = reply.seen_message_id or 0
    for row in reversed(tx.messages.page(reply.conversation_id, None, 20)):
        theirs = row.direction is Direction.OUT and row.author not in ("", actor.code)
        if row.id > seen and theirs and row.state is not Delivery.CANCELLED:
            seconds = max(int((now - row.at).total_seconds()), 0)
            raise Refused("already_answered", name=desk.name_of(row.author), seconds=seconds)


def _before(conversation: Conversation, unread: tuple[tuple[str, int], ...], now: datetime) -> _Before:
    life = life_of(conversation)
    return _Before(
        life,
        life,
        unread,
        conversation.last_at or now,
        conversation.last_message_id,
        conversation.preview,
        conversation.preview_by,
        conversation.outcome,
    )


def _answered(
    tx: Transaction, desk: Desk, actor: Actor, conversation: Conversation, reply: Reply, now: datetime
) -> Conversation:
    """Nobody waits; Closed and Pending come back to Open, unless the writer wants otherwise."""
    changes = [moves.replied(conversation, actor.code, now)]
    if conversation.last_message_id is None:
        # A conversation begun by the hotel was never closed by anybody.
        changes = [moves.Change(changes[0].conversation, None)]
    if reply.then == "close":
        changes.append(moves.close(changes[-1].conversation, actor.code, now))
    elif reply.then == "snooze_again":
        changes.append(moves.snooze_again(changes[-1].conversation, actor.code, now))
    for change in changes:
        if change.code is not None:
            settling.tell(tx, change.code, change.conversation, actor.code, now, params=change.params)
    return with_deadline(tx, desk, changes[-1].conversation)


def take_back(tx: Transaction, actor: Actor, now: datetime, outbox_id: int | None = None) -> TakenBack | None:
    """Give the text of a held message back and undo what its sending did; None when nothing can be taken back.

    With an id, raises ``Refused("gone_already")`` once the undo time is over.
    """
    actor.require_write()
    row = tx.outbox.held_by(actor.code) if outbox_id is None else tx.outbox.load(outbox_id)
    if row is None:
        return None
    if row.state is not OutboxState.HELD or row.created_by != actor.code:
        raise Refused("gone_already")
    if tx.outbox.move(row, OutboxState.CANCELLED, now, reason="taken_back") is None:
        raise Refused("gone_already")
    conversation = tx.conversations.load(row.conversation_id)
    if row.undo:
        _restore(tx, conversation, row.message_id, _DECODER.decode(row.undo), now)
    begun = tx.drafts.get(conversation.id, actor.code)
    typed = begun.text if begun is not None else ""
    message = tx.messages.get(row.message_id)
    # Without the footer, which names its guest alone.
    written = message.text if message is not None and message.full_text else row.text
    text, cursor = "\n".join(part for part in (written, typed) if part), len(written)
    tx.drafts.put(DraftRow(conversation.id, actor.code, text, cursor, row.account, row.channel, "reply", (), now))
    tx.changed("outbox", row.id)
    tx.changed("conversation", conversation.id)
    return TakenBack(
        conversation.id,
        written,
        row.subject,
        row.account,
        row.channel,
        row.address,
        cursor,
        typed,
        row.way,
        row.target,
        row.tag,
    )


def _restore(tx: Transaction, conversation: Conversation, message_id: int, before: _Before, now: datetime) -> None:
    restored = conversation
    asked_at = before.life.unanswered_since
    untouched = life_of(conversation) == before.after
    waits = False
    if untouched:
        restored = restored._replace(**{name: getattr(before.life, name) for name in Life.__struct_fields__})
    elif asked_at is not None and conversation.state in (State.OPEN, State.PENDING):
        # Somebody moved the row since; whether its guest waits follows from the facts.
        answered_at = tx.messages.last_answer_at(conversation.id)
        waits = not conversation.no_reply_needed and (answered_at is None or answered_at < asked_at)
    if waits:
        restored = restored._replace(
            unanswered=True,
            unanswered_since=asked_at,
            deadline_at=restored.deadline_at or before.life.deadline_at,
            deadline_kind=restored.deadline_kind or before.life.deadline_kind,
        )
    if conversation.last_message_id == message_id:
        restored = restored._replace(
            last_at=before.last_at,
            last_message_id=before.last_message_id,
            preview=before.preview,
            preview_by=before.preview_by,
            outcome=before.outcome,
        )
    tx.conversations.put(restored)
    for operator, count in before.unread if untouched or waits else ():
        tx.unread.bump(restored, [operator], asked_at or now, count)


def split(text: str, traits: ChannelTraits) -> tuple[str, str]:
    """Two texts, the first of which fits the channel."""
    return (text, "") if traits.max_chars is None else sms.split(text, traits.max_chars)

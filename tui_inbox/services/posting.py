"""Into the outbox: the message in its thread and the row that will be sent, written together."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from tui_inbox.domain.conversation import Conversation
from tui_inbox.domain.design import PICTURE
from tui_inbox.domain.design_html import with_footer
from tui_inbox.domain.display import clean, clean_line
from tui_inbox.domain.message import Attachment, Delivery, Direction, Kind, Message, MessageClass, Origin
from tui_inbox.domain.outbox import OutboxState, Outgoing, Way, body_hash
from tui_inbox.domain.sms import segments
from tui_inbox.ports.store import Transaction
from tui_inbox.services.admission import TO_MANY
from tui_inbox.services.desk import Desk
from tui_inbox.services.footers import added, finished, signing_key

_REFERENCES = 20
"""Message-IDs that an answer quotes; the first is kept, for it names the thread."""


class Letter(NamedTuple):
    """What is to be sent, to whom and by which way, whoever wrote it."""

    account: str
    channel: str
    address: str
    text: str
    subject: str = ""
    author: str = ""
    """Operator's code; empty for a rule."""
    origin: Origin = Origin.MANUAL
    message_class: MessageClass = MessageClass.TRANSACTIONAL
    not_before: datetime | None = None
    expires_at: datetime | None = None
    scheduled: bool = False
    hold_if_guest_writes: bool = False
    dedupe_key: str = ""
    template: str = ""
    """Name of the template it was made from."""
    template_id: str = ""
    template_values: Mapping[str, str] = {}
    attachments: Sequence[Attachment] = ()
    """Their bytes are in the blob store already."""
    way: Way = Way.PLAIN
    target: str = ""
    tag: str = ""
    to_many: bool = False
    """A person sends it to several: advertising needs its footer."""
    html: str = ""
    """Mail: the design of ``text`` (``Rendered.html``)."""


def new_key() -> str:
    """A key for one send; the same key is never sent twice."""
    return uuid.uuid4().hex


def write(tx: Transaction, desk: Desk, conversation: Conversation, letter: Letter, now: datetime) -> Message:
    """The message as the thread shows it."""
    traits = desk.traits(letter.account, letter.channel)
    parent = _parent(tx, conversation, letter) if traits.has_subject else None
    subject = _subject(desk, letter, parent)
    own = desk.accounts[letter.account].own.get(letter.channel, "")
    text = sent = clean(letter.text)
    if letter.origin in TO_MANY or (letter.to_many and letter.message_class is MessageClass.MARKETING):
        signing_key(tx)
        place = (conversation.guest_id, letter.account, letter.channel)
        sent = finished(tx, desk, *place, text, letter.message_class, now)
    message = tx.messages.add(
        Message(
            id=0,
            conversation_id=conversation.id,
            at=letter.not_before if letter.scheduled and letter.not_before else now,
            direction=Direction.OUT,
            kind=Kind.COMMENT if letter.way is Way.PUBLIC else Kind.EMAIL if traits.has_subject else Kind.CHAT,
            origin=letter.origin,
            # A mail's footer is read by its guest, and by who asks for the whole text.
            text=text if traits.has_subject else sent,
            full_text=sent if traits.has_subject and sent != text else "",
            subject=subject if traits.has_subject else "",
            message_class=letter.message_class,
            channel=letter.channel,
            account=letter.account,
            own_address=own,
            address=letter.address,
            author=letter.author,
            state=Delivery.HELD,
            template=letter.template,
            thread_ref=message_id(letter.dedupe_key, own) if traits.has_subject else "",
            references=_references(parent) if parent else "",
            segments=segments(sent).count if traits.counts_segments else None,
            created_at=now,
            quoted=letter.target if letter.way in (Way.QUOTE, Way.PRIVATE) else "",
            parent=letter.target if letter.way is Way.PUBLIC else "",
            attachments=tuple(letter.attachments),
        )
    )
    assert message is not None, "a message without a vendor's id is always new"
    return message


def enqueue(
    tx: Transaction,
    conversation: Conversation,
    letter: Letter,
    message: Message,
    now: datetime,
    *,
    undo: str = "",
) -> Outgoing | None:
    """The row to be sent; None when this key was used before."""
    row = tx.outbox.add(
        Outgoing(
            id=0,
            dedupe_key=letter.dedupe_key,
            message_id=message.id,
            conversation_id=conversation.id,
            account=letter.account,
            channel=letter.channel,
            address=letter.address,
            text=message.full_text or message.text,
            state=OutboxState.HELD,
            own_address=message.own_address,
            subject=message.subject or clean_line(letter.subject),
            message_ref=message.thread_ref,
            in_reply_to=message.references.split()[-1] if message.references else "",
            references=message.references,
            template_id=letter.template_id,
            template_values=dict(letter.template_values),
            attachments=_files(letter),
            attachment_names=tuple(file.name for file in letter.attachments),
            not_before=letter.not_before or now,
            expires_at=letter.expires_at,
            created_by=letter.author,
            created_at=now,
            updated_at=now,
            scheduled=letter.scheduled,
            hold_if_guest_writes=letter.hold_if_guest_writes,
            body_hash=body_hash(message.full_text or message.text),
            undo=undo,
            way=letter.way,
            target=letter.target,
            tag=letter.tag,
            html=with_footer(letter.html, added(clean(letter.text), message.full_text)),
        )
    )
    if row is not None:
        tx.changed("outbox", row.id)
        tx.changed("conversation", conversation.id)
    return row


def _files(letter: Letter) -> tuple[str, ...]:
    """What is attached, and then the pictures that the design shows from the store of files."""
    attached = [file.sha256 for file in letter.attachments]
    return tuple(dict.fromkeys([*attached, *PICTURE.findall(letter.html)]))


def _parent(tx: Transaction, conversation: Conversation, letter: Letter) -> Message | None:
    """The guest's newest mail in this conversation on this account."""
    for row in reversed(tx.messages.page(conversation.id, None, 50)):
        if row.direction is Direction.IN and (row.channel, row.account) == (letter.channel, letter.account):
            return tx.messages.get(row.id)
    return None


def subject_of(tx: Transaction, desk: Desk, conversation: Conversation | None, letter: Letter) -> str:
    """What a mail with this letter would be called, for previews."""
    return _subject(desk, letter, _parent(tx, conversation, letter) if conversation is not None else None)


def _subject(desk: Desk, letter: Letter, parent: Message | None) -> str:
    """Its own, else that of the guest's mail, else whose house it is: nothing that leaves by itself has none."""
    return clean_line(letter.subject) or _answering(parent) or (desk.hotel if letter.origin in TO_MANY else "")


def _answering(parent: Message | None) -> str:
    if parent is None or not parent.subject:
        return ""
    subject = parent.subject
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _references(parent: Message) -> str:
    ids = [*parent.references.split(), parent.thread_ref]
    ids = [one for one in ids if one]
    return " ".join(ids if len(ids) <= _REFERENCES else [ids[0], *ids[1 - _REFERENCES :]])


def message_id(key: str, own_address: str) -> str:
    """Fixed when the row is made: every repeat of a mail carries the same."""
    domain = own_address.rpartition("@")[2] or "tui-inbox.invalid"
    return f"<{key.lower()}@{domain}>"

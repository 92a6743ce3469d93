"""What vendors tell besides messages and receipts: reactions, edits, closed lines, wishes of guests, news.

All of it may come late, twice, and in any order: the newest word about each thing is the one that holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tui_inbox.domain.conversation import Conversation
from tui_inbox.domain.display import clean, clean_line
from tui_inbox.domain.event import Code
from tui_inbox.domain.guest import Guest, Line
from tui_inbox.domain.message import Message, preview
from tui_inbox.ports.channel import Access, News, Reaction, Revision, Wish
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import ConsentRow
from tui_inbox.services import settling
from tui_inbox.services.desk import Desk
from tui_inbox.services.lifecycle import with_deadline

UNSENT = "<unsent>"
"""``Conversation.preview_by`` of a message that its writer took back."""
BY_VENDOR = "provider"
"""Source of what a guest told the vendor and not us."""
_EMOJI_MAX = 32
_ASKED_ANEW = {"account": "channel_test", "templates": "sync_templates"}
"""Topic of a piece of news -> kind of the job that looks into it."""


def apply(
    tx: Transaction, desk: Desk, account: str, item: Reaction | Revision | Access | Wish | News, now: datetime
) -> bool:
    """False when nobody here knows (yet) what it speaks of."""
    if isinstance(item, Reaction):
        return _reacted(tx, account, item, now)
    if isinstance(item, Revision):
        return _revised(tx, account, item, now)
    if isinstance(item, Access):
        return _access(tx, desk, account, item)
    if isinstance(item, Wish):
        return _wished(tx, desk, account, item, now)
    return _asked_anew(tx, account, item, now)


def _reacted(tx: Transaction, account: str, item: Reaction, now: datetime) -> bool:
    message = tx.messages.by_external(account, item.target)
    if message is None:
        return False
    # What the hotel set elsewhere, or here: an echo of the same sign keeps whose it was.
    by, emoji = "" if item.outbound else "guest", clean_line(item.emoji)[:_EMOJI_MAX]
    if tx.messages.react(message.id, by, emoji, min(item.at, now)):
        tx.changed("conversation", message.conversation_id)
    return True


def _revised(tx: Transaction, account: str, item: Revision, now: datetime) -> bool:
    message = tx.messages.by_external(account, item.external_id)
    if message is None:
        return False
    at = min(item.at, now)
    if item.text is None:
        if message.removed_at is None:
            message = message._replace(removed_at=at)
            tx.messages.put(message)
            _show(tx, message)
        return True
    text = clean(item.text)
    if message.edited_at is not None and at <= message.edited_at:
        if at < message.edited_at and text not in [said for _, said in tx.messages.revisions(message.id)]:
            # An earlier wording that is heard of later.
            tx.messages.revise(message, text, message.edited_at)
        return True
    if text != message.text:
        before, message = message.text, message._replace(text=text, full_text="", edited_at=at)
        tx.messages.revise(message, before, at)
        _show(tx, message)
    return True


def _show(tx: Transaction, message: Message) -> None:
    """The list's line follows its message."""
    conversation = tx.conversations.load(message.conversation_id)
    if conversation.last_message_id == message.id:
        if message.removed_at is not None:
            conversation = conversation._replace(preview="", preview_by=UNSENT)
        else:
            said = preview(message.text, message.subject, message.attachments)
            conversation = conversation._replace(preview=said)
        tx.conversations.put(conversation)
    tx.changed("conversation", conversation.id)


def _access(tx: Transaction, desk: Desk, account: str, item: Access) -> bool:
    address = clean_line(item.address)
    settling.hold_lines(tx, item.channel, [address])
    line = tx.lines.get(account, item.channel, address) or Line(account, item.channel, address)
    if line.access_at is not None and item.at < line.access_at:
        return True
    closed = clean_line(item.closed_code)
    tx.lines.put(line._replace(closed_code=closed, open_until=item.open_until, access_at=item.at))
    _recount(tx, desk, tx.guests.by_handle(item.channel, address))
    return True


def _recount(tx: Transaction, desk: Desk, guests: Sequence[Guest]) -> None:
    """A line opened or closed: the clocks of its guests run or stop, and their screens say so."""
    for guest in guests:
        for conversation in tx.conversations.all_of_guest(guest.id):
            loaded = tx.conversations.load(conversation.id)
            tx.conversations.put(with_deadline(tx, desk, loaded))
            tx.changed("conversation", conversation.id)
        tx.changed("guest", guest.id)


def _wished(tx: Transaction, desk: Desk, account: str, item: Wish, now: datetime) -> bool:
    addresses = list(dict.fromkeys(clean_line(one) for one in (item.address, *item.also) if one))
    found = {guest.id: guest for address in addresses for guest in tx.guests.by_handle(item.channel, address)}
    if item.marketing:
        for guest in found.values():
            _consent(tx, guest, item, now)
        return bool(found)
    settling.hold_lines(tx, item.channel, addresses)
    news = [address for address in addresses if _stop(tx, Line(account, item.channel, address), item)]
    if news:
        code = Code.STOPPED_BY_PROVIDER if item.stops else Code.STARTED_BY_PROVIDER
        for guest in found.values():
            _tell(tx, guest, code, {"channel": item.channel}, now)
    return True


def _consent(tx: Transaction, guest: Guest, item: Wish, now: datetime) -> None:
    known = {(row.topic, row.medium): row for row in tx.consents.of_guest(guest.id)}.get(("marketing", item.channel))
    if known is not None and known.at is not None and item.at <= known.at:
        return
    row = ConsentRow("marketing", item.channel, not item.stops, item.at, "", BY_VENDOR)
    tx.consents.put(guest.id, row)
    if known is None or known.allowed != row.allowed:
        code = Code.CONSENT_OFF if item.stops else Code.CONSENT_ON
        _tell(tx, guest, code, {"topic": "marketing", "medium": item.channel, "source": BY_VENDOR}, now)


def _stop(tx: Transaction, blank: Line, item: Wish) -> bool:
    """Stop the line as its carrier does; tells whether that is new."""
    line = tx.lines.get(blank.account, blank.channel, blank.address) or blank
    if line.wish_at is not None and item.at <= line.wish_at:
        return False
    was = line.stopped_at is not None
    if item.stops and not was:
        line = line._replace(stopped_at=item.at, stop_word="", stop_source=BY_VENDOR)
    elif not item.stops:
        line = line._replace(stopped_at=None, stop_word="", stop_source="")
    tx.lines.put(line._replace(wish_at=item.at))
    return was != item.stops


def _tell(tx: Transaction, guest: Guest, code: Code, params: dict[str, str | int], now: datetime) -> None:
    rows: Sequence[Conversation] = tx.conversations.all_of_guest(guest.id)
    for conversation in rows[:1]:
        settling.tell(tx, code, conversation, "", now, params=params)
    for conversation in rows:
        tx.changed("conversation", conversation.id)
    tx.changed("guest", guest.id)


def _asked_anew(tx: Transaction, account: str, item: News, now: datetime) -> bool:
    kind = _ASKED_ANEW.get(item.topic)
    if kind is not None and not any((job.kind, job.account) == (kind, account) for job in tx.jobs.queued(100)):
        tx.jobs.add(kind, account, {}, "", now)
    return True

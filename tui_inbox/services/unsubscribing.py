"""Guests who take themselves off a kind of mail: by a mail to our address, by answering STOP, or on our page.

Whoever holds a good token may use it, for it turns off nothing but one kind of mail of one guest; what is not signed
by this store, or is too old, turns off nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from tui_inbox.domain import optout
from tui_inbox.domain.channel import ChannelTraits
from tui_inbox.domain.consent import Keyword, keyword
from tui_inbox.domain.conversation import Conversation
from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import NotFound, Refused
from tui_inbox.domain.event import Code
from tui_inbox.domain.guest import Guest, Line
from tui_inbox.domain.message import Direction, MessageClass
from tui_inbox.domain.signed import is_old
from tui_inbox.rows import ConsentRow
from tui_inbox.services import settling
from tui_inbox.services.admission import TO_MANY
from tui_inbox.services.desk import Desk
from tui_inbox.services.footers import known_key, signing_key, takes_footer
from tui_inbox.services.linking import living

if TYPE_CHECKING:
    from tui_inbox.ports.channel import Inbound
    from tui_inbox.ports.store import Transaction

BY_MAIL, BY_ANSWER, BY_PAGE = "by_mail", "by_answer", "by_page"
"""``ConsentRow.source`` of what a guest did; ``wording`` has the words."""


class Parting(NamedTuple):
    """What a mail asks for besides what it says."""

    topics: tuple[MessageClass, ...] = ()
    allowed: bool = False
    guest_id: int = 0
    """Whom the token names; 0: whoever wrote."""
    source: str = ""
    refused: str = ""
    """Code of why its token does nothing."""

    @property
    def quiet(self) -> bool:
        """Nobody needs to read it: it has done what it was for."""
        return bool(self.topics)

    def marked(self, item: Inbound) -> Inbound:
        """A mail that a program wrote for its reader is no word of a guest's."""
        return msgspec.structs.replace(item, automated=True) if self.topics and self.guest_id else item


NOTHING = Parting()


def stopping(tx: Transaction, known: Line | None, item: Inbound, address: str, traits: ChannelTraits) -> Keyword | None:
    """A STOP word, or a START word where there is a stop to take back: «Alta» may be an answer, too."""
    word = keyword(item.text) if traits.stop_words and not item.outbound else None
    if word is None or word.stops:
        return word
    stopped = known is not None and known.stopped_at is not None
    return word if stopped or tx.lines.stopped(item.channel, address) is not None else None


def asked(tx: Transaction, account: str, item: Inbound, traits: ChannelTraits, now: datetime) -> Parting:
    """By the token in its subject, else by a single word that answers."""
    if item.outbound or not takes_footer(traits):
        return NOTHING
    code = optout.in_subject(item.subject)
    if code:
        return _by_token(tx, code, BY_MAIL, now)
    word = keyword(item.text)
    if word is None or word.ambiguous or item.automated:
        return NOTHING
    return Parting(_meant(tx, account, item, word), not word.stops, 0, BY_ANSWER)


def _meant(tx: Transaction, account: str, item: Inbound, word: Keyword) -> tuple[MessageClass, ...]:
    """STOP to an offer ends offers; where nothing says what it answers, and for START, all of them."""
    references = item.references.split()
    parent = tx.messages.by_reference(account, references[::-1]) if references and word.stops else None
    if parent is not None and parent.direction is Direction.OUT and parent.origin in TO_MANY:
        return (parent.message_class,)
    return tuple(MessageClass)


def _by_token(tx: Transaction, code: str, source: str, now: datetime) -> Parting:
    found = optout.read(signing_key(tx), code)
    if found is None:
        return Parting(refused="unsubscribe_forged")
    if is_old(found.issued, now.date()):
        return Parting(refused="unsubscribe_old")
    return Parting((found.topic,), False, found.guest_id, source)


def carry_out(tx: Transaction, parting: Parting, conversation: Conversation, medium: str, now: datetime) -> None:
    """Do what a mail asked for, or say in its thread why not; one that asked for nothing does nothing."""
    if parting.refused:
        settling.tell(tx, Code.UNSUBSCRIBE_REFUSED, conversation, "", now, params={"reason": parting.refused})
        return
    if not parting.topics:
        return
    try:
        guest = living(tx, parting.guest_id or conversation.guest_id)
    except NotFound:
        params: dict[str, str | int] = {"reason": "unsubscribe_unknown"}
        settling.tell(tx, Code.UNSUBSCRIBE_REFUSED, conversation, "", now, params=params)
        return
    _turn(tx, guest, parting.topics, parting.allowed, medium, parting.source, now)


def by_page(tx: Transaction, desk: Desk, code: str, now: datetime) -> MessageClass:
    """What the page's button (or a mail program's own) does. Raises ``Refused`` for a token that is not good."""
    parting = _by_token(tx, code, BY_PAGE, now)
    if parting.refused:
        raise Refused(parting.refused)
    try:
        guest = living(tx, parting.guest_id)
    except NotFound:
        raise Refused("unsubscribe_unknown") from None
    _turn(tx, guest, parting.topics, False, _mail(desk), BY_PAGE, now)
    return parting.topics[0]


def looked_at(tx: Transaction, code: str, now: datetime) -> MessageClass | None:
    """Which kind of mail a link is about; None where it is not good. Changes nothing."""
    parting = _by_token(tx, code, BY_PAGE, now) if known_key(tx) else NOTHING
    return parting.topics[0] if parting.topics else None


def _mail(desk: Desk) -> str:
    """The channel that footers speak of."""
    for account in desk.accounts.values():
        for code, traits in account.channels.items():
            if takes_footer(traits):
                return code
    return "email"


def _turn(
    tx: Transaction,
    guest: Guest,
    topics: Sequence[MessageClass],
    allowed: bool,
    medium: str,
    source: str,
    now: datetime,
) -> None:
    """Twice is once; what an operator or the guest had said before is overwritten by this newer word."""
    # What is switched at the desk this moment is known before this word is put on top of it.
    tx.guests.load(guest.id)
    known = {(row.topic, row.medium): row for row in tx.consents.of_guest(guest.id)}
    conversations = tx.conversations.all_of_guest(guest.id)
    for topic in topics:
        before = known.get((topic.value, medium))
        if (before is None or before.allowed) == allowed:
            continue
        tx.consents.put(guest.id, ConsentRow(topic.value, medium, allowed, now, "", clean_line(source)))
        params: dict[str, str | int] = {"topic": topic.value, "medium": medium, "source": source}
        code = Code.CONSENT_ON if allowed else Code.CONSENT_OFF_BY_GUEST
        for conversation in conversations[:1]:
            settling.tell(tx, code, conversation, "", now, params=params)
    for conversation in conversations:
        tx.changed("conversation", conversation.id)
    tx.changed("guest", guest.id)

"""Under what rules, bookings and group sends write: why the guest gets it and the way out, also in a mail's head."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from tui_inbox.domain.channel import ChannelTraits, HandleKind
from tui_inbox.domain.errors import NotFound
from tui_inbox.domain.footer import RULE, Footer, under_mail, under_sms
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.optout import mailto, token
from tui_inbox.domain.outbox import Outgoing, Sender
from tui_inbox.services.desk import Desk

if TYPE_CHECKING:
    from tui_inbox.domain.guest import Guest
    from tui_inbox.ports.store import Transaction

STAFF = "staff"
"""Label of the handle of somebody who works here: told things, never subscribed to them."""
_KEY = "unsubscribe.key"


class WaysOut(NamedTuple):
    """How this guest ends this kind of mail."""

    mail: str
    """``mailto:`` link."""
    page: str = ""
    """Link to our own page; empty where no public receiver serves it."""

    @property
    def shown(self) -> str:
        return self.page or self.mail


def signing_key(tx: Transaction) -> bytes:
    """What tokens are signed with; made at its first use, so it needs a write transaction then."""
    kept = tx.mappings.get(_KEY)
    if not kept:
        import secrets

        kept = tx.mappings.keep(_KEY, secrets.token_hex(32))
    return bytes.fromhex(kept)


def known_key(tx: Transaction) -> bytes:
    """The same for who may only read; empty before its first use."""
    return bytes.fromhex(tx.mappings.get(_KEY) or "")


def takes_footer(traits: ChannelTraits) -> bool:
    """A mailbox of the guest's own: a booking site's relay has its own rules, and would strip the link."""
    return traits.has_subject and traits.handle is HandleKind.EMAIL


def ways_out(tx: Transaction, desk: Desk, guest_id: int, own: str, topic: MessageClass, now: datetime) -> WaysOut:
    """``own`` is the mailbox that reads the answer; before there is a key to sign with, only that is named."""
    key = known_key(tx)
    if not key:
        return WaysOut(f"mailto:{own}")
    code = token(key, guest_id, topic, now.date())
    return WaysOut(mailto(own, code), f"{desk.public_url}/unsubscribe/{code}" if desk.public_url else "")


def footer_of(tx: Transaction, desk: Desk, guest: Guest | None, now: datetime) -> Footer:
    """The texts in the language in which this guest is written to; only the way out is not filled in yet."""
    from tui_inbox.services import footer_texts  # with what loads for it, which the screen's start does not need

    return footer_texts.of_guest(tx, desk, guest, now)


def finished(
    tx: Transaction,
    desk: Desk,
    guest_id: int,
    account: str,
    channel: str,
    text: str,
    topic: MessageClass,
    now: datetime,
) -> str:
    """The text as this guest will get it by this channel when no person wrote it; previews show the same.

    It only reads: who sends makes the ``signing_key`` first.
    """
    traits = desk.traits(account, channel)
    if any(handle.label == STAFF for handle in tx.guests.handles(guest_id)):
        return text
    footer = footer_of(tx, desk, tx.guests.get(guest_id), now)
    if takes_footer(traits):
        own = desk.accounts[account].own.get(channel, "")
        return under_mail(text, footer, topic, ways_out(tx, desk, guest_id, own, topic, now).shown)
    if traits.stop_words and topic is MessageClass.MARKETING:
        return under_sms(text, footer)
    return text


def added(text: str, whole: str) -> str:
    """What ``finished`` put under the text, without the line above it."""
    under = whole.removeprefix(text.rstrip())
    return under.strip().removeprefix(RULE).strip() if under != whole else ""


def in_head(tx: Transaction, desk: Desk, row: Outgoing, sender: Sender, now: datetime) -> tuple[str, ...]:
    """Links of ``List-Unsubscribe`` for this row: marketing by mail has them, whoever pressed the button."""
    if sender.message_class is not MessageClass.MARKETING:
        return ()
    try:
        traits = desk.traits(row.account, row.channel)
    except NotFound:
        return ()
    if not takes_footer(traits):
        return ()
    signing_key(tx)
    ways = ways_out(tx, desk, sender.guest_id, row.own_address, MessageClass.MARKETING, now)
    return tuple(way for way in (ways.page, ways.mail) if way)

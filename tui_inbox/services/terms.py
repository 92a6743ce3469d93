"""Changed terms: to every guest with an upcoming stay, who is asked to accept them; and who has not."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from tui_inbox.domain.campaign import Campaign, CampaignKind, Recipient, RecipientState
from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.event import Code, Event
from tui_inbox.domain.guest_list import UPCOMING
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.template import variables
from tui_inbox.services import campaigns, guest_lists
from tui_inbox.services.campaigns import GroupSend
from tui_inbox.services.desk import SYSTEM, Actor, Desk
from tui_inbox.services.group_letters import Wording
from tui_inbox.wording import N_, translated

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction

LINK, NOTE = "terms_link", "note"
MOST_LINK = 200
KEYWORD, BY_HAND = "keyword", "by_hand"
_TEXT = N_(
    "Hello ##{{first_name}},\n\nthe terms for your stay have changed. Please read them: ##{{terms_link}}\n##{{note}}"
    "\n\nAnswer YES to accept them.\n\n##{{hotel}}"
)


class ChangedTerms(NamedTuple):
    """What an operator fills in."""

    name: str
    link: str
    text: str
    channels: tuple[str, ...]
    note: str = ""
    """The hotel's own words; empty: its line is left out."""
    subject: str = ""


def suggested(language: str) -> str:
    """The text to begin with; the link must stay in it."""
    return translated(_TEXT, language)


def send_to_upcoming(tx: Transaction, desk: Desk, terms: ChangedTerms, reason: str, now: datetime) -> GroupSend:
    """What would be sent, to everybody who arrives today or later; nothing is written.

    Raises ``Refused``: ``terms_link`` without the link in the text and a value for it, ``terms_nobody``.
    """
    link = clean_line(terms.link)
    linked = link.startswith(("https://", "http://")) and len(link) <= MOST_LINK
    if not linked or LINK not in variables(terms.text):
        raise Refused("terms_link")
    guests = guest_lists.members(tx, desk, UPCOMING, now)
    if not guests:
        raise Refused("terms_nobody")
    values = {LINK: link, NOTE: clean_line(terms.note)}
    wording = Wording(terms.channels, terms.text, terms.subject, None, MessageClass.TRANSACTIONAL, values)
    return GroupSend(wording, guests, terms.name, reason, kind=CampaignKind.TERMS)


def accept(tx: Transaction, actor: Actor, campaign_id: int, guest_id: int, how: str, now: datetime) -> Recipient:
    """This guest has accepted; ``how`` is ``keyword`` or ``by_hand``. Raises ``Refused("terms_accepted_already")``."""
    actor.require_write()
    campaign = tx.campaigns.load(campaign_id)
    recipient = tx.campaigns.recipient(campaign_id, guest_id)
    asked = recipient is not None and recipient.state is RecipientState.QUEUED
    if recipient is None or not asked or recipient.accepted_at is not None or campaign.kind is not CampaignKind.TERMS:
        raise Refused("terms_accepted_already")
    accepted = recipient._replace(accepted_at=now, accepted_by=actor.code or how)
    tx.campaigns.put_recipient(accepted)
    params: dict[str, str | int] = {"terms": campaign.name, "how": how}
    tx.events.add(Event(0, now, Code.TERMS_ACCEPTED, actor.code, guest_id=guest_id, params=params))
    tx.changed("campaign", campaign_id)
    tx.changed("guest", guest_id)
    return accepted


def heard(tx: Transaction, guest_id: int, at: datetime, now: datetime) -> bool:
    """A guest wrote nothing but yes ``at`` this time: to the newest terms they were sent before; False: to nothing."""
    for recipient in tx.campaigns.terms_of(guest_id):
        if recipient.queued_at is not None and recipient.queued_at <= at:
            accept(tx, SYSTEM, recipient.campaign_id, guest_id, KEYWORD, now)
            return True
    return False


def outstanding(tx: Transaction, campaign: Campaign) -> tuple[tuple[int, str], ...]:
    """(id, name) of those who were asked and have not accepted."""
    rows = campaigns.results(tx, campaign.id, None, guest_lists.MOST_MEMBERS)
    return tuple(
        (row.guest_id, row.guest)
        for row in rows
        if row.accepted_at is None and row.fate not in ("left_out", "cancelled")
    )

"""Changed terms: to every guest with an upcoming stay, who is asked to accept them; and who has not."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from tui_inbox.domain.campaign import Campaign, CampaignKind, Recipient, RecipientState
from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import NotFound, Refused
from tui_inbox.domain.event import Code, Event
from tui_inbox.domain.guest_list import UPCOMING
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.template import Template, TemplateKind, variables
from tui_inbox.services import campaigns, guest_lists
from tui_inbox.services.accept_links import ACCEPT, said_by
from tui_inbox.services.campaigns import GroupSend
from tui_inbox.services.desk import SYSTEM, Actor, Desk
from tui_inbox.services.group_letters import Wording
from tui_inbox.services.templates import language_of
from tui_inbox.services.undo import AcceptedStep, write_events
from tui_inbox.wording import N_, translated

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction

LINK, NOTE = "terms_link", "note"
OCCASION = "terms"
"""``Template.event`` of the hotel's own text for it."""
MOST_LINK = 200
KEYWORD, BY_LINK, BY_HAND = "keyword", "link", "by_hand"
"""``Recipient.accepted_how``."""
_TEXT = N_(
    "Hello ##{{first_name}},\n\nthe terms for your stay have changed. Please read them: ##{{terms_link}}\n##{{note}}"
    "\n\nAnswer YES to accept them.\n\n##{{hotel}}"
)
_TEXT_WITH_PAGE = N_(
    "Hello ##{{first_name}},\n\nthe terms for your stay have changed. Please read them: ##{{terms_link}}\n##{{note}}"
    "\n\nAccept them here, or answer YES: ##{{accept_link}}\n\n##{{hotel}}"
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
    template: int | None = None
    """The hotel's own text for the occasion in place of ``text``; each guest gets it in their language."""


class Asking(NamedTuple):
    """What the page behind a guest's link shows."""

    name: str
    link: str
    note: str
    language: str
    accepted_at: datetime | None


def suggested(desk: Desk) -> str:
    """The text to begin with; the link must stay in it."""
    return translated(_TEXT_WITH_PAGE if desk.public_url else _TEXT, desk.language)


def own_texts(tx: Transaction) -> tuple[Template, ...]:
    """The hotel's own texts for this occasion, one of each name."""
    found: dict[str, Template] = {}
    for one in tx.templates.all(TemplateKind.REMINDER):
        if one.event == OCCASION and not one.archived:
            found.setdefault(one.name, one)
    return tuple(found.values())


def send_to_upcoming(
    tx: Transaction, desk: Desk, actor: Actor, terms: ChangedTerms, reason: str, now: datetime
) -> GroupSend:
    """What would be sent, to everybody who arrives today or later (where this operator may see them).

    Raises ``Refused``: ``terms_link`` without the link in the text and a value for it, ``terms_no_page`` where the
    text has the guest's own link and no page answers it, ``terms_nobody``.
    """
    link = clean_line(terms.link)
    linked = link.startswith(("https://", "http://")) and len(link) <= MOST_LINK
    texts = _texts(tx, terms)
    if not linked or any(LINK not in variables(text) for text in texts):
        raise Refused("terms_link")
    if not desk.public_url and any(ACCEPT in variables(text) for text in texts):
        raise Refused("terms_no_page")
    guests = guest_lists.members(tx, desk, actor, UPCOMING, now)
    if not guests:
        raise Refused("terms_nobody")
    values = {LINK: link, NOTE: clean_line(terms.note), ACCEPT: ""}
    text = "" if terms.template is not None else terms.text
    wording = Wording(terms.channels, text, terms.subject, terms.template, MessageClass.TRANSACTIONAL, values)
    return GroupSend(wording, guests, terms.name, reason, kind=CampaignKind.TERMS)


def _texts(tx: Transaction, terms: ChangedTerms) -> list[str]:
    """Every text that one of the guests may get."""
    chosen = tx.templates.get(terms.template) if terms.template is not None else None
    if chosen is None:
        return [terms.text]
    named = tx.templates.named(chosen.kind, chosen.name)
    return [text for one in named if not one.archived for text in (one.body, *one.forms.values())]


def accept(tx: Transaction, actor: Actor, campaign_id: int, guest_id: int, how: str, now: datetime) -> Recipient:
    """This guest has accepted, in one of the three ways. Raises ``Refused("terms_accepted_already")``."""
    actor.require_write()
    campaign, recipient = _asked(tx, campaign_id, guest_id)
    if campaign is None or recipient is None or recipient.accepted_at is not None:
        raise Refused("terms_accepted_already")
    actor.require_property(campaign.property)
    accepted = recipient._replace(accepted_at=now, accepted_by=actor.code, accepted_how=how)
    tx.campaigns.put_recipient(accepted)
    params: dict[str, str | int] = {"terms": campaign.name, "how": how}
    event = Event(0, now, Code.TERMS_ACCEPTED, actor.code, guest_id=guest_id, params=params)
    # What a guest did stands; what was noted at the desk can be a slip of the finger.
    write_events(tx, [event], [AcceptedStep(campaign_id, guest_id, now)] if actor.code else [])
    tx.changed("campaign", campaign_id)
    tx.changed("guest", guest_id)
    return accepted


def _asked(tx: Transaction, campaign_id: int, guest_id: int) -> tuple[Campaign | None, Recipient | None]:
    """The terms and the guest who was sent them; who writes holds the campaign, so that nobody else changes either."""
    try:
        campaign = tx.campaigns.load(campaign_id)
    except NotFound:
        return None, None
    recipient = tx.campaigns.recipient(campaign_id, guest_id)
    sent = recipient is not None and recipient.state is RecipientState.QUEUED
    return (campaign, recipient) if sent and campaign.kind is CampaignKind.TERMS else (None, None)


def heard(tx: Transaction, guest_id: int, at: datetime, now: datetime) -> bool:
    """A guest wrote nothing but yes ``at`` this time: to the newest terms they were sent before; False: to nothing."""
    asked = asked_last(tx, guest_id, at)
    if asked is not None:
        accept(tx, SYSTEM, asked.campaign_id, guest_id, KEYWORD, now)
    return asked is not None


def asked_last(tx: Transaction, guest_id: int, at: datetime) -> Recipient | None:
    """The newest terms that this guest was sent before ``at`` and has not accepted."""
    sent = (one for one in tx.campaigns.terms_of(guest_id) if one.queued_at is not None and one.queued_at <= at)
    return next(sent, None)


def looked_at(tx: Transaction, desk: Desk, code: str, now: datetime) -> Asking:
    """What a guest's link is about; it changes nothing. Raises ``Refused`` where it is not good (any more)."""
    said = said_by(tx, code, now)
    campaign, recipient = _asked(tx, said.campaign_id, said.guest_id)
    guest = tx.guests.get(said.guest_id)
    if campaign is None or recipient is None or guest is None:
        raise Refused("accept_unknown")
    if campaign.created_at is not None and said.issued < campaign.created_at.date():
        # Of a question with the same number that a restored backup knows nothing of.
        raise Refused("accept_unknown")
    values, language = campaign.values, language_of(desk, guest)[0]
    return Asking(campaign.name, values.get(LINK, ""), values.get(NOTE, ""), language, recipient.accepted_at)


def by_page(tx: Transaction, desk: Desk, code: str, now: datetime) -> Asking:
    """What the page's button does; twice is once, and the first time stays. Raises ``Refused`` as ``looked_at``."""
    asking, said = looked_at(tx, desk, code, now), said_by(tx, code, now)
    if asking.accepted_at is not None:
        return asking
    accept(tx, SYSTEM, said.campaign_id, said.guest_id, BY_LINK, now)
    return asking._replace(accepted_at=now)


def outstanding(tx: Transaction, campaign: Campaign) -> tuple[tuple[int, str], ...]:
    """(id, name) of those who were asked and have not accepted."""
    rows = campaigns.results(tx, campaign.id, None, guest_lists.MOST_MEMBERS)
    return tuple(
        (row.guest_id, row.guest)
        for row in rows
        if row.accepted_at is None and row.fate not in ("left_out", "cancelled")
    )

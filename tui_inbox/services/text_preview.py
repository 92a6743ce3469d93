"""A text as each guest will read it on each channel, while it is still being written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tui_inbox.domain import sms
from tui_inbox.domain.channel import ChannelTraits
from tui_inbox.domain.conditions import Case
from tui_inbox.domain.cost import Cost, cost
from tui_inbox.domain.design import Node
from tui_inbox.domain.design_html import with_footer
from tui_inbox.domain.display import clean
from tui_inbox.domain.footer import RULE
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.message import Origin
from tui_inbox.domain.reservation import Reservation
from tui_inbox.domain.template import Rendered, Template, TemplateKind, cases
from tui_inbox.ports.store import Transaction
from tui_inbox.services.design import designed
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.footers import added, finished, ways_out
from tui_inbox.services.posting import Letter, subject_of
from tui_inbox.services.rendering import rendered_for, traits_of
from tui_inbox.services.templates import language_of, variant
from tui_inbox.services.variables import Scope, day_in_words, known, values_of, with_texts

AHEAD = timedelta(days=14)
MOST = 100
_DOTS = "..."
"""What nobody has written yet; three, for the one sign would make every SMS a dear one."""


class Recipient(NamedTuple):
    guest: Guest
    stay: Reservation | None
    sample: bool = False
    """Made up; every variable has a value."""


class Variant(NamedTuple):
    """Which language of a text a guest gets."""

    language: str
    wanted: str
    why: str
    """Code of where the wanted language is known from: ``guest``, ``phone`` or ``hotel``."""

    @property
    def stand_in(self) -> bool:
        return self.language.replace("-", "_").split("_")[0].lower() != self.wanted


class Preview(NamedTuple):
    rendered: Rendered
    nodes: tuple[Node, ...]
    """The design, where the channel shows one."""
    case: Case | None
    """The branch that is shown; None: the one that this guest gets."""
    cases: tuple[Case, ...]
    variant: Variant
    traits: ChannelTraits | None
    own_form: bool = False
    segments: sms.Segments | None = None
    cost: Cost | None = None
    under: str = ""
    """What stands below the text: its footer."""


def sample(desk: Desk, now: datetime) -> Recipient:
    """A guest of whom everything is known."""
    today = desk.today(now)
    stay = Reservation(
        0, 0, "pms", "SAMPLE-1", today, today + timedelta(days=2), room="204", room_type="Double", adults=2, children=1,
        payment="card", ota="Booking.com", ota_code="4711001",
    )  # fmt: skip
    return Recipient(Guest(0, name="Claire Martin", language=desk.language, phone=""), stay, sample=True)


def recipients(tx: Transaction, desk: Desk, now: datetime) -> tuple[Recipient, ...]:
    """The sample guest, then those who arrive in the coming days."""
    today = desk.today(now)
    stays = tx.reservations.arriving(today, today + AHEAD, 0, MOST)
    found = []
    for stay in sorted(stays, key=lambda one: (one.arrival, one.room, one.id)):
        guest = tx.guests.get(stay.guest_id)
        if guest is not None:
            found.append(Recipient(guest, stay))
    return (sample(desk, now), *found)


def preview(
    tx: Transaction,
    desk: Desk,
    template: Template,
    who: Recipient,
    channel: str,
    now: datetime,
    actor: Actor,
    branch: int = 0,
) -> Preview:
    """``branch`` counts from 1 through the text's branches; 0 is the one that this guest gets."""
    desk = with_texts(tx, desk)
    given = _given(template, desk, now)
    values = {**values_of(desk, who.guest, who.stay, template.language, now, actor), **given}
    body = template.forms.get(channel) or template.body
    ways = cases(body, values)
    case = ways[(branch - 1) % len(ways)] if branch and ways else None
    extra = {**given, **(case.values if case else {})}
    traits = traits_of(desk, channel)
    if template.kind is TemplateKind.FOOTER:
        extra["unsubscribe"] = _way_out(tx, desk, template, who, channel, now)
    rendered = rendered_for(tx, desk, template, who.guest, who.stay, channel, now, actor, extra)
    rendered, under = _finished(tx, desk, template, who, channel, now, rendered)
    segments = sms.segments(rendered.text) if traits is not None and traits.counts_segments else None
    return Preview(
        rendered,
        designed(rendered.source, rendered.values),
        case,
        ways,
        _variant(tx, desk, template, who.guest),
        traits,
        channel in template.forms,
        segments,
        _price(desk, traits, who.guest, segments),
        under,
    )


def _finished(
    tx: Transaction, desk: Desk, template: Template, who: Recipient, channel: str, now: datetime, rendered: Rendered
) -> tuple[Rendered, str]:
    """As it leaves: with what stands under a text that nobody typed, and that alone."""
    account = _account(desk, channel)
    if not account or template.kind not in (TemplateKind.REMINDER, TemplateKind.FOOTER):
        return rendered, ""
    if template.kind is TemplateKind.FOOTER:
        above = f"{_DOTS}\n\n{RULE}\n" if template.event else f"{_DOTS}\n"
        return rendered._replace(text=above + rendered.text), ""
    text = clean(rendered.text)
    whole = finished(tx, desk, who.guest.id, account, channel, text, template.message_class, now)
    under = added(text, whole)
    letter = Letter(account, channel, "", text, rendered.subject, origin=Origin.SCHEDULED)
    conversation = next(iter(tx.conversations.all_of_guest(who.guest.id)), None)
    subject = subject_of(tx, desk, conversation, letter)
    return rendered._replace(text=whole, subject=subject, html=with_footer(rendered.html, under)), under


def _way_out(tx: Transaction, desk: Desk, template: Template, who: Recipient, channel: str, now: datetime) -> str:
    account = _account(desk, channel)
    own = desk.accounts[account].own.get(channel, "") if account else ""
    return ways_out(tx, desk, who.guest.id, own, template.message_class, now).shown


def _account(desk: Desk, channel: str) -> str:
    """The first one that serves this channel."""
    return next((name for name, info in desk.accounts.items() if channel in info.channels), "")


def _given(template: Template, desk: Desk, now: datetime) -> dict[str, str]:
    """What an occasion would tell, made up for the preview."""
    day = day_in_words(desk.today(now), template.language)
    made: Mapping[str, str] = {
        "old_arrival": day,
        "old_departure": day,
        "note": _DOTS,
        "terms_link": "https://hotel.example/",
        "accept_link": "https://hotel.example/terms/…",
        **{name: desk.variables[name] for name in ("minutes_to_answer",) if name in desk.variables},
    }
    names = (one.name for one in known(template.kind, desk, template.event) if one.scope is Scope.EVENT)
    return {name: made.get(name, "30") for name in names}


def _price(desk: Desk, traits: ChannelTraits | None, guest: Guest, segments: sms.Segments | None) -> Cost | None:
    if traits is None:
        return None
    parts = segments.count if segments is not None else 1
    country = guest.country or desk.country
    return cost(traits, desk.prices.get(traits.code, {}), desk.currency, parts=parts, country=country)


def _variant(tx: Transaction, desk: Desk, template: Template, guest: Guest) -> Variant:
    """Of what is stored and what is being written, the language that this guest gets."""
    stored = [one for one in tx.templates.named(template.kind, template.name) if one.id != template.id]
    wanted, why = language_of(desk, guest)
    chosen, _stand_in = variant(
        [template, *(one for one in stored if one.language != template.language)], wanted, desk.language
    )
    return Variant(chosen.language, wanted, why)


def missing_languages(found: Sequence[Template], template: Template) -> tuple[str, ...]:
    """Languages that other texts of this kind have and this one has not; a footer has ours in each."""
    if template.kind is TemplateKind.FOOTER:
        return ()
    if template.kind is TemplateKind.TEXT:
        found = [one for one in found if (one.property, one.room_type) == (template.property, template.room_type)]
    mine = {template.language, *(one.language for one in found if one.name == template.name)}
    return tuple(sorted({one.language for one in found if one.kind is template.kind} - mine))

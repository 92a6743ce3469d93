"""Before a message is sent: by which ways it may go, until when, at what cost, and what stands against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from tui_inbox.domain import sms
from tui_inbox.domain.budget import Mark
from tui_inbox.domain.channel import ChannelTraits, HandleKind
from tui_inbox.domain.consent import Permission
from tui_inbox.domain.conversation import Conversation, State
from tui_inbox.domain.cost import Cost, cost
from tui_inbox.domain.errors import NotFound, Refused
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.outbox import body_hash
from tui_inbox.domain.preflight import hints, stripped
from tui_inbox.domain.reservation import booked_at, is_live
from tui_inbox.domain.window import Allowed, Verdict, later
from tui_inbox.rows import DraftRow, Presence
from tui_inbox.services import sms_used
from tui_inbox.services.accounts import may_carry
from tui_inbox.services.admission import admission, both, too_long
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.matching import country_of

if TYPE_CHECKING:
    from tui_inbox.domain.template import Template
    from tui_inbox.ports.store import Transaction

_RANK = (Allowed.FREE, Allowed.HUMAN_ONLY, Allowed.TEMPLATE_ONLY, Allowed.NONE, Allowed.READ_ONLY)
"""The most useful way to answer comes first."""
Notice = tuple[str, Mapping[str, str | int]]


class ChannelChoice(NamedTuple):
    """One way to reach the guest: own account, channel, their address, and what is allowed on it now."""

    account: str
    channel: str
    address: str
    own_address: str
    traits: ChannelTraits
    verdict: Verdict
    notices: tuple[Notice, ...] = ()
    country: str = ""
    """Of a phone number, where the price depends on it."""


class Composer(NamedTuple):
    """All that the composer shows before a letter is typed."""

    conversation_id: int
    guest_id: int
    choices: tuple[ChannelChoice, ...]
    default: int
    """Index of the choice to start with: where the guest wrote last, else the first that is free; -1 for none."""
    draft: DraftRow | None
    others: tuple[DraftRow, ...]
    """Drafts of colleagues, which may be taken over."""
    presence: tuple[Presence, ...]
    seen_message_id: int | None
    """To be given back with the reply, so that a colleague's answer in between is noticed."""
    state: State
    kept_wake_at: datetime | None
    language: str


class Preflight(NamedTuple):
    """The line under the text while it is typed."""

    length: int
    limit: int | None
    segments: sms.Segments | None
    cost: Cost
    problems: tuple[Notice, ...]
    """Each of them would be refused."""
    notices: tuple[Notice, ...]
    cheaper: str | None = None
    """The same text inside the GSM alphabet, when that saves a part."""


def composer(tx: Transaction, desk: Desk, actor: Actor, conversation_id: int, now: datetime) -> Composer:
    """The ways to answer here, the best first; a read-only person gets none."""
    conversation = tx.conversations.get(conversation_id)
    if conversation is None:
        raise NotFound(f"conversation {conversation_id}")
    guest = tx.guests.get(conversation.guest_id)
    if guest is None:
        raise NotFound(f"guest {conversation.guest_id}")
    choices = tuple(_choices(tx, desk, actor, conversation, guest, now))
    return Composer(
        conversation_id=conversation.id,
        guest_id=guest.id,
        choices=choices,
        default=_default(choices, conversation),
        draft=tx.drafts.get(conversation.id, actor.code),
        others=tuple(tx.drafts.of_others(conversation.id, actor.code)),
        presence=tuple(tx.presences.of(conversation.id, now, actor.code)),
        seen_message_id=conversation.last_message_id,
        state=conversation.state,
        kept_wake_at=conversation.kept_wake_at,
        language=guest.language,
    )


def _addresses(tx: Transaction, conversation: Conversation, guest: Guest) -> dict[tuple[str, str], str]:
    """(channel, address) -> why the vendor says it cannot be reached."""
    found = {(handle.channel, handle.address): handle.unreachable for handle in tx.guests.handles(guest.id)}
    if conversation.last_address:
        found.setdefault((conversation.last_channel, conversation.last_address), "")
    return found


def _choices(
    tx: Transaction, desk: Desk, actor: Actor, conversation: Conversation, guest: Guest, now: datetime
) -> list[ChannelChoice]:
    known = _addresses(tx, conversation, guest)
    on_file = {HandleKind.PHONE: guest.phone, HandleKind.EMAIL: guest.email}
    choices = []
    for info in desk.accounts.values():
        if actor.role == "read-only" or (actor.accounts and info.name not in actor.accounts):
            continue
        for code, traits in info.channels.items():
            addresses = {address: bad for (channel, address), bad in known.items() if channel == code}
            typed = on_file.get(traits.handle, "")
            if typed and traits.handle is not HandleKind.OPAQUE:
                addresses.setdefault(typed, "")
            if not addresses and traits.planned_may_start:
                addresses = dict.fromkeys(_booked_at(tx, guest, traits), "")
            for address, bad in addresses.items():
                choices.append(_choice(tx, desk, info.name, code, address, guest.id, bad, now))
    return sorted(choices, key=lambda choice: (_RANK.index(choice.verdict.kind), bool(choice.notices)))


def _booked_at(tx: Transaction, guest: Guest, traits: ChannelTraits) -> list[str]:
    """Numbers of the guest's stays of this site: nobody has written there, and a planned message may begin."""
    stays = tx.reservations.of_guest(guest.id)
    return [stay.ota_code for stay in stays if stay.ota_code and is_live(stay) and booked_at(stay.ota, traits.label)]


def _choice(
    tx: Transaction,
    desk: Desk,
    account: str,
    channel: str,
    address: str,
    guest_id: int,
    bad: str,
    now: datetime,
) -> ChannelChoice:
    found = admission(tx, desk, account=account, channel=channel, address=address, guest_id=guest_id, now=now)
    verdict, notices = found.verdict, []
    if found.standing.permission is Permission.BLOCKED:
        verdict = Verdict(Allowed.NONE, code=found.standing.code, params=found.standing.params)
    elif found.standing.permission is Permission.NOTICE:
        notices.append((found.standing.code, found.standing.params))
    if bad:
        notices.append(("address_unreachable", {"reason": bad}))
    spent = sms_used.budget(tx, desk, account, now) if found.traits.counts_segments else None
    if spent is not None and spent.mark is Mark.USED_UP:
        notices.append((sms_used.USED_UP, {"used": spent.used, "budget": spent.limit}))
    row = tx.accounts.get(account)
    if not may_carry(row, now):
        notices.append(("account_waits", {"account": account, "state": row.state if row else ""}))
    return ChannelChoice(
        account=account,
        channel=channel,
        address=address,
        own_address=desk.accounts[account].own.get(channel, ""),
        traits=found.traits,
        verdict=verdict,
        notices=tuple(notices),
        country=_country(address) if found.traits.handle is HandleKind.PHONE and _by_country(desk, channel) else "",
    )


def _by_country(desk: Desk, channel: str) -> bool:
    """Is some price of this channel one country's? Only then is the number looked at, which takes a library."""
    return any("/" in key or (len(key) == 2 and key.isupper()) for key in desk.prices.get(channel, {}))


@lru_cache(maxsize=512)
def _country(address: str) -> str:
    return country_of(address)


def _default(choices: Sequence[ChannelChoice], conversation: Conversation) -> int:
    last = (conversation.last_account, conversation.last_channel, conversation.last_address)
    for at, choice in enumerate(choices):
        if (choice.account, choice.channel, choice.address) == last:
            return at
    return 0 if choices else -1


def _category(template: Template | None, verdict: Verdict) -> str:
    """What is billed: where only a template may go, that is what it will be."""
    if template is not None:
        return template.category or "utility"
    return "utility" if verdict.kind is Allowed.TEMPLATE_ONLY else "service"


def _fault_in(text: str, desk: Desk) -> Refused | None:
    """Braces of a template that a guest would see; the rules of templates are loaded with the first brace."""
    if "#{" not in text:
        return None
    from tui_inbox.services.templates import fault_in

    return fault_in(text, desk)


def preflight(
    tx: Transaction | None,
    desk: Desk,
    actor: Actor,
    conversation_id: int,
    choice: ChannelChoice,
    text: str,
    now: datetime,
    *,
    template: Template | None = None,
    files: int = 0,
) -> Preflight:
    """Cheap enough for every key; with a transaction it also looks for the same text among the unknown sends."""
    traits = choice.traits
    counted = sms.segments(text) if traits.counts_segments else None
    verdict = later(traits, choice.verdict, now)
    problems: list[Notice] = []
    if not verdict.allows(template=template is not None):
        problems.append((verdict.code, {"channel": traits.label, **verdict.params}))
    misfits = [too_long(traits, text), both(traits, text.strip(), files) if template is None else None]
    problems += [(misfit.code, misfit.params) for misfit in misfits if misfit is not None]
    notices = list(choice.notices)
    fault = _fault_in(text, desk) if template is None else None
    if fault is not None:
        problems.append((fault.code, fault.params))
    notices += [(code, {}) for code in hints(text, files)] if template is None else []
    notices += [(code, {"channel": traits.label}) for code in stripped(text, traits.content_rules)]
    if tx is not None and text.strip() and tx.outbox.same_text(conversation_id, body_hash(text)):
        notices.append(("same_text_unknown", {}))
    return Preflight(
        length=len(text) if traits.max_bytes is None else len(text.encode("utf-8", "surrogatepass")),
        limit=traits.max_chars if traits.max_bytes is None else traits.max_bytes,
        segments=counted,
        cost=cost(
            traits,
            desk.prices.get(choice.channel, {}),
            desk.currency,
            parts=counted.count if counted else 1,
            category=_category(template, verdict),
            country=choice.country,
            in_window=verdict.kind is Allowed.FREE and verdict.until is not None,
        ),
        problems=tuple(problems),
        notices=tuple(notices),
        cheaper=sms.cheaper(text) if counted and counted.count > 1 and counted.forcing else None,
    )

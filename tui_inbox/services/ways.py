"""The ways by which a guest can be reached without a person at the keys, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from tui_inbox.domain.channel import ChannelTraits, HandleKind
from tui_inbox.domain.consent import Permission
from tui_inbox.domain.guest import Guest, Handle
from tui_inbox.domain.message import MessageClass, Origin
from tui_inbox.domain.planner import Mode
from tui_inbox.domain.reason import kept
from tui_inbox.domain.reservation import Reservation, booked_at
from tui_inbox.domain.template import Template
from tui_inbox.ports.store import Transaction
from tui_inbox.services.accounts import may_carry
from tui_inbox.services.admission import Admission, admission
from tui_inbox.services.desk import AccountInfo, Desk
from tui_inbox.services.posting import Letter

_NAMING = frozenset({"human_only", "planned_first"})
"""Reasons whose sentence names the channel."""


class Ways(NamedTuple):
    """Letters still without a text, one for each way that is used, and what stood against the channels before."""

    letters: tuple[Letter, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    """(channel, code of the reason), in the order in which they were tried."""

    @property
    def reason(self) -> str:
        """Why nothing can be sent; empty when something can."""
        return "" if self.letters else self.refused[-1][1] if self.refused else "no_address"


def ways_for(
    tx: Transaction,
    desk: Desk,
    guest: Guest,
    channels: Sequence[str],
    now: datetime,
    message_class: MessageClass = MessageClass.TRANSACTIONAL,
    mode: Mode = Mode.FIRST,
    *,
    stay: Reservation | None = None,
    origin: Origin = Origin.SCHEDULED,
    template: Template | None = None,
) -> Ways:
    """The first of the channels by which this guest can be reached now or, with ``Mode.BOTH``, each of them.

    ``template``: what is sent where it is a vendor's own, which leaves by its account alone and after the window too.
    """
    letters: list[Letter] = []
    refused: list[tuple[str, str]] = []
    silent: Letter | None = None
    if guest.blocked:
        return Ways(refused=tuple((channel, "guest_blocked") for channel in channels))
    handles = tx.guests.handles(guest.id)
    for channel in channels:
        letter, reason = _by(tx, desk, guest, handles, channel, now, message_class, stay, origin, template)
        if letter is None:
            refused.append((channel, reason))
            continue
        if mode is Mode.FIRST and len(channels) > 1 and not may_carry(tx.accounts.get(letter.account), now):
            silent = silent or letter
            refused.append((channel, "account_silent"))
            continue
        letters.append(letter)
        if mode is Mode.FIRST:
            break
    if not letters and silent is not None:
        # Nothing else works: it waits for the account.
        letters, refused = [silent], [one for one in refused if one[1] != "account_silent"]
    return Ways(tuple(letters), tuple(refused))


def why_none(desk: Desk, ways: Ways) -> str:
    """The reason as a row keeps it: with the channel's name, where its sentence says it."""
    if ways.reason not in _NAMING:
        return ways.reason
    channel = ways.refused[-1][0]
    traits = next(one.channels[channel] for one in desk.accounts.values() if channel in one.channels)
    return kept(ways.reason, {"channel": traits.label})


def way_for(
    tx: Transaction,
    desk: Desk,
    guest: Guest,
    channels: Sequence[str],
    now: datetime,
    message_class: MessageClass = MessageClass.TRANSACTIONAL,
    *,
    stay: Reservation | None = None,
    origin: Origin = Origin.SCHEDULED,
) -> tuple[Letter | None, str]:
    """The first way that works, or the last reason against one."""
    ways = ways_for(tx, desk, guest, channels, now, message_class, stay=stay, origin=origin)
    return (ways.letters[0] if ways.letters else None), ways.reason


def media_of(desk: Desk, guest: Guest, handles: Sequence[Handle], stays: Sequence[Reservation] = ()) -> frozenset[str]:
    """Codes of the channels by which there is an address for this guest, as rules and groups look for it."""
    found = {code: traits for account in desk.accounts.values() for code, traits in account.channels.items()}
    return frozenset(
        code
        for code, traits in found.items()
        if any(_addresses(guest, handles, traits, stay) for stay in (None, *stays))
    )


def _by(
    tx: Transaction,
    desk: Desk,
    guest: Guest,
    handles: Sequence[Handle],
    channel: str,
    now: datetime,
    message_class: MessageClass,
    stay: Reservation | None,
    origin: Origin,
    template: Template | None,
) -> tuple[Letter | None, str]:
    reason = "no_address"
    by_vendor = template is not None and bool(template.vendor_id)
    for account, address in _doors(desk, guest, handles, channel, stay):
        if template is not None and by_vendor and not _takes(account, channel, template):
            continue
        admitted = admission(
            tx,
            desk,
            account=account.name,
            channel=channel,
            address=address,
            guest_id=guest.id,
            now=now,
            message_class=message_class,
            individual=False,
            planned=True,
        )
        reason = _against(admitted, template=by_vendor)
        if not reason:
            return Letter(
                account.name, channel, address, "", origin=origin, scheduled=True, message_class=message_class
            ), ""
    return None, reason


def _takes(account: AccountInfo, channel: str, template: Template) -> bool:
    return template.account == account.name and account.channels[channel].templates_after_window


def _doors(
    desk: Desk, guest: Guest, handles: Sequence[Handle], channel: str, stay: Reservation | None
) -> Iterator[tuple[AccountInfo, str]]:
    for account in desk.accounts.values():
        if channel in account.channels:
            for address in _addresses(guest, handles, account.channels[channel], stay):
                yield account, address


def _addresses(
    guest: Guest, handles: Sequence[Handle], traits: ChannelTraits, stay: Reservation | None
) -> Sequence[str]:
    """By which a guest is reached on a channel: where they wrote, else what stands on file; at a booking site by this
    booking's code, for threads are per stay."""
    starts = traits.can_start or traits.planned_may_start
    if traits.handle is HandleKind.OPAQUE and starts and stay is not None and stay.ota:
        return [stay.ota_code] if stay.ota_code and booked_at(stay.ota, traits.label) else []
    known = [handle for handle in handles if handle.channel == traits.code]
    on_file = {HandleKind.PHONE: guest.phone, HandleKind.EMAIL: guest.email}.get(traits.handle, "")
    if known or not on_file or not traits.can_start:  # nobody knows whether that number has WhatsApp
        return [handle.address for handle in known if not handle.unreachable]
    return [on_file]


def _against(admitted: Admission, *, template: bool) -> str:
    if admitted.standing.permission is Permission.BLOCKED:
        return admitted.standing.code
    return "" if admitted.verdict.allows(template=template, human=False) else admitted.verdict.code

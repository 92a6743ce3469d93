"""Calls: where the hotel's number sends them, and those that were taken elsewhere, written down by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from tui_inbox.domain import lifecycle
from tui_inbox.domain.display import clean, clean_line
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.event import Code, Event
from tui_inbox.domain.message import Direction, Kind, Message, Origin, call_mark, preview
from tui_inbox.ports.channel import CallRoute, RoutesCalls
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.lifecycle import with_deadline
from tui_inbox.services.matching import e164
from tui_inbox.services.undo import CallStep, LifeStep, Step, UnreadStep, life_of, write_events

if TYPE_CHECKING:
    from tui_inbox.ports.channel import Channel
    from tui_inbox.ports.store import Transaction

LEAST_RINGING, MOST_RINGING = 5, 60
"""Seconds; beyond a minute most telephones' own voicemail has answered."""
LONGEST = 24 * 3600
FETCHED = "calls"
"""The setting of an account by which its calls are fetched."""
Result = dict[str, str | int]
_LENGTH = re.compile(r"(?P<minutes>\d{1,4})(?::(?P<seconds>[0-5]\d)|[.,](?P<tenths>\d))?")


class Talk(StrEnum):
    """What is written down of a call."""

    TAKEN = "taken"
    """The guest called and talked with us."""
    CALLED = "called"
    """We called and talked with the guest."""
    NOT_REACHED = "not_reached"
    """We called, and nobody took it: the guest still waits."""


def routes(desk: Desk, account: str) -> bool:
    """Is this account of a kind whose number takes calls?"""
    info = desk.accounts.get(account)
    return info is not None and FETCHED in info.settings


def fetched(desk: Desk, account: str) -> bool:
    """Do its calls come into the threads?"""
    return routes(desk, account) and desk.accounts[account].settings[FETCHED] == "True"


def wanted(desk: Desk, account: str, target: str, after: int, *, voicemail: bool) -> CallRoute:
    """A route as it was typed. Raises ``Refused``: ``bad_target``, ``target_is_ours``, ``bad_ringing``."""
    number = e164(target, desk.country) if target.strip() else ""
    if target.strip() and not number:
        raise Refused("bad_target", number=clean_line(target))
    info = desk.accounts.get(account)
    if number and info is not None and number in info.own.values():
        raise Refused("target_is_ours")
    if not LEAST_RINGING <= after <= MOST_RINGING:
        raise Refused("bad_ringing", least=LEAST_RINGING, most=MOST_RINGING)
    return CallRoute(number, after, voicemail)


def read_route(channel: Channel) -> Result:
    """What the number does now, for a screen. Raises ``Refused``, ``ChannelError``."""
    return told(able(channel).route())


def write_route(desk: Desk, channel: Channel, params: Mapping[str, str | int]) -> Result:
    """Write what a screen asked for, and read it back. Raises ``Refused``, ``ChannelError``."""
    target, after = str(params.get("target", "")), int(params.get("after", 20))
    route = wanted(desk, channel.name, target, after, voicemail=bool(params.get("voicemail")))
    return told(able(channel).set_route(route))


def told(route: CallRoute) -> Result:
    """As a job's answer and as JSON."""
    return {
        "target": clean_line(route.target),
        "after": route.after,
        "voicemail": int(route.voicemail),
        "url": clean_line(route.url),
        "foreign": int(route.foreign),
    }


def in_words(result: Mapping[str, str | int]) -> tuple[str, Result]:
    """Code and parameters of the sentence that says what ``told`` tells."""
    params = {key: result[key] for key in ("target", "after", "url") if key in result}
    if result.get("foreign"):
        return "route_foreign", params
    if result.get("target"):
        return ("route_then_voicemail" if result.get("voicemail") else "route_target"), params
    return ("route_voicemail" if result.get("voicemail") else "route_none"), params


def able(channel: Channel) -> RoutesCalls:
    """Raises ``Refused("no_calls")`` for an account whose number takes none."""
    if not isinstance(channel, RoutesCalls):
        raise Refused("no_calls", account=channel.name)
    return channel


def seconds_in(text: str) -> int:
    """``3``, ``2:30`` or ``2.5`` minutes. Raises ``Refused("bad_minutes")``."""
    found = _LENGTH.fullmatch(text.strip())
    seconds = 0
    if found is not None:
        seconds = 60 * int(found["minutes"]) + int(found["seconds"] or 0) + 6 * int(found["tenths"] or 0)
    if not 0 < seconds <= LONGEST:
        raise Refused("bad_minutes")
    return seconds


def log_call(
    tx: Transaction, desk: Desk, actor: Actor, conversation_id: int, talk: Talk, length: str, note: str, now: datetime
) -> int:
    """A call of another telephone as a line of the thread; whoever was talked with waits no longer. The message's id.

    Raises ``Refused``: ``read_only``, ``bad_minutes``.
    """
    actor.require_write()
    seconds = None if talk is Talk.NOT_REACHED else seconds_in(length)
    before = tx.conversations.load(conversation_id)
    direction = Direction.IN if talk is Talk.TAKEN else Direction.OUT
    call = tx.messages.add(
        Message(
            0,
            before.id,
            now,
            direction,
            Kind.CALL,
            Origin.MANUAL,
            clean(note).strip(),
            author=actor.code,
            created_at=now,
            seconds=seconds,
        )
    )
    assert call is not None, "a call by hand has no vendor's id"
    after = with_deadline(tx, desk, lifecycle.talked(before)) if seconds else before
    tx.conversations.put(
        after._replace(
            last_at=now,
            last_message_id=call.id,
            preview=preview(call.text),
            preview_by=call_mark(direction, seconds),
            outcome="",
        )
    )
    steps: list[Step] = [CallStep(call.id, before)]
    if seconds:
        counts = tuple(tx.unread.clear_all(before.id))
        steps += [UnreadStep(before.id, counts)] if counts else []
        steps.append(LifeStep(before.id, life_of(before), life_of(after)))
    params: dict[str, str | int] = {"talk": talk.value}
    write_events(tx, [Event(0, now, Code.CALL_LOGGED, actor.code, before.id, before.guest_id, params)], steps)
    tx.changed("conversation", before.id)
    return call.id

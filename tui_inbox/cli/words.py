"""Rows as lines of plain text, in words rather than signs: for scripts, small terminals and screen readers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from tui_inbox.domain.channel import HandleKind
from tui_inbox.domain.conversation import DeadlineKind, State
from tui_inbox.domain.display import clean, clean_line
from tui_inbox.domain.errors import NotFound
from tui_inbox.domain.guest import short_handle
from tui_inbox.domain.message import CALLED, MISSED, TAKEN, Delivery, Direction, Kind, Origin, call_mark
from tui_inbox.rows import AccountRow, ConversationRow, MessageRow
from tui_inbox.services.desk import AccountInfo, Desk
from tui_inbox.services.receiving import FORGED, shortcoming
from tui_inbox.services.scoring import reply_score
from tui_inbox.tui.render.when import length
from tui_inbox.wording import N_, _, labelled, ngettext, sentence
from tui_inbox.wording.sounds import previewed

STATES = {
    State.OPEN: N_("open"),
    State.PENDING: N_("pending"),
    State.CLOSED: N_("closed"),
    State.SPAM: N_("spam"),
}
DELIVERIES = {
    Delivery.NONE: "",
    Delivery.HELD: N_("held"),
    Delivery.QUEUED: N_("queued"),
    Delivery.SENDING: N_("sending"),
    Delivery.SENT: N_("sent"),
    Delivery.DELIVERED: N_("delivered"),
    Delivery.READ: N_("read"),
    Delivery.FAILED: N_("failed"),
    Delivery.UNKNOWN: N_("unknown"),
    Delivery.CANCELLED: N_("cancelled"),
}
DEADLINES = {
    DeadlineKind.NONE: N_("due {time}"),
    DeadlineKind.WINDOW: N_("free text until {time}"),
    DeadlineKind.REPLY_MARK: N_("answer until {time}"),
    DeadlineKind.CALLBACK: N_("call back by {time}"),
}

ACCOUNT_STATES = {
    "new": N_("not connected yet"),
    "connected": N_("connected"),
    "restricted": N_("restricted"),
    "error": N_("error"),
    "paused": N_("paused"),
    "disabled": N_("disabled by the vendor"),
}


def local(desk: Desk, at: datetime | None) -> str | None:
    """ISO 8601 with the hotel's offset, to the second."""
    return at.astimezone(desk.zone).isoformat(timespec="seconds") if at else None


def spoken(desk: Desk, at: datetime, now: datetime) -> str:
    """``09:12`` today, else ``2026-11-23 09:12``, in the hotel's zone."""
    there = at.astimezone(desk.zone)
    return f"{there:%H:%M}" if there.date() == desk.today(now) else f"{there:%Y-%m-%d %H:%M}"


def ago(since: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that says enough."""
    seconds = max(0, int((now - since) / timedelta(seconds=1)))
    if seconds < 120:
        return ngettext("{n} second ago", "{n} seconds ago", seconds)
    if seconds < 7200:
        return ngettext("{n} minute ago", "{n} minutes ago", seconds // 60)
    if seconds < 172_800:
        return ngettext("{n} hour ago", "{n} hours ago", seconds // 3600)
    return ngettext("{n} day ago", "{n} days ago", seconds // 86_400)


def channel_label(desk: Desk, account: str, channel: str) -> str:
    """The channel's proper name, its code where the account is no longer configured."""
    try:
        return desk.traits(account, channel).label
    except NotFound:
        return channel


def guest_name(desk: Desk, row: ConversationRow) -> str:
    if row.guest:
        return clean_line(row.guest)
    try:
        kind = desk.traits(row.account, row.channel).handle
    except NotFound:
        kind = HandleKind.OPAQUE
    return " ".join((_("Unknown client"), clean_line(short_handle(row.handle, kind)))).strip()


CALLS = {MISSED: N_("Missed call"), TAKEN: N_("Call"), CALLED: N_("Called the guest")}


def conversation_line(desk: Desk, row: ConversationRow, now: datetime) -> str:
    """``12. Claire Martin, room 204, WhatsApp, open, 2 unread, unanswered, 09:12: Bonjour …``."""
    parts = [guest_name(desk, row)]
    if row.stay and row.stay.room:
        parts.append(_("room {room}").format(room=clean_line(row.stay.room)))
    parts += [channel_label(desk, row.account, row.channel), _(STATES[row.state])]
    if row.unread:
        parts.append(ngettext("{n} unread", "{n} unread", row.unread))
    if row.unanswered:
        parts.append(_("unanswered"))
    if row.deadline_at:
        parts.append(_(DEADLINES[row.deadline_kind]).format(time=spoken(desk, row.deadline_at, now)))
    if row.wake_at:
        parts.append(_("back {time}").format(time=spoken(desk, row.wake_at, now)))
    parts.append(spoken(desk, row.last_at, now))
    said = [_(CALLS[row.preview_by])] if row.preview_by in CALLS else []
    said += [clean_line(previewed(row.preview))] if row.preview else []
    return f"{row.id}. {', '.join(parts)}: {', '.join(said)}"


def message_lines(desk: Desk, message: MessageRow, guest: str, now: datetime) -> Iterator[str]:
    """A head that says who, when, how and what became of it; the text indented below."""
    if message.kind is Kind.NOTE:
        who = _("Note by {name}").format(name=desk.name_of(message.author))
    elif message.direction is Direction.IN:
        who = guest
    elif message.origin is Origin.ELSEWHERE:
        who = _("Sent from elsewhere")
    else:
        who = desk.name_of(message.author) or desk.hotel
    head = [who, spoken(desk, message.at, now)]
    if message.channel:
        head.append(channel_label(desk, message.account, message.channel))
    if message.state:
        head.append(_(DELIVERIES[message.state]))
    yield ", ".join(head) + ":"
    if message.subject:
        yield "  " + _("Subject: {text}").format(text=clean_line(message.subject))
    if message.kind is Kind.CALL:
        words = _(CALLS[call_mark(message.direction, message.seconds)])
        yield f"  {words}, {length(message.seconds)}" if message.seconds else f"  {words}"
    for line in clean(message.text).splitlines():
        yield "  " + line
    for file in message.attachments:
        name = clean_line(file.name)
        yield "  " + _("File: {name}").format(name=f"{name}, {length(file.seconds)}" if file.seconds else name)


def kind_lines(needs: Sequence[str], limits: Sequence[str]) -> Iterator[str]:
    """What a kind of account asks of the hotel, and what is not possible with it."""
    for code in needs:
        yield labelled(_("it takes"), sentence(code))
    for code in limits:
        yield labelled(_("not possible"), sentence(code))


def account_lines(
    desk: Desk, rows: Mapping[str, AccountRow], now: datetime, infos: Mapping[str, AccountInfo] | None = None
) -> Iterator[str]:
    """Each of these accounts, else every account and source of stays, with what the worker last noted of it."""
    for name, info in ({**desk.accounts, **desk.sources} if infos is None else infos).items():
        row = rows.get(name)
        state = ACCOUNT_STATES[row.state if row else "new"]
        yield _("{name}: {channels}, {state}, last good poll {polled}").format(
            name=name,
            channels=_("stays from {name}").format(name=info.label)
            if info.label
            else ", ".join(traits.label for traits in info.channels.values()),
            state=_(state),
            polled=ago(row.poll_ok_at, now) if row and row.poll_ok_at else _("never"),
        )
        if row and row.reason:
            yield f"  {sentence(row.reason)} {clean_line(row.vendor_text)}".rstrip()
        if row and (found := reply_score(row.health)):
            yield "  " + sentence(*found)
        if missing := shortcoming(desk, name):
            yield f"  {sentence(missing)}"
        if row and (forged := int(row.health.get(FORGED, 0))):
            yield "  " + ngettext(
                "{n} request with a wrong signature was refused.",
                "{n} requests with a wrong signature were refused.",
                forged,
            )


def account_json(desk: Desk, name: str, row: AccountRow | None) -> dict[str, Any]:
    info = desk.info(name)
    if info is None:
        raise NotFound(name)
    return {
        "name": name,
        "type": info.type,
        "channels": list(info.channels),
        "mode": info.mode,
        "state": row.state if row else "new",
        "reason": row.reason if row else "",
        "vendor_text": clean_line(row.vendor_text) if row else "",
        "last_poll_at": local(desk, row.polled_at) if row else None,
        "last_good_poll_at": local(desk, row.poll_ok_at) if row else None,
        "quarantined": row.quarantined if row else 0,
        "shortcoming": shortcoming(desk, name),
    }


DETAILS = {
    "trial": N_("trial account"),
    "balance": N_("balance"),
    "owns_number": N_("the sender number belongs to this account"),
    "whatsapp": N_("WhatsApp sender"),
    "quality": N_("WhatsApp quality"),
    "messaging_limit": N_("limit of guests written to first"),
    "webhook_url": N_("where Meta's calls go"),
    "receives": N_("the secrets for receiving are set"),
    "review": N_("review of the account"),
    "verification": N_("verification of the business"),
    "inbox": N_("messages in the inbox"),
    "sent_folder": N_("folder of sent mail"),
    "webhook": N_("Meta brings news by webhook"),
    "queue": N_("queue of messages"),
    "events": N_("events in the calendar"),
    "booking": "Booking.com",
    "airbnb": "Airbnb",
    "expedia": "Expedia",
}
"""What adapters tell of an account, in words."""

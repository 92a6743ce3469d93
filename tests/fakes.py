"""Doubles at the seams: a scripted channel, a clock that stands still, a hotel."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tui_inbox.domain.channel import ChannelTraits, Evidence, HandleKind
from tui_inbox.domain.deed import Deed
from tui_inbox.domain.errors import ChannelError, Malformed
from tui_inbox.domain.message import Attachment, Delivery, Kind
from tui_inbox.domain.outbox import Outgoing
from tui_inbox.ports.channel import (
    Access,
    Batch,
    Envelope,
    Found,
    Health,
    HealthState,
    Inbound,
    Item,
    News,
    Reaction,
    Receipt,
    Revision,
    Status,
    Wish,
)
from tui_inbox.services.desk import AccountInfo, Desk

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

SMS = ChannelTraits(
    code="sms",
    mark="SM",
    label="SMS",
    handle=HandleKind.PHONE,
    max_chars=1600,
    counts_segments=True,
    delivery_receipts=True,
    stop_words=True,
    evidence=Evidence.LIST,
)
WHATSAPP = ChannelTraits(
    code="whatsapp",
    mark="WA",
    label="WhatsApp",
    handle=HandleKind.PHONE,
    can_start=False,
    free_window=timedelta(hours=24),
    templates_after_window=True,
    max_chars=1600,
    delivery_receipts=True,
    read_receipts=True,
)
MAIL = ChannelTraits(
    code="email",
    mark="ML",
    label="E-mail",
    handle=HandleKind.EMAIL,
    has_subject=True,
    enter_sends=False,
    undo="email",
    evidence=Evidence.SENT_COPY,
    free_of_charge=True,
)
OWN = {"sms": "+33700000000", "whatsapp": "+33700000000", "email": "desk@hotel.example"}


def hotel(*, operators: Mapping[str, str] | None = None, view_only: Sequence[str] = ()) -> Desk:
    """A desk with Twilio for SMS and WhatsApp, and a mailbox."""
    accounts = {
        "desk-sms": {"sms": SMS, "whatsapp": WHATSAPP},
        "desk-mail": {"email": MAIL},
    }
    return Desk(
        hotel="Hôtel Lumière",
        zone=ZoneInfo("Europe/Paris"),
        language="fr",
        country="FR",
        operators=operators if operators is not None else {"ana": "Ana", "leo": "Leo"},
        accounts={
            name: AccountInfo(
                name=name,
                type="fake",
                channels=channels,
                own=OWN,
                mode="view-only" if name in view_only else "full",
            )
            for name, channels in accounts.items()
        },
        prices={"sms": {"FR": "0.08"}, "whatsapp": {"service_in_window": "0", "utility": "0.03"}},
    )


@dataclass
class StillClock:
    """Moves only when told."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def forward(self, **amount: float) -> datetime:
        self.at += timedelta(**amount)
        return self.at


def written(
    text: str,
    *,
    key: str,
    address: str = "+33612345678",
    channel: str = "sms",
    at: datetime = NOON,
    **more: object,
) -> Envelope:
    """A guest's message as the fake vendor puts it on the wire."""
    fields = {"external_id": key, "channel": channel, "at": at.isoformat(), "address": address, "text": text, **more}
    fields = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in fields.items()}
    fields.setdefault("own_address", OWN.get(channel, ""))
    return Envelope(external_id=key, kind="message", raw=json.dumps(fields).encode())


def receipt(provider_id: str, state: Delivery, *, at: datetime = NOON, **more: object) -> Envelope:
    """What became of one of our messages, on the wire."""
    fields = {"provider_id": provider_id, "state": state.value, "at": at.isoformat(), **more}
    fields = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in fields.items()}
    key = f"{provider_id}:{state.value}:{at.timestamp()}{fields.get('until', '')}"
    return Envelope(external_id=key, kind="status", raw=json.dumps(fields).encode())


TOLD: Mapping[str, type[Item]] = {
    "reaction": Reaction,
    "revision": Revision,
    "access": Access,
    "wish": Wish,
    "news": News,
}


def told(kind: str, *, key: str, at: datetime = NOON, **fields: object) -> Envelope:
    """What a vendor tells besides messages, on the wire; ``kind`` is one of ``TOLD``."""
    given = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in fields.items()}
    return Envelope(external_id=key, kind=kind, raw=json.dumps({"at": at.isoformat(), **given}).encode())


def garbage(key: str) -> Envelope:
    return Envelope(external_id=key, kind="message", raw=b"{not json")


@dataclass
class FakeChannel:
    """One account whose vendor does what the test says: ``faults`` are raised by the next sends, in order.

    A fault may be a pair (error, taken): with ``taken`` the vendor has accepted the message all the same.
    """

    name: str = "desk-sms"
    traits: Mapping[str, ChannelTraits] = field(default_factory=lambda: {"sms": SMS, "whatsapp": WHATSAPP})
    batches: deque[Batch | ChannelError] = field(default_factory=deque)
    faults: deque[ChannelError | tuple[ChannelError, bool] | None] = field(default_factory=deque)
    sent: list[tuple[str, Outgoing]] = field(default_factory=list)
    """What the vendor has: (provider id, outgoing)."""
    statuses: dict[str, Envelope] = field(default_factory=dict)
    authoritative: bool = True
    hidden: set[str] = field(default_factory=set)
    """Accepted, but not in the vendor's list yet."""
    fetched: list[tuple[str, str]] = field(default_factory=list)
    calls: int = 0
    closed: bool = False
    acted: list[Deed] = field(default_factory=list)
    act_faults: deque[ChannelError] = field(default_factory=deque)
    health: Health = field(default_factory=lambda: Health(HealthState.OK, "Fake"))

    def streams(self) -> Sequence[str]:
        return ("messages",)

    def fetch(self, stream: str, cursor: str, since: datetime | None) -> Batch:
        self.fetched.append((stream, cursor))
        if not self.batches:
            return Batch((), cursor)
        batch = self.batches.popleft()
        if isinstance(batch, ChannelError):
            raise batch
        return batch

    def read(self, envelope: Envelope) -> Sequence[Item]:
        try:
            fields = json.loads(envelope.raw)
        except ValueError as error:
            raise Malformed("not_json") from error
        for name in fields.keys() & {"at", "until", "open_until", "reply_by"}:
            fields[name] = datetime.fromisoformat(fields[name])
        if envelope.kind in TOLD:
            return (TOLD[envelope.kind](**fields),)
        if envelope.kind == "status":
            return (Status(**{**fields, "state": Delivery(fields["state"])}),)
        if fields.get("kind") in list(Kind):
            fields["kind"] = Kind(fields["kind"])
        fields["attachments"] = tuple(Attachment(*file) for file in fields.get("attachments", ()))
        return (Inbound(**fields),)

    def check(self, outgoing: Outgoing) -> None:
        return None

    def send(self, outgoing: Outgoing, files: Sequence[tuple[str, str, bytes]] = ()) -> Receipt:
        self.calls += 1
        fault = self.faults.popleft() if self.faults else None
        error, taken = fault if isinstance(fault, tuple) else (fault, False)
        if error is None or taken:
            self.sent.append((f"SM{len(self.sent) + 1:04d}", outgoing))
        if error is not None:
            raise error
        return Receipt(self.sent[-1][0])

    def find(self, outgoing: Outgoing) -> Found:
        same = [
            provider_id
            for provider_id, sent in self.sent
            if provider_id not in self.hidden and (sent.address, sent.text) == (outgoing.address, outgoing.text)
        ]
        return Found(tuple(same), authoritative=self.authoritative)

    def follow(self, provider_id: str) -> Envelope:
        return self.statuses.get(provider_id) or receipt(provider_id, Delivery.SENT)

    def test(self) -> Health:
        return self.health

    def act(self, deed: Deed) -> None:
        if self.act_faults:
            raise self.act_faults.popleft()
        self.acted.append(deed)

    def close(self) -> None:
        self.closed = True

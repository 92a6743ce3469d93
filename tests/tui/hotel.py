"""The sample hotel of the screen's tests: the rows of the sketch, written through the ports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from tests.builders import NOW, a_conversation, a_guest, a_reply, a_reservation, an_inbound, at
from tui_inbox.domain.channel import ChannelTraits, HandleKind
from tui_inbox.domain.conversation import Conversation, DeadlineKind, State
from tui_inbox.domain.guest import Line
from tui_inbox.domain.message import Attachment, Delivery, Direction, Kind, Message, Origin
from tui_inbox.ports.store import Store, Transaction
from tui_inbox.services.desk import AccountInfo, Actor, Desk
from tui_inbox.tui.session import Session

ANA = Actor("ana", "Ana Lopez")
MARC = Actor("marc", "Marc Dubois")
DAY = timedelta(days=1)

SMS = ChannelTraits(
    "sms", "SM", "SMS", HandleKind.PHONE, max_chars=1600, counts_segments=True, delivery_receipts=True, stop_words=True
)
WHATSAPP = ChannelTraits(
    "whatsapp", "WA", "WhatsApp", HandleKind.PHONE, can_start=False, free_window=DAY, templates_after_window=True,
    max_chars=4096, delivery_receipts=True, read_receipts=True,
)  # fmt: skip
MAIL = ChannelTraits(
    "email", "ML", "E-mail", HandleKind.EMAIL, has_subject=True, enter_sends=False, undo="email", free_of_charge=True
)
BOOKING = ChannelTraits("booking", "BK", "Booking.com", HandleKind.OPAQUE, reply_mark=DAY, free_of_charge=True)
AIRBNB = ChannelTraits("airbnb", "AB", "Airbnb", HandleKind.OPAQUE, can_start=False, free_of_charge=True)
INSTAGRAM = ChannelTraits("instagram", "IG", "Instagram", HandleKind.OPAQUE, max_chars=1000, free_window=DAY)


class StandingClock:
    """Tests move it by hand."""

    def __init__(self, moment: datetime = NOW) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def forward(self, **by: float) -> None:
        self.moment += timedelta(**by)


def a_desk(**values: Any) -> Desk:
    accounts = {
        "desk-sms": AccountInfo("desk-sms", "twilio", {"sms": SMS, "whatsapp": WHATSAPP}, {"sms": "+33700000000"}),
        "desk-mail": AccountInfo("desk-mail", "email", {"email": MAIL}, {"email": "desk@hotel.example"}),
        "ota": AccountInfo("ota", "channex", {"booking": BOOKING, "airbnb": AIRBNB}),
        "insta": AccountInfo("insta", "instagram", {"instagram": INSTAGRAM}),
    }
    fields: dict[str, Any] = {
        "hotel": "Hôtel Lumière",
        "zone": ZoneInfo("Europe/Paris"),
        "language": "fr",
        "country": "FR",
        "operators": MappingProxyType({"ana": "Ana Lopez", "marc": "Marc Dubois"}),
        "accounts": accounts,
        "prices": {"whatsapp": {"service": "0.04"}, "sms": {"*": "0.07"}},
        **values,
    }
    return Desk(**fields)


def a_session(store: Store, folder: Path, **values: Any) -> Session:
    fields: dict[str, Any] = {
        "store": store, "desk": a_desk(), "actor": ANA, "log_dir": folder, "clock": StandingClock(), "theme": "dark",
        **values,
    }  # fmt: skip
    return Session(**fields)


def converse(
    t: Transaction,
    name: str,
    channel: str,
    text: str,
    minutes: float,
    *,
    account: str = "desk-sms",
    phone: str = "",
    unread: int = 0,
    by: str = "",
    outcome: Delivery = Delivery.NONE,
    stay: tuple[int, int, str] | None = None,
    guest: Mapping[str, Any] | None = None,
    **values: Any,
) -> Conversation:
    """A guest with a conversation whose newest message is ``text``."""
    address = phone or f"{name.lower().replace(' ', '.') or 'x7a3f'}@{channel}"
    person = a_guest(t, name, phone=phone, channel=channel, **(guest or {}))
    if stay:
        a_reservation(t, person, stay[0], stay[1], room=stay[2], ota="Booking.com", ota_code="3812391309", adults=2)
    fields: dict[str, Any] = {
        "minutes": minutes, "last_channel": channel, "last_account": account, "last_address": address,
        "preview": text, "preview_by": by, "outcome": outcome.value, "unanswered": not by, **values,
    }  # fmt: skip
    if not by:
        fields["unanswered_since"] = at(minutes)
        fields["last_in_at"] = at(minutes)
        t.lines.put(Line(account, channel, address, last_in_at=at(minutes)))
    made = a_conversation(t, person, **fields)
    if by:
        a_reply(t, made, text, minutes=minutes, author=by, state=outcome)
    else:
        an_inbound(t, made, text, minutes=minutes)
    if unread:
        t.unread.set(made, "ana", unread, at(minutes))
    return made


def sketch(t: Transaction) -> Conversation:
    """The nine rows of look-dark.png; returns Claire's conversation."""
    for code, name in (("ana", "Ana Lopez"), ("marc", "Marc Dubois")):
        t.operators.seen(code, name, NOW - 30 * DAY)
    _answered(t)
    _waiting(t)
    claire = converse(
        t, "Claire Martin", "whatsapp", "Bonjour, est-ce que le parking est ouvert ce soir ?", -48,
        phone="+33612345678", unread=1, stay=(-1, 2, "204"), deadline_at=at(45), deadline_kind=DeadlineKind.WINDOW,
        guest={"language": "fr", "vip": True, "email": "claire@exemple.fr", "alert": "Allergie : arachides",
               "notes": "Préfère étage élevé"},
    )  # fmt: skip
    _talk(t, claire)
    _snoozed(t)
    return claire


def _answered(t: Transaction) -> None:
    """Each with another fate of our last word."""
    converse(
        t, "Family Okafor", "booking", "Breakfast is from 6.30 to 10.30, or earlier on request.", -200,
        account="ota", by="marc", outcome=Delivery.UNKNOWN, stay=(-1, 3, "210"),
    )  # fmt: skip
    converse(
        t, "Luc Petit", "sms", "Votre chambre est prête, à bientôt.", -88,
        phone="+33611111111", by="ana", outcome=Delivery.SENT, stay=(-4, -1, "104"),
    )  # fmt: skip
    converse(t, "mara.travels", "instagram", "Photo (212 ko)", -80, account="insta", by="ana", outcome=Delivery.FAILED)
    converse(
        t, "Tomás Herrera", "whatsapp", "Le taxi est confirmé pour 6 h 30", -70,
        phone="+34600000001", by="ana", outcome=Delivery.DELIVERED, stay=(-2, 1, "118"),
    )  # fmt: skip


def _waiting(t: Transaction) -> None:
    """The guest wrote last; three of them with a time to answer by."""
    mark = DeadlineKind.REPLY_MARK
    converse(
        t, "Élodie Garnier", "email", "Re: Facture séjour du 12 au 15 novembre, merci", -1000,
        account="desk-mail", unread=1, stay=(-1, 2, "306"),
    )  # fmt: skip
    converse(
        t, "Priya Nair", "airbnb", "Thanks! One more thing about the cot", -180,
        account="ota", stay=(1, 4, "115"), deadline_at=at(21 * 60), deadline_kind=mark,
    )  # fmt: skip
    converse(
        t, "", "sms", "Hi, is late check-out possible on Sunday?", -65,
        phone="+447911123456", unread=1, deadline_at=at(19 * 60), deadline_kind=mark,
    )  # fmt: skip
    converse(
        t, "Jonas Weber", "booking", "Danke, wir kommen um 23 Uhr an.", -60,
        account="ota", stay=(0, 2, "112"), deadline_at=at(3 * 60 + 1), deadline_kind=mark,
    )  # fmt: skip


def _snoozed(t: Transaction) -> None:
    for name, minutes in (("Anna Rossi", -3000), ("Ken Sato", -4000), ("Lena Vogt", -5000)):
        converse(t, name, "sms", "Merci", minutes, phone="+3360000" + str(1000 - minutes), by="ana",
                 outcome=Delivery.DELIVERED, state=State.PENDING, wake_at=at(300))  # fmt: skip


def _talk(t: Transaction, claire: Conversation) -> None:
    a_reply(t, claire, "Bonjour Claire, nous vous attendons demain. Arrivée dès 15 h.", minutes=-960,
            author="", origin=Origin.SCHEDULED, state=Delivery.DELIVERED, template="arrivee")  # fmt: skip
    an_inbound(t, claire, "Merci ! Nous serons là vers 22 h.", minutes=-108)
    a_reply(t, claire, "Parfait, quelqu’un sera à la réception.", minutes=-105, state=Delivery.READ, read_at=at(-104))
    note = "Lit bébé demandé, voir avec l’étage."
    at_twenty = at(-100)
    t.messages.add(
        Message(
            0, claire.id, at_twenty, Direction.NONE, Kind.NOTE, Origin.MANUAL, note, author="marc", created_at=at_twenty
        )
    )
    photo = Attachment("photo.jpg", "image/jpeg", 212_000, state="stored", sha256="0" * 64)
    an_inbound(t, claire, "", minutes=-47, attachments=(photo,))

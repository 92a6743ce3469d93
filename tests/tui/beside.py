"""What stands on the screens beside the inbox: an outbox with one row of each kind."""

from __future__ import annotations

from tests.builders import at
from tests.tui.hotel import converse
from tui_inbox.domain.message import Delivery, Direction, Kind, Message, MessageClass, Origin
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.ports.store import Transaction


def on_its_way(
    t: Transaction,
    name: str,
    text: str,
    state: OutboxState,
    minutes: float,
    *,
    by: str = "ana",
    origin: Origin = Origin.MANUAL,
    message_class: MessageClass = MessageClass.TRANSACTIONAL,
    template: str = "",
    channel: str = "sms",
    account: str = "desk-sms",
    phone: str = "+33611110000",
    **values: object,
) -> Outgoing:
    """An outbox row with its message, in a conversation of its own."""
    made = converse(t, name, channel, "Bonjour", minutes - 5, account=account, phone=phone)
    message = t.messages.add(
        Message(
            0, made.id, at(minutes), Direction.OUT, Kind.CHAT, origin, text, message_class=message_class,
            channel=channel, account=account, address=made.last_address, author=by, template=template,
            state=Delivery.QUEUED, created_at=at(minutes),
        )
    )  # fmt: skip
    assert message is not None
    row = t.outbox.add(
        Outgoing(
            0, f"key-{name}-{minutes}", message.id, made.id, account, channel, made.last_address, text, state,
            created_by=by, created_at=at(minutes), updated_at=at(minutes), **values,  # type: ignore[arg-type]
        )
    )  # fmt: skip
    assert row is not None
    return row


def outbox_of_each_kind(t: Transaction) -> dict[str, Outgoing]:
    """One row per state, newest first: unknown, failed, retry, planned, queued, then what was sent."""
    unknown = on_its_way(
        t, "Jonas Weber", "Danke, bis gleich!", OutboxState.NEEDS_OPERATOR, -1, reason="no_record",
        phone="+491700000001",
    )  # fmt: skip
    failed = on_its_way(
        t, "Luc Petit", "Votre chambre est prête.", OutboxState.FAILED, -2, reason="not_mobile", phone="+33611110001",
        vendor_text="21614: 'To' number is not a valid mobile number",
    )  # fmt: skip
    retry = on_its_way(
        t, "Priya Nair", "The cot is in your room.", OutboxState.RETRY_WAIT, -3, reason="vendor_down", tries=3,
        not_before=at(2), phone="+33611110002",
    )  # fmt: skip
    planned = on_its_way(
        t, "Ken Sato", "See you tomorrow.", OutboxState.HELD, -4, not_before=at(600), scheduled=True,
        phone="+33611110003",
    )  # fmt: skip
    queued = on_its_way(t, "Anna Rossi", "Certo!", OutboxState.QUEUED, -5, phone="+33611110004")
    sent = on_its_way(
        t, "Claire Martin", "Arrivée dès 15 h.", OutboxState.DELIVERED, -60, by="", origin=Origin.SCHEDULED,
        template="arrivee", channel="whatsapp", phone="+33612345678",
    )  # fmt: skip
    on_its_way(
        t, "Tomás Herrera", "Oferta de primavera", OutboxState.ACCEPTED, -70, by="marc",
        message_class=MessageClass.MARKETING, phone="+34600000001",
    )  # fmt: skip
    return {
        "unknown": unknown, "failed": failed, "retry": retry, "planned": planned, "queued": queued, "sent": sent,
    }  # fmt: skip

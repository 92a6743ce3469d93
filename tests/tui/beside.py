"""What stands on the screens beside the inbox: an outbox with one row of each kind."""

from __future__ import annotations

from datetime import date, time

from tests.builders import a_guest, a_reservation, at
from tests.tui.driving import Desk
from tests.tui.hotel import converse
from tui_inbox.domain.message import Delivery, Direction, Kind, Message, MessageClass, Origin
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.domain.planner import Planned, Rule, RuleKind
from tui_inbox.domain.template import Approval, Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import AccountRow, UsageRow


def listed(desk: Desk, words: str) -> str:
    """The line of the list with these words, without what stands above and beside the list."""
    lines = (line[:76] for line in desk.text.split("\n")[2:])
    return next((line for line in lines if words in line), "")


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


def furnish(t: Transaction) -> None:
    """Texts, a reminder with its rule and what it planned, a vendor's template, accounts well and ill, quarantine."""
    t.templates.add(
        Template(0, TemplateKind.SNIPPET, "Parking", "fr", "Le parking est ouvert, ##{{first_name}}.", shortcut="park",
                 updated_by="ana", updated_at=at(-600))
    )  # fmt: skip
    t.templates.add(Template(0, TemplateKind.REMINDER, "Arrivée", "fr", "Bonjour ##{{first_name}}, à demain."))
    t.templates.add(
        Template(0, TemplateKind.WHATSAPP, "welcome", "fr", "Bonjour {{1}}", category="utility", account="desk-sms",
                 vendor_id="HX1", approval=Approval.APPROVED, mapping={"1": "first_name"})
    )  # fmt: skip
    rule = t.planner.put_rule(
        Rule(0, RuleKind.BEFORE_ARRIVAL, "La veille", "Arrivée", 1, time(18), ("whatsapp", "sms"))
    )
    stay = a_reservation(t, a_guest(t, "Zoé Blanc"), 2, 4, room="301")
    t.planner.add(Planned(0, rule.id, stay.id, date(2026, 11, 24), at(1920)))
    t.accounts.put(AccountRow("desk-sms", "twilio", "connected", "", "", at(-9000), at(-1), at(-1), 0, {}))
    t.accounts.put(
        AccountRow("desk-mail", "email", "error", "auth", "[AUTHENTICATIONFAILED] Invalid credentials", at(-9000),
                   at(-1), at(-300), 0, {})
    )  # fmt: skip
    t.accounts.put_usage(UsageRow("desk-sms", "2026-11", "sms-outbound", 412, 530, "37.10", "EUR", at(-60)))
    stored = t.inbounds.store("desk-sms", [("SM1", "message", b"{}")], at(-30))
    t.inbounds.quarantine(stored[0], "bad_payload", {})

from decimal import Decimal

from tui_inbox.domain.channel import ChannelTraits, HandleKind
from tui_inbox.domain.cost import CostKind, cost
from tui_inbox.domain.sms import segments

SMS = ChannelTraits("sms", "SM", "SMS", HandleKind.PHONE, counts_segments=True)
WHATSAPP = ChannelTraits("whatsapp", "WA", "WhatsApp", HandleKind.PHONE)
MAIL = ChannelTraits("email", "ML", "E-mail", HandleKind.EMAIL, free_of_charge=True)


def test_two_parts_cost_twice() -> None:
    parts = segments("a" * 161).count
    got = cost(SMS, {"FR": "0.0798", "*": "0.10"}, "EUR", parts=parts, country="FR")
    assert (got.kind, got.amount, got.parts) == (CostKind.ESTIMATE, Decimal("0.1596"), 2)


def test_no_entry_is_an_unknown_price() -> None:
    assert cost(SMS, {}, "EUR").kind is CostKind.UNKNOWN
    assert cost(SMS, {"*": "cheap"}, "EUR").kind is CostKind.UNKNOWN


def test_the_table_decides_whether_the_window_is_free() -> None:
    older = {"service_in_window": "0", "utility": "0.03"}
    newer = {"service_in_window": "0.02", "utility": "0.03"}
    assert cost(WHATSAPP, older, "EUR", in_window=True).kind is CostKind.FREE
    assert cost(WHATSAPP, newer, "EUR", in_window=True).amount == Decimal("0.02")
    assert cost(WHATSAPP, older, "EUR", category="utility").amount == Decimal("0.03")


def test_mail_is_free_by_nature() -> None:
    assert cost(MAIL, {}, "EUR").kind is CostKind.FREE

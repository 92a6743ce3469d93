"""Messages through Twilio: what leaves, what is refused, what is found again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.sandbox.door import Fault
from adapters.sandbox.twilio import SandboxTwilio
from adapters.sandbox.twilio_account import ContentTemplate
from adapters.twilio.account import Twilio
from tests.adapters.rigs import in_sandbox, outgoing
from tests.adapters.twilio.conftest import GUEST, HX, NOW, WHATSAPP_GUEST, everything
from tests.fakes import StillClock
from tui_inbox.domain.errors import AcceptedWithoutId, AccountBlocked, ChannelError, NotSent, Refused, Rejected, Unknown
from tui_inbox.domain.message import Delivery
from tui_inbox.ports.channel import Inbound, Status


def test_free_text_outside_the_window_fails_later_or_at_once(
    box: SandboxTwilio, desk: Twilio, clock: StillClock
) -> None:
    receipt = desk.send(outgoing("whatsapp", WHATSAPP_GUEST, "Hola"))
    clock.forward(seconds=3)
    (status,) = desk.read(desk.follow(receipt.provider_id))
    assert isinstance(status, Status)
    assert (status.state, status.error_code) == (Delivery.FAILED, "window_closed")
    assert "outside the allowed window" in status.vendor_text
    box.account.window_refused_at_once = True
    with pytest.raises(Rejected, match="window_closed"):
        desk.send(outgoing("whatsapp", WHATSAPP_GUEST, "Hola"))


def test_a_template_is_sent_by_its_id_with_its_values_and_without_text(box: SandboxTwilio, desk: Twilio) -> None:
    box.account.templates.append(ContentTemplate(HX, "welcome", "en", "Dear {{1}}", "UTILITY", "approved", {"1": "x"}))
    row = outgoing("whatsapp", WHATSAPP_GUEST, "Dear Ana", template_id=HX, template_values={"1": "Ana"})
    receipt = desk.send(row)
    assert box.account.message(receipt.provider_id).body == "Dear Ana"
    with pytest.raises(Rejected, match="template_values"):
        desk.send(row._replace(template_values={}))
    with pytest.raises(Rejected, match="template_missing"):
        desk.send(row._replace(template_id="HX" + "2" * 32))


CODES = [
    (21211, Rejected, "bad_number"),
    (21610, Rejected, "stopped"),
    (21614, Rejected, "not_mobile"),
    (21617, Rejected, "too_long"),
    (63016, Rejected, "window_closed"),
    (21408, Rejected, "country_off"),
    (21608, Rejected, "trial_number"),
    (20003, AccountBlocked, "auth"),
    (21606, AccountBlocked, "bad_sender"),
    (63038, AccountBlocked, "daily_cap"),
    (20429, NotSent, "rate_limited"),
    (21611, NotSent, "queue_full"),
    (20500, Unknown, "vendor_down"),
    (99999, Rejected, "refused"),
]


@pytest.mark.parametrize(("number", "kind", "code"), CODES)
def test_a_code_of_the_vendor_has_one_meaning(
    box: SandboxTwilio, desk: Twilio, number: int, kind: type[ChannelError], code: str
) -> None:
    box.account.faults.append(Fault("refuse", code=number))
    with pytest.raises(ChannelError) as caught:
        desk.send(outgoing())
    assert (type(caught.value), caught.value.code, caught.value.vendor_code) == (kind, code, str(number))
    assert caught.value.vendor_text


def test_after_stop_the_vendor_refuses_until_start(box: SandboxTwilio, desk: Twilio) -> None:
    box.account.receive(GUEST, box.account.sms, "Stop ")
    with pytest.raises(Rejected, match="stopped"):
        desk.send(outgoing())
    replies = [item for e in everything(desk, "out:sms")[0] for item in desk.read(e)]
    assert [item.automated for item in replies if isinstance(item, Inbound)] == [True], "the vendor's own answer"
    box.account.receive(GUEST, box.account.sms, "START")
    assert desk.send(outgoing()).provider_id


@pytest.mark.parametrize("fault", ["lost_answer", "half", "html"])
def test_a_send_whose_answer_was_lost_is_found_once(
    box: SandboxTwilio, desk: Twilio, clock: StillClock, fault: str
) -> None:
    box.account.faults.append(Fault(fault))
    row = outgoing(text="Le parking  est ouvert\njusqu'à 23 h", created_at=NOW)
    with pytest.raises((Unknown, AcceptedWithoutId)):
        desk.send(row)
    found = desk.find(row)
    assert found.authoritative
    assert [box.account.message(sid).body for sid in found.candidates] == [row.text]
    assert desk.find(row._replace(text="another text")).candidates == ()
    assert desk.find(row._replace(address="+33699999999")).candidates == ()
    assert desk.find(row._replace(created_at=NOW + timedelta(minutes=1))).candidates == ()


def test_a_send_that_never_arrived_is_not_found(box: SandboxTwilio, desk: Twilio) -> None:
    box.account.faults.append(Fault("drop"))
    row = outgoing(created_at=NOW)
    with pytest.raises(Unknown):
        desk.send(row)
    assert desk.find(row).candidates == ()
    assert box.account.messages() == []


def test_equal_texts_are_all_candidates_oldest_first(box: SandboxTwilio, desk: Twilio, clock: StillClock) -> None:
    sids = []
    for _ in range(25):
        sids.append(desk.send(outgoing(text="Merci")).provider_id)
        clock.forward(seconds=1)
    assert list(desk.find(outgoing(text="Merci", created_at=NOW)).candidates) == sids


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"address": "0612345678"}, "bad_number"),
        ({"text": "  "}, "empty_text"),
        ({"attachments": ("ab12",)}, "needs_public_url"),
    ],
)
def test_what_the_vendor_would_refuse_is_refused_before_the_wire(
    desk: Twilio, change: dict[str, str], code: str
) -> None:
    with pytest.raises(Refused, match=code):
        desk.send(outgoing()._replace(**change))


def test_an_account_that_only_looks_sends_nothing(box: SandboxTwilio) -> None:
    channel = in_sandbox(box, mode="view-only")
    with pytest.raises(Refused, match="view_only"):
        channel.send(outgoing())
    channel.close()


def test_a_messaging_service_takes_the_place_of_the_sender(box: SandboxTwilio) -> None:
    channel = in_sandbox(box, messaging_service="MG" + "1" * 32)
    receipt = channel.send(outgoing(created_at=NOW))
    assert channel.find(outgoing(created_at=NOW)).candidates == (receipt.provider_id,)
    channel.close()

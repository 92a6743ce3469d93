"""What is sent to WhatsApp at Meta, what is refused before, and what comes of it."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.sandbox.door import Fault
from adapters.sandbox.whatsapp_cloud import SandboxWhatsApp
from adapters.whatsapp_cloud.account import WhatsAppCloud
from tests.adapters.faults import answer, answering
from tests.adapters.rig_whatsapp_cloud import (
    in_whatsapp_sandbox,
    whatsapp,
)
from tests.adapters.whatsapp_cloud.words import GUEST, USER, items, last_sent, message
from tests.fakes import StillClock
from tui_inbox.domain.deed import Act, Deed
from tui_inbox.domain.errors import (
    AccountBlocked,
    ChannelError,
    NotSent,
    Refused,
    Rejected,
    Unknown,
)
from tui_inbox.domain.message import Delivery
from tui_inbox.domain.outbox import Way
from tui_inbox.ports.channel import (
    Channel,
    FetchesFiles,
    FindsSent,
    FollowsSent,
    HasTemplates,
    ManagesTemplates,
    MetersUsage,
    Receives,
    Status,
    TakesActs,
)


def test_it_is_what_its_protocols_promise(desk: WhatsAppCloud, box: SandboxWhatsApp) -> None:
    for protocol in (Channel, Receives, TakesActs, FetchesFiles, HasTemplates, ManagesTemplates, MetersUsage):
        assert isinstance(desk, protocol)
    assert not isinstance(desk, FindsSent | FollowsSent), "nothing can be looked up at Meta"
    assert desk.streams() == ()
    following = in_whatsapp_sandbox(box, ask_receipts=True)
    assert isinstance(following, FollowsSent)
    following.close()


def test_a_text_goes_to_a_number_with_its_key_and_quote(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    receipt = desk.send(message("Dès 15 h", way=Way.QUOTE, target="wamid.IN1"))
    sent = last_sent(box)
    assert receipt.provider_id == sent.id
    assert sent.body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "33612345678",
        "type": "text",
        "text": {"body": "Dès 15 h", "preview_url": False},
        "context": {"message_id": "wamid.IN1"},
        "biz_opaque_callback_data": "01KEY",
    }


def test_a_guest_without_a_number_is_addressed_by_user_id(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    desk.send(message(address=USER))
    assert last_sent(box).body["recipient"] == USER
    assert "to" not in last_sent(box).body


@pytest.mark.parametrize(
    ("name", "type_", "size", "shown"),
    [
        ("plan.jpg", "image/jpeg", 100, "image"),
        ("large.png", "image/png", 5_000_001, "document"),
        ("menu.pdf", "application/pdf", 100, "document"),
        ("tour.mp4", "video/mp4", 100, "video"),
        ("odd", "", 100, "document"),
    ],
)
def test_a_file_goes_up_first_and_then_by_its_id(
    box: SandboxWhatsApp, desk: WhatsAppCloud, name: str, type_: str, size: int, shown: str
) -> None:
    row = message("Voici", attachments=("ab12",), attachment_names=(name,))
    desk.send(row, [(name, type_, bytes(size))])
    sent = last_sent(box)
    (media,) = box.account.media.values()
    assert (media.content, sent.type) == (bytes(size), shown)
    wanted = {"id": media.id, "caption": "Voici"} | ({"filename": name} if shown == "document" else {})
    assert sent.body[shown] == wanted


def test_a_recording_goes_without_text(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    row = message("", attachments=("ab12",), attachment_names=("note.mp3",))
    desk.send(row, [("note.mp3", "audio/mpeg", b"x")])
    assert set(last_sent(box).body["audio"]) == {"id"}
    with pytest.raises(Refused, match="no_caption"):
        desk.check(row._replace(text="Voici"))


@pytest.mark.parametrize("fault", ["lost_answer", "half", "html", "drop"])
def test_a_file_that_may_not_have_gone_up_is_no_doubt_about_the_message(
    box: SandboxWhatsApp, desk: WhatsAppCloud, fault: str
) -> None:
    box.account.faults.append(Fault(fault))
    with pytest.raises(NotSent):
        desk.send(message("", attachments=("ab",), attachment_names=("a.pdf",)), [("a.pdf", "application/pdf", b"x")])
    assert box.account.sent == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"address": "0612345678 "}, "bad_number"),
        ({"address": "ana@example.org"}, "bad_number"),
        ({"text": "  "}, "empty_text"),
        ({"text": "x" * 4097}, "too_long"),
        ({"text": "x" * 1025, "attachments": ("a",), "attachment_names": ("a.pdf",)}, "too_long"),
        ({"attachments": ("a", "b"), "attachment_names": ("a.pdf", "b.pdf")}, "too_many_files"),
        ({"template_id": "HX123"}, "template_missing"),
        ({"template_id": "1:fr:hello", "template_values": {"1": " "}}, "template_values"),
    ],
)
def test_what_meta_would_refuse_is_refused_before_the_wire(change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=code):
        whatsapp("http://127.0.0.1:9").check(message()._replace(**change))


def test_a_file_beyond_every_limit_is_refused_before_the_wire() -> None:
    row = message("", attachments=("a",), attachment_names=("a.zip",))
    with pytest.raises(Refused, match="too_big"):
        whatsapp("http://127.0.0.1:9").send(row, [("a.zip", "application/zip", bytes(100_000_001))])


def test_an_account_that_only_looks_sends_and_tells_nothing() -> None:
    channel = whatsapp("http://127.0.0.1:9", mode="view-only")
    with pytest.raises(Refused, match="view_only"):
        channel.send(message())
    channel.act(Deed(Act.READ, "whatsapp", GUEST, "wamid.IN"))
    assert channel.traits["whatsapp"].acts == frozenset()


CODES = [
    (130429, NotSent, "rate_limited"),
    (131016, NotSent, "vendor_down"),
    (80007, NotSent, "rate_limited"),
    (1, Unknown, "vendor_down"),
    (131000, Unknown, "vendor_down"),
    (2, NotSent, "vendor_down"),
    (131047, Rejected, "window_closed"),
    (131026, Rejected, "whatsapp_undeliverable"),
    (131049, Rejected, "limited_by_vendor"),
    (131048, Rejected, "spam_limited"),
    (131050, Rejected, "marketing_stopped"),
    (131062, Rejected, "needs_phone"),
    (132001, Rejected, "template_missing"),
    (132015, Rejected, "template_paused"),
    (131053, Rejected, "file_refused"),
    (190, AccountBlocked, "auth"),
    (10, AccountBlocked, "permissions_withdrawn"),
    (215, AccountBlocked, "permissions_withdrawn"),
    (131005, AccountBlocked, "permissions_withdrawn"),
    (368, AccountBlocked, "account_banned"),
    (131031, AccountBlocked, "account_locked"),
    (131042, AccountBlocked, "payment_missing"),
    (33, AccountBlocked, "number_deleted"),
    (999999, Rejected, "refused"),
]


@pytest.mark.parametrize(("number", "kind", "code"), CODES)
def test_a_code_of_meta_has_one_meaning(
    box: SandboxWhatsApp, desk: WhatsAppCloud, number: int, kind: type[ChannelError], code: str
) -> None:
    box.account.faults.append(Fault("refuse", status=400, code=str(number), text="(#) Words"))
    with pytest.raises(ChannelError) as caught:
        desk.send(message())
    assert (type(caught.value), caught.value.code, caught.value.vendor_code) == (kind, code, str(number))
    assert caught.value.vendor_text == "(#) Words"


def test_a_fault_that_nobody_knows_leaves_the_send_in_doubt(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    box.account.faults.append(Fault("refuse", status=500, code="987654"))
    with pytest.raises(Unknown):
        desk.send(message())


def test_one_guest_is_waited_for_longer_each_time(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    waits = []
    for tries in (1, 2, 3, 20):
        box.account.faults.append(Fault("refuse", status=400, code="131056"))
        with pytest.raises(NotSent) as caught:
            desk.send(message(tries=tries))
        waits.append(caught.value.retry_after)
    assert waits == [4.0, 16.0, 64.0, 3600.0]


def test_the_key_of_a_send_comes_back_with_its_receipt(
    box: SandboxWhatsApp, desk: WhatsAppCloud, clock: StillClock
) -> None:
    box.account.receive(GUEST, "text", {"body": "Bonjour"})
    box.account.faults.append(Fault("lost_answer"))
    with pytest.raises(Unknown):
        desk.send(message(dedupe_key="01LOST"))
    clock.forward(seconds=1)
    assert box.account.run_due() == 1
    (status,) = items(desk, box)
    assert (status.message_ref, status.state, status.provider_id) == ("01LOST", Delivery.SENT, last_sent(box).id)


def test_receipts_are_asked_for_only_where_that_is_wanted_and_offered(box: SandboxWhatsApp, clock: StillClock) -> None:
    box.account.receive(GUEST, "text", {"body": "Bonjour"})
    channel = in_whatsapp_sandbox(box, ask_receipts=True)
    assert isinstance(channel, FollowsSent)
    receipt = channel.send(message())
    with pytest.raises(Rejected, match="not_found"):
        channel.follow(receipt.provider_id)
    clock.forward(seconds=2)
    envelope = channel.follow(receipt.provider_id)
    (status,) = channel.read(envelope)
    assert isinstance(status, Status)
    assert (status.state, envelope.external_id) == (Delivery.DELIVERED, f"{receipt.provider_id}:delivered")
    box.account.offers_history = False
    for _ in range(2):
        with pytest.raises(Rejected):
            channel.follow(receipt.provider_id)
    channel.close()


def test_after_a_refusal_meta_is_not_asked_for_receipts_again() -> None:
    body = b'{"error":{"message":"(#10) no","code":10}}'
    with answering(answer("403 No", body, "Content-Type: application/json")) as server:
        channel = whatsapp(server.url, ask_receipts=True)
        assert isinstance(channel, FollowsSent)
        for _ in range(3):
            with pytest.raises(Rejected):
                channel.follow("wamid.X")
        channel.close()
    assert len(server.requests) == 1


def test_acts_are_told_and_repeating_them_changes_nothing(box: SandboxWhatsApp) -> None:
    desk = in_whatsapp_sandbox(box, typing=True)
    box.account.receive(GUEST, "text", {"body": "Bonjour"})
    for _ in range(2):
        desk.act(Deed(Act.READ, "whatsapp", GUEST, "wamid.IN"))
        desk.act(Deed(Act.TYPING, "whatsapp", GUEST, "wamid.IN"))
        desk.act(Deed(Act.SPAM, "whatsapp", GUEST, value="on"))
    assert (box.account.read_up_to, box.account.typing_to) == (["wamid.IN"] * 4, ["wamid.IN"] * 2)
    assert box.account.blocked == {"33612345678"}
    desk.act(Deed(Act.SPAM, "whatsapp", GUEST, value="off"))
    assert box.account.blocked == set()
    desk.act(Deed(Act.REACT, "whatsapp", GUEST, "wamid.IN", "🙏"))
    desk.act(Deed(Act.REACT, "whatsapp", GUEST, "wamid.IN"))
    assert [one.body["reaction"]["emoji"] for one in box.account.sent] == ["🙏", ""]
    desk.close()


def test_a_guest_who_wrote_long_ago_cannot_be_blocked(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    with pytest.raises(Rejected):
        desk.act(Deed(Act.SPAM, "whatsapp", GUEST, value="on"))


def test_what_the_hotel_keeps_to_itself_is_not_told(box: SandboxWhatsApp) -> None:
    discreet = in_whatsapp_sandbox(box, read_receipts="off")
    assert discreet.traits["whatsapp"].acts == {Act.REACT, Act.SPAM}, "typing cannot be told without reading"
    discreet.act(Deed(Act.READ, "whatsapp", GUEST, "wamid.IN"))
    discreet.act(Deed(Act.TYPING, "whatsapp", GUEST, "wamid.IN"))
    assert box.account.read_up_to == []
    discreet.close()

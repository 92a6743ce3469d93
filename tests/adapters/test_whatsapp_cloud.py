"""What is special about WhatsApp at Meta, against its simulator over real HTTP."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters import _graph
from adapters.sandbox.ota import Fault
from adapters.sandbox.whatsapp_cloud import SandboxWhatsApp
from adapters.sandbox.whatsapp_cloud_account import AVAILABLE, CloudTemplate, SentMessage, WhatsAppAccount
from adapters.whatsapp_cloud import Settings, WhatsAppNumbers, errors
from adapters.whatsapp_cloud.account import WhatsAppCloud
from tests.adapters.faults import answer, answering
from tests.adapters.rig_whatsapp_cloud import (
    NUMBER,
    PHONE_ID,
    heard,
    in_whatsapp_sandbox,
    webhook,
    whatsapp,
    whatsapp_settings,
)
from tests.adapters.rigging import CANARY, outgoing
from tests.fakes import StillClock
from tui_inbox.domain.deed import Act, Deed
from tui_inbox.domain.errors import (
    AccountBlocked,
    ChannelError,
    Malformed,
    NotSent,
    Refused,
    Rejected,
    Unknown,
)
from tui_inbox.domain.message import Delivery
from tui_inbox.domain.outbox import Outgoing, Way
from tui_inbox.ports.channel import (
    Channel,
    Envelope,
    FetchesFiles,
    FindsSent,
    FollowsSent,
    HasTemplates,
    HealthState,
    Hook,
    Inbound,
    ManagesTemplates,
    MetersUsage,
    Reaction,
    Receives,
    Revision,
    Status,
    TakesActs,
)

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
GUEST, USER = "+33612345678", "FR.13491208655302741918"


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxWhatsApp]:
    with SandboxWhatsApp() as running:
        yield running


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def box(server: SandboxWhatsApp, clock: StillClock) -> SandboxWhatsApp:
    """One server for all tests, with a fresh account each."""
    server.account = WhatsAppAccount(clock=clock)
    return server


@pytest.fixture
def desk(box: SandboxWhatsApp) -> Iterator[WhatsAppCloud]:
    channel = in_whatsapp_sandbox(box)
    yield channel
    channel.close()


def message(text: str = "Bonjour", **more: Any) -> Outgoing:
    return outgoing("whatsapp", more.pop("address", GUEST), text)._replace(**more)


def hook(body: bytes, headers: dict[str, str], method: str = "POST", query: str = "") -> Hook:
    return Hook(method, "", query, headers, body, NOW)


def items(desk: WhatsAppCloud, box: SandboxWhatsApp, last: int = 1) -> list[Any]:
    """What the newest webhooks say."""
    found = []
    for body, headers in box.account.hooks[-last:]:
        found += [item for envelope in desk.hear(hook(body, headers)).envelopes for item in desk.read(envelope)]
    return found


def read(name: str) -> Any:
    """The first item of a webhook of the collection."""
    return whatsapp("http://127.0.0.1:9").read(heard(name))[0]


def last_sent(box: SandboxWhatsApp) -> SentMessage:
    return box.account.sent[-1]


def test_it_is_what_its_protocols_promise(desk: WhatsAppCloud, box: SandboxWhatsApp) -> None:
    for protocol in (Channel, Receives, TakesActs, FetchesFiles, HasTemplates, ManagesTemplates, MetersUsage):
        assert isinstance(desk, protocol)
    assert not isinstance(desk, FindsSent | FollowsSent), "nothing can be looked up at Meta"
    assert desk.streams() == ()
    following = in_whatsapp_sandbox(box, ask_receipts=True)
    assert isinstance(following, FollowsSent)
    following.close()


# Sending


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


# Hearing


SIGNED = (
    b'{"object":"page","entry":[{"id":"1","messaging":[{"message":{"mid":"m_1","text":"\\u00e4\\u00f6\\u00e5"}}]}]}'
)


def test_the_published_vector_is_accepted_and_nothing_else() -> None:
    channel = whatsapp("http://127.0.0.1:9", app_secret="appsecret")
    good = "sha256=df8e1ad3d100f6c7ae99e15d4513a77abf471587a64f122d6934444bab870ae7"
    channel.hear(hook(SIGNED, {"x-hub-signature-256": good}))
    for body, headers in (
        (SIGNED + b" ", {"x-hub-signature-256": good}),
        (SIGNED[:-1], {"x-hub-signature-256": good}),
        (json.dumps(json.loads(SIGNED), ensure_ascii=False).encode(), {"x-hub-signature-256": good}),
        (SIGNED, {"x-hub-signature-256": good[:-1] + "8"}),
        (SIGNED, {"x-hub-signature-256": ""}),
        (SIGNED, {"x-hub-signature-256": "sha256=ä"}),
        (SIGNED, {"x-hub-signature": good}),
    ):
        with pytest.raises(Refused, match="bad_signature"):
            channel.hear(hook(body, headers))


def test_the_handshake_gives_the_challenge_back_to_who_knows_the_token() -> None:
    channel = whatsapp("http://127.0.0.1:9", verify_token="open sesame")
    asked = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
    assert channel.hear(hook(b"", {}, "GET", asked + "open%20sesame")).answer == b"1158201444"
    for query in (asked + "another", asked, "", "hub.mode=x&hub.challenge=1&hub.verify_token=open%20sesame"):
        with pytest.raises(Refused, match="bad_signature"):
            channel.hear(hook(b"", {}, "GET", query))


def test_without_secrets_nothing_is_received(box: SandboxWhatsApp) -> None:
    settings = whatsapp_settings(box.base_url)
    channel = WhatsAppCloud("desk", settings, whatsapp(box.base_url)._http)
    box.account.receive(GUEST, "text", {"body": "Bonjour"})
    for asked in (hook(*box.account.hooks[-1]), hook(b"", {}, "GET", "hub.mode=subscribe&hub.verify_token=")):
        with pytest.raises(Refused, match="bad_signature"):
            channel.hear(asked)


def test_a_batch_is_split_into_facts_with_lasting_names(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    one, two = (json.loads(webhook(name)) for name in ("text", "text_without_phone"))
    receipt = json.loads(webhook("status_failed_window"))
    news = json.loads(webhook("news_quality"))
    one["entry"] += two["entry"] + receipt["entry"] + news["entry"]
    body = json.dumps(one).encode()
    signed = hook(body, {"x-hub-signature-256": box.account.signature(body)})
    found = desk.hear(signed).envelopes
    assert [envelope.kind for envelope in found] == ["message", "message", "status", "news"]
    assert found[2].external_id == "wamid.OUT1:failed:131047"
    assert found == desk.hear(signed).envelopes
    assert len({envelope.external_id for envelope in found}) == 4
    names = [item.name for envelope in found[:2] for item in desk.read(envelope)]  # type: ignore[union-attr]
    assert names == ["Ana Lopez", "@ana"], "each message has its own sender"


def test_a_batch_of_several_senders_names_each_by_its_own(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    value = {
        "contacts": [
            {"profile": {"name": "Ana"}, "wa_id": "33611111111"},
            {"profile": {"name": "Bo"}, "user_id": "SE.2"},
        ],
        "messages": [
            {"id": "wamid.2", "from_user_id": "SE.2", "timestamp": "1795334400", "type": "text", "text": {"body": "b"}},
            {"id": "wamid.1", "from": "33611111111", "timestamp": "1795334400", "type": "text", "text": {"body": "a"}},
        ],
    }
    box.account.hook("messages", value)
    assert [(item.name, item.address) for item in items(desk, box)] == [("Bo", "SE.2"), ("Ana", "+33611111111")]


def test_other_numbers_and_other_accounts_are_none_of_ours(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    for name, old, new in (
        ("text", PHONE_ID, "999999999999"),
        ("status_read", PHONE_ID, "999999999999"),
        ("news_quality", "102290129340398", "888888888888"),
    ):
        body = webhook(name).replace(old.encode(), new.encode())
        assert desk.hear(hook(body, {"x-hub-signature-256": box.account.signature(body)})).envelopes == ()


@pytest.mark.parametrize("body", [b"", b"[]", b"not json", b'{"entry":[{"changes":"x"}]}', b"\xff\xfe" * 20])
def test_a_signed_body_that_is_no_webhook_is_kept_for_quarantine(
    box: SandboxWhatsApp, desk: WhatsAppCloud, body: bytes
) -> None:
    (envelope,) = desk.hear(hook(body, {"x-hub-signature-256": box.account.signature(body)})).envelopes
    assert envelope.raw == body
    assert envelope.external_id.startswith("unreadable:")
    with pytest.raises(Malformed):
        desk.read(envelope)


def test_one_bad_message_of_a_batch_spoils_no_other(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    whole = json.loads(webhook("text"))
    messages = whole["entry"][0]["changes"][0]["value"]["messages"]
    messages[:0] = [{"id": 7}, "x", {"type": "text"}]
    body = json.dumps(whole).encode()
    found = desk.hear(hook(body, {"x-hub-signature-256": box.account.signature(body)})).envelopes
    assert [envelope.kind for envelope in found] == ["unreadable"] * 3 + ["message"]
    assert len(desk.read(found[3])) == 1


# Reading


def test_a_text_is_read_with_who_wrote_and_what_it_answers() -> None:
    item = read("text")
    assert (item.address, item.also, item.phone, item.name) == (GUEST, (USER,), "", "Ana Lopez")
    assert (item.own_address, item.quoted, item.channel) == (NUMBER, "wamid.OUT1", "whatsapp")
    assert item.text == "Bonjour, à quelle heure est le check-in ?"
    assert item.at == datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def test_a_guest_without_a_phone_number_is_known_by_user_id() -> None:
    item = read("text_without_phone")
    assert (item.address, item.also) == ("ES.77491208655302741918", ("ES.ENT.1234567890",))
    assert (item.phone, item.name) == ("", "@ana")


SHOWN = {
    "image": "Le robinet fuit",
    "video": "",
    "location": "Gare d'Annecy\nPlace de la Gare, 74000 Annecy\n45.8992, 6.1294\n"
    "https://www.openstreetmap.org/?mlat=45.8992&mlon=6.1294#map=17",
    "contacts": "Paul Martin\nTaxi Paul\n+33 6 98 76 54 32\npaul@example.org",
    "button": "Oui, je confirme",
    "interactive_button": "Late check-out",
    "interactive_list": "Double\nVue sur le lac",
    "interactive_flow": "Sent",
    "order": "2 × breakfast (14.5 EUR)\nMerci",
    "text_from_advertisement": "Is there a sauna?\n\n↪ Winter at the Lumière\nhttps://fb.me/2XyZ",
    "system_new_number": "User A changed from 33612345678 to 33699999999",
    "unsupported": "",
    "poll_of_the_future": "",
}


@pytest.mark.parametrize("name", SHOWN)
def test_every_type_is_shown_by_its_own_words(name: str) -> None:
    assert read(name).text == SHOWN[name]


@pytest.mark.parametrize(
    ("name", "shown", "type_"),
    [
        ("image", "image.jpg", "image/jpeg"),
        ("voice", "audio.oga", "audio/ogg"),
        ("document", "Passeport.pdf", "application/pdf"),
        ("sticker", "sticker.webp", "image/webp"),
    ],
)
def test_a_file_is_named_and_fetched_later(name: str, shown: str, type_: str) -> None:
    (file,) = read(name).attachments
    assert (file.type, file.state) == (type_, "remote")
    assert file.name.partition(".")[0] == shown.partition(".")[0]
    assert file.ref.partition("#")[0].startswith("27548594414981")


@pytest.mark.parametrize(("name", "shown"), [("unsupported", "unsupported"), ("poll_of_the_future", "poll_creation")])
def test_what_cannot_be_shown_is_kept_and_said(name: str, shown: str) -> None:
    (file,) = read(name).attachments
    assert (file.name, file.state, file.reason) == (shown, "refused", "unsupported_message")


def test_reactions_edits_and_deletions_speak_of_an_earlier_message() -> None:
    at = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    assert read("reaction") == Reaction("wamid.OUT1", at, "👍")
    assert read("reaction_removed") == Reaction("wamid.OUT1", at, "")
    edited = read("text").external_id
    assert read("edit") == Revision(edited, at, "Bonjour, à quelle heure est le check-out ?")
    assert read("revoke") == Revision(edited, at, None)


def test_a_new_number_is_the_same_guest_and_opens_no_window() -> None:
    item = read("system_new_number")
    assert (item.address, item.automated) == (GUEST, True)
    assert "+33699999999" in item.also


def test_what_the_hotel_writes_on_its_phone_is_read_back() -> None:
    item = read("echo")
    assert (item.outbound, item.address, item.text, item.state) == (True, GUEST, "Dès 15 h", Delivery.SENT)


def test_who_opens_the_chat_has_said_nothing(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    box.account.receive(GUEST, "request_welcome")
    assert items(desk, box) == []


@pytest.mark.parametrize(
    ("name", "state", "code", "billed"),
    [
        ("status_sent", Delivery.SENT, "", "service"),
        ("status_delivered_free", Delivery.DELIVERED, "", "marketing/free_entry_point"),
        ("status_read", Delivery.READ, "", ""),
        ("status_failed_window", Delivery.FAILED, "window_closed", ""),
    ],
)
def test_a_receipt_says_what_became_of_it(name: str, state: Delivery, code: str, billed: str) -> None:
    status = read(name)
    assert isinstance(status, Status)
    assert (status.provider_id, status.message_ref, status.address) == ("wamid.OUT1", "01KEY", GUEST)
    assert (status.state, status.error_code, status.billed_as) == (state, code, billed)
    assert ("24 hours" in status.vendor_text) is (code == "window_closed")


def test_a_guest_who_stopped_marketing_at_whatsapp_is_told_as_a_wish() -> None:
    wish = read("preference_stop")
    assert (wish.address, wish.stops, wish.marketing, wish.also) == (GUEST, True, True, (USER,))
    status, told = whatsapp("http://127.0.0.1:9").read(heard("status_failed_marketing_stopped"))
    assert (status.error_code, told.stops, told.address) == ("marketing_stopped", True, GUEST)  # type: ignore[union-attr]


NEWS = {
    "news_template_rejected": ("templates", "template_rejected"),
    "news_template_category": ("templates", "template_recategorised"),
    "news_account_disabled": ("account", "account_banned"),
    "news_account_restricted": ("account", "account_restricted"),
    "news_quality": ("account", "quality_low"),
    "news_errors": ("account", "account_locked"),
}


@pytest.mark.parametrize("name", NEWS)
def test_news_of_the_account_have_a_code_and_metas_words(name: str) -> None:
    news = read(name)
    assert (news.topic, news.code) == NEWS[name]
    assert news.vendor_text


# Receipts by the key that comes back, and by asking


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


# Acts


def test_acts_are_told_and_repeating_them_changes_nothing(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
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


def test_a_guest_who_wrote_long_ago_cannot_be_blocked(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    with pytest.raises(Rejected):
        desk.act(Deed(Act.SPAM, "whatsapp", GUEST, value="on"))


def test_what_the_hotel_keeps_to_itself_is_not_told(box: SandboxWhatsApp) -> None:
    discreet = in_whatsapp_sandbox(box, mark_read=False)
    assert discreet.traits["whatsapp"].acts == {Act.REACT, Act.SPAM}, "typing cannot be told without reading"
    discreet.act(Deed(Act.READ, "whatsapp", GUEST, "wamid.IN"))
    discreet.act(Deed(Act.TYPING, "whatsapp", GUEST, "wamid.IN"))
    assert box.account.read_up_to == []
    discreet.close()


# Files


def photo(box: SandboxWhatsApp, desk: WhatsAppCloud, sha256: str = "") -> str:
    stored = box.account.upload("image/jpeg", b"\xff\xd8" + bytes(3000))
    digest = sha256 or base64.b64encode(hashlib.sha256(stored.content).digest()).decode()
    box.account.receive(GUEST, "image", {"id": stored.id, "mime_type": "image/jpeg", "sha256": digest})
    (item,) = items(desk, box)
    return str(item.attachments[0].ref)


def test_a_photo_is_fetched_with_the_token_within_its_limits(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    ref = photo(box, desk)
    assert b"".join(desk.download(ref, 10_000)) == b"\xff\xd8" + bytes(3000)
    with pytest.raises(Malformed, match="too_big"):
        list(desk.download(ref, 100))


def test_an_address_that_has_just_gone_is_asked_for_anew(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    ref = photo(box, desk)
    # The first read gives the address, the second, of the file, finds it gone.
    box.account.faults.extend([Fault("slow", on="read"), Fault("refuse", on="read", status=404, code="100")])
    assert len(b"".join(desk.download(ref, 10_000))) == 3002


def test_after_a_week_a_file_is_gone(box: SandboxWhatsApp, desk: WhatsAppCloud, clock: StillClock) -> None:
    ref = photo(box, desk)
    clock.forward(days=8)
    with pytest.raises(Rejected, match="file_gone"):
        list(desk.download(ref, 10_000))


def test_a_file_that_is_not_what_was_promised_is_fetched_again(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    ref = photo(box, desk, "ab" * 32)
    with pytest.raises(NotSent, match="broken_file"):
        list(desk.download(ref, 10_000))


@pytest.mark.parametrize("ref", ["../x", "https://evil.example/x", "", "1/2#", "9" * 40])
def test_a_file_has_a_number_and_nothing_else(desk: WhatsAppCloud, ref: str) -> None:
    with pytest.raises(Malformed, match="file_elsewhere"):
        list(desk.download(ref, 10))


def test_a_file_at_a_strange_host_is_not_visited(desk: WhatsAppCloud) -> None:
    body = b'{"url":"https://evil.example/x","file_size":"1"}'
    with answering(answer("200 OK", body, "Content-Type: application/json")) as server:
        channel = whatsapp(server.url)
        with pytest.raises(Malformed, match="file_elsewhere"):
            list(channel.download("123", 10))
        channel.close()


# The account


def entity(kind: str, state: str, **more: Any) -> dict[str, Any]:
    return {"can_send_message": state, "entities": [{"entity_type": kind, "can_send_message": state, **more}]}


def trouble(code: int) -> list[dict[str, Any]]:
    return [{"error_code": code, "error_description": "Words.", "possible_solution": "Do this."}]


HEALTH: list[tuple[dict[str, Any], HealthState, str]] = [
    ({}, HealthState.OK, ""),
    ({"quality": "RED"}, HealthState.RESTRICTED, "quality_low"),
    ({"status": "BANNED"}, HealthState.DISABLED, "account_banned"),
    ({"status": "DELETED"}, HealthState.DISABLED, "number_deleted"),
    ({"status": "RESTRICTED"}, HealthState.RESTRICTED, "account_restricted"),
    ({"status": "UNVERIFIED"}, HealthState.ERROR, "number_unregistered"),
    (
        {"health": entity("BUSINESS", "LIMITED", additional_info=["Not verified."])},
        HealthState.RESTRICTED,
        "sending_limited",
    ),
    ({"health": entity("WABA", "BLOCKED", errors=trouble(141006))}, HealthState.DISABLED, "payment_missing"),
    ({"health": entity("WABA", "BLOCKED", errors=trouble(131031))}, HealthState.DISABLED, "account_locked"),
    ({"health": entity("APP", "BLOCKED", errors=trouble(555))}, HealthState.DISABLED, "sending_blocked"),
    (
        {"health": {**AVAILABLE, "entities": [{"entity_type": "MESSAGE_TEMPLATE", "can_send_message": "BLOCKED"}]}},
        HealthState.OK,
        "",
    ),
]


@pytest.mark.parametrize(("change", "state", "code"), HEALTH)
def test_the_state_of_the_account_has_its_cause(
    box: SandboxWhatsApp, desk: WhatsAppCloud, change: dict[str, Any], state: HealthState, code: str
) -> None:
    for name, value in change.items():
        setattr(box.account, name, value)
    found = desk.test()
    assert (found.state, found.code) == (state, code)
    assert bool(found.vendor_text) is (state is not HealthState.OK)


@pytest.mark.parametrize(
    ("number", "state", "code"),
    [
        (190, HealthState.ERROR, "auth"),
        (10, HealthState.DISABLED, "permissions_withdrawn"),
        (368, HealthState.DISABLED, "account_banned"),
        (33, HealthState.DISABLED, "number_deleted"),
    ],
)
def test_a_refused_test_call_says_which_of_the_causes_it_is(
    box: SandboxWhatsApp, desk: WhatsAppCloud, number: int, state: HealthState, code: str
) -> None:
    box.account.faults.append(Fault("refuse", on="read", status=400, code=str(number), text="Words"))
    found = desk.test()
    assert (found.state, found.code, found.vendor_text) == (state, code, f"{number} Words")


def test_the_test_call_tells_what_is_worth_knowing(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    found = desk.test()
    assert found.account_name == "Sandbox"
    assert found.details == {
        "quality": "GREEN",
        "messaging_limit": "TIER_2K",
        "webhook_url": "https://hooks.hotel.example/hooks/desk-whatsapp",
        "owns_number": 1,
        "receives": 1,
        "review": "APPROVED",
        "verification": "verified",
    }
    settings = whatsapp_settings(box.base_url)
    blind = WhatsAppCloud("desk", settings, desk._http)
    assert blind.test().details["receives"] == 0


def test_a_field_that_this_graph_does_not_know_leaves_the_test_call_green(
    box: SandboxWhatsApp, desk: WhatsAppCloud
) -> None:
    box.account.faults.append(Fault("refuse", on="read", status=400, code="100", text="nonexisting field"))
    assert desk.test().state is HealthState.OK


def test_the_month_is_metered_by_category(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    box.account.receive(GUEST, "text", {"body": "Bonjour"})
    box.account.templates.append(template("hello", "Bonjour et bienvenue"))
    desk.send(message())
    for _ in range(3):
        desk.send(message(template_id="7:fr:hello"))
    service, utility = desk.usage()
    assert (service.category, service.count, service.price) == ("service", 1, "0.0")
    assert (utility.category, utility.count, utility.price, utility.currency) == ("utility", 3, "0.09", "EUR")


def test_the_figures_may_be_a_field_of_the_account(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    points = b'{"pricing_analytics":{"data":[{"data_points":[{"volume":"4","cost":0.2,"pricing_category":"MARKETING",'
    body = points + b'"pricing_type":"FREE_ENTRY_POINT"},{"volume":1,"phone_number":"33799999999"}]}]}}'
    with answering(answer("200 OK", body, "Content-Type: application/json")) as server:
        channel = whatsapp(server.url)
        (found,) = channel.usage()
        channel.close()
    assert (found.category, found.count, found.price) == ("marketing/free_entry_point", 4, "0.2")


# Templates


def template(name: str, body: str, **more: Any) -> CloudTemplate:
    components = more.pop("components", [{"type": "BODY", "text": body}])
    return CloudTemplate(more.pop("id", "7"), name, "fr", "UTILITY", components, **more)


FULL = [
    {"type": "HEADER", "format": "TEXT", "text": "Chambre {{1}}", "example": {"header_text": ["204"]}},
    {
        "type": "BODY",
        "text": "Bonjour {{1}}, votre chambre {{2}} est prête.",
        "example": {"body_text": [["first_name", "204"]]},
    },
    {"type": "FOOTER", "text": "Hôtel Lumière"},
    {
        "type": "BUTTONS",
        "buttons": [
            {"type": "QUICK_REPLY", "text": "Merci"},
            {
                "type": "URL",
                "text": "Plan",
                "url": "https://hotel.example/{{1}}",
                "example": ["https://hotel.example/a"],
            },
            {"type": "PHONE_NUMBER", "text": "Appeler", "phone_number": "+33700000001"},
        ],
    },
]
FULL_TEXT = (
    "*Chambre {{header_1}}*\n\nBonjour {{1}}, votre chambre {{2}} est prête.\n\n_Hôtel Lumière_\n\n"
    "[Merci]\n[Plan] https://hotel.example/{{button_1}}\n[Appeler] +33700000001"
)


def test_templates_come_page_by_page_with_their_state(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    box.account.templates = [template(f"t{n}", "Bonjour", id=str(n + 1)) for n in range(250)]
    box.account.templates[3].status = "DELETED"
    found = desk.templates()
    assert len(found) == 249
    first = found[0]
    assert (first.name, first.category, first.approval, first.account) == ("t0", "utility", "approved", "desk")
    assert first.vendor_id == "1:fr:t0"


@pytest.mark.parametrize(
    ("status", "reason", "quality", "state", "told"),
    [
        ("PENDING", "NONE", "UNKNOWN", "submitted", ""),
        ("IN_APPEAL", "NONE", "UNKNOWN", "submitted", ""),
        ("REJECTED", "INCORRECT_CATEGORY", "UNKNOWN", "rejected", "INCORRECT_CATEGORY"),
        ("PAUSED", "NONE", "RED", "paused", "PAUSED, QUALITY RED"),
        ("DISABLED", "NONE", "GREEN", "paused", "DISABLED"),
        ("APPROVED", "NONE", "YELLOW", "approved", "QUALITY YELLOW"),
        ("SOMETHING_NEW", "NONE", "GREEN", "", ""),
    ],
)
def test_a_state_is_told_with_its_reason(
    box: SandboxWhatsApp, desk: WhatsAppCloud, status: str, reason: str, quality: str, state: str, told: str
) -> None:
    box.account.templates.append(template("t", "Bonjour", status=status, reason=reason, quality=quality))
    (found,) = desk.templates()
    assert (found.approval, found.approval_reason) == (state, told)


def test_a_whole_template_is_one_text_and_its_variables_are_told_apart(
    box: SandboxWhatsApp, desk: WhatsAppCloud
) -> None:
    box.account.templates.append(template("ready", "", components=FULL))
    (found,) = desk.templates()
    assert found.body == FULL_TEXT
    assert found.mapping == {"header_1": "", "1": "first_name", "2": "", "button_1": ""}
    values = {"header_1": "204", "1": "Ana", "2": "204\n et\tvue", "button_1": "plan"}
    desk.send(message(template_id=found.vendor_id, template_values=values, way=Way.QUOTE, target="wamid.IN"))
    sent = last_sent(box)
    assert sent.text == "Chambre 204\n\nBonjour Ana, votre chambre 204 et vue est prête."
    assert "context" not in sent.body
    assert sent.body["template"]["components"][-1] == {
        "type": "button",
        "sub_type": "url",
        "index": "1",
        "parameters": [{"type": "text", "text": "plan"}],
    }


def test_named_variables_are_sent_by_name_and_offered_as_ours(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    box.account.templates.append(template("hello", "Bonjour {{first_name}} !", format="NAMED"))
    (found,) = desk.templates()
    assert found.mapping == {"first_name": "first_name"}
    desk.send(message(template_id=found.vendor_id, template_values={"first_name": "Ana"}))
    assert last_sent(box).text == "Bonjour Ana !"
    with pytest.raises(Rejected, match="template_values"):
        desk.send(message(template_id=found.vendor_id))


def test_a_file_with_a_template_is_its_header(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    box.account.templates.append(template("hello", "Bonjour"))
    row = message(template_id="7:fr:hello", attachments=("a",), attachment_names=("a.pdf",))
    desk.send(row, [("a.pdf", "application/pdf", b"x")])
    (header,) = last_sent(box).body["template"]["components"]
    assert header["parameters"][0]["document"]["filename"] == "a.pdf"


def ours(body: str, **more: Any) -> Any:
    from tui_inbox.domain.template import Template, TemplateKind

    fields = {"category": "utility", "name": "Arrivée du soir", "language": "fr", **more}
    return Template(0, TemplateKind.WHATSAPP, body=body, **fields)


def test_a_template_is_submitted_with_samples_and_answers_its_state(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    made = desk.submit(ours("Bonjour ##{{first_name}}, chambre ##{{room}} prête."))
    (stored,) = box.account.templates
    assert (stored.name, stored.language) == ("arrivee_du_soir", "fr")
    assert (stored.category, stored.format) == ("UTILITY", "NAMED")
    assert stored.components == [
        {
            "type": "BODY",
            "text": "Bonjour {{first_name}}, chambre {{room}} prête.",
            "example": {
                "body_text_named_params": [
                    {"param_name": "first_name", "example": "Claire"},
                    {"param_name": "room", "example": "204"},
                ]
            },
        }
    ]
    assert (made.vendor_id, made.approval) == (f"{stored.id}:fr:arrivee_du_soir", "submitted")
    assert made.mapping == {"first_name": "first_name", "room": "room"}
    with pytest.raises(Rejected):
        desk.submit(ours("Bonjour à tous."))


def test_a_template_comes_back_as_it_was_written(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    mapping = {"header_1": "room", "1": "first_name", "2": "room", "button_1": "booking_number"}
    made = desk.submit(ours(FULL_TEXT, mapping=mapping))
    box.account.review("arrivee_du_soir", "APPROVED")
    (found,) = desk.templates()
    assert (found.body, found.vendor_id, found.approval) == (FULL_TEXT, made.vendor_id, "approved")
    assert [item.topic for item in items(desk, box)] == ["templates"]
    assert box.account.templates[0].components[3]["buttons"][1]["example"] == ["https://hotel.example/AB1234"]


def test_a_rejected_template_is_corrected_and_submitted_again(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    made = desk.submit(ours("Bonjour ##{{first_name}} !"))
    with pytest.raises(Rejected, match="refused"):
        desk.submit(made)
    box.account.review("arrivee_du_soir", "REJECTED", "SCAM")
    (found,) = desk.templates()
    assert found.approval_reason == "SCAM"
    again = desk.submit(found._replace(body="Bienvenue {{first_name}} !"))
    assert (again.approval, again.vendor_id) == ("submitted", made.vendor_id)
    assert box.account.templates[0].components[0]["text"] == "Bienvenue {{first_name}} !"


@pytest.mark.parametrize(
    ("body", "more", "code"),
    [
        ("{{1}} bonjour.", {}, "template_edge"),
        ("Bonjour {{1}}", {}, "template_edge"),
        ("Bonjour {{1}} et {{3}}.", {}, "template_order"),
        ("Bonjour {{1}} et {{name}}.", {}, "template_mixed"),
        ("Bonjour {{1}.", {}, "template_form"),
        ("Bonjour {{Nom}}.", {}, "template_form"),
        ("x" * 1025, {}, "template_long"),
        ("[Oui]", {}, "template_empty"),
        ("Bonjour.", {"category": ""}, "template_category"),
        ("Bonjour.", {"name": "¡¿"}, "template_name"),
        ("*Chambre {{a}} {{b}}*\n\nBonjour.", {}, "template_header"),
        ("Bonjour.\n\n[Un libellé bien trop long pour un bouton]", {}, "template_button"),
        ("Bonjour.\n\n[Plan] http://hotel.example", {}, "template_button"),
        ("Bonjour.\n\n" + "[Oui]\n" * 11, {}, "template_buttons"),
    ],
)
def test_what_the_rules_forbid_is_refused_unasked(body: str, more: dict[str, str], code: str) -> None:
    with pytest.raises(Refused, match=code):
        whatsapp("http://127.0.0.1:9").submit(ours(body, **more))


def test_a_template_is_withdrawn_by_name_and_id(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    made = desk.submit(ours("Bonjour."))
    box.account.templates.append(template("arrivee_du_soir", "Hello", id="8"))
    desk.withdraw(made)
    assert [one.id for one in box.account.templates] == ["8"]
    with pytest.raises(Refused, match="template_missing"):
        desk.withdraw(made._replace(vendor_id="../x"))


# How busy we may be


def test_what_can_wait_waits_when_the_quota_is_nearly_used(box: SandboxWhatsApp) -> None:
    now = [1000.0]
    pace = _graph.Pace(errors.CODES, lambda: now[0])
    channel = in_whatsapp_sandbox(box, pace=pace)
    box.account.load = 79.0
    channel.templates()
    channel.templates()
    box.account.load = 90.0
    channel.templates()
    with pytest.raises(NotSent, match="rate_limited") as caught:
        channel.templates()
    assert caught.value.retry_after == pytest.approx(33.0)
    assert channel.send(message()).provider_id, "a guest's answer never waits for it"
    now[0] += 34
    channel.templates()
    channel.close()


def test_minutes_that_meta_asks_for_are_kept_even_after_an_error() -> None:
    now = [0.0]
    pace = _graph.Pace(errors.CODES, lambda: now[0])
    usage = 'X-Business-Use-Case-Usage: {"1":[{"call_count":101,"estimated_time_to_regain_access":7}]}'
    with answering(answer("400 No", b'{"error":{"code":80007}}', "Content-Type: application/json", usage)) as server:
        channel = whatsapp(server.url, pace=pace)
        for _ in range(2):
            with pytest.raises(NotSent, match="rate_limited"):
                channel.templates()
        channel.close()
    assert len(server.requests) == 1
    now[0] = 7 * 60
    pace.check()


@pytest.mark.parametrize("text", ["", "null", "[]", "{", '{"1":5}', '{"1":[{"call_count":"x"}]}', "\xff"])
def test_headers_that_say_nonsense_are_ignored(text: str) -> None:
    pace = _graph.Pace(errors.CODES)
    pace.note({"x-app-usage": text, "x-business-use-case-usage": text})
    pace.check()


def test_a_proof_goes_with_every_call_where_it_is_demanded() -> None:
    from adapters.whatsapp_cloud.account import open_number
    from tui_inbox.ports.secrets import Secret

    class Vault:
        def get(self, name: str) -> Secret:
            return Secret(f"{name}-{CANARY}")

    with answering(answer("400 No")) as server:
        settings = whatsapp_settings(server.url, prove_calls=True)
        channel = open_number("desk", settings, Vault())  # type: ignore[arg-type]
        with pytest.raises(Rejected):
            channel.send(message())
        channel.close()
    (request,) = server.requests
    proof = _graph.proof(Secret(f"whatsapp-app-secret-{CANARY}"), Secret(f"whatsapp-token-{CANARY}"))
    assert f"appsecret_proof={proof}".encode() in request
    assert b"Authorization: Bearer whatsapp-token-" in request


def test_a_missing_secret_is_named_when_the_account_is_opened() -> None:
    class Empty:
        def get(self, name: str) -> Any:
            raise Refused("secret_missing", name=name)

    with pytest.raises(Refused, match="secret_missing"):
        WhatsAppNumbers.open("desk", whatsapp_settings(), Empty())  # type: ignore[arg-type]


def test_settings_name_their_keys_as_the_documentation_does() -> None:
    import msgspec

    assert {field.encode_name for field in msgspec.structs.fields(Settings)} == {
        "type", "number", "phone_number_id", "waba_id", "secret", "app_secret", "verify_token", "prove_calls",
        "graph_version", "base_url", "mark_read", "typing", "ask_receipts", "mode", "property",
    }  # fmt: skip


def test_a_lone_surrogate_becomes_a_replacement(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    box.account.receive(GUEST, "text", {"body": "\ud83dBonjour"})
    (item,) = items(desk, box)
    assert isinstance(item, Inbound)
    item.text.encode()
    assert item.text.endswith("Bonjour")


def test_an_envelope_of_an_unknown_kind_is_set_aside(desk: WhatsAppCloud) -> None:
    with pytest.raises(Malformed):
        desk.read(Envelope("x", "telex", b"{}"))

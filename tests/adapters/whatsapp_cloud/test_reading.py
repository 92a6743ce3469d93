"""What guests send by WhatsApp, as it is shown; and their files."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime

import pytest

from adapters.sandbox.door import Fault
from adapters.sandbox.whatsapp_cloud import SandboxWhatsApp
from adapters.whatsapp_cloud.account import WhatsAppCloud
from tests.adapters.faults import answer, answering
from tests.adapters.rig_whatsapp_cloud import (
    NUMBER,
    heard,
    whatsapp,
)
from tests.adapters.whatsapp_cloud.words import GUEST, USER, items, read
from tests.fakes import StillClock
from tui_inbox.domain.errors import (
    Malformed,
    NotSent,
    Rejected,
)
from tui_inbox.domain.message import Delivery
from tui_inbox.ports.channel import (
    Reaction,
    Revision,
    Status,
)


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

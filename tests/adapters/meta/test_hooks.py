"""Meta's webhooks: the handshake, signatures, and the same facts under the same ids as a poll gives them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from adapters.meta.account import Instagram
from adapters.sandbox.meta import SandboxMeta
from storage.store import SqlStore
from tests.adapters.meta.words import ANA, LEO, NOW, everything, opened, read
from tests.adapters.rig_meta import FOLLOWER, GUEST, NAMES, PAGE, instagram, instagram_settings, messenger, payloads
from tests.fakes import StillClock, hotel
from tui_inbox.domain.errors import Malformed, Refused
from tui_inbox.domain.message import Delivery, Kind, Message
from tui_inbox.ports.channel import Envelope, Hook, Inbound, Item, Reaction, Revision, Status
from tui_inbox.services import accounts
from tui_inbox.services.desk import AccountInfo, Desk
from tui_inbox.services.ingest import Applied, ingest_page

SECRET = b"sandbox-app-secret"
NOWHERE = "http://127.0.0.1:9"


def hook(body: bytes, *, method: str = "POST", query: str = "", secret: bytes = SECRET, **headers: str) -> Hook:
    signature = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    return Hook(method, "", query, {"x-hub-signature-256": signature, **headers}, body, NOW)


@pytest.fixture
def page(server: SandboxMeta, clock: StillClock) -> Iterator[Instagram]:
    channel = opened(server, clock, comments=True, **NAMES)
    yield channel
    channel.close()


@pytest.fixture
def heard(server: SandboxMeta, page: Instagram) -> list[Envelope]:
    """What the Page's webhooks have brought so far."""
    found: list[Envelope] = []
    server.account.on_event.append(lambda body: found.extend(page.hear(hook(body)).envelopes))
    return found


def items(channel: str, name: str) -> list[Item]:
    """What one file of the collection says."""
    opened_ = messenger(NOWHERE) if channel == "messenger" else instagram(NOWHERE)
    (envelope,) = [one for one in payloads(channel) if one.external_id == f"{channel}-{name}"]
    found = list(opened_.read(envelope))
    opened_.close()
    return found


def test_the_question_whether_the_address_is_ours_is_answered(page: Instagram) -> None:
    asked = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=sandbox-verify"
    assert page.hear(hook(b"", method="GET", query=asked)).answer == b"1158201444"
    with pytest.raises(Refused, match="bad_signature"):
        page.hear(hook(b"", method="GET", query=asked.replace("sandbox-verify", "guess")))


def test_only_what_meta_signed_is_taken(page: Instagram) -> None:
    body = b'{"object":"page","entry":[]}'
    assert page.hear(hook(body)).envelopes == ()
    with pytest.raises(Refused, match="bad_signature"):
        page.hear(hook(body, secret=b"another"))
    with pytest.raises(Refused, match="bad_signature"):
        page.hear(msgspec.structs.replace(hook(body), body=body + b" "))
    bare = messenger(NOWHERE)
    with pytest.raises(Refused, match="bad_signature"):
        bare.hear(hook(body))
    bare.close()


def test_a_poll_and_a_webhook_give_a_message_the_same_id(
    server: SandboxMeta, page: Instagram, heard: list[Envelope]
) -> None:
    server.account.receive(ANA, "Bonjour", name="Ana Lopez", files=(("a.png", "image/png", b"png"),))
    server.account.write_elsewhere(ANA, "Bonjour Ana")
    polled, _ = everything(page)
    assert [one.external_id for one in heard] == [one.external_id for one in polled if ":" not in one.external_id]
    by_hook, by_poll = read(page, heard), read(page, polled)
    for told, asked in zip(by_hook, by_poll, strict=False):
        assert isinstance(told, Inbound)
        assert isinstance(asked, Inbound)
        assert (told.external_id, told.address, told.text, told.outbound, told.at, told.quoted) == (
            asked.external_id, asked.address, asked.text, asked.outbound, asked.at, asked.quoted,
        )  # fmt: skip
        assert len(told.attachments) == len(asked.attachments)


def test_a_comment_has_the_same_id_by_webhook_and_our_own_are_left_to_the_poll(
    server: SandboxMeta, page: Instagram
) -> None:
    post = server.account.publish("Terrasse")
    remark = server.account.remark(post, "Ouvert ?", ANA, name="Ana")
    reply = server.account.remark(post, "Oui", PAGE, parent=remark.id)
    body = server.account.push(changes=(server.account.change_of(remark), server.account.change_of(reply)))
    (envelope,) = page.hear(hook(body)).envelopes
    (told,) = page.read(envelope)
    asked = read(page, everything(page, "comments")[0])[0]
    assert isinstance(told, Inbound)
    assert isinstance(asked, Inbound)
    assert (told.external_id, told.kind, told.address, told.parent, told.at) == (
        asked.external_id, Kind.COMMENT, asked.address, asked.parent, asked.at,
    )  # fmt: skip
    remark.text = "Ouvert en hiver ?"
    changes = (server.account.change_of(remark, "edited"), server.account.change_of(remark, "remove"))
    found = read(page, page.hear(hook(server.account.push(changes=changes))).envelopes)
    assert [(item.external_id, item.text) for item in found if isinstance(item, Revision)] == [
        (remark.id, "Ouvert en hiver ?"),
        (remark.id, None),
    ]


def test_a_comment_by_webhook_has_the_title_that_a_poll_has_seen(server: SandboxMeta, page: Instagram) -> None:
    post = server.account.publish("Notre terrasse")
    everything(page, "comments")
    remark = server.account.remark(post, "Ouvert ?", ANA)
    (told,) = read(page, page.hear(hook(server.account.push(changes=(server.account.change_of(remark),)))).envelopes)
    assert isinstance(told, Inbound)
    assert told.subject == "Notre terrasse"


def test_either_of_two_app_secrets_may_have_signed_for_instagram() -> None:
    assert instagram_settings(app_secret="a", instagram_app_secret="b").app_secrets == ("a", "b")
    assert instagram_settings(instagram_app_secret="b").app_secrets == ("b",)
    assert instagram_settings().app_secrets == ()


def test_comments_are_not_taken_where_they_are_switched_off(server: SandboxMeta, clock: StillClock) -> None:
    quiet = opened(server, clock, **NAMES)
    remark = server.account.remark(server.account.publish("Terrasse"), "Ouvert ?", ANA)
    body = server.account.push(changes=(server.account.change_of(remark),))
    assert quiet.hear(hook(body)).envelopes == ()
    quiet.close()


def test_news_of_another_page_of_the_same_app_is_not_ours(page: Instagram) -> None:
    event = {"sender": {"id": ANA}, "recipient": {"id": "999"}, "timestamp": 1, "message": {"mid": "m_1", "text": "x"}}
    other = json.dumps({"object": "page", "entry": [{"id": "999", "messaging": [event]}]}).encode()
    assert page.hear(hook(other)).envelopes == ()
    elsewhere = json.dumps({"object": "instagram", "entry": [{"id": PAGE, "messaging": [event]}]}).encode()
    assert page.hear(hook(elsewhere)).envelopes == ()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b'{"object":"page","entry":7}',
        b'{"object":"page","entry":[{"id":"104512345678901","messaging":[{"message":[]}]}]}',
    ],
)
def test_what_is_signed_and_cannot_be_taken_apart_is_kept_and_seen(page: Instagram, body: bytes) -> None:
    (envelope,) = page.hear(hook(body)).envelopes
    assert page.hear(hook(body)).envelopes == (envelope,)
    with pytest.raises(Malformed):
        page.read(envelope)


def test_every_fact_has_an_id_of_its_own(page: Instagram) -> None:
    def event(**told: object) -> dict[str, object]:
        return {"sender": {"id": ANA}, "recipient": {"id": PAGE}, "timestamp": 1787220131000, **told}

    told = [
        event(message={"mid": "m_1", "text": "x"}),
        event(message={"mid": "m_1", "is_deleted": True}),
        event(message_edit={"mid": "m_1", "text": "y", "num_edit": 1}),
        event(message_edit={"mid": "m_1", "text": "z", "num_edit": 2}),
        event(reaction={"mid": "m_1", "action": "react", "emoji": "❤"}),
        event(reaction={"mid": "m_1", "action": "unreact"}),
        event(read={"watermark": 1}),
        event(delivery={"watermark": 1}),
        event(postback={"title": "Réserver"}),
        event(optin={"ref": "x"}),
    ]
    body = json.dumps({"object": "page", "entry": [{"id": PAGE, "messaging": told}]}).encode()
    names = [one.external_id for one in page.hear(hook(body)).envelopes]
    assert len(set(names)) == len(told)
    assert [one.external_id for one in page.hear(hook(body)).envelopes] == names
    standby = json.dumps({"object": "page", "entry": [{"id": PAGE, "standby": told[:1]}]}).encode()
    assert [one.external_id for one in page.hear(hook(standby)).envelopes] == ["m_1"], "another app answers; we read"


def test_messenger_tells_up_to_when_it_was_read_and_which_arrived() -> None:
    (seen,) = items("messenger", "event-read")
    until = datetime.fromtimestamp(1787220139, UTC)
    assert isinstance(seen, Status)
    assert (seen.provider_id, seen.state, seen.until, seen.address, seen.channel) == (
        "", Delivery.READ, until, GUEST, "messenger",
    )  # fmt: skip
    arrived = items("messenger", "event-delivery")
    assert [(one.provider_id, one.state) for one in arrived if isinstance(one, Status)] == [
        ("m_out1", Delivery.DELIVERED),
        ("m_echo1", Delivery.DELIVERED),
    ]


def test_instagram_tells_which_was_read_and_what_was_unsent() -> None:
    (seen,) = items("instagram", "event-seen")
    assert isinstance(seen, Status)
    assert (seen.provider_id, seen.state, seen.until) == ("aWdfZAG1faXRlbToxOo==", Delivery.READ, None)
    (gone,) = items("instagram", "event-unsent")
    assert gone == Revision("aWdfZAG1faXRlbToxOn==", datetime.fromtimestamp(1787220141, UTC), None)


def test_reactions_edits_and_buttons_are_understood() -> None:
    (reaction,) = items("messenger", "event-reaction")
    assert isinstance(reaction, Reaction)
    assert (reaction.target, reaction.emoji, reaction.outbound) == ("m_out1", "❤", False)
    (edit,) = items("messenger", "event-edit")
    assert isinstance(edit, Revision)
    assert (edit.external_id, edit.text) == ("m_hook1", "à demain")
    (pressed,) = items("messenger", "event-postback")
    assert isinstance(pressed, Inbound)
    assert (pressed.external_id, pressed.text) == ("m_post1", "Réserver")


def test_an_echo_with_our_key_settles_a_send_without_an_answer() -> None:
    settled, echo = items("messenger", "event-echo")
    assert isinstance(settled, Status)
    assert (settled.provider_id, settled.message_ref, settled.state) == ("m_echo1", "01KEY", Delivery.SENT)
    assert isinstance(echo, Inbound)
    assert (echo.outbound, echo.address) == (True, GUEST)


def test_voices_stories_and_what_programs_are_not_shown() -> None:
    (voice,) = items("messenger", "event-reply_audio")
    assert isinstance(voice, Inbound)
    (clip,) = voice.attachments
    assert (clip.type, clip.name, voice.quoted) == ("audio/mp4", "audio-1.mp4", "m_out1")
    (story,) = items("instagram", "event-text")
    assert isinstance(story, Inbound)
    assert story.text.startswith("gracias\nhttps://lookaside.fbsbx.com/")
    (hidden,) = items("instagram", "event-unsupported")
    assert isinstance(hidden, Inbound)
    assert [(file.state, file.reason) for file in hidden.attachments] == [("refused", "not_shown_to_programs")]
    (share,) = items("instagram", "message-share")
    assert isinstance(share, Inbound)
    assert (share.text, share.address) == ("https://www.instagram.com/p/abc/", FOLLOWER)


def house(channel: Instagram) -> Desk:
    info = AccountInfo(name="desk", type="messenger", channels=channel.traits, own={"messenger": PAGE})
    return hotel()._replace(accounts={"desk": info})


def keep(store: SqlStore, channel: Instagram, envelopes: list[Envelope], now: datetime = NOW) -> Applied:
    return ingest_page(store, house(channel), channel, envelopes, now)


def messages(store: SqlStore, address: str = ANA) -> list[Message]:
    with store.read() as tx:
        (guest,) = tx.guests.by_handle("messenger", address)
        (talk,) = tx.conversations.all_of_guest(guest.id)
        rows = tx.messages.page(talk.id, None, 9)
        return [found for row in rows if (found := tx.messages.get(row.id)) is not None]


def connected(store: SqlStore, channel: Instagram) -> None:
    with store.write() as tx:
        accounts.connected(tx, house(channel), "desk", NOW - timedelta(days=1))


def test_by_webhook_and_by_poll_a_message_is_stored_once_and_the_name_is_learned(
    sqlite_store: SqlStore, server: SandboxMeta, page: Instagram, heard: list[Envelope]
) -> None:
    connected(sqlite_store, page)
    server.account.receive(ANA, "Bonjour", name="Ana Lopez")
    keep(sqlite_store, page, heard)
    with sqlite_store.read() as tx:
        assert tx.guests.by_handle("messenger", ANA)[0].name == "", "webhooks bring no name"
    keep(sqlite_store, page, everything(page)[0])
    assert [one.text for one in messages(sqlite_store)] == ["Bonjour"]
    with sqlite_store.read() as tx:
        assert tx.guests.by_handle("messenger", ANA)[0].name == "Ana Lopez"


def test_ticks_edits_and_reactions_reach_the_stored_messages(
    sqlite_store: SqlStore, server: SandboxMeta, page: Instagram, heard: list[Envelope]
) -> None:
    connected(sqlite_store, page)
    account = server.account
    asked = account.receive(ANA, "Bonjour", name="Ana")
    answer = account.write_elsewhere(ANA, "Bonjour Ana")
    watermark = int(NOW.timestamp() * 1000) + 500
    account.push({**account.between(ANA, PAGE, NOW), "read": {"watermark": watermark}})
    account.push({**account.between(ANA, PAGE, NOW), "reaction": {"mid": answer.id, "action": "react", "emoji": "❤"}})
    account.push(
        {**account.between(ANA, PAGE, NOW), "message_edit": {"mid": asked.id, "text": "Bonsoir", "num_edit": 1}}
    )
    applied = keep(sqlite_store, page, heard, NOW + timedelta(seconds=5))
    assert (applied.quarantined, applied.parked) == (0, 0)
    first, second = messages(sqlite_store)
    assert (first.text, first.edited_at is not None) == ("Bonsoir", True)
    assert (second.state, dict(second.reactions)) == (Delivery.READ, {"guest": "❤"})


def test_a_comment_opens_no_window_for_messages(sqlite_store: SqlStore, server: SandboxMeta, page: Instagram) -> None:
    connected(sqlite_store, page)
    remark = server.account.remark(server.account.publish("Terrasse ouverte"), "En hiver ?", LEO, name="Leo")
    keep(sqlite_store, page, everything(page, "comments")[0])
    (stored,) = messages(sqlite_store, LEO)
    assert (stored.kind, stored.subject, stored.external_id) == (Kind.COMMENT, "Terrasse ouverte", remark.id)
    with sqlite_store.read() as tx:
        line = tx.lines.get("desk", "messenger", LEO)
    assert line is None or line.last_in_at is None

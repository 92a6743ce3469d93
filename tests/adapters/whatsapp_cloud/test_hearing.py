"""Webhooks of WhatsApp at Meta: whose they are, and what facts they hold."""

from __future__ import annotations

import json

import pytest

from adapters.sandbox.whatsapp_cloud import SandboxWhatsApp
from adapters.whatsapp_cloud.account import WhatsAppCloud
from tests.adapters.mutator import damaged
from tests.adapters.rig_whatsapp_cloud import (
    PHONE_ID,
    webhook,
    whatsapp,
    whatsapp_settings,
)
from tests.adapters.rigging import PAYLOADS
from tests.adapters.whatsapp_cloud.words import GUEST, hook, items
from tui_inbox.domain.errors import (
    Malformed,
    Refused,
)

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


def test_a_damaged_webhook_with_a_right_signature_breaks_nothing(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    names = sorted(path.stem for path in (PAYLOADS / "whatsapp_cloud").glob("*.json"))
    facts = unreadable = 0
    for seed, name in enumerate(names):
        for body in damaged(webhook(name), 60, seed):
            found = desk.hear(hook(body, {"x-hub-signature-256": box.account.signature(body)})).envelopes
            for envelope in found:
                assert len(envelope.external_id) <= 500
                try:
                    desk.read(envelope)
                    facts += 1
                except Malformed:
                    unreadable += 1
    assert facts > 100
    assert unreadable > 100

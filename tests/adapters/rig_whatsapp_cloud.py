"""The WhatsApp Cloud API under test: its webhooks are the payloads, for it has nothing to poll."""

from __future__ import annotations

from typing import Any

import msgspec

from adapters import _graph
from adapters._http import Http, bearer
from adapters.sandbox.whatsapp_cloud import SandboxWhatsApp
from adapters.whatsapp_cloud import Settings, errors, hearing
from adapters.whatsapp_cloud.account import FollowingWhatsApp, Keys, WhatsAppCloud
from tests.adapters.rigging import CANARY, PAYLOADS, QUICK, Rig, outgoing
from tui_inbox.ports.channel import Channel, Envelope, HasTemplates
from tui_inbox.ports.clock import Clock
from tui_inbox.ports.secrets import Secret

PHONE_ID, WABA = "106540352242922", "102290129340398"
NUMBER = "+33700000001"


def whatsapp_settings(base_url: str = "https://graph.facebook.com", **more: object) -> Settings:
    fields = {
        "type": "whatsapp-cloud",
        "number": NUMBER,
        "phone_number_id": PHONE_ID,
        "waba_id": WABA,
        "secret": "whatsapp-token",
        "app_secret": "whatsapp-app-secret",
        "verify_token": "whatsapp-verify-token",
        "base_url": base_url,
        **more,
    }
    return msgspec.convert(fields, Settings)


def whatsapp(
    base_url: str,
    token: str = CANARY,
    clock: Clock | None = None,
    *,
    app_secret: str = CANARY,
    verify_token: str = CANARY,
    pace: _graph.Pace | None = None,
    **more: Any,
) -> WhatsAppCloud:
    pace = pace or _graph.Pace(errors.CODES)
    http = Http(base_url, auth=bearer(Secret(token)), explain=pace.explain, limits=QUICK)
    settings = whatsapp_settings(base_url, **more)
    kind = FollowingWhatsApp if settings.ask_receipts else WhatsAppCloud
    keys = Keys(Secret(app_secret), Secret(verify_token))
    return kind("desk", settings, http, keys, pace=pace, clock=clock)


def in_whatsapp_sandbox(box: SandboxWhatsApp, **more: Any) -> WhatsAppCloud:
    """The real adapter, talking to the simulator."""
    account = box.account
    return whatsapp(
        box.base_url,
        account.token,
        account.clock,
        app_secret=account.app_secret,
        verify_token=account.verify_token,
        **more,
    )


def webhook(name: str) -> bytes:
    return (PAYLOADS / "whatsapp_cloud" / f"{name}.json").read_bytes()


def heard(name: str) -> Envelope:
    """The one fact of a webhook of the collection."""
    (envelope,) = hearing.envelopes(webhook(name), PHONE_ID, WABA)
    return envelope


def _asks(channel: Channel) -> object:
    """What is asked regularly of a vendor that has nothing to poll."""
    assert isinstance(channel, HasTemplates)
    return channel.templates()


WHATSAPP_CLOUD = Rig(
    type="whatsapp-cloud",
    opened=whatsapp,
    payloads=[heard(file.stem) for file in sorted((PAYLOADS / "whatsapp_cloud").glob("*.json"))],
    outgoing=outgoing("whatsapp"),
    settings=whatsapp_settings(),
    asks=_asks,
)

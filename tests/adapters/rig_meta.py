"""How the contract suite holds Messenger and Instagram."""

from __future__ import annotations

from typing import Any

import msgspec

from adapters import _graph
from adapters._http import Http
from adapters.meta import InstagramSettings, MessengerSettings
from adapters.meta.account import Instagram, Messenger
from adapters.meta.errors import CODES
from adapters.meta.graph import Graph, Token
from adapters.sandbox.meta import SandboxMeta
from tests.adapters.rigging import CANARY, PAYLOADS, QUICK, Rig, outgoing
from tui_inbox.ports.channel import Envelope
from tui_inbox.ports.clock import Clock
from tui_inbox.ports.secrets import RenewsSecrets, Secret

PAGE, INSTAGRAM = "104512345678901", "17841400000000001"
GUEST, FOLLOWER = "7612345678901234", "5544332211009988"
NAMES = {"app_secret": "app-secret", "verify_token": "verify-token"}
"""With them webhooks are taken, and ticks come."""


def messenger_settings(base_url: str = "https://graph.facebook.com", **more: object) -> MessengerSettings:
    fields = {"type": "messenger", "page_id": PAGE, "secret": "page-token", "base_url": base_url, **more}
    return msgspec.convert(fields, MessengerSettings)


def instagram_settings(base_url: str = "", **more: object) -> InstagramSettings:
    fields = {
        "type": "instagram",
        "instagram_id": INSTAGRAM,
        "page_id": PAGE,
        "secret": "page-token",
        "base_url": base_url,
        **more,
    }
    return msgspec.convert(fields, InstagramSettings)


def graph(base_url: str, token: str, version: str = "v25.0") -> Graph:
    kept, pace = Token(Secret(token)), _graph.Pace(CODES)
    return Graph(Http(base_url, auth=kept.signed, explain=pace.explain, limits=QUICK), version, kept, pace)


def messenger(base_url: str, token: str = CANARY, clock: Clock | None = None, **more: object) -> Messenger:
    settings = messenger_settings(base_url, **more)
    return Messenger("desk", settings, graph(base_url, token), clock=clock, **_secrets(settings))


def instagram(
    base_url: str,
    token: str = CANARY,
    clock: Clock | None = None,
    secrets: RenewsSecrets | None = None,
    **more: object,
) -> Instagram:
    settings = instagram_settings(base_url, **more)
    return Instagram("desk", settings, graph(base_url, token), clock=clock, secrets=secrets, **_secrets(settings))


def _secrets(settings: MessengerSettings | InstagramSettings) -> dict[str, Any]:
    if not settings.app_secret:
        return {}
    return {"app_secrets": [Secret("sandbox-app-secret")], "verify_token": Secret("sandbox-verify")}


def in_sandbox(box: SandboxMeta, **more: object) -> Messenger | Instagram:
    """The real adapter, talking to the simulator."""
    account = box.account
    opened = messenger if account.channel == "messenger" else instagram
    login = {"login": "instagram"} if account.own_login else {}
    return opened(box.base_url, account.token, account.clock, **login, **more)  # type: ignore[operator]


def payloads(channel: str) -> list[Envelope]:
    """Files are called channel-kind-what."""
    found = sorted((PAYLOADS / "meta").glob(f"{channel}-*.json"))
    return [Envelope(file.stem, file.stem.split("-")[1], file.read_bytes()) for file in found]


MESSENGER_RIG = Rig(
    type="messenger",
    opened=messenger,
    payloads=payloads("messenger"),
    outgoing=outgoing("messenger", GUEST),
    settings=messenger_settings(),
)
INSTAGRAM_RIG = Rig(
    type="instagram",
    opened=instagram,
    payloads=payloads("instagram"),
    outgoing=outgoing("instagram", FOLLOWER),
    settings=instagram_settings(),
)

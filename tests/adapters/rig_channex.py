"""How the contract suite holds Channex."""

from __future__ import annotations

import msgspec

from adapters._http import Http
from adapters.channex import Settings, errors
from adapters.channex.account import Channex
from adapters.sandbox.channex import SandboxChannex
from tests.adapters.rigging import CANARY, PAYLOADS, QUICK, Rig, outgoing
from tui_inbox.ports.channel import Envelope
from tui_inbox.ports.clock import Clock

PROPERTY = "71d34923-a8be-4682-9625-e4a2f080df92"
THREAD = "20d1b08c-190e-4068-a77d-4a909a21835d"


def channex_settings(base_url: str = "https://app.channex.io/api/v1", **more: object) -> Settings:
    fields = {"type": "channex", "secret": "channex-key", "property_id": PROPERTY, "base_url": base_url, **more}
    return msgspec.convert(fields, Settings)


def channex(base_url: str, key: str = CANARY, clock: Clock | None = None, **more: object) -> Channex:
    http = Http(base_url, auth=lambda: {"user-api-key": key}, explain=errors.explain, limits=QUICK)
    return Channex("desk", channex_settings(base_url, **more), http, clock)


def in_sandbox(box: SandboxChannex, **more: object) -> Channex:
    """The real adapter, talking to the simulator."""
    return channex(box.base_url, box.account.key, box.account.clock, **more)


def payload(name: str) -> Envelope:
    return Envelope(name, "message", (PAYLOADS / "channex" / f"{name}.json").read_bytes())


CHANNEX = Rig(
    type="channex",
    opened=channex,
    payloads=[payload(file.stem) for file in sorted((PAYLOADS / "channex").glob("*.json"))],
    outgoing=outgoing("airbnb", THREAD),
    settings=channex_settings(),
)

"""The web chat under the contract suite: it has no vendor, so the parts about vendors do not concern it."""

from __future__ import annotations

from adapters.webchat import Settings
from adapters.webchat.account import WebChat
from tests.adapters.rigging import CANARY, SENT, Rig, outgoing
from tui_inbox.domain.message import Delivery
from tui_inbox.domain.visitor import Visitor
from tui_inbox.ports.secrets import Secret

SETTINGS = Settings(type="webchat", inbox="lumiere", origins=["https://www.hotel.example"], secret="site")
VISITOR = Visitor(7, "site", "0" * 64, "web-0011223344556677", "Ana Lopez", "ana@guest.example")


def opened(_base_url: str) -> WebChat:
    return WebChat("site", SETTINGS, Secret(CANARY))


_CHAT = opened("")
WEBCHAT_RIG = Rig(
    type="webchat",
    opened=opened,
    payloads=[
        _CHAT.said(VISITOR, "Bonjour, <b>avez-vous</b> une chambre ?", "e1", SENT),
        _CHAT.said(VISITOR._replace(wrote_at=SENT), "Merci", "e2", SENT),
        _CHAT.became("01KEY", Delivery.DELIVERED, SENT),
        _CHAT.became("01KEY", Delivery.READ, SENT),
    ],
    outgoing=outgoing("webchat", VISITOR.address),
    settings=SETTINGS,
    asks_nobody="Browsers come to our own receiver, and an answer is sent by being readable in our own store.",
)

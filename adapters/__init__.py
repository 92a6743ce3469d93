"""Channels: one module (or package) each, named once in ``CHANNELS`` and imported only when it is used.

Every class named here has ``Settings`` (a frozen msgspec structure: its table of the configuration), ``TRAITS``
(by channel code), ``NEEDS`` and ``LIMITS`` (codes), ``serves(settings)``, ``own(settings)`` and ``open(name,
settings, secrets)``; importing its module imports no network library.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from tui_inbox.domain.channel import ChannelTraits
    from tui_inbox.ports.channel import Channel
    from tui_inbox.ports.secrets import Secrets

CHANNELS: Mapping[str, str] = {
    "twilio": "adapters.twilio:TwilioAccounts",
    "email": "adapters.email:Mailboxes",
    "whatsapp-cloud": "adapters.whatsapp_cloud:WhatsAppNumbers",
    "channex": "adapters.channex:ChannexAccounts",
    "booking.com": "adapters.booking_com:BookingAccounts",
    "webchat": "adapters.webchat:WebChats",
    "messenger": "adapters.meta:MessengerPages",
    "instagram": "adapters.meta:InstagramAccounts",
}
"""Type in the configuration -> module and class."""

FORMS: Mapping[str, str] = {"twilio": "sms"}
"""What ``channel add`` calls a type, where that is another word."""

S = TypeVar("S")


class Adapter(Protocol[S]):
    """What the composition root asks of a class in ``CHANNELS``."""

    Settings: type[S]
    TRAITS: Mapping[str, ChannelTraits]
    NEEDS: tuple[str, ...]
    """Codes of what a real account asks of the hotel, in the order in which it is done."""
    LIMITS: tuple[str, ...]
    """Codes of what is not possible with it."""
    # ``MANAGER``, where there is one: address of the vendor's own page about an account.

    def serves(self, settings: S) -> Mapping[str, ChannelTraits]:
        """The channels that an account with these settings has."""
        ...

    def own(self, settings: S) -> Mapping[str, str]:
        """Channel code -> our own number or address on it."""
        ...

    def open(self, name: str, settings: S, secrets: Secrets) -> Channel:
        """Connect lazily: no network yet. Raises ``Refused`` (a secret is missing, an address is bad)."""
        ...


def load(type_: str) -> Adapter[Any]:
    """The class for a type of the configuration. Raises ``KeyError`` for an unknown one."""
    module, name = CHANNELS[type_].split(":")
    found: Adapter[Any] = getattr(import_module(module), name)
    return found

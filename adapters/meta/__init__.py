"""Messenger and Instagram through Meta's Graph: conversations polled, webhooks heard where they come."""

from adapters.meta.settings import (
    INSTAGRAM,
    MESSENGER,
    InstagramAccounts,
    InstagramSettings,
    MessengerPages,
    MessengerSettings,
)

__all__ = [
    "INSTAGRAM",
    "MESSENGER",
    "InstagramAccounts",
    "InstagramSettings",
    "MessengerPages",
    "MessengerSettings",
]

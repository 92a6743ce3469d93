"""Under which names and numbers the sample hotel is known at each vendor, and to its own configuration."""

from __future__ import annotations

ACCOUNTS = {
    "twilio": "desk-sms",
    "email": "desk-mail",
    "whatsapp-cloud": "desk-whatsapp",
    "messenger": "desk-messenger",
    "instagram": "desk-instagram",
    "channex": "desk-sites",
    "booking": "desk-booking",
    "webchat": "desk-chat",
}
"""Vendor -> the account's name in the configuration, where its webhooks arrive too."""
VENDORS = {
    "sms": "twilio",
    "whatsapp": "twilio",
    "email": "email",
    "booking-mail": "email",
    "messenger": "messenger",
    "instagram": "instagram",
    "airbnb": "channex",
    "expedia": "channex",
    "booking": "booking",
    "webchat": "webchat",
}
"""Channel -> the vendor that carries it, where a thread names no other."""
PORTS = ("twilio", "imap", "smtp", "whatsapp", "messenger", "instagram", "channex", "booking", "speech")
"""What the sandbox serves."""
KEYS = (
    "sandbox-token",
    "sandbox-mail",
    "sandbox-app-secret",
    "sandbox-verify-token",
    "sandbox-verify",
    "sandbox-page-token",
    "sandbox-key",
    "sandbox-secret",
)
"""What opens the simulators: nothing secret, so each is kept under a name that is the word itself."""

SMS, WHATSAPP, WHATSAPP_CLOUD = "+33700000000", "+33700000001", "+33700000002"
PHONE_NUMBER_ID, WABA = "106540352242922", "102290129340398"
PAGE, INSTAGRAM = "104512345678901", "17841400000000001"
CHANNEX_PROPERTY = "71d34923-a8be-4682-9625-e4a2f080df92"
BOOKING_CLIENT, BOOKING_PROPERTY = "sandbox-client", "1234567"
CHAT = "hotel-lumiere"
"""The web chat's name in its address."""

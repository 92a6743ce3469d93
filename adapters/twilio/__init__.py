"""Twilio Programmable Messaging: SMS, and WhatsApp where the number has it, both polled."""

from adapters.twilio.settings import SMS, WHATSAPP, Settings, TwilioAccounts

__all__ = ["SMS", "WHATSAPP", "Settings", "TwilioAccounts"]

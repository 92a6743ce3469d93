"""Twilio Programmable Messaging: SMS, and WhatsApp where the number has it, both polled."""

from adapters.twilio.account import Twilio
from adapters.twilio.settings import SMS, WHATSAPP, Settings

__all__ = ["SMS", "WHATSAPP", "Settings", "Twilio"]

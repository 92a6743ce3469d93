"""Addresses that open a chat with the hotel, for print and for templates."""

from __future__ import annotations

from urllib.parse import quote


def whatsapp_link(number: str, text: str = "") -> str:
    """Opens WhatsApp with this number, ``text`` already typed; needs no account with the vendor to make."""
    digits = "".join(char for char in number if char in "0123456789")
    return f"https://wa.me/{digits}" + (f"?text={quote(text, safe='')}" if text else "")

"""TLS for IMAP and SMTP: always verified, with a private authority where the hotel has one."""

from __future__ import annotations

import ssl

from tui_inbox.domain.errors import Refused


def context(ca_file: str = "") -> ssl.SSLContext:
    """The system's authorities, and the one in ``ca_file``. Raises ``Refused("mail_ca_unreadable")``."""
    try:
        found = ssl.create_default_context(ssl.Purpose.SERVER_AUTH)
        if ca_file:
            found.load_verify_locations(ca_file)
    except (OSError, ssl.SSLError):
        raise Refused("mail_ca_unreadable", file=ca_file) from None
    found.minimum_version = ssl.TLSVersion.TLSv1_2
    return found


def reason(error: ssl.SSLError) -> str:
    """What OpenSSL says, without its source file."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message or "certificate verify failed"
    return (error.reason or type(error).__name__).replace("_", " ").lower()

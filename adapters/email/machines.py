"""Addresses behind which nobody sits."""

from __future__ import annotations

import re

_NO_REPLY = re.compile(r"^(?:no-?_?\.?reply|do-?_?not-?_?reply|ne-?pas-?repondre|nepasrepondre|noreponse)\b")
_MAILERS = re.compile(r"^(?:mailer-daemon|postmaster|mail-daemon|mdaemon|bounces?)(?:[+=.-]|@)|^double-bounce@")


def is_no_reply(address: str) -> bool:
    return bool(_NO_REPLY.match(address))


def is_mailer(address: str) -> bool:
    """Does this address write bounces?"""
    return bool(_MAILERS.match(address))

"""What the parser child says about one mail: plain data, sent as JSON through a pipe."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from adapters.email.results import Checked

MAX_FILES = 100
MAX_TEXT = 512 * 1024
"""Bytes of one text or HTML part that are looked at."""


class Address(Struct, frozen=True):
    address: str = ""
    """Lower case; empty when there is none."""
    name: str = ""


class File(Struct, frozen=True):
    name: str
    type: str
    size: int | None
    path: str
    """Place in the tree of parts, as ``2.1``."""


class Report(Struct, frozen=True):
    """A machine's word on one of our messages (RFC 3464, RFC 8098, or the free text of older servers)."""

    action: Literal["failed", "delayed", "delivered", "read"]
    message_ref: str = ""
    address: str = ""
    text: str = ""
    """The server's own words."""


class Relayed(Struct, frozen=True):
    """What a mail from a booking site's domain says of itself; nobody has checked it yet."""

    site: str
    reservation: str
    thread: str
    name: str
    """The guest's."""
    text: str


class Parsed(Struct, frozen=True):
    sender: Address
    reply_to: Address
    recipients: tuple[str, ...]
    subject: str
    message_id: str
    """With its angle brackets; empty when it is missing or broken."""
    in_reply_to: str
    references: tuple[str, ...]
    """Oldest first."""
    at: int | None
    """Seconds UTC."""
    text: str
    full_text: str
    date_line: str = ""
    """The Date header as written: finds a mail again that has no Message-ID."""
    files: tuple[File, ...] = ()
    automated: str = ""
    """Which sign says that a machine wrote it; empty for people."""
    report: Report | None = None
    sole_sender: bool = True
    """One From line with one address in it."""
    checked: tuple[Checked, ...] = ()
    relayed: Relayed | None = None

"""A row of the outbox to the bytes of a mail, without any way to write a header of one's own into it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from adapters.email.filetypes import real_type
from tui_inbox.domain.design import PICTURE
from tui_inbox.domain.display import safe_name
from tui_inbox.domain.errors import Rejected
from tui_inbox.domain.outbox import Outgoing

MAX_REFERENCES = 20
_PICTURES = "pictures.tui-inbox.invalid"
"""Right side of the ids of pictures inside a mail."""
_POLICY = SMTP.clone(cte_type="7bit")
# Everything that any reader of mail, or str.splitlines, takes for the end of a line.
_BREAKS = re.compile("[\x00\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_LINK = re.compile(r"(mailto:|https://)[!-;=?-~]{1,900}")
_ADDRESS = re.compile(r"[^@\s<>,;:\"()\[\]\\]{1,64}@[^@\s<>,;:\"()\[\]\\]{1,253}")
_OURS = frozenset(
    [
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "in-reply-to",
        "references",
        "auto-submitted",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
    ]
)


def ascii_address(address: str) -> str:
    """An address that every server takes: the domain in its ASCII form. Raises ``Rejected("bad_address")``."""
    if not _ADDRESS.fullmatch(address):
        raise Rejected("bad_address")
    user, _at, domain = address.rpartition("@")
    try:
        return f"{user.encode('ascii').decode()}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise Rejected("bad_address") from None


def message_id(ref: str) -> str:
    """A Message-ID with its angle brackets. Raises ``Rejected("bad_header")``."""
    found = ref if ref.startswith("<") else f"<{ref}>"
    if not _ID.fullmatch(found):
        raise Rejected("bad_header")
    return found


def compose(
    outgoing: Outgoing, sender: str, sender_name: str, now: datetime, files: Sequence[tuple[str, str, bytes]] = ()
) -> bytes:
    """The whole mail with CRLF. Raises ``Rejected`` (``bad_header``, ``bad_address``, ``empty_text``)."""
    values = (
        outgoing.subject,
        outgoing.address,
        sender_name,
        outgoing.message_ref,
        outgoing.in_reply_to,
        outgoing.references.replace("\n", " "),
        *outgoing.unsubscribe,
    )
    if any(_BREAKS.search(value) for value in values):
        raise Rejected("bad_header")
    if not outgoing.text.strip() and not files:
        raise Rejected("empty_text")
    try:
        message = _built(outgoing, sender, sender_name, now, files)
        content = message.as_bytes(policy=_POLICY)
    except (ValueError, TypeError, LookupError, AttributeError, IndexError):
        raise Rejected("bad_header") from None
    ids = _id_lines(outgoing) + _way_out_lines(outgoing)
    _refuse_more_headers(content, message)
    return ids + content


def _built(
    outgoing: Outgoing, sender: str, sender_name: str, now: datetime, files: Sequence[tuple[str, str, bytes]]
) -> EmailMessage:
    message = EmailMessage(policy=_POLICY)
    message["From"] = _address(sender, sender_name)
    message["To"] = _address(outgoing.address, "")
    message["Subject"] = outgoing.subject
    message["Date"] = format_datetime(now)
    if outgoing.scheduled:
        message["Auto-Submitted"] = "auto-generated"
    message.set_content(outgoing.text.replace("\r\n", "\n").replace("\r", "\n"))
    shown = set(PICTURE.findall(outgoing.html))
    named = list(zip([*outgoing.attachments, *[""] * len(files)], files, strict=False))
    inside = {sha256: file for sha256, file in named if sha256 in shown}
    if outgoing.html:
        _designed(message, outgoing.html, inside)
    for sha256, (name, kind, content) in named:
        if sha256 not in inside:
            main, sub = _media_type(kind)
            message.add_attachment(content, maintype=main, subtype=sub, filename=safe_name(name))
    return message


def _designed(message: EmailMessage, html: str, pictures: Mapping[str, tuple[str, str, bytes]]) -> None:
    """The same text with its design beside the plain one, and the pictures that it shows inside it."""
    message.add_alternative(PICTURE.sub(rf"cid:\1@{_PICTURES}", html), subtype="html")
    if not pictures:
        return
    page = message.get_payload(1)
    assert isinstance(page, EmailMessage), "an alternative that was just added"
    for sha256, (name, kind, content) in pictures.items():
        main, sub = _media_type(real_type(content, kind))
        page.add_related(
            content,
            maintype=main,
            subtype=sub,
            cid=f"<{sha256}@{_PICTURES}>",
            filename=safe_name(name),
            disposition="inline",
        )


def _media_type(kind: str) -> tuple[str, str]:
    """What a file says it is, unless that would change how the mail around it is read."""
    main, _slash, sub = kind.partition("/")
    fits = main.isidentifier() and re.fullmatch(r"[A-Za-z0-9.+-]{1,100}", sub)
    return (main, sub) if fits and main not in ("message", "multipart") else ("application", "octet-stream")


def _address(address: str, name: str) -> Address:
    user, _at, domain = ascii_address(address).rpartition("@")
    return Address(name, user, domain)


def _id_lines(outgoing: Outgoing) -> bytes:
    """Message-ID, In-Reply-To and References, which the library would encode beyond use when they are long.

    Each id is printable ASCII between brackets, so nothing but an id can come of it.
    """
    lines = [f"Message-ID: {message_id(outgoing.message_ref)}"]
    if outgoing.in_reply_to:
        lines.append(f"In-Reply-To: {message_id(outgoing.in_reply_to)}")
    references = [ref for ref in outgoing.references.split() if _ID.fullmatch(ref)]
    if outgoing.in_reply_to:
        last = message_id(outgoing.in_reply_to)
        references = [ref for ref in references if ref != last] + [last]
    if len(references) > MAX_REFERENCES:
        references = references[:1] + references[1 - MAX_REFERENCES :]
    if references:
        lines.append("References: " + "\r\n ".join(references))
    return ("\r\n".join(lines) + "\r\n").encode("ascii")


def _way_out_lines(outgoing: Outgoing) -> bytes:
    """List-Unsubscribe (RFC 2369), and where a page of ours answers one click, its word for that (RFC 8058)."""
    if not outgoing.unsubscribe:
        return b""
    if not all(_LINK.fullmatch(link) for link in outgoing.unsubscribe):
        raise Rejected("bad_header")
    lines = ["List-Unsubscribe: " + ",\r\n ".join(f"<{link}>" for link in outgoing.unsubscribe)]
    if any(link.startswith("https://") for link in outgoing.unsubscribe):
        lines.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    return ("\r\n".join(lines) + "\r\n").encode("ascii")


def _refuse_more_headers(content: bytes, message: EmailMessage) -> None:
    """What was generated must read as what was meant (CVE-2024-6923: decoded line breaks reached the wire)."""
    head = content.partition(b"\r\n\r\n")[0]
    lines = [line for line in head.split(b"\r\n") if line[:1] not in (b" ", b"\t")]
    names = [line.partition(b":")[0].decode("ascii", "replace").lower() for line in lines]
    if b"\n" in head.replace(b"\r\n", b"") or b"\r" in head.replace(b"\r\n", b""):
        raise Rejected("bad_header")
    if sorted(names) != sorted(name.lower() for name in message.keys()) or not set(names) <= _OURS:  # noqa: SIM118
        raise Rejected("bad_header")

"""What a parsed mail means for us: a guest's message, our own answer given elsewhere, or a report on one of ours."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from adapters.email import ota
from adapters.email.machines import is_no_reply
from adapters.email.parsed import Address, File, Parsed, Report
from tui_inbox.domain.errors import Malformed
from tui_inbox.domain.message import Attachment, Delivery, Kind
from tui_inbox.ports.channel import Envelope, Inbound, Item, Status

MAIL, SENT_MAIL, REFUSED = "mail", "sent_mail", "refused_mail"
"""Kinds of envelope: from INBOX, from the folder of sent mail, and one that the server would not give."""
CUT = "_start"
"""Behind a kind: only the beginning of an enormous mail was fetched."""
_STATES = {"failed": Delivery.FAILED, "delivered": Delivery.DELIVERED, "read": Delivery.READ}

# Booking sites answer through addresses of their own that change with every mail.
_RELAYS = (".booking.com", ".airbnb.com", ".expediapartnercentral.com")


class FileRef(Struct, frozen=True):
    """Where an attachment is: the mail, found again by its id or its date, and the part in it."""

    part: str
    id: str = ""
    date: str = ""
    digest: str = ""
    """Of the raw mail, so that a second mail with the same id cannot put its own file in the place."""


def digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:20]


def items(envelope: Envelope, parsed: Parsed, own: str, sites: Sequence[str] = (), checker: str = "") -> Sequence[Item]:
    """``sites`` are the booking sites whose relayed mail is read, ``checker`` who vouches for it (``results``).

    Raises ``Malformed("mail_no_sender")``: nobody to talk to."""
    is_sent = envelope.kind.startswith(SENT_MAIL)
    if parsed.report is not None and not is_sent and parsed.report.action in _STATES:
        return (_status(parsed, parsed.report),)
    if is_sent or parsed.sender.address == own:
        return _our_own(envelope, parsed, own, sites if is_sent else (), is_sent)
    relay, odd = ota.judge(parsed, sites, checker)
    if relay is not None:
        return (_relayed(envelope, parsed, own, relay),)
    guest, suspicious = _guest(parsed)
    if odd == ota.LOOK_ALIKE:
        # The name is the lie.
        guest = Address(guest.address)
    if not guest.address:
        raise Malformed("mail_no_sender")
    return (_inbound(envelope, parsed, own, guest, suspicious=odd or suspicious, automated=bool(parsed.automated)),)


def _relayed(envelope: Envelope, parsed: Parsed, own: str, relay: ota.Relay) -> Inbound:
    item = _inbound(envelope, parsed, own, Address(relay.address, relay.mail.name))
    return msgspec.structs.replace(
        item,
        channel=relay.site.channel,
        text=relay.mail.text,
        reservation=relay.mail.reservation,
        also=relay.also,
        route=relay.route,
    )


def _our_own(envelope: Envelope, parsed: Parsed, own: str, sites: Sequence[str], is_sent: bool) -> Sequence[Item]:
    others = [address for address in parsed.recipients if address != own]
    if not is_sent and parsed.reply_to.address not in ("", own):
        # A form on the hotel's site writes in the hotel's name and puts the guest into Reply-To.
        return (_inbound(envelope, parsed, own, parsed.reply_to),)
    if not others:
        if is_sent:
            return ()
        return (_inbound(envelope, parsed, own, parsed.sender, automated=True),)
    # Anybody can write our address into From: what did not come from our own folder is marked.
    odd = "" if is_sent else "sender_is_us"
    item = _inbound(envelope, parsed, own, Address(others[0]), suspicious=odd, outbound=True)
    found = ota.outbound_handle(others[0], parsed.subject)
    if found is not None and found[0].code in sites:
        return (msgspec.structs.replace(item, channel=found[0].channel, address=found[1]),)
    return (item,)


def _guest(parsed: Parsed) -> tuple[Address, str]:
    """Who wrote, and what is odd about it."""
    sender, reply_to = parsed.sender, parsed.reply_to
    if not sender.address:
        return reply_to, ""
    if not reply_to.address or reply_to.address == sender.address:
        return sender, ""
    if is_no_reply(sender.address) or _is_relay(sender.address, reply_to.address):
        return Address(reply_to.address, reply_to.name or sender.name), ""
    if reply_to.address.rpartition("@")[2] == sender.address.rpartition("@")[2]:
        return sender, ""
    return sender, "reply_to_differs"


def _is_relay(*addresses: str) -> bool:
    return all(("." + address.rpartition("@")[2]).endswith(_RELAYS) for address in addresses)


def _inbound(
    envelope: Envelope,
    parsed: Parsed,
    own: str,
    guest: Address,
    *,
    suspicious: str = "",
    automated: bool = False,
    outbound: bool = False,
) -> Inbound:
    cut = envelope.kind.endswith(CUT)
    return Inbound(
        external_id=envelope.external_id,
        channel="email",
        at=_at(parsed),
        address=guest.address,
        own_address=own,
        text=parsed.text,
        name=guest.name,
        full_text=parsed.full_text,
        subject=parsed.subject,
        kind=Kind.EMAIL,
        outbound=outbound,
        automated=automated,
        suspicious=suspicious,
        thread_ref=parsed.message_id,
        references=_references(parsed),
        state=Delivery.SENT if outbound else Delivery.NONE,
        attachments=tuple(_attachment(envelope, parsed, file, cut) for file in parsed.files),
    )


def _references(parsed: Parsed) -> str:
    ids = [ref for ref in parsed.references if ref != parsed.in_reply_to]
    return " ".join([*ids, parsed.in_reply_to] if parsed.in_reply_to else ids)


def _attachment(envelope: Envelope, parsed: Parsed, file: File, cut: bool) -> Attachment:
    mark = "" if cut else digest(envelope.raw)
    ref = FileRef(file.path, parsed.message_id, "" if parsed.message_id else parsed.date_line, mark)
    return Attachment(file.name, file.type, None if cut else file.size, ref=msgspec.json.encode(ref).decode())


def _status(parsed: Parsed, report: Report) -> Status:
    state = _STATES[report.action]
    return Status(
        provider_id="",
        state=state,
        at=_at(parsed),
        error_code="bounced" if state is Delivery.FAILED else "",
        vendor_text=report.text,
        message_ref=report.message_ref,
        address=report.address,
    )


def _at(parsed: Parsed) -> datetime:
    return datetime.fromtimestamp(parsed.at, UTC) if parsed.at is not None else datetime.now(UTC)

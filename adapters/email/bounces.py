"""Machines' reports on our own mail: the standard part first, then flufl.bounce, then a Message-ID in the text.

On 606 real bounces a delivery-status part existed in 56 %; the sender's name brought it to 97 %, flufl.bounce found
the address in 83 % and the original Message-ID stood in 90 % of the bodies (measured for this project).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from email.message import Message

from adapters.email import headers
from adapters.email.charsets import plain
from adapters.email.machines import is_mailer
from adapters.email.parsed import Address, Report

_ACTIONS = {"failed": "failed", "delayed": "delayed", "delivered": "delivered", "relayed": "delivered"}
_RANK = {"failed": 0, "delayed": 1, "delivered": 2, "read": 3}
_BODY_ID = re.compile(r"^[> \t|*]*message-id[ \t]*:[ \t]*(<[^<>\s]{3,900}>)", re.IGNORECASE | re.MULTILINE)
_REASON = re.compile(r"^.*\b[45]\d\d[ -][45]\.\d{1,3}\.\d{1,3}\b.*$|^.*\b5\d\d\b.{8,}$", re.MULTILINE)
_LONGEST = 1000


def report_of(message: Message, parts: Sequence[Message], texts: Sequence[str], sender: Address) -> Report | None:
    """What this mail reports on one of ours; None for everything that is no report."""
    fields = list(_status_groups(parts))
    kind = message.get_content_type()
    report_type = _parameter(message, "report-type")
    if fields or (kind == "multipart/report" and report_type in ("delivery-status", "disposition-notification")):
        found = _standard(fields, parts, texts)
        if found is not None:
            return found
    if is_mailer(sender.address) or (kind == "multipart/report" and report_type == "delivery-status"):
        return _older(message, texts)
    return None


def _parameter(message: Message, name: str) -> str:
    try:
        value = message.get_param(name)
    except Exception:  # noqa: BLE001 - broken RFC 2231 parameters raise half a dozen kinds
        return ""
    return value.lower() if isinstance(value, str) else ""


def _status_groups(parts: Sequence[Message]) -> Iterator[Message]:
    for part in parts:
        if part.get_content_type() in ("message/delivery-status", "message/disposition-notification"):
            payload = part.get_payload()
            if isinstance(payload, list):
                yield from (group for group in payload if isinstance(group, Message))
            elif isinstance(payload, str):
                yield part


def _standard(groups: list[Message], parts: Sequence[Message], texts: Sequence[str]) -> Report | None:
    best: Report | None = None
    reference = _original_id(groups, parts, texts)
    for group in groups:
        disposition = _group_field(group, "disposition")
        action = _ACTIONS.get(_group_field(group, "action").split(" ")[0].lower(), "")
        if not action and "displayed" in disposition.lower():
            action = "read"
        if action not in ("failed", "delayed", "delivered", "read"):
            continue
        address = _typed(_group_field(group, "original-recipient") or _group_field(group, "final-recipient"))
        said = _typed(_group_field(group, "diagnostic-code")) or _group_field(group, "status")
        report = Report(action, reference, address.lower(), headers.words(said)[:_LONGEST])  # type: ignore[arg-type]
        if best is None or _RANK[report.action] < _RANK[best.action]:
            best = report
    return best


def _group_field(group: Message, name: str) -> str:
    found = headers.field(group, name)
    if found or group.is_multipart():
        return found
    payload = group.get_payload()
    match = re.search(rf"(?im)^{re.escape(name)}:[ \t]*(.+)$", payload) if isinstance(payload, str) else None
    return plain(match[1]).strip() if match else ""


def _typed(value: str) -> str:
    """``rfc822; guest@example.org`` and ``smtp; 550 …`` without their type."""
    kind, separator, rest = value.partition(";")
    return (rest if separator and " " not in kind.strip() else value).strip(" <>\t")


def _original_id(groups: Sequence[Message], parts: Sequence[Message], texts: Sequence[str]) -> str:
    for group in groups:
        if found := headers.ids(_group_field(group, "original-message-id")):
            return found[0]
    for part in parts:
        kind = part.get_content_type()
        payload = part.get_payload()
        inner = payload[0] if kind == "message/rfc822" and isinstance(payload, list) and payload else None
        if isinstance(inner, Message) and (found := headers.ids(headers.field(inner, "message-id"))):
            return found[0]
    for text in texts:
        if match := _BODY_ID.search(text):
            return match[1]
    return ""


def _older(message: Message, texts: Sequence[str]) -> Report | None:
    """Servers that write prose."""
    reference = _original_id((), list(message.walk()), texts)
    delayed, failed = _scan(message)
    address = next(iter(sorted(failed or delayed)), "")
    if not address:
        named = headers.addresses(headers.field(message, "x-failed-recipients"))
        address = named[0].address if named else ""
    if not reference and not address:
        return None
    reason = next((match[0].strip() for text in texts if (match := _REASON.search(text))), "")
    return Report("delayed" if delayed and not failed else "failed", reference, address, reason[:_LONGEST])


def _scan(message: Message) -> tuple[set[str], set[str]]:
    import logging

    from flufl.bounce import all_failures

    logging.getLogger("flufl.bounce").disabled = True
    try:
        delayed, failed = all_failures(message)
    except Exception:  # noqa: BLE001 - its detectors meet broken mail with many kinds of exception
        return set(), set()
    return _addresses(delayed), _addresses(failed)


def _addresses(found: object) -> set[str]:
    if not isinstance(found, (set, frozenset)):
        return set()
    texts = {item.decode("ascii", "ignore") if isinstance(item, bytes) else str(item) for item in found}
    return {plain(text).strip("<> ").lower() for text in texts if "@" in text}

"""Templates: own texts with ``##{{variables}}``, and the vendor's approved ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tui_inbox.domain.message import MessageClass


class TemplateKind(StrEnum):
    SNIPPET = "snippet"
    """A canned answer that the operator inserts and may still change."""
    REMINDER = "reminder"
    """Sent by a rule."""
    WHATSAPP = "whatsapp"
    """Approved by the vendor, sent outside the window."""


class Approval(StrEnum):
    NONE = ""
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Template:
    id: int
    kind: TemplateKind
    name: str
    language: str
    body: str
    shortcut: str = ""
    """Typed after ``;`` in the composer."""
    subject: str = ""
    category: str = ""
    """``utility`` or ``marketing`` for vendor templates."""
    message_class: MessageClass = MessageClass.TRANSACTIONAL
    account: str = ""
    vendor_id: str = ""
    approval: Approval = Approval.NONE
    approval_reason: str = ""
    mapping: dict[str, str] = field(default_factory=dict)
    """Vendor's numbered variable -> our variable name ("1" -> "first_name")."""
    version: int = 1
    archived: bool = False
    updated_by: str = ""
    updated_at: datetime | None = None

"""The person at the vendor who reads templates, for simulators that should decide by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta

from tui_inbox.domain.review import objections
from tui_inbox.domain.template import Template, TemplateKind

REVIEW_SECONDS = 20.0
"""How long the sample hotel waits for a decision."""
_REASONS = {"promotional_in_utility": "INCORRECT_CATEGORY", "asks_sensitive": "SCAM"}


def decision(text: str, category: str) -> str:
    """Why a template is rejected, in the vendor's word; empty: it is approved."""
    given = Template(0, TemplateKind.WHATSAPP, "given", "en", text, category=category.lower())
    return next((_REASONS[one.code] for one in objections(given, ()) if one.code in _REASONS), "")


def is_due(given_at: datetime | None, seconds: float | None, now: datetime) -> bool:
    """Has the reviewer had the time? Never, without ``seconds``: then a test decides."""
    return given_at is not None and seconds is not None and now - given_at >= timedelta(seconds=seconds)

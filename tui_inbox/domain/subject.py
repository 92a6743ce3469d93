"""Mail subjects compared: what remains when the marks of answering and forwarding are taken off."""

from __future__ import annotations

import re

from tui_inbox.domain.display import clean_line
from tui_inbox.domain.fold import plain

# Reply and forward marks as mail programs write them in the languages of hotel guests.
_MARKS = (
    "re|aw|antw|antwort|sv|vs|r|rv|res|resp|rép|rep|réf|odp|ynt|atb|fw|fwd|wg|tr|i|enc|vb|doorst|vl|pd|rif|inoltra|ilt"
)
_PREFIX = rf"(?i)^(?:\s*(?:(?:{_MARKS})\s*(?:[\[(]\d+[\])]|\^\d+|\*\d+)?\s*[:：]|\[(?:ext|external|externe)\]))+"


def thread_subject(subject: str) -> str:
    """``"Re: AW: Tr : Facture"`` -> ``"facture"``; empty for a subject of nothing but marks."""
    return plain(re.sub(_PREFIX, "", clean_line(subject))).strip()

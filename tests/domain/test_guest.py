"""Handles and subjects, shortened and compared."""

from __future__ import annotations

import pytest

from tui_inbox.domain.channel import HandleKind
from tui_inbox.domain.guest import short_handle
from tui_inbox.domain.subject import thread_subject


@pytest.mark.parametrize(
    ("address", "kind", "short"),
    [
        ("+33612345678", HandleKind.PHONE, "…56 78"),
        ("3123", HandleKind.PHONE, "3123"),
        ("jo@web.example", HandleKind.EMAIL, "jo@web.example"),
        ("a.very.long.name@web.example", HandleKind.EMAIL, "a.very.lon…@web.example"),
        ("17841400008460a3f", HandleKind.OPAQUE, "…a3f"),
        ("", HandleKind.OPAQUE, ""),
    ],
)
def test_short_handle(address: str, kind: HandleKind, short: str) -> None:
    assert short_handle(address, kind) == short


@pytest.mark.parametrize(
    "subject",
    [
        "Facture",
        "Re: Facture",
        "RE: AW: Tr : facture",
        "re[2]: FACTURE",
        "Fwd: Re: Facture ",
        "[EXTERNAL] Re: Facture",
        "Réf : Facture",
        "Re： Facture",
    ],
)
def test_marks_of_answering_do_not_count(subject: str) -> None:
    assert thread_subject(subject) == "facture"


def test_a_subject_that_only_looks_marked_keeps_its_words() -> None:
    assert thread_subject("Reservation: 12 nights") == "reservation: 12 nights"
    assert thread_subject("Re:") == ""

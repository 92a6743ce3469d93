from datetime import UTC, datetime

import pytest

from tui_inbox.domain.consent import Permission, keyword, standing
from tui_inbox.domain.guest import Line
from tui_inbox.domain.message import MessageClass

STOPPED = Line(
    "desk", "sms", "+336", stopped_at=datetime(2026, 11, 23, tzinfo=UTC), stop_word="STOP", stop_source="guest"
)


@pytest.mark.parametrize("text", ["Abmelden!", "desuscribir", "Sair", "basta", "Uitschrijven"])
def test_it_is_known_in_the_guests_languages(text: str) -> None:
    found = keyword(text)
    assert found is not None
    assert found.stops


@pytest.mark.parametrize(
    "text", ["STOP", "Stop ", " stop.", "«Stop!»", "ARRÊT", "arret", "Stopp", "BAJA", "opt-out", "StopAll"]
)
def test_one_stop_word_stops(text: str) -> None:
    found = keyword(text)
    assert found is not None
    assert found.stops
    assert not found.ambiguous


@pytest.mark.parametrize(
    "text", ["please stop by", "stop it", "", "   ", "bus stop", "stops", "YES", "ok", "...", "STOP STOP"]
)
def test_everything_else_is_a_message(text: str) -> None:
    assert keyword(text) is None


def test_cancel_may_mean_the_booking() -> None:
    found = keyword("CANCEL")
    assert found is not None
    assert found.stops
    assert found.ambiguous


@pytest.mark.parametrize("text", ["START", "unstop", "Réabonner", "ALTA", "riprendi", "Hervatten", "starten"])
def test_start_words_resume(text: str) -> None:
    found = keyword(text)
    assert found is not None
    assert not found.stops


def test_a_stop_blocks_even_a_person() -> None:
    assert standing(STOPPED, ()).permission is Permission.BLOCKED


@pytest.mark.parametrize(
    ("individual", "message_class", "expected"),
    [
        (True, MessageClass.TRANSACTIONAL, Permission.NOTICE),
        (True, MessageClass.MARKETING, Permission.NOTICE),
        (False, MessageClass.MARKETING, Permission.BLOCKED),
        (False, MessageClass.TRANSACTIONAL, Permission.ALLOWED),
    ],
)
def test_an_unsubscribe_blocks_groups_but_not_a_person(
    individual: bool, message_class: MessageClass, expected: Permission
) -> None:
    got = standing(None, {"marketing"}, message_class=message_class, individual=individual)
    assert got.permission is expected

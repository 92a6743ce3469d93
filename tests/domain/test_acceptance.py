"""Tokens that accept terms: ours alone, for one guest and one question, and of no use for anything else."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tui_inbox.domain import acceptance, optout
from tui_inbox.domain.acceptance import Acceptance
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.signed import MAX_AGE, is_old, opened, sealed

KEY = b"a key of thirty-two bytes, as kept"
DAY = date(2026, 11, 22)
OURS = acceptance.token(KEY, 3, 7, DAY)


def test_a_token_says_who_and_which_and_is_short_enough_for_an_sms() -> None:
    assert acceptance.read(KEY, OURS) == acceptance.read(KEY, f" {OURS.upper()} ") == Acceptance(3, 7, DAY)
    assert len(OURS) == 36


@pytest.mark.parametrize("wrong", ["", "x", OURS[:-1], OURS + "a", "é" * 36, "1" * 36, "=" * 36])
def test_what_we_have_not_signed_says_nothing(wrong: str) -> None:
    assert acceptance.read(KEY, wrong) is None


def test_no_letter_of_it_can_be_another() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    others = [OURS[:n] + x + OURS[n + 1 :] for n in range(len(OURS)) for x in letters if x != OURS[n]]
    assert [one for one in others if acceptance.read(KEY, one) is not None] == []
    assert acceptance.read(b"another key", OURS) is None


def test_a_token_of_one_purpose_is_of_no_use_for_another() -> None:
    body = bytes(7)
    assert opened(KEY, b"unsubscribe", 7, sealed(KEY, b"accept", body, DAY)) is None
    assert optout.read(KEY, OURS) is None
    assert acceptance.read(KEY, optout.token(KEY, 7, MessageClass.MARKETING, DAY)) is None


def test_a_token_grows_old_and_none_is_from_a_day_to_come() -> None:
    assert not is_old(DAY, DAY + timedelta(days=MAX_AGE))
    assert is_old(DAY, DAY + timedelta(days=MAX_AGE + 1))
    assert not is_old(DAY, DAY - timedelta(days=1))
    assert is_old(DAY, DAY - timedelta(days=2))

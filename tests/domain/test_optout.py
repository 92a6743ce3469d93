"""Tokens to unsubscribe: what we signed and nothing else."""

from __future__ import annotations

from datetime import date

from tui_inbox.domain import optout
from tui_inbox.domain.message import MessageClass

KEY = b"a key of thirty-two bytes, as kept"


def test_each_other_last_letter_is_another_token_and_none_of_ours() -> None:
    ours = optout.token(KEY, 7, MessageClass.MARKETING, date(2026, 11, 22))
    others = [ours[:-1] + letter for letter in "abcdefghijklmnopqrstuvwxyz234567" if letter != ours[-1]]
    assert [other for other in others if optout.read(KEY, other) is not None] == []
    assert optout.read(KEY, ours) == optout.Optout(7, MessageClass.MARKETING, date(2026, 11, 22))

"""Folding: stored words are bounded, and any of them is asked for by what a person would type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_inbox.domain.fold import WORDS_MAX, asked, fold, plain


def finds(text: str, question: str) -> bool:
    words = fold(text).split(" ")
    return all(
        any(word == wanted or (open_ended and word.startswith(wanted)) for word in words)
        for wanted, open_ended in asked(question)
    )


@given(st.text(max_size=80))
def test_every_text_is_found_by_each_of_its_own_words(text: str) -> None:
    for word in text.split()[:12]:
        assert finds(text, word), word


@given(st.text())
def test_stored_words_are_separated_by_single_spaces_and_hold_nothing_else(text: str) -> None:
    folded = fold(text)
    assert folded == " ".join(folded.split())
    assert all(word.replace(" ", "").isalnum() for word in folded.split(" ") if word)


@pytest.mark.parametrize("length", [4, 5, 7, 10, 14])
def test_every_part_of_four_digits_of_a_number_is_found(length: int) -> None:
    number = "38123913094471"[:length]
    for start in range(length - 3):
        assert finds(f"Your booking {number}.", number[start : start + 4])


def test_hostile_texts_stay_small() -> None:
    for text in ("1234567890" * 20_000, "a1b2c3d4e5 " * 20_000, "停" * 50_000, "\u0301" * 50_000, "a b" * 50_000):
        folded = fold(text)
        assert len(folded.split(" ")) <= WORDS_MAX + 1_000
        assert all(len(word) <= 40 for word in folded.split(" "))
        assert len(asked(text[:5_000])) <= 12


def test_case_accents_and_width_are_dropped() -> None:
    assert plain("ÉTÉ Ｆｕｌｌ Œuvre straße") == "ete full oeuvre strasse"


def test_a_finished_last_word_is_asked_whole() -> None:
    assert asked("late check") == [("late", False), ("check", True)]
    assert asked("late check ") == [("late", False), ("check", False)]


def test_a_reference_longer_than_its_stored_endings_is_found_as_a_whole() -> None:
    for reference in ("FR7630006000011234567890189", "0" * 25, "000123456789012345678901234567"):
        assert finds(f"IBAN {reference}, merci", reference)

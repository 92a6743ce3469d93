"""What a hotel must know of its channels before it connects them is told where it is looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters import CHANNELS, load
from tui_inbox.wording import sentence

CHANNELS_PAGE = (Path(__file__).parents[2] / "docs" / "channels.md").read_text()


def needs(type_: str) -> str:
    return " ".join(sentence(code) for code in load(type_).NEEDS)


def limits(type_: str) -> str:
    return " ".join(sentence(code) for code in load(type_).LIMITS)


@pytest.mark.parametrize("type_", list(CHANNELS))
def test_every_kind_says_what_it_takes_and_what_it_cannot_in_words(type_: str) -> None:
    adapter = load(type_)
    assert adapter.NEEDS
    assert adapter.LIMITS
    for code in (*adapter.NEEDS, *adapter.LIMITS):
        assert sentence(code) != code
        assert len(sentence(code)) > 20


def test_whatsapp_wants_a_business_profile_a_card_and_a_number_out_of_the_apps() -> None:
    told = needs("whatsapp-cloud")
    assert "Facebook business profile" in told
    assert "bank card" in told
    assert "no WhatsApp app uses" in told
    assert "cannot be restored" in told
    assert "reachable only here" in told


def test_amounts_are_called_estimates_and_nobody_adds_a_fee() -> None:
    assert "estimates" in limits("whatsapp-cloud")
    assert "adds no fee" in needs("whatsapp-cloud")
    assert "program adds no fee" in CHANNELS_PAGE.replace("\n", " ")
    assert "paid by use" in needs("twilio")


def test_the_page_has_ten_lines_for_each_channel() -> None:
    for part in CHANNELS_PAGE.split("\n## ")[1:]:
        numbered = [line for line in part.split("\n") if line[:1].isdigit()]
        assert len(numbered) == 10, part.split("\n")[0]


def test_the_business_interface_is_meant_and_not_the_app() -> None:
    assert "not the WhatsApp Business app" in CHANNELS_PAGE


def test_an_airbnb_guest_finds_the_message_there_and_hears_of_it_from_airbnb() -> None:
    assert "Messages tab" in CHANNELS_PAGE

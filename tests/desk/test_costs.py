"""What a message will cost is said before it is sent, from the hotel's own price table."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.desk.flows import PHONE, an_approved, counter, price, staff, switch_to, warning
from tests.tui.driving import sitting
from tests.tui.hotel import a_desk, a_session, converse

IN_WINDOW_FREE = {"service_in_window": "0", "utility": "0.03"}
IN_WINDOW_BILLED = {"service_in_window": "0.02", "utility": "0.03"}
SMS = {"FR": "0.07"}


@pytest.fixture
def claire(sqlite_store: SqlStore) -> SqlStore:
    """One guest who wrote on WhatsApp a moment ago and can be reached by SMS and mail, too."""
    with sqlite_store.write() as t:
        staff(t)
        converse(t, "Claire Martin", "whatsapp", "Le parking est ouvert ?", 0, phone=PHONE,
                 guest={"email": "claire@exemple.fr"})  # fmt: skip
        an_approved(t)
    return sqlite_store


async def test_another_channel_has_another_price(claire: SqlStore, tmp_path: Path) -> None:
    prices = {"whatsapp": IN_WINDOW_BILLED, "sms": SMS}
    async with sitting(a_session(claire, tmp_path, desk=a_desk(prices=prices))) as desk:
        await desk.press("r", "a")
        seen = {}
        for _ in range(3):
            assert desk.inbox.answering.choice is not None
            seen[desk.inbox.answering.choice.channel] = price(desk)
            await desk.press("ctrl+n")
        assert seen == {"whatsapp": "≈ 0.02 €", "sms": "≈ 0.07 €", "email": "free"}


@pytest.mark.parametrize(
    ("table", "inside"), [(IN_WINDOW_FREE, "free (window)"), (IN_WINDOW_BILLED, "≈ 0.02 €")], ids=["free", "billed"]
)
async def test_the_table_says_whether_an_answer_in_the_window_is_free_and_after_it_a_template_is_paid(
    claire: SqlStore, tmp_path: Path, table: dict[str, str], inside: str
) -> None:
    async with sitting(a_session(claire, tmp_path, desk=a_desk(prices={"whatsapp": table}))) as desk:
        await desk.press("r")
        assert price(desk) == inside
        desk.clock.forward(hours=24, minutes=1)
        await desk.press("f5")
        await desk.at_rest()
        await desk.press("r")
        assert price(desk) == "template: ≈ 0.03 €"


async def test_a_changed_table_gives_another_figure_and_without_an_entry_the_price_is_unknown(
    claire: SqlStore, tmp_path: Path
) -> None:
    expected = [({"service_in_window": "0.05"}, "≈ 0.05 €"), ({"*": "0.08"}, "≈ 0.08 €"), ({}, "price unknown")]
    for table, words in expected:
        async with sitting(a_session(claire, tmp_path, desk=a_desk(prices={"whatsapp": table}))) as desk:
            await desk.press("r")
            assert price(desk) == words


async def test_161_plain_characters_are_two_sms_at_twice_the_price(claire: SqlStore, tmp_path: Path) -> None:
    async with sitting(a_session(claire, tmp_path, desk=a_desk(prices={"sms": SMS}))) as desk:
        await desk.press("r")
        await switch_to(desk, "sms")
        desk.inbox.composer.insert("a" * 160)
        await desk.settle()
        assert ("1 SMS" in counter(desk), price(desk)) == (True, "≈ 0.07 €")
        await desk.press("a")
        assert ("2 SMS" in counter(desk), price(desk)) == (True, "≈ 0.14 €")


async def test_a_pasted_curly_quote_makes_three_sms_of_one_and_is_named(claire: SqlStore, tmp_path: Path) -> None:
    async with sitting(a_session(claire, tmp_path)) as desk:
        await desk.press("r")
        await switch_to(desk, "sms")
        desk.inbox.composer.insert("a" * 149)
        await desk.settle()
        assert "1 SMS" in counter(desk)
        desk.inbox.composer.insert("’")
        await desk.settle()
        assert "3 SMS" in counter(desk)
        assert "’ makes it 3 SMS" in warning(desk)

"""A vendor's template as one text: taken apart, put together, its variables numbered or named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tui_inbox.domain.template import REVIEW_TIME, Approval, Template, TemplateKind, is_late
from tui_inbox.domain.template_parts import Action, Button, TemplateParts, joined, named, numbered, parted, sample

FULL = TemplateParts(
    "Bonjour {{1}},\n\nvotre chambre est prête.",
    "Bonne nouvelle",
    "Hôtel Lumière",
    (Button("Plan", "https://hotel.example/plan"), Button("Appeler", "+33700000001"), Button("Merci")),
)


def test_a_whole_template_comes_back_as_it_was() -> None:
    assert parted(joined(FULL)) == FULL
    assert [one.action for one in FULL.buttons] == [Action.LINK, Action.CALL, Action.REPLY]


@pytest.mark.parametrize(
    "body",
    [
        "Une ligne.",
        "*Gras* au milieu d'une ligne.\nEt _penché_.",
        "Choisissez [A] ou [B] ce soir.",
        "_Tout penché._",
        "*Titre sans ligne vide*\nTexte",
        "",
    ],
)
def test_what_is_no_part_of_its_own_stays_in_the_body(body: str) -> None:
    assert parted(body) == TemplateParts(body)


def test_the_same_variable_has_one_number_in_the_order_of_the_text() -> None:
    text, mapping = numbered("##{{room}}, {{2}}, ##{{first_name}}, {{2}}, {{name}}", {"2": "room", "name": "name"})
    assert text == "{{1}}, {{1}}, {{2}}, {{1}}, {{3}}"
    assert mapping == {"1": "room", "2": "first_name", "3": "name"}


def test_numbers_that_nothing_fills_stay_apart() -> None:
    assert numbered("{{1}} {{2}} {{1}}", {}) == ("{{1}} {{2}} {{1}}", {"1": "", "2": ""})


def test_names_stay_names_and_fill_themselves() -> None:
    given = Template(0, TemplateKind.WHATSAPP, "x", "fr", "Bonjour ##{{first_name}}, {{1}}.", mapping={"1": "room"})
    made = named(given)
    assert made.body == "Bonjour {{first_name}}, {{1}}."
    assert made.mapping == {"first_name": "first_name", "1": "room"}


def test_a_reviewer_reads_a_sample_of_what_fills_the_place() -> None:
    assert (sample("1", {"1": "first_name"}), sample("room", {}), sample("wine_list", {})) == (
        "Claire",
        "204",
        "wine list",
    )


def test_a_review_is_late_only_while_it_lasts_and_from_the_24th_hour_on() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    given = Template(0, TemplateKind.WHATSAPP, "x", "fr", "y", approval=Approval.SUBMITTED, submitted_at=now)
    assert not is_late(given, now + REVIEW_TIME - timedelta(seconds=1))
    assert is_late(given, now + REVIEW_TIME)
    assert not is_late(given._replace(approval=Approval.APPROVED), now + REVIEW_TIME)
    assert not is_late(given._replace(submitted_at=None), now + REVIEW_TIME)

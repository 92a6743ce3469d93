"""What is held against a template before a reviewer sees it: the four reasons for rejection."""

from __future__ import annotations

import pytest

from tui_inbox.domain.review import objections
from tui_inbox.domain.template import Template, TemplateKind


def template(body: str, category: str = "utility", **more: object) -> Template:
    fields = {"id": 0, "name": "hello", "language": "fr", "account": "desk", **more}
    return Template(kind=TemplateKind.WHATSAPP, body=body, category=category, **fields)  # type: ignore[arg-type]


def codes(body: str, category: str = "utility", *others: Template, **more: object) -> list[str]:
    return [one.code for one in objections(template(body, category, **more), others)]


@pytest.mark.parametrize(
    "body",
    [
        "Votre chambre est prête, le wifi est Lumiere-Guests.",
        "Dear {{first_name}}, your arrival on {{arrival}} is confirmed.",
        "Le solde de votre séjour est réglé.",
        "Votre linge sale est prêt.",
        "The bus leaves at 9. See you soon!",
    ],
)
def test_a_plain_notice_meets_no_objection(body: str) -> None:
    assert codes(body) == []


@pytest.mark.parametrize(
    "body",
    [
        "20 % off your next stay",
        "Profitez de -20% sur le spa",
        "Une remise vous attend",
        "RÉDUCTION jusqu'à dimanche",
        "Our special offer for you",
        "Ein Rabatt für Sie",
        "Oferta de invierno",
    ],
)
def test_promotion_in_a_utility_template_is_warned_of(body: str) -> None:
    (found,) = objections(template(body), ())
    assert (found.code, found.refused) == ("promotional_in_utility", False)
    assert codes(body, "marketing") == []


@pytest.mark.parametrize(
    "body",
    [
        "Please send your credit card number",
        "Répondez avec le numéro de votre passeport",
        "Bitte senden Sie Ihre Kreditkarte",
        "What is your password?",
    ],
)
def test_asking_for_what_must_not_be_asked_is_warned_of(body: str) -> None:
    (found,) = objections(template(body), ())
    assert (found.code, found.refused) == ("asks_sensitive", False)


@pytest.mark.parametrize(
    ("body", "line", "column"),
    [("Bonjour {{first_name}", 1, 9), ("Bonjour,\nchambre ##{{room}} }}.", 2, 20), ("{ {1}}", 1, 1)],
)
def test_a_broken_brace_is_refused_with_its_place(body: str, line: int, column: int) -> None:
    found = objections(template(body), ())[0]
    assert (found.code, found.refused) == ("brace_open", True)
    assert (found.params["line"], found.params["column"]) == (line, column)


def test_a_number_without_a_variable_of_ours_has_no_sample() -> None:
    (found,) = objections(template("Bonjour {{1}}, chambre {{2}}.", mapping={"1": "first_name", "2": ""}), ())
    assert (found.code, found.refused, found.params["name"]) == ("sample_missing", True, "2")
    assert codes("Bonjour {{first_name}}.") == []
    assert codes("*Chambre {{header_1}}*\n\nBonjour.") == ["sample_missing"]


def test_a_copy_names_what_it_is_a_copy_of() -> None:
    there = template("Bonjour {{1}}, votre chambre est prête !", id=4, name="room_ready", mapping={"1": "name"})
    copy = "bonjour  {{first_name}} votre CHAMBRE est prete"
    (found,) = objections(template(copy), (there,))
    assert (found.code, found.refused, found.params["name"]) == ("same_as", False, "room_ready")
    assert codes(copy, "utility", there._replace(language="en")) == []
    assert codes(copy, "utility", there._replace(archived=True)) == []
    assert codes(copy, "utility", there._replace(account="other")) == []
    assert codes(copy, "utility", there, id=4) == [], "it is no copy of itself"


def test_refusals_come_before_warnings() -> None:
    assert codes("20 % off {{1}}, tell your passport") == [
        "sample_missing",
        "promotional_in_utility",
        "asks_sensitive",
    ]

"""Templates: what can be saved, what can be sent, and what a guest can never see."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_inbox.domain.template import check, mentions_variable, nearest, render, variables

ALLOWED = ("first_name", "last_name", "room", "arrival", "wifi_code")


def test_values_are_put_in() -> None:
    rendered = render("Hello ##{{first_name}}, room ##{{ room }}.", {"first_name": "Ana", "room": "204"}, ALLOWED)
    assert rendered.text == "Hello Ana, room 204."
    assert rendered.problems == ()
    assert rendered.values == {"first_name": "Ana", "room": "204"}


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("firstname", "first_name"),
        ("FirstName", "first_name"),
        ("romm", "room"),
        ("wificode", "wifi_code"),
        ("xyzzy", ""),
    ],
)
def test_the_nearest_name_is_named(wrong: str, meant: str) -> None:
    assert nearest(wrong, ALLOWED) == meant


def test_an_unknown_name_is_a_problem_with_its_place() -> None:
    body = "Hi\nDear ##{{firstname}}"
    (problem,) = check(body, ALLOWED)
    assert (problem.code, problem.name, problem.nearest) == ("unknown_variable", "firstname", "first_name")
    assert (body[problem.position :], problem.line) == ("##{{firstname}}", 2)
    assert render(body, {}, ALLOWED).problems == (problem,)


@pytest.mark.parametrize("body", ["a ##{{room", "a ##{room}}", "a ##{{room}", "##{{}} x ##{{", "#{{room}}"])
def test_broken_braces_are_problems(body: str) -> None:
    assert check(body, ALLOWED)
    assert mentions_variable(body)


def test_a_required_value_that_is_missing_names_itself() -> None:
    rendered = render("Code: ##{{wifi_code}}", {"wifi_code": ""}, ALLOWED, required=("wifi_code",))
    assert rendered.missing == ("wifi_code",)


def test_a_required_variable_that_was_deleted_blocks_saving() -> None:
    (problem,) = check("Hello", ALLOWED, required=("room",))
    assert (problem.code, problem.name) == ("missing_variable", "room")


def test_an_optional_value_that_is_missing_takes_its_line() -> None:
    rendered = render("Hello\n\nRoom: ##{{room}}\n\nBye", {}, ALLOWED)
    assert rendered.text == "Hello\n\nBye"
    assert rendered.removed == ("room",)
    assert rendered.problems == ()


def test_values_are_never_read_again() -> None:
    rendered = render("##{{first_name}}", {"first_name": "##{{room}}", "room": "204"}, ALLOWED)
    assert rendered.text == "##{{room}}"


def test_names_are_listed_once_in_order() -> None:
    assert variables("##{{room}} ##{{arrival}} ##{{room}}") == ("room", "arrival")


@given(st.text(alphabet="ab#{} \n_", max_size=30), st.dictionaries(st.sampled_from(ALLOWED), st.text(max_size=5)))
def test_without_problems_no_brace_of_ours_is_left(body: str, values: dict[str, str]) -> None:
    full = body + "##{{room}}"
    rendered = render(full, {**values, "room": "204"}, ALLOWED)
    if not rendered.problems:
        assert "##{{room}}" not in rendered.text

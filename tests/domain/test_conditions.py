"""Texts with branches: which part which guest reads, what is refused, and every branch shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_inbox.domain.template import cases, check, render, variables

ALLOWED = ("first_name", "room", "link")
FIELDS = ("payment", "vip")
REFUND = """Dear ##{{first_name}},

##{{if payment is package}}
Your package gets the night back.
##{{else if payment is cash, cheque}}
Please come by for your money.
##{{else}}
We send it to your card.
##{{end}}

Goodbye"""


def text(body: str, **values: str) -> str:
    rendered = render(body, {"first_name": "Ana", **values}, ALLOWED, (), FIELDS)
    assert rendered.problems == ()
    return rendered.text


@pytest.mark.parametrize(
    ("payment", "line"),
    [
        ("package", "Your package gets the night back."),
        ("cash", "Please come by for your money."),
        ("CHEQUE ", "Please come by for your money."),
        ("card", "We send it to your card."),
        ("", "We send it to your card."),
    ],
)
def test_each_means_of_payment_has_its_own_text(payment: str, line: str) -> None:
    assert text(REFUND, payment=payment) == f"Dear Ana,\n\n{line}\n\nGoodbye"


@pytest.mark.parametrize(
    ("body", "values", "read"),
    [
        ("a##{{if room}} room ##{{room}}##{{end}}.", {"room": "204"}, "a room 204."),
        ("a##{{if room}} room ##{{room}}##{{end}}.", {}, "a."),
        ("##{{if not room}}none##{{end}}", {}, "none"),
        ("##{{if vip is not yes}}x##{{else}}y##{{end}}", {"vip": "yes"}, "y"),
        ("##{{if vip != yes}}x##{{end}}", {"vip": ""}, "x"),
        ("##{{if vip = yes}}x##{{end}}", {"vip": "Yes"}, "x"),
        ("one\n\n##{{if room}}\ntwo\n##{{end}}\n\nthree", {}, "one\n\nthree"),
        ("##{{if vip}}\n##{{if room}}\na\n##{{else}}\nb\n##{{end}}\n##{{end}}", {"vip": "yes"}, "b"),
        ("##{{if room}}\nx\n##{{end}}\nend", {"room": "##{{end}}"}, "x\nend"),
    ],
)
def test_branches_are_taken_by_presence_equality_and_lists(body: str, values: dict[str, str], read: str) -> None:
    assert text(body, **values) == read


@pytest.mark.parametrize(
    ("body", "code", "line"),
    [
        ("a\n##{{if room}}\nx", "if_without_end", 2),
        ("a\n\n##{{end}}", "end_without_if", 3),
        ("##{{else}}", "else_without_if", 1),
        ("##{{if room}}##{{else}}##{{else}}##{{end}}", "else_without_if", 1),
        ("##{{if}}x##{{end}}", "bad_condition", 1),
        ("##{{if room is}}x##{{end}}", "bad_condition", 1),
        ("##{{if 1 + 1}}x##{{end}}", "bad_condition", 1),
        ("##{{if not room is 2}}x##{{end}}", "bad_condition", 1),
        ("##{{if room}}##{{if vip}}\n##{{if link}}x##{{end}}##{{end}}##{{end}}", "nested_too_deep", 2),
        ("\n##{{if paymnt is cash}}x##{{end}}", "unknown_variable", 2),
    ],
)
def test_a_broken_branch_is_a_problem_with_its_line(body: str, code: str, line: int) -> None:
    problems = check(body, ALLOWED, (), FIELDS)
    assert (problems[0].code, problems[0].line) == (code, line)
    assert code in [problem.code for problem in render(body, {}, ALLOWED, (), FIELDS).problems]


def test_the_nearest_field_is_named_and_a_field_is_only_for_conditions() -> None:
    (problem,) = check("##{{if paymnt is cash}}x##{{end}}", ALLOWED, (), FIELDS)
    assert problem.nearest == "payment"
    assert [problem.code for problem in check("##{{payment}}", ALLOWED, (), FIELDS)] == ["unknown_variable"]


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ("##{{link}}", True),
        ("##{{if room}}##{{link}}##{{else}}x##{{link}}##{{end}}", True),
        ("##{{if room}}##{{link}}##{{else}}x##{{end}}", False),
        ("##{{if room}}##{{link}}##{{end}}", False),
        ("##{{if link}}x##{{end}}", False),
    ],
)
def test_a_required_variable_is_in_what_every_guest_reads(body: str, kept: bool) -> None:
    assert (check(body, ALLOWED, ("link",), FIELDS) == ()) is kept


def test_a_missing_value_is_told_with_its_own_line_and_only_where_it_is_read() -> None:
    body = "##{{if vip}}\n##{{link}}\n##{{end}}\nx\n##{{link}}"
    (problem,) = render(body, {}, ALLOWED, ("link",), FIELDS).problems
    assert (problem.code, problem.name, problem.line) == ("missing_value", "link", 5)
    assert render("##{{if vip}}\n##{{link}}\n##{{end}}\nx", {}, ALLOWED, ("link",), FIELDS).text == "x"


def test_every_branch_has_a_case_that_leads_to_it() -> None:
    found = cases(REFUND, {"first_name": "Ana"})
    assert [case.words for case in found] == [("payment is package",), ("payment is cash, cheque",), ("",)]
    shown = {text(REFUND, **case.values) for case in found}
    assert len(shown) == 3
    nested = "##{{if vip}}##{{if room is 1}}a##{{else}}b##{{end}}##{{else}}c##{{end}}"
    assert {text(nested, **case.values) for case in cases(nested, {"room": "204"})} == {"a", "b", "c"}


def test_directives_are_no_variables() -> None:
    assert variables(REFUND) == ("first_name",)


def test_pieces_side_by_side_make_no_braces() -> None:
    body = "####{{if room}}{{xyz}}##{{end}}"
    assert render(body, {"room": "1"}, ALLOWED, (), FIELDS).problems


_WORDS = st.sampled_from(
    ["##{{if room}}", "##{{if vip is a, b}}", "##{{else}}", "##{{end}}", "##{{room}}", "##", "{{", "}}", "x", "\n", "#"]
)


@given(st.lists(_WORDS, max_size=14).map("".join), st.dictionaries(st.sampled_from(["room", "vip"]), st.just("a")))
def test_whatever_is_written_a_text_without_problems_shows_no_brace_of_ours(body: str, values: dict[str, str]) -> None:
    rendered = render(body, values, ALLOWED, (), FIELDS)
    assert rendered.problems or "##{{" not in rendered.text


@given(st.text(alphabet="#{}ifroom end", max_size=30))
def test_a_value_is_never_read_again(value: str) -> None:
    body = "##{{if room}}[##{{room}}]##{{else}}-##{{end}}"
    assert text(body, room=value) == (f"[{value}]" if value.strip() else "-")

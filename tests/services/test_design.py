"""One source of a mail: its design, its plain form, and nothing in either that the writer did not mean."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_inbox.domain.design import Plain, is_designed, plain
from tui_inbox.domain.design_html import html, with_footer
from tui_inbox.services.design import _tree, bad_links, designed

DESIGN = """# Welcome, ##{{first_name}}

We are **glad** to see you on ##{{arrival}}. [The way](https://hotel.example/way), or
write to <mailto:desk@hotel.example>.

![The pool](https://hotel.example/pool.jpg)

> | Your stay | |
> |---|---|
> | Arrival | ##{{arrival}} |
> | Room | ##{{room}} |

[Book a table] https://hotel.example/table?room=##{{room}}
[Call us] +33140000000
[Yes, please]

- Breakfast from 7
- Pool until 21

---
See you soon"""
VALUES = {"first_name": "Claire", "arrival": "Monday", "room": "204"}

PLAIN = """Welcome, Claire

We are glad to see you on Monday. The way: https://hotel.example/way, or
write to desk@hotel.example.

Your stay
Arrival: Monday
Room: 204

Book a table: https://hotel.example/table?room=204
Call us: +33140000000
[Yes, please]

- Breakfast from 7
- Pool until 21

See you soon"""


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.targets: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.targets += [value or "" for name, value in attrs if name in ("href", "src")]
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def read(document: str) -> Tags:
    parser = Tags()
    parser.feed(document)
    return parser


def test_the_plain_form_writes_links_tables_and_buttons_out() -> None:
    assert plain(designed(DESIGN, VALUES)) == Plain(PLAIN, 1)


def test_the_mail_has_every_block_of_the_design() -> None:
    found = read(html(designed(DESIGN, VALUES), "Welcome", "en"))
    for tag in ("h1", "strong", "img", "table", "th", "li", "hr", "a"):
        assert tag in found.tags
    assert found.targets == [
        "https://hotel.example/way",
        "mailto:desk@hotel.example",
        "https://hotel.example/pool.jpg",
        "https://hotel.example/table?room=204",
        "tel:+33140000000",
    ]
    assert "Welcome, Claire" in found.text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("**Check-in** from *15:00*", "Check-in from 15:00"),
        ("[https://x.example](https://x.example)", "https://x.example"),
        ("<https://x.example/a>", "https://x.example/a"),
        ("| Spa | 9-20 | daily |\n|---|---|---|\n| Bar | 18-1 | |", "Spa, 9-20, daily\nBar, 18-1"),
        ("* one\n* two\n  1. three", "- one\n- two\n  1. three"),
        ("3. one\n4. two", "3. one\n4. two"),
        ("snake_case_name 2*3*4", "snake_case_name 2*3*4"),
        ("> quoted `code`", "quoted code"),
        ("3 < 4 & 5 > 4 <b>x</b>", "3 < 4 & 5 > 4 <b>x</b>"),
        ("a\nb\n- c\n\nd", "a\nb\n- c\n\nd"),
        ("Line\n---\nLine", "Line\n\nLine"),
        ("    indented", "indented"),
        ("![a](https://x.example/b.png)", ""),
    ],
)
def test_plain_text_keeps_lines_and_loses_marks(body: str, text: str) -> None:
    assert plain(designed(body)).text == text


@pytest.mark.parametrize(
    "value",
    [
        "**bold**",
        "[x](https://evil.example)",
        "<script>alert(1)</script>",
        "a|b",
        "`code`",
        "# head",
        "##{{room}}",
        "https://evil.example/x",
        '"><img src=x onerror=y>',
    ],
)
def test_a_value_is_shown_as_it_is_and_makes_no_structure(value: str) -> None:
    source = "Dear ##{{first_name}},\n\n| a | ##{{first_name}} |\n|---|---|"
    nodes = designed(source, {"first_name": value, "room": "204"})
    assert plain(nodes).text == f"Dear {value},\n\na: {value}"
    found, bare = read(html(nodes)), read(html(designed(source, {"first_name": "x"})))
    assert (found.tags, found.targets) == (bare.tags, [])
    assert f"Dear {value}," in found.text


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x.example", "x"])
def test_other_addresses_are_no_links(url: str) -> None:
    assert bad_links(f"[go]({url})") == [url]
    found = read(html(designed(f"[go]({url}) and [go](##{{{{link}}}})\n\n![p]({url})", {"link": url})))
    assert found.targets == []
    assert "go and go" in found.text


def test_pictures_come_from_an_address_or_the_store_of_files() -> None:
    sha = "a" * 64
    assert read(html(designed(f"![x](cid:{sha})"))).targets == [f"cid:{sha}"]
    assert bad_links(f"![x](cid:{sha}) ![y](cid:nothing) ![z](mailto:a@b.example)") == [
        "cid:nothing",
        "mailto:a@b.example",
    ]


def test_bad_addresses_are_found_in_every_branch() -> None:
    assert bad_links("##{{if room}}\n[a](x)\n##{{else}}\n[b](https://ok.example)\n[c](y)\n##{{end}}") == ["x", "y"]


def test_what_has_no_design_is_told_apart() -> None:
    assert not is_designed(designed("Dear ##{{first_name}},\n\nsee you soon.\nThe desk", VALUES))
    assert is_designed(designed(DESIGN, VALUES))


def test_a_footer_stands_under_the_mail_and_is_only_text() -> None:
    page = with_footer(html(designed("**Hi**")), "Hôtel <Lumière>\nUnsubscribe: https://h.example/u?a=1&b=2")
    found = read(page)
    assert found.targets == ["https://h.example/u?a=1&b=2"]
    assert found.text.strip().endswith("Unsubscribe: https://h.example/u?a=1&b=2")
    assert "Hôtel <Lumière>" in found.text
    assert with_footer("", "x") == ""


@given(st.text(alphabet="ab \n*_[](){}#|<>&!-`~1.:\"'/é", max_size=80))
def test_no_text_makes_a_tag_of_its_own(body: str) -> None:
    found = read(html(designed(body)))
    allowed = "html head meta title body table tr td th p h1 h2 h3 h4 h5 h6 ul ol li hr a img strong em s code br"
    assert set(found.tags) <= set(allowed.split())
    assert all(re.match(r"https?:|mailto:|tel:|cid:", target) for target in found.targets)


@given(st.text(alphabet="abcé ,;:?'()€&", max_size=200))
def test_what_is_plain_already_stays_so(body: str) -> None:
    assert plain(designed(body)) == Plain(body.strip())


def test_a_hostile_text_costs_little() -> None:
    started = time.perf_counter()
    for part in ("[", "![", "*", "_ a", "<a href=", "<", "| ", "- ", "](", "\n", "> "):
        plain(designed(part * 1500))
    assert time.perf_counter() - started < 4


def test_a_text_is_parsed_once_for_all_its_readers_and_each_has_their_own_values() -> None:
    text = "Dear ##{{first_name}}, **welcome** once."
    _tree.cache_clear()
    read = [plain(designed(text, {"first_name": name})).text for name in ("Ana", "Léo", "**Zoé**")]
    assert read == ["Dear Ana, welcome once.", "Dear Léo, welcome once.", "Dear **Zoé**, welcome once."]
    assert _tree.cache_info().misses == 1

"""A mail design becomes plain text for channels that show nothing else."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_inbox.domain.plain import Plain, plain


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("# Welcome\n\n**Check-in** from *15:00*", "Welcome\n\nCheck-in from 15:00"),
        ("[Map](https://x.example/m)", "Map: https://x.example/m"),
        ("[https://x.example](https://x.example)", "https://x.example"),
        ("<https://x.example/a>", "https://x.example/a"),
        ("[Write](mailto:desk@hotel.example)", "Write: desk@hotel.example"),
        ("| Spa | 9-20 |\n|---|---|\n| Bar | 18-1 |", "Spa, 9-20\nBar, 18-1"),
        ("* one\n+ two\n- three\n1. four", "- one\n- two\n- three\n1. four"),
        ("snake_case_name 2*3*4", "snake_case_name 2*3*4"),
        ("> quoted `code`", "quoted code"),
        ("3 < 4 and 5 > 4", "3 < 4 and 5 > 4"),
        ("<p>Hello <b>Claire</b>,</p><p>see you &amp; yours</p>", "Hello Claire,\n\nsee you & yours"),
        (
            '<ul><li>Spa</li><li>Bar</li></ul><a href="https://x.example">Map</a>',
            "- Spa\n- Bar\nMap: https://x.example",
        ),
        ("<table><tr><td>Spa</td><td>9-20</td></tr><tr><td>Bar</td><td>18-1</td></tr></table>", "Spa, 9-20\nBar, 18-1"),
        ("<style>p {color: red}</style>Hi<br>there", "Hi\nthere"),
    ],
)
def test_links_tables_and_lists_are_written_out(body: str, text: str) -> None:
    assert plain(body) == Plain(text)


@pytest.mark.parametrize(
    ("body", "text", "pictures"),
    [
        ("![Hotel](https://x.example/p.jpg) hi", "hi", 1),
        ('<img src="a.png">Hi<IMG SRC=b.png/>', "Hi", 2),
        ("![a](b)\n\n![c](d)", "", 2),
    ],
)
def test_pictures_are_left_out_and_counted(body: str, text: str, pictures: int) -> None:
    assert plain(body) == Plain(text, pictures)


@given(st.text(alphabet="abcé ,.;:!?'0189()€&", max_size=200))
def test_what_is_plain_already_stays_so(body: str) -> None:
    assert plain(body) == Plain(body.strip())


def test_a_hostile_text_costs_little() -> None:
    started = time.perf_counter()
    for part in ("[", "![", "*", "_ a", "<a href=", "<", "| ", "<li", "-", "](", "\n"):
        plain(part * 4000)
    assert time.perf_counter() - started < 3

"""HTML out of an older program becomes a text in our way of writing."""

from __future__ import annotations

import time

import pytest

from tui_inbox.domain.pasted import markdown


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hello <b>Claire</b>,</p><p>see you &amp; yours</p>", "Hello **Claire**,\n\nsee you & yours"),
        ("<h2>Spa</h2>Open<br>daily<hr>End", "## Spa\n\nOpen\ndaily\n\n---\n\nEnd"),
        (
            '<ul><li>Spa</li><li>Bar</li></ul><a class="x" href="https://x.example">Map</a>',
            "- Spa\n- Bar\n\n[Map](https://x.example)",
        ),
        (
            "<table><tr><td>Spa</td><td>9-20</td></tr> <tr><td>Bar</td><td>18-1</td></tr></table>",
            "| Spa | 9-20 |\n|---|---|\n| Bar | 18-1 |",
        ),
        ("<style>p {color: red}</style>Hi<script>evil()</script><br>there", "Hi\nthere"),
        ('<img src="https://x.example/a.png" alt="The pool">Hi', "![The pool](https://x.example/a.png)Hi"),
        ("<div onclick=x>a<!-- b --></div>", "a"),
        ("3 < 4 and 5 > 4, **bold**", "3 < 4 and 5 > 4, **bold**"),
    ],
)
def test_tags_become_marks_and_the_rest_goes(html: str, text: str) -> None:
    assert markdown(html) == text


def test_a_hostile_text_costs_little() -> None:
    started = time.perf_counter()
    for part in ("<a href=", "<", "| ", "<li", "<tr>", "<img src=", "<h1>", "\n", "<style>"):
        markdown("<p>" + part * 2000)
    assert time.perf_counter() - started < 3

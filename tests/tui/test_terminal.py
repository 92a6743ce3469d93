"""Squeezed styles paint the same picture; foreign text and faults stay inside."""

from __future__ import annotations

import stat
from pathlib import Path

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_inbox.domain.errors import StoreError
from tui_inbox.tui.crash import crash_line, write_crash
from tui_inbox.tui.safe import content, safe
from tui_inbox.tui.terminal import squeeze

STYLES = (
    "\x1b[0m", "\x1b[1m", "\x1b[1;38;2;1;2;3;48;2;9;8;7m", "\x1b[38;5;9m", "\x1b[4;31m", "\x1b[7m", "\x1b[3;92;100m",
    "\x1b[48;2;9;8;7m", "\x1b[22m", "\x1b[39;49m",
)  # fmt: skip
TEXTS = ("hello", " ", "   ", "é✓", "a b", "\x1b[3;4H", "\n", "\x1b[K")


def picture(data: str) -> list[list[tuple[object, ...]]]:
    screen = pyte.Screen(20, 6)
    pyte.Stream(screen).feed(data.replace("\n", "\r\n"))
    blank = pyte.screens.Char(" ")
    cells = []
    for y in range(6):
        row = []
        for x in range(20):
            cell = screen.buffer[y].get(x, blank)
            shows = cell.data != " " or cell.underscore or cell.reverse or cell.strikethrough
            fore = (cell.fg, cell.bold, cell.italics) if shows else ()
            row.append((cell.data, cell.bg, cell.reverse, cell.underscore, fore))
        cells.append(row)
    return cells


@given(st.lists(st.tuples(st.sampled_from(STYLES), st.sampled_from(TEXTS)), max_size=12))
def test_a_squeezed_stream_paints_the_same(pairs: list[tuple[str, str]]) -> None:
    data = "".join(style + text + "\x1b[0m" for style, text in pairs)
    assert picture(squeeze(data)) == picture(data)


def test_it_is_shorter_and_leaves_no_style_behind() -> None:
    data = "\x1b[38;2;1;2;3;48;2;9;8;7mab\x1b[0m\x1b[1;38;2;1;2;3;48;2;9;8;7mcd\x1b[0m"
    assert squeeze(data) == "\x1b[38;2;1;2;3;48;2;9;8;7mab\x1b[1mcd\x1b[m"


@pytest.mark.parametrize("hostile", ["\x1b]52;c;aGk=\x07x", "\x9b31mx", "a\x00b", "\u202eevil", "[/b] [@click=x]y[/]"])
def test_what_passes_the_boundary_is_printable(hostile: str) -> None:
    for shown in (str(safe(hostile)), content(hostile).plain):
        assert all(char.isprintable() for char in shown)
    assert "[" in content("[bold]x[/bold]").plain


def test_a_fault_is_noted_without_the_values_of_variables(tmp_path: Path) -> None:
    guest_text = "NOBODY MAY READ THIS"
    try:
        raise ValueError(guest_text)
    except ValueError as error:
        number = write_crash(tmp_path, error)
    noted = (tmp_path / "crash.log").read_text()
    assert number in noted
    assert "ValueError" in noted
    assert guest_text not in noted
    assert stat.S_IMODE((tmp_path / "crash.log").stat().st_mode) == 0o600


def test_a_store_that_cannot_be_used_is_said_in_words(tmp_path: Path) -> None:
    line = "".join(segment.text for segment in crash_line(StoreError("disk_full"), "abc", tmp_path).segments)
    assert "abc" not in line

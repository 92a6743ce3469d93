"""The line drops while somebody types: little is lost, nothing is left running, and the next start goes on there."""

from __future__ import annotations

import os
import signal
import termios
from pathlib import Path

import pytest

from storage.store import open_store
from tests.e2e.processes import is_gone
from tests.e2e.terminal import Line
from tests.tui.hotel import sketch
from tui_inbox.rows import DraftRow

WORDS = "abcdefghijklmnopqrstuvwxyz0123456789"
TYPED_PER_SECOND = 12
LOSS = 2 * TYPED_PER_SECOND
"""Letters: two seconds of typing."""


@pytest.fixture
def hotel(tmp_path: Path) -> Path:
    with open_store(f"sqlite:///{tmp_path / 'inbox.db'}") as store, store.write() as t:
        sketch(t)
    return tmp_path


def kept(folder: Path) -> DraftRow | None:
    with open_store(f"sqlite:///{folder / 'inbox.db'}") as store, store.read() as t:
        return t.drafts.latest("ana")


def begin(line: Line) -> None:
    line.shows("reply")
    line.read(0.3)
    line.keys(b"r")
    line.read(0.6)


def type_slowly(line: Line, text: str) -> None:
    for letter in text:
        line.keys(letter.encode())
        line.read(1 / TYPED_PER_SECOND)


def left_running(session: int) -> list[int]:
    """Processes of a terminal's session, which is named after its first process."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def goes_on(folder: Path, text: str) -> None:
    """The next start: the same conversation, the text, and the cursor behind it."""
    with Line(folder) as line:
        line.shows(text)
        line.read(0.5)
        line.keys(b"!")
        line.shows(text + "!")
        assert "Claire Martin" in line.text


@pytest.mark.parametrize(
    ("way", "letters"),
    [("SIGHUP", 5), ("SIGTERM", 4), ("hang up", 3), ("unheard", 6), ("SIGKILL", 1), ("SIGKILL", 30)],
)
def test_what_was_typed_survives(hotel: Path, way: str, letters: int) -> None:
    text = (WORDS * 2)[:letters]
    # Unheard: started so that the kernel tells nobody that the line is gone.
    with Line(hotel, controlling=way != "unheard") as line:
        begin(line)
        type_slowly(line, text)
        if way.startswith("SIG"):
            os.kill(line.pid, getattr(signal, way))
        else:
            line.cut()
        code = line.ended()
        session = line.pid
    assert code == (-signal.SIGKILL if way == "SIGKILL" else 0)
    assert left_running(session) == []
    draft = kept(hotel)
    saved = draft.text if draft else ""
    assert text.startswith(saved)
    assert len(text) - len(saved) <= (LOSS if way == "SIGKILL" else 0), saved
    if saved:
        assert draft is not None
        assert draft.cursor == len(saved)
    if letters > LOSS or way == "unheard":
        goes_on(hotel, saved)


def test_a_terminal_is_given_back_as_it_was(hotel: Path) -> None:
    with Line(hotel) as line:
        before = termios.tcgetattr(line.master)
        begin(line)
        type_slowly(line, "abc")
        assert termios.tcgetattr(line.master)[3] != before[3], "it was in use"
        os.kill(line.pid, signal.SIGTERM)
        assert line.ended() == 0
        assert termios.tcgetattr(line.master)[3] == before[3]
        raw = bytes(line.raw)
    for on, off in ((b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?25l", b"\x1b[?25h"), (b"\x1b[?2004h", b"\x1b[?2004l")):
        assert raw.rfind(off) > raw.rfind(on), off
    for mode in (b"1000", b"1002", b"1003", b"1006"):
        assert raw.rfind(b"\x1b[?" + mode + b"l") >= raw.rfind(b"\x1b[?" + mode + b"h")


def test_a_line_that_drops_at_once_leaves_nothing_behind(hotel: Path) -> None:
    for wait in (0.0, 0.2, 0.5, 0.9):
        with Line(hotel) as line:
            line.read(wait)
            line.cut()
            line.ended()
            session = line.pid
        assert all(is_gone(pid) for pid in left_running(session))
        assert left_running(session) == []

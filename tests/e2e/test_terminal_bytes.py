"""What really goes over the line: hostile text never becomes a control sequence, keys mean what they should."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from pathlib import Path

import pytest

from storage.store import open_store
from tests.builders import a_guest, a_reservation, an_inbound, at
from tests.e2e.terminal import Line
from tests.tui.beside import on_its_way
from tests.tui.hotel import converse, sketch
from tui_inbox.domain.message import Attachment
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.planner import Planned, Rule, RuleKind
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.rows import AccountRow

SECRET = "GUESTWASHERE"
HOSTILE = (
    f"[bold]{SECRET}[/bold] [@click=app.bell]x[/] [/b] [link="
    f"\x1b]52;c;{SECRET}\x07"
    f"\x1b]8;;http://evil.example/{SECRET}\x1b\\link\x1b]8;;\x1b\\"
    f"\x1b]0;{SECRET}\x07\x1b[2J\x1b[5;5H\x1b[31m\x9b31m\x9d0;{SECRET}\x9c\x0e\x00\x7f\x1bc"
    "\u202eevil\u202c\u2066\u200b"
)
"""Every kind of sequence that a terminal acts on, and markup that a framework would."""

F3, F4, F6, F7, F8, F9 = b"\x1bOR", b"\x1bOS", b"\x1b[17~", b"\x1b[18~", b"\x1b[19~", b"\x1b[20~"


def reach(line: Line, *keys: bytes) -> None:
    """One key after the other, each with the time that a person would take."""
    for key in keys:
        line.keys(key)
        line.read(0.4)


SCREENS: list[tuple[str, Callable[[Line], None]]] = [
    ("inbox", lambda line: None),
    ("thread", lambda line: line.keys(b"\r")),
    ("card", lambda line: line.keys(b"p")),
    ("palette", lambda line: line.keys(b"\x0b")),
    ("link", lambda line: line.keys(b"l")),
    ("search", lambda line: line.keys(b"/GUEST")),
    ("outbox", lambda line: line.keys(F3)),
    ("sent", lambda line: line.keys(F4)),
    ("guests", lambda line: line.keys(F6)),
    ("guest form", lambda line: reach(line, F6, b"\x1b[B", b"e")),
    ("guest", lambda line: reach(line, F3, b"p")),
    ("templates", lambda line: line.keys(F7)),
    ("channels", lambda line: line.keys(F8)),
    ("quarantine", lambda line: reach(line, F8, b"s")),
    ("planned", lambda line: line.keys(F9)),
]
"""Each screen and how it is reached from the start; further screens add their line here."""

_SEQUENCE = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1bP[^\x1b]*\x1b\\|\x1b[ -/]*[0-~]", re.S
)
_OURS = re.compile(
    rb"\x1b\[(?:[0-9;]*m|[0-9;]*H|\?[0-9;$]*[hlp]|[<>=?][0-9;]*[ucmhlp]|[0-9;]*[JKntu]|[0-9]* q|c|\?u)"
    rb"|\x1b\](?:2|22|23|1[0-2])[;t][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[=>78]"
)


def hostile_hotel(folder: Path) -> None:
    with open_store(f"sqlite:///{folder / 'inbox.db'}") as store, store.write() as t:
        sketch(t)
        made = converse(t, HOSTILE, "sms", HOSTILE, 5, phone="+33699999999", unread=1, stay=(0, 2, HOSTILE[:40]))
        an_inbound(t, made, HOSTILE, minutes=6, subject=HOSTILE, attachments=(Attachment(HOSTILE, HOSTILE, 12),))
        on_its_way(
            t, HOSTILE, HOSTILE, OutboxState.FAILED, 4, reason="refused", vendor_text=HOSTILE, phone="+33699999998"
        )
        on_its_way(t, HOSTILE, HOSTILE, OutboxState.ACCEPTED, 3, template=HOSTILE, by=HOSTILE, phone="+33699999997")
        t.templates.add(Template(0, TemplateKind.SNIPPET, HOSTILE, "fr", HOSTILE, shortcut=HOSTILE))
        rule = t.planner.put_rule(Rule(0, RuleKind.BEFORE_ARRIVAL, HOSTILE, HOSTILE, 1, time(18), ("sms",)))
        stay = a_reservation(t, a_guest(t, HOSTILE), 2, 4, room=HOSTILE)
        t.planner.add(Planned(0, rule.id, stay.id, date(2026, 11, 24), at(1920)))
        t.accounts.put(AccountRow("desk-sms", "twilio", "error", "auth", HOSTILE, None, None, None, 0, {}))
        stored = t.inbounds.store("desk-sms", [(HOSTILE, HOSTILE, b"{}")], at(0))
        t.inbounds.quarantine(stored[0], "reader_failed", {"error": HOSTILE})


def controls(raw: bytes) -> list[bytes]:
    """Every control sequence and control byte that is not one of the program's own kinds."""
    strange = [found.group() for found in _SEQUENCE.finditer(raw) if not _OURS.fullmatch(found.group())]
    rest = _SEQUENCE.sub(b"", raw)
    text = rest.decode("utf-8", errors="replace")
    allowed = "\r\n\x07\x0f"
    strange += [c.encode() for c in text if (ord(c) < 32 and c not in allowed) or 0x7F <= ord(c) < 0xA0]
    return strange + [found for found in re.findall(rb"\x1b\][^\x07\x1b]*", raw) if SECRET.encode() in found]


@pytest.mark.parametrize(("name", "go"), SCREENS, ids=[name for name, _go in SCREENS])
def test_a_guests_bytes_never_act_on_the_terminal(tmp_path: Path, name: str, go: Callable[[Line], None]) -> None:
    hostile_hotel(tmp_path)
    with Line(tmp_path) as line:
        line.shows("reply")
        line.read(0.5)
        go(line)
        line.read(1.0)
        assert SECRET in line.text, "the hostile row must be in sight for this test to mean anything"
        assert controls(bytes(line.raw)) == []


@pytest.fixture
def hotel(tmp_path: Path) -> Path:
    with open_store(f"sqlite:///{tmp_path / 'inbox.db'}") as store, store.write() as t:
        sketch(t)
    return tmp_path


def held(folder: Path) -> list[str]:
    with open_store(f"sqlite:///{folder / 'inbox.db'}") as store, store.read() as t:
        return [row.text for row in t.outbox.in_state([OutboxState.HELD], 10)]


def test_lf_breaks_the_line_kitty_shift_enter_too_and_cr_sends(hotel: Path) -> None:
    with Line(hotel) as line:
        line.shows("reply")
        line.read(0.5)
        line.keys(b"r")
        line.read(0.8)
        line.keys(b"un\ndeux\x1b[13;2utrois")
        line.shows("trois")
        line.keys(b"\r")
        line.shows("Ctrl+Z")
    assert held(hotel) == ["un\ndeux\ntrois"]


def test_text_and_cr_in_one_write_send_all_of_the_text(hotel: Path) -> None:
    with Line(hotel) as line:
        line.shows("reply")
        line.read(0.5)
        line.keys(b"r")
        line.read(0.8)
        line.keys(b"hello\r")
        line.shows("Ctrl+Z")
    assert held(hotel) == ["hello"]


def test_alt_enter_arrives_as_enter_and_can_be_taken_back(hotel: Path) -> None:
    with Line(hotel) as line:
        line.shows("reply")
        line.read(0.5)
        line.keys(b"r")
        line.read(0.8)
        line.keys(b"hello\x1b\r")
        line.shows("Ctrl+Z")
        line.keys(b"\x1a")
        line.until(lambda: held(hotel) == [])
        line.shows("hello")


def test_a_dropped_line_keeps_what_was_typed(hotel: Path) -> None:
    with Line(hotel) as line:
        line.shows("reply")
        line.read(0.5)
        line.keys(b"r")
        line.read(0.8)
        line.keys(b"je reg")
        line.shows("je reg")
        assert line.hang_up() == 0
    with open_store(f"sqlite:///{hotel / 'inbox.db'}") as store, store.read() as t:
        draft = t.drafts.latest("ana")
    assert draft is not None
    assert (draft.text, draft.cursor) == ("je reg", 6)


def test_a_key_costs_few_bytes(hotel: Path) -> None:
    with Line(hotel) as line:
        line.shows("reply")
        line.read(1.0)
        before = len(line.raw)
        line.keys(b"j")
        line.read(0.12)
        move = len(line.raw) - before
        line.read(1.0)
        before = len(line.raw)
        line.keys(b"\r")
        line.read(1.0)
        opening = len(line.raw) - before
        line.shows("worker not running")
        before = len(line.raw)
        line.read(2.0)
        idle = len(line.raw) - before
    assert move <= 1500
    assert opening <= 6000
    assert idle <= 200

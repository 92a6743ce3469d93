"""The screen's figures: start, bytes, cursor, opening, typing, idling, memory and news, each beside its floor.

Every figure comes from a real program in a pty of 120 x 40; ours and the floor take turns, medians are shown.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.figures import Figure, middle, p95
from bench.news import Arrivals
from bench.terminal import Paint, Terminal

ROUNDS = 15
KEYS = 40
OPENINGS = 30
"""So many that one hiccup of a shared machine is not yet the p95."""
TURN = 14
"""Rows down before the cursor goes up again: all of them in view, so that no move scrolls."""
LETTERS = 40
IDLE_SECONDS = 30.0
ARRIVALS = 40
SPREAD = 0.5
"""Seconds within which the next message arrives by chance: at a steady pace all would meet the feed at one moment."""
MOVE_QUIET = 0.1
"""Shorter than the 150 ms after which the preview of the next conversation is loaded: the move alone is timed."""
COMPOSER_COLUMNS = 49

NO_DRAFT = b"\x15"
"""Empties the line: a draft that is left would be where the next start of the program begins."""

PYTHON = sys.executable
HELLO = (PYTHON, "-m", "bench.floors.hello")
PANES = (PYTHON, "-m", "bench.floors.panes")
TYPING = (PYTHON, "-m", "bench.floors.typing_area", str(COMPOSER_COLUMNS))


@dataclass(frozen=True)
class Inbox:
    """Our program on one generated store."""

    config: Path

    @property
    def command(self) -> tuple[str, ...]:
        return (PYTHON, "-m", "tui_inbox", "--config", str(self.config), "--operator", "ana")


ACCOUNTS = "".join(
    f'[channels.{name}]\ntype = "twilio"\naccount_sid = "AC{"0" * 32}"\nsecret = "none"\n'
    f'from = "+33700000000"\nwhatsapp_from = "+33700000000"\n'
    for name in ("desk-sms", "desk-wa")
) + (
    '[channels.desk-mail]\ntype = "email"\naddress = "desk@hotel.example"\nusername = "desk"\nsecret = "none"\n'
    'imap = { host = "127.0.0.1", port = 1143, tls = "none" }\n'
    'smtp = { host = "127.0.0.1", port = 1025, tls = "none" }\n'
)
"""The generator's accounts, so that the composer may answer; nothing is ever sent."""


def write_config(folder: Path, url: str, accounts: str = "") -> Path:
    """A configuration that starts no worker and knows the generator's accounts."""
    config = folder / "config.toml"
    config.write_text(
        f'[hotel]\nname = "Hôtel Lumière"\ntime_zone = "Europe/Paris"\nlanguage = "en"\ncountry = "FR"\n'
        f'[ui]\ntheme = "dark"\n[operators.ana]\nname = "Ana"\n[worker]\nautostart = false\n[store]\nurl = "{url}"\n'
        f"{accounts or ACCOUNTS}",
        encoding="utf-8",
    )
    return config


def figures(stores: Mapping[int, str], folder: Path) -> Iterator[Figure]:
    """``stores``: messages -> url. Yields as it measures; the largest store is the one that counts."""
    sizes = sorted(stores)
    inboxes: dict[int, Inbox] = {}
    for size in sizes:
        place = folder / str(size)
        place.mkdir(exist_ok=True)
        inboxes[size] = Inbox(write_config(place, stores[size]))
    largest = inboxes[sizes[-1]]
    yield from _starts(inboxes)
    yield from _keys(largest)
    yield from _typing(largest)
    yield from _idle(largest)
    yield from _memory(largest)
    yield from _news(largest, stores[sizes[-1]])


def _started(command: tuple[str, ...]) -> Paint:
    with Terminal(command) as terminal:
        return terminal.start()


def _starts(inboxes: Mapping[int, Inbox]) -> Iterator[Figure]:
    sizes = sorted(inboxes)
    small, large = inboxes[sizes[0]].command, inboxes[sizes[-1]].command
    for command in (HELLO, small, large):
        _started(command)
    hello, first, last = [], [], []
    for _ in range(ROUNDS):
        hello.append(_started(HELLO))
        first.append(_started(small))
        last.append(_started(large))
    ours = middle([paint.last for paint in last])
    yield Figure(
        f"1 start to complete paint, {sizes[-1]:,} messages", ours, middle([p.last for p in hello]), "ms", 1.5, 1.2
    )
    yield Figure(
        f"2 growth of the start, {sizes[0]:,} to {sizes[-1]:,}", ours, middle([p.last for p in first]), "ms", 1.10, 1.05
    )
    yield Figure("3 bytes of the first paint", middle([p.bytes for p in last]) / 1000, None, "kB", 35, 25)


@contextmanager
def _pair(ours: tuple[str, ...], floor: tuple[str, ...]) -> Iterator[tuple[Terminal, Terminal]]:
    with ExitStack() as stack:
        pair = stack.enter_context(Terminal(ours)), stack.enter_context(Terminal(floor))
        for terminal in pair:
            terminal.start()
        yield pair


def _keys(inbox: Inbox) -> Iterator[Figure]:
    moves: tuple[list[Paint], list[Paint]] = ([], [])
    opens: tuple[list[Paint], list[Paint]] = ([], [])
    with _pair(inbox.command, PANES) as terminals:
        for number in range(KEYS):
            key = b"k" if number // TURN % 2 else b"j"
            for terminal, paints in zip(terminals, moves, strict=True):
                paints.append(terminal.press(key, quiet=MOVE_QUIET))
                terminal.settle(time.perf_counter(), limit=0.8)  # the preview that follows
        for _ in range(OPENINGS):
            for terminal, paints in zip(terminals, opens, strict=True):
                terminal.press(b"j", quiet=0.02)
                paints.append(terminal.press(b"\r"))
                terminal.press(b"\x1b", quiet=0.4)
    ms = [[paint.last for paint in paints] for paints in moves]
    yield Figure("4 cursor move", middle(ms[0]), middle(ms[1]), "ms", 1.5)
    yield Figure("4 cursor move, p95", p95(ms[0]), None, "ms", 16)
    yield Figure("4 cursor move, bytes", *(middle([p.bytes for p in paints]) for paints in moves), "B", 1.5)
    ms = [[paint.last for paint in paints] for paints in opens]
    yield Figure("5 open a conversation with its card", middle(ms[0]), middle(ms[1]), "ms", 1.5)
    yield Figure("5 open, p95", p95(ms[0]), None, "ms", 33)
    yield Figure("5 open, bytes", *(middle([p.bytes for p in paints]) for paints in opens), "B", 1.5)


def _begin_answer(terminal: Terminal) -> None:
    """Open the composer on the first row whose channel may be answered."""
    for _ in range(12):
        terminal.press(b"\r")
        terminal.press(b"r")
        # A locked composer answers the first letter too, with what may be done instead.
        if terminal.press(b"x").bytes and terminal.press(b"y").bytes:
            return
        terminal.press(b"\x1b")
        terminal.press(b"j")
    raise AssertionError("no row on the first page can be answered")


def _typing(inbox: Inbox) -> Iterator[Figure]:
    letters: tuple[list[Paint], list[Paint]] = ([], [])
    with _pair(inbox.command, TYPING) as terminals:
        _begin_answer(terminals[0])
        for number in range(LETTERS):
            for terminal, paints in zip(terminals, letters, strict=True):
                letter = b"abcdefg "[number % 8 : number % 8 + 1]
                paints.append(terminal.press(letter, quiet=MOVE_QUIET))
                terminal.settle(time.perf_counter(), limit=0.6)
        terminals[0].press(NO_DRAFT, quiet=1.0)
    ms = [[paint.last for paint in paints] for paints in letters]
    yield Figure("7 a letter in the composer", middle(ms[0]), middle(ms[1]), "ms", 1.2)
    yield Figure("7 a letter, bytes", *(middle([p.bytes for p in paints]) for paints in letters), "B", 0.3)
    yield Figure("7 a letter, bytes alone", middle([p.bytes for p in letters[0]]), None, "B", 1000, 200)


def _idle(inbox: Inbox) -> Iterator[Figure]:
    with _pair(inbox.command, HELLO) as (ours, hello):
        time.sleep(7)  # by then a worker that is not running has been missed, once and for all
        ours.settle(time.perf_counter(), limit=1)
        floor_cpu, _ = hello.idle(IDLE_SECONDS)
        cpu, sent = ours.idle(IDLE_SECONDS)
    yield Figure("8 idle 30 s, CPU of the screen", cpu, max(floor_cpu, 0.01), "s", 4.0, 1.2)
    yield Figure("8 idle 30 s, bytes", sent, None, "B", 200, 0)


def _memory(inbox: Inbox) -> Iterator[Figure]:
    with _pair(inbox.command, HELLO) as (ours, hello):
        floor, first = hello.peak_rss(), ours.peak_rss()
        for _ in range(12):  # an hour's use, in short: lists, threads, filters, tabs, a draft
            ours.press(b"jjjjj\r", quiet=0.15)
            ours.press(b"\x1b", quiet=0.1)
            ours.press(b"U", quiet=0.1)
            ours.press(b"U", quiet=0.1)
            ours.press(b"3", quiet=0.1)
            ours.press(b"\x1b[6~\x1b[6~", quiet=0.1)
            ours.press(b"1", quiet=0.1)
        ours.press(b"r", quiet=0.2)
        ours.press(b"Bonjour", quiet=0.6)
        after = ours.peak_rss()
        ours.press(NO_DRAFT, quiet=1.0)
    yield Figure("9 peak memory after the first paint", first, floor, "MiB", 1.8, 1.25)
    yield Figure("9 peak memory after use", after, floor, "MiB", 2.6, 1.8)


def _news(inbox: Inbox, url: str) -> Iterator[Figure]:
    waits: list[float] = []
    chance = Random(15)
    with Terminal(inbox.command) as terminal, Arrivals(url) as arrivals:
        terminal.start()
        for number in range(ARRIVALS):
            terminal.idle(chance.uniform(0, SPREAD))
            word = f"zq{number:03d}news"
            since = time.perf_counter()
            arrivals.one(word)
            waits.append(terminal.settle(since, limit=3.0).last or 3000.0)
            if number % 10 == 9:  # the cursor stays on its row; at the beginning of the list news is in sight
                terminal.press(b"\x1b[H")
        if word not in terminal.text():
            waits = [3000.0]
    yield Figure("15 a message arrives, until its row is on screen, p95", p95(waits), None, "ms", 250, 50)

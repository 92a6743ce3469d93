"""Fewer bytes on the line: styles are sent as what differs from the last one, not as all they are.

The framework ends every run of text with a reset and begins the next with its whole style, some forty bytes each
time in true colour. Over a slow line that is most of what a key costs. The text itself is not touched.
"""

from __future__ import annotations

import os
import re
import select
import signal
from functools import lru_cache
from threading import Thread
from typing import NamedTuple

from textual.drivers.linux_driver import LinuxDriver

_TOKENS = re.compile(r"\x1b\[([0-9;]*)m|(\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~]))")
_ERASES = re.compile(r"\x1b\[[0-?]*[JKXLMPST@]")
_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "7": "27", "9": "29"}


class Look(NamedTuple):
    """Colours as their codes, and the attributes that are on."""

    fore: str = ""
    back: str = ""
    on: frozenset[str] = frozenset()


PLAIN = Look()


@lru_cache(maxsize=4096)
def _apply(look: Look, codes: str) -> Look:
    """The look after one SGR sequence."""
    parts = codes.split(";") if codes else ["0"]
    fore, back, on = look
    at = 0
    while at < len(parts):
        code = parts[at].lstrip("0") or "0"
        if code in ("38", "48"):
            length = 5 if parts[at + 1 : at + 2] == ["2"] else 3
            colour = ";".join(parts[at : at + length])
            fore, back = (colour, back) if code == "38" else (fore, colour)
            at += length
            continue
        if code == "0":
            fore, back, on = PLAIN
        elif code == "39":
            fore = ""
        elif code == "49":
            back = ""
        elif code in _OFF.values():
            on = frozenset(attribute for attribute in on if _OFF.get(attribute) != code)
        elif int(code) < 30:
            on = on | {code}
        elif int(code) < 40 or 90 <= int(code) < 98:
            fore = code
        else:
            back = code
        at += 1
    return Look(fore, back, on)


@lru_cache(maxsize=8192)
def _step(before: Look, after: Look) -> str:
    """The shortest sequence we know from one look to another."""
    if before == after:
        return ""
    if after == PLAIN:
        return "\x1b[m"
    gone = before.on - after.on
    codes: list[str] = []
    kept = before.on - gone
    if any(attribute not in _OFF for attribute in gone):
        return f"\x1b[0;{';'.join(part for part in (*sorted(after.on), after.fore, after.back) if part)}m"
    for off in sorted({_OFF[attribute] for attribute in gone}):
        codes.append(off)
        kept = frozenset(attribute for attribute in kept if _OFF.get(attribute) != off)
    codes += sorted(after.on - kept)
    if after.fore != before.fore:
        codes.append(after.fore or "39")
    if after.back != before.back:
        codes.append(after.back or "49")
    return f"\x1b[{';'.join(codes)}m"


def _for_blanks(shown: Look, wanted: Look) -> Look:
    """Blanks show their background only: keep the rest of what is set, if it does not show on them."""
    visible = {"4", "7", "9", "21", "53"}
    if wanted.on & visible or shown.on & visible:
        return wanted
    return Look(shown.fore, wanted.back, shown.on)


def squeeze(data: str) -> str:
    """The same picture in fewer bytes; begins and ends with no style set."""
    if "\x1b[" not in data:
        return data
    out: list[str] = []
    shown = wanted = PLAIN
    end = 0
    for token in _TOKENS.finditer(data):
        start = token.start()
        if start > end:
            text = data[end:start]
            target = _for_blanks(shown, wanted) if text.isspace() else wanted
            if text != "\n":
                out.append(_step(shown, target))
                shown = target
            out.append(text)
        end = token.end()
        codes, other = token.groups()
        if codes is not None:
            wanted = _apply(wanted, codes)
        else:
            if _ERASES.match(other):
                out.append(_step(shown, wanted))
                shown = wanted
            out.append(other)
    if end < len(data):
        out.append(_step(shown, wanted))
        shown = wanted
        out.append(data[end:])
    out.append(_step(shown, PLAIN))
    return "".join(out)


class ThriftyDriver(LinuxDriver):
    """The framework's driver for terminals, with the styles squeezed, and an end when the line has gone."""

    _watch: Thread | None = None

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._watch is None:
            self._watch = Thread(target=_tell_of_the_end, args=(self.fileno,), name="line", daemon=True)
            self._watch.start()

    def write(self, data: str) -> None:
        super().write(squeeze(data))


def _tell_of_the_end(line: int) -> None:
    """The kernel sends SIGHUP to a terminal's own session only; who was started otherwise would read on for ever."""
    poller = select.poll()
    poller.register(line, 0)  # asks for nothing: what is told then is the end of the line
    if any(event & select.POLLHUP for _, event in poller.poll()):
        os.kill(os.getpid(), signal.SIGHUP)

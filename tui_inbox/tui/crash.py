"""A fault is written down without the values of variables, for they hold what guests wrote."""

from __future__ import annotations

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path

from rich.segment import Segment, Segments

from tui_inbox.domain.errors import StoreError
from tui_inbox.tui.safe import safe
from tui_inbox.wording import _, sentence

FILE = "crash.log"


def write_crash(folder: Path, error: BaseException) -> str:
    """Append the trace to a file only its owner may read; returns the short number to quote."""
    number = os.urandom(3).hex()
    frames = "".join(traceback.format_tb(error.__traceback__))
    when = datetime.now(UTC).isoformat(timespec="seconds")
    text = f"{when} {number} {type(error).__module__}.{type(error).__qualname__}\n{frames}\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        pass
    return number


def crash_line(error: BaseException, number: str, folder: Path) -> Segments:
    """The one line that a person sees: what is wrong with the store, or where to look."""
    if isinstance(error, StoreError):
        words = sentence(error.code, error.params)
    else:
        words = _("tui-inbox had to stop (fault {id}). Your drafts are kept. Details: {path}")
        words = words.format(id=number, path=folder / FILE)
    return Segments([Segment(safe(words) + "\n")])

"""Cells of fixed width, for lists of one line per row."""

from __future__ import annotations

from rich.cells import cell_len

from tui_inbox.tui.render.line import Part, fit


def column(text: str, width: int, role: str = "text") -> Part:
    """The text in exactly ``width`` cells, the last of them free."""
    shown = fit(text, width - 1)
    return (shown + " " * (width - cell_len(shown)), role)


def field(label: str, value: str, role: str = "text", width: int = 13) -> list[Part]:
    """``label   value``, one fact of a description."""
    return [column(label, width, "muted"), (value, role)]

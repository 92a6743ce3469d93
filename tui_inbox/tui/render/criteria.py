"""Criteria of a guest list in words."""

from __future__ import annotations

from collections.abc import Mapping

from tui_inbox.domain.guest_list import BY_CODE, YES, Criterion, GuestList, Shape
from tui_inbox.domain.reservation import Phase
from tui_inbox.tui.render.languages import language_name
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.widgets.bars import PHASES
from tui_inbox.wording import _, sentence


def criterion_words(criterion: Criterion) -> str:
    return sentence(f"criterion.{criterion.code}")


def value_words(criterion: Criterion, value: str, labels: Mapping[str, str]) -> str:
    """``labels`` are the proper names of channels, by code."""
    if criterion.shape is Shape.YES_NO:
        return _("yes") if value == YES else _("no")
    if criterion.code == "phase":
        return _(PHASES[Phase(value)])
    if criterion.code == "language":
        return language_name(value)
    if criterion.code == "opted_out":
        return labels.get(value, value)
    return value


def summary_words(chosen: GuestList, labels: Mapping[str, str]) -> str:
    """All criteria in one line."""
    parts = [
        f"{criterion_words(BY_CODE[code])} {value_words(BY_CODE[code], value, labels)}"
        for code, value in chosen.criteria.items()
        if code in BY_CODE
    ]
    return ", ".join(parts)


def chip_parts(lists: list[GuestList], chosen: int | None, key: str) -> list[Part]:
    """``L  All guests  VIP  Spa``: the one that filters is bright and stands first of what may be cut."""
    parts: list[Part] = [(f"{key} ", "accent"), (_("All guests"), "muted" if chosen is not None else "text")]
    ordered = sorted(lists, key=lambda one: one.id != chosen) if chosen is not None else lists
    for one in ordered:
        parts += [("  ", ""), (one.name, "bold accent" if one.id == chosen else "muted")]
    return parts

"""The screens beside the inbox, by id. One row here and a screen class: bindings, palette and help follow."""

from __future__ import annotations

from dataclasses import dataclass

from tui_inbox.tui.commands import place


@dataclass(frozen=True)
class Place:
    id: str
    title: str
    """Marked for the catalogue."""
    target: str
    """``module:Class`` of a ``DeskScreen``, imported when it is first opened."""
    keys: tuple[str, ...] = ()
    also: str = ""


PLACES: tuple[Place, ...] = ()

for _place in PLACES:
    place(_place.id, _place.title, _place.keys, _place.also)


def target(screen_id: str) -> str:
    """Where the class of a screen is. Raises ``KeyError``."""
    return next(place.target for place in PLACES if place.id == screen_id)

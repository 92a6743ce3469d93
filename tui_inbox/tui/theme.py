"""Colours as roles: dark and light, 16 colours, and none at all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from rich.color import Color
from rich.style import Style

if TYPE_CHECKING:
    from textual.theme import Theme


class Palette(Struct, frozen=True):
    """What each role looks like; names are those of the look page."""

    name: str
    dark: bool
    base: str
    surface: str
    raised: str
    text: str
    muted: str
    accent: str
    urgent: str
    soon: str
    ok: str
    info: str
    ansi: bool = False
    """Selection is reverse video, because the background is the terminal's own."""


DARK = Palette(
    "tui-inbox-dark", True, "#0F141D", "#151C28", "#1D2736",
    "#E7EAF0", "#8F9AAD", "#D8B25C", "#F2827A", "#E8A94A", "#73C393", "#78AEE2",
)  # fmt: skip
LIGHT = Palette(
    "tui-inbox-light", False, "#FBF9F5", "#F2EEE6", "#E6DFD2",
    "#1E2430", "#5E6675", "#8A6413", "#B3261E", "#8A5200", "#1F6B43", "#1F5C99",
)  # fmt: skip
SIXTEEN = Palette(
    "tui-inbox-16", True, "default", "default", "default",
    "default", "bright_black", "yellow", "red", "magenta", "green", "cyan", ansi=True,
)  # fmt: skip
PLAIN = Palette(
    "tui-inbox-plain", True, "default", "default", "default",
    "default", "default", "default", "default", "default", "default", "default", ansi=True,
)  # fmt: skip

PALETTES = (DARK, LIGHT, SIXTEEN, PLAIN)
_ATTRIBUTES = frozenset({"bold", "underline", "italic", "reverse", "dim", "strike"})


class Marks(Struct, frozen=True):
    """The signs that carry meaning beside colour."""

    unread: str = "●"
    unanswered: str = "○"
    bar: str = "▌"
    sent: str = "✓"
    delivered: str = "✓✓"
    read: str = "✔✔"
    yes: str = "✓"
    no: str = "✗"
    arrow: str = "→"
    down: str = "↓"
    rule: str = "─"
    dot: str = "·"
    dots: str = "…"
    thin: str = "│"
    left: str = "◔"
    """Before a time that runs out; a time without it has gone by."""
    draft: str = "✎"


UNICODE = Marks()
ASCII = Marks("*", "o", "|", "v", "vv", "VV", "v", "x", "->", "v", "-", "-", "...", "|", "<", "~")


class Ink:
    """Rich styles of a palette by role and depth; a role is a colour and any attributes (``bold info``)."""

    def __init__(self, palette: Palette, marks: Marks = UNICODE) -> None:
        self.palette = palette
        self.marks = marks
        self.style = cache(self._style)

    def _style(self, role: str, depth: str) -> Style:
        words = role.split()
        attributes: dict[str, Any] = {word: True for word in words if word in _ATTRIBUTES}
        colour = next((word for word in words if word not in _ATTRIBUTES), "text")
        palette = self.palette
        if palette.ansi:
            if depth == "selected":
                attributes["reverse"] = True
                colour = "text"  # one bar from edge to edge: reversed colours would be patches
            if palette is PLAIN and colour == "muted":
                attributes["dim"] = True
            return Style(color=Color.parse(getattr(palette, colour)), bgcolor=Color.parse("default"), **attributes)
        ground = palette.raised if depth == "selected" else getattr(palette, depth)
        return Style(color=getattr(palette, colour), bgcolor=ground, **attributes)


def choose(setting: str, environment: Mapping[str, str], color_system: str | None) -> Palette:
    """``setting`` is ``dark``, ``light`` or ``auto`` (then COLORFGBG decides, else dark)."""
    if "NO_COLOR" in environment:
        return PLAIN
    if color_system in (None, "standard"):
        return SIXTEEN
    if setting in ("dark", "light"):
        return DARK if setting == "dark" else LIGHT
    background = environment.get("COLORFGBG", "").rpartition(";")[2]
    return LIGHT if background in ("7", "15") else DARK


def marks_for(encoding: str) -> Marks:
    """ASCII signs where the terminal's encoding cannot show others."""
    return UNICODE if encoding.lower().replace("-", "").replace("_", "") in ("utf8", "utf16", "utf32") else ASCII


def textual_theme(palette: Palette) -> Theme:
    """The same palette for stock widgets; style sheets use its variables and no colour of their own."""
    from textual.theme import BUILTIN_THEMES, Theme

    def css(colour: str) -> str:
        return f"ansi_{colour}" if palette.ansi else colour

    return Theme(
        name=palette.name,
        dark=palette.dark,
        ansi=palette.ansi,
        primary=css(palette.accent),
        secondary=css(palette.info),
        accent=css(palette.accent),
        foreground=css(palette.text),
        background=css(palette.base),
        surface=css(palette.surface),
        panel=css(palette.raised),
        success=css(palette.ok),
        warning=css(palette.soon),
        error=css(palette.urgent),
        variables={
            **(BUILTIN_THEMES["ansi-dark"].variables if palette.ansi else {}),
            "muted": css(palette.muted),
            "base": css(palette.base),
            "raised": css(palette.raised),
            "ink": css(palette.text),
            "brass": css(palette.accent),
            "urgent": css(palette.urgent),
            "soon": css(palette.soon),
            "block-cursor-foreground": css(palette.text) if not palette.ansi else "ansi_black",
            "block-cursor-background": css(palette.raised) if not palette.ansi else "ansi_white",
            "block-cursor-text-style": "none",
            "block-cursor-blurred-foreground": css(palette.text),
            "block-cursor-blurred-background": css(palette.raised),
            "block-cursor-blurred-text-style": "none",
            "input-cursor-background": css(palette.accent) if not palette.ansi else "ansi_white",
            "input-cursor-foreground": css(palette.base) if not palette.ansi else "ansi_black",
            "input-cursor-text-style": "none",
        },
    )

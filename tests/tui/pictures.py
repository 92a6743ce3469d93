"""Pictures and text of a screen, for people and for golden files."""

from __future__ import annotations

from pathlib import Path

from textual.app import App


def text_of(app: App[int]) -> str:
    """What stands on the screen, line by line; the only use of the compositor's inside."""
    lines = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in lines)


def picture(app: App[int], path: Path) -> None:
    """A PNG by way of Textual's own SVG."""
    import re

    import resvg_py

    svg = re.sub(r"@font-face \{.*?\}", "", app.export_screenshot(), flags=re.S)
    svg = svg.replace("Fira Code", "DejaVu Sans Mono")
    path.write_bytes(bytes(resvg_py.svg_to_bytes(svg_string=svg, width=1560)))

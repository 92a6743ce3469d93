"""A designed text as a tree, and its plain form: what every channel without a design shows.

The tree is made by ``services.design``; here and in ``design_html`` it is only written out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

_SCHEME = re.compile(r"(?i)(?:https?://[^\s<>\"]+|mailto:[^\s<>\"]+|tel:\+?[0-9 ()./-]+)")
PICTURE = re.compile(r"cid:([0-9a-f]{64})")
"""A picture in the store of files, by its sha256."""


class Node(NamedTuple):
    kind: str
    """Block: ``heading``, ``paragraph``, ``list``, ``item``, ``table``, ``row``, ``cell``, ``card``, ``divider``,
    ``button``. In a line: ``text``, ``strong``, ``emphasis``, ``strike``, ``code``, ``link``, ``picture``, ``break``.
    """
    nodes: tuple[Node, ...] = ()
    text: str = ""
    url: str = ""
    """Of a link, a picture or a button; empty for a button that is an answer by itself."""
    level: int = 0
    """Of a heading from 1; of a list its first number, 0 for signs instead of numbers."""
    gap: bool = False
    """An empty line stands before it."""


class Plain(NamedTuple):
    text: str
    pictures: int = 0
    """How many were left out; whoever wrote the text should know."""


def is_safe(url: str) -> bool:
    """May a guest be given this to open? http, https, mailto and tel only."""
    return _SCHEME.fullmatch(url) is not None


def is_picture(url: str) -> bool:
    """From an address, or from our own store of files."""
    return PICTURE.fullmatch(url) is not None or (is_safe(url) and url.lower().startswith("http"))


def pointing(nodes: Sequence[Node]) -> list[Node]:
    """Every link, button and picture that has an address."""
    found = []
    for node in nodes:
        if node.url:
            found.append(node)
        found += pointing(node.nodes)
    return found


def is_designed(nodes: Sequence[Node]) -> bool:
    """Has it anything that plain text cannot show?"""
    return any(node.kind not in ("paragraph", "text", "break") or is_designed(node.nodes) for node in nodes)


def plain(nodes: Sequence[Node]) -> Plain:
    """Links written out, tables and lists as lines, emphasis gone, pictures left out and counted."""
    text = "\n".join(_blocks(nodes, ""))
    text = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)
    return Plain(re.sub(r"\n{3,}", "\n\n", text).strip("\n"), _pictures(nodes))


def _pictures(nodes: Sequence[Node]) -> int:
    return sum((node.kind == "picture") + _pictures(node.nodes) for node in nodes)


def _blocks(nodes: Sequence[Node], indent: str) -> list[str]:
    lines: list[str] = []
    for node in nodes:
        if node.gap and lines and lines[-1]:
            lines.append("")
        if node.kind in ("heading", "paragraph"):
            lines += (indent + line for line in inline(node.nodes).split("\n"))
        elif node.kind == "button":
            lines.append(indent + _button(node))
        elif node.kind == "list":
            lines += _list(node, indent)
        elif node.kind == "table":
            lines += (indent + row for row in map(_row, node.nodes) if row)
        elif node.kind == "card":
            lines += _blocks(node.nodes, indent)
        elif node.kind == "divider" and lines and lines[-1]:
            lines.append("")
    return lines


def _list(node: Node, indent: str) -> list[str]:
    lines: list[str] = []
    for number, item in enumerate(node.nodes, node.level):
        sign = f"{number}. " if node.level else "- "
        content = _blocks(item.nodes, indent + " " * len(sign)) or [indent]
        if item.gap and lines:
            lines.append("")
        lines += [indent + sign + content[0].removeprefix(indent).lstrip(" "), *content[1:]]
    return lines


def _row(row: Node) -> str:
    """Two cells are a thing and what is said of it."""
    cells = [inline(cell.nodes).replace("\n", " ").strip() for cell in row.nodes]
    filled = [cell for cell in cells if cell]
    return (": " if len(cells) == 2 and not cells[0].endswith(":") else ", ").join(filled)


def _button(node: Node) -> str:
    return _link(node.url, node.text) if is_safe(node.url) else f"[{node.text}]"


def inline(nodes: Sequence[Node]) -> str:
    """A line's content without its marks."""
    parts = []
    for node in nodes:
        if node.kind == "break":
            parts.append("\n")
        elif node.kind == "link":
            label = inline(node.nodes)
            parts.append(_link(node.url, label) if is_safe(node.url) else label)
        elif node.kind != "picture":
            parts.append(node.text + inline(node.nodes))
    return "".join(parts)


def _link(url: str, label: str) -> str:
    target = re.sub(r"(?i)^(?:mailto|tel):", "", url)
    return target if label in ("", url, target) else f"{label}: {target}"

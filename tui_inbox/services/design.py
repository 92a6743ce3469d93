"""Markdown with the values of one guest to a tree: the structure is the writer's alone, whatever a value contains.

Variables are parsed as places without a meaning and filled in the finished tree, so that a guest who is called
``**[x](https://...)**`` is called that, and nothing is read twice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from tui_inbox.domain.conditions import every
from tui_inbox.domain.design import Node, is_picture, is_safe, pointing
from tui_inbox.domain.template import replaced
from tui_inbox.domain.template_parts import Action, button

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

_OPEN, _SHUT = "\ue000", "\ue001"
_PLACE = re.compile(f"{_OPEN}([0-9]+){_SHUT}")
_ADDRESS = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]]")
_KINDS = {
    "paragraph": "paragraph",
    "blockquote": "card",
    "list_item": "item",
    "tr": "row",
    "th": "cell",
    "td": "cell",
    "strong": "strong",
    "em": "emphasis",
    "s": "strike",
}


@cache
def _parser() -> MarkdownIt:
    """Raw HTML, code blocks and headings by underlining are off: a text means what it looks like."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.disable(["code", "fence", "html_block", "html_inline", "reference", "lheading", "entity"])
    # Addresses are judged when they are written out, after their places are filled.
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


def designed(source: str, values: Mapping[str, str] = {}) -> tuple[Node, ...]:
    """The tree of a text that has no branches any more (``Rendered.source``), its places filled."""
    found: list[str] = []

    def place(name: str) -> str:
        found.append(values.get(name, f"##{{{{{name}}}}}"))
        return f"{_OPEN}{len(found) - 1}{_SHUT}"

    marked = replaced(source.replace(_OPEN, "").replace(_SHUT, ""), place)
    marked = re.sub(r"(?<=\d)\*(?=\d)", r"\\*", marked)  # 2*3 is arithmetic
    return _filled(_tree(marked), lambda text: _PLACE.sub(lambda match: found[int(match.group(1))], text))


@lru_cache(maxsize=64)
def _tree(marked: str) -> tuple[Node, ...]:
    """Of a text whose places are numbers: the same for all the guests of a group, and the dearest part of each."""
    from markdown_it.tree import SyntaxTreeNode

    root = SyntaxTreeNode(_parser().parse(marked))
    return _blocks(root.children, marked.split("\n"))


def bad_links(body: str) -> list[str]:
    """Addresses in any branch that no guest could be given to open; those that a variable fills are judged later."""
    found = pointing(designed(every(body)))
    told = [node for node in found if "##{{" not in node.url]
    return [node.url for node in told if not (is_picture if node.kind == "picture" else is_safe)(node.url)]


def _filled(nodes: Sequence[Node], fill: Callable[[str], str]) -> tuple[Node, ...]:
    return tuple(
        node._replace(nodes=_filled(node.nodes, fill), text=fill(node.text), url=fill(node.url)) for node in nodes
    )


def _blocks(children: Sequence[SyntaxTreeNode], lines: Sequence[str]) -> tuple[Node, ...]:
    return tuple(node for child in children for node in _block(child, lines))


def _block(child: SyntaxTreeNode, lines: Sequence[str]) -> Iterator[Node]:
    start = child.map[0] if child.map else 0
    gap = start > 0 and not lines[start - 1].strip("> \t")
    if child.type == "paragraph":
        yield from _paragraph(_inlines(child.children[0].children) if child.children else (), gap)
    elif child.type == "heading":
        yield Node("heading", _inlines(child.children[0].children), level=int(child.tag[1:]), gap=gap)
    elif child.type in ("bullet_list", "ordered_list"):
        first = int(child.attrs.get("start", 1)) if child.type == "ordered_list" else 0
        yield Node("list", _blocks(child.children, lines), level=first, gap=gap)
    elif child.type == "table":
        yield Node("table", tuple(_rows(child)), gap=gap)
    elif child.type == "hr":
        yield Node("divider", gap=gap)
    elif child.type in _KINDS:
        yield Node(_KINDS[child.type], _blocks(child.children, lines), gap=gap)


def _rows(table: SyntaxTreeNode) -> Iterator[Node]:
    for part in table.children:
        for row in part.children:
            cells = (
                Node("cell", _inlines(cell.children[0].children) if cell.children else ()) for cell in row.children
            )
            yield Node("row", tuple(cells), level=int(part.type == "thead"))


def _paragraph(nodes: Sequence[Node], gap: bool) -> Iterator[Node]:
    """Lines that are buttons stand by themselves; what is between them stays a paragraph."""
    kept: list[Node] = []
    for line in _lines(nodes):
        made = _button(line)
        if made is None:
            kept += [*([Node("break")] if kept else []), *line]
            continue
        if kept:
            yield Node("paragraph", tuple(kept), gap=gap)
            kept, gap = [], False
        yield made._replace(gap=gap)
        gap = False
    if kept:
        yield Node("paragraph", tuple(kept), gap=gap)


def _lines(nodes: Sequence[Node]) -> list[list[Node]]:
    lines: list[list[Node]] = [[]]
    for node in nodes:
        if node.kind == "break":
            lines.append([])
        else:
            lines[-1].append(node)
    return lines


def _button(line: Sequence[Node]) -> Node | None:
    """As in a template for WhatsApp: ``[Label] https://...``, ``[Label] +33...`` or ``[Label]`` in a line alone."""
    flat = "".join(node.text if node.kind == "text" else node.url for node in line)
    plain = all(node.kind == "text" or (node.kind == "link" and node.url == _words(node)) for node in line)
    made = button(flat) if plain else None
    if made is None:
        return None
    url = f"tel:{made.target}" if made.action is Action.CALL else made.target
    return Node("button", text=made.label, url=url)


def _words(node: Node) -> str:
    return "".join(one.text for one in node.nodes)


def _inlines(children: Sequence[SyntaxTreeNode]) -> tuple[Node, ...]:
    return tuple(node for child in children for node in _inline(child))


def _inline(child: SyntaxTreeNode) -> Iterator[Node]:
    if child.type == "text":
        yield from _text(child.content)
    elif child.type in ("softbreak", "hardbreak"):
        yield Node("break")
    elif child.type == "code_inline":
        yield Node("code", text=child.content)
    elif child.type == "link":
        yield Node("link", _inlines(child.children), url=str(child.attrs.get("href", "")))
    elif child.type == "image":
        yield Node("picture", text=child.content, url=str(child.attrs.get("src", "")))
    elif child.type in _KINDS:
        yield Node(_KINDS[child.type], _inlines(child.children))


def _text(text: str) -> Iterator[Node]:
    """An address that stands in a line can be opened, as in every mail program."""
    end = 0
    for match in _ADDRESS.finditer(text):
        if match.start() > end:
            yield Node("text", text=text[end : match.start()])
        yield Node("link", (Node("text", text=match.group()),), url=match.group())
        end = match.end()
    if text[end:]:
        yield Node("text", text=text[end:])

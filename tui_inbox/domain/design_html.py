"""A designed text as the HTML of a mail, built from the tree alone: no tag and no attribute comes from a text.

Mail programs keep inline styles and tables and little else. Colours are only set where both the ground and the letters
are ours (the button), so that a program's dark mode can turn everything else by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from tui_inbox.domain.design import Node, is_picture, is_safe

_FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5"
_SIZES = {1: "26px", 2: "21px"}
_LINE = "1px solid #8a8a8a"
_END = "<!--end-->"
_INLINE = {"strong": "strong", "emphasis": "em", "strike": "s", "code": "code"}
_HEAD = (
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
    '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">'
)


def html(nodes: Sequence[Node], title: str = "", language: str = "") -> str:
    """The whole document."""
    body = "".join(map(_block, nodes))
    lang = f' lang="{escape(language.replace("_", "-"))}"' if language else ""
    return (
        f"<!DOCTYPE html>\n<html{lang}><head>{_HEAD}<title>{escape(title)}</title></head>\n"
        '<body style="margin:0;padding:0"><table role="presentation" width="100%" cellpadding="0" cellspacing="0">'
        '<tr><td align="center"><table role="presentation" width="600" cellpadding="0" cellspacing="0"'
        f' style="width:100%;max-width:600px"><tr><td style="padding:16px;text-align:left;{_FONT}">\n'
        f"{body}{_END}</td></tr></table></td></tr></table></body></html>\n"
    )


def with_footer(document: str, footer: str) -> str:
    """The document with small lines under it; addresses in them can be opened."""
    if not document or not footer.strip():
        return document
    lines = "<br>".join(" ".join(map(_word, line.split(" "))) for line in footer.strip().split("\n"))
    small = f'<p style="margin:24px 0 0;padding-top:8px;border-top:{_LINE};font-size:13px">{lines}</p>\n'
    before, _end, after = document.rpartition(_END)
    return f"{before}{small}{_END}{after}"


def _word(word: str) -> str:
    return _anchor(word, escape(word)) if is_safe(word) else escape(word)


def _block(node: Node) -> str:
    if node.kind == "heading":
        size = _SIZES.get(node.level, "18px")
        level = min(max(node.level, 1), 6)
        return f'<h{level} style="margin:20px 0 8px;font-size:{size};line-height:1.3">{_line(node.nodes)}</h{level}>\n'
    if node.kind == "paragraph":
        return f'<p style="margin:0 0 14px">{_line(node.nodes)}</p>\n'
    if node.kind == "list":
        tag = f'ol start="{node.level}"' if node.level else "ul"
        items = "".join(f'<li style="margin:0 0 4px">{_item(item)}</li>' for item in node.nodes)
        return f'<{tag} style="margin:0 0 14px;padding-left:24px">{items}</{tag[:2]}>\n'
    if node.kind == "table":
        return _table(node)
    if node.kind == "card":
        inner = "".join(map(_block, node.nodes))
        return (
            '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin:0 0 14px"><tr>'
            f'<td style="padding:14px 16px 2px;border:{_LINE};border-radius:8px">{inner}</td></tr></table>\n'
        )
    if node.kind == "button":
        return _button(node)
    if node.kind == "divider":
        return f'<hr style="margin:20px 0;border:0;border-top:{_LINE}">\n'
    return ""


def _item(item: Node) -> str:
    """A line of a list; only what is longer needs paragraphs."""
    if len(item.nodes) == 1 and item.nodes[0].kind == "paragraph":
        return _line(item.nodes[0].nodes)
    return "".join(_line(node.nodes) if node.kind == "paragraph" else _block(node) for node in item.nodes)


def _table(node: Node) -> str:
    rows = []
    for row in node.nodes:
        if not any(cell.nodes for cell in row.nodes):
            continue
        tag, style = ("th", ";text-align:left") if row.level else ("td", "")
        cells = (
            f'<{tag} style="padding:4px 12px 4px 0;vertical-align:top{style}">{_line(cell.nodes)}</{tag}>'
            for cell in row.nodes
        )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f'<table cellpadding="0" cellspacing="0" style="margin:0 0 14px;font-size:16px">{"".join(rows)}</table>\n'


def _button(node: Node) -> str:
    label = escape(node.text)
    if not is_safe(node.url):
        return f'<p style="margin:0 0 14px"><strong>{label}</strong></p>\n'
    style = (
        "display:inline-block;padding:12px 22px;border-radius:6px;background:#1f5c99;color:#ffffff;"
        "font-weight:bold;text-decoration:none"
    )
    return f'<p style="margin:8px 0 18px"><a href="{escape(node.url)}" style="{style}">{label}</a></p>\n'


def _line(nodes: Sequence[Node]) -> str:
    return "".join(map(_inline, nodes))


def _inline(node: Node) -> str:
    if node.kind == "break":
        return "<br>\n"
    if node.kind == "picture":
        if not is_picture(node.url):
            return escape(node.text)
        style = "display:block;max-width:100%;height:auto;border:0"
        return f'<img src="{escape(node.url)}" alt="{escape(node.text)}" style="{style}">'
    inner = escape(node.text).replace("\n", "<br>") + _line(node.nodes)
    if node.kind == "link":
        return _anchor(node.url, inner) if is_safe(node.url) else inner
    tag = _INLINE.get(node.kind)
    return f"<{tag}>{inner}</{tag}>" if tag else inner


def _anchor(url: str, inner: str) -> str:
    return f'<a href="{escape(url)}">{inner}</a>'

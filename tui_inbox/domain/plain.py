"""A mail design as a channel of plain text can show it: one source text, read by everybody."""

from __future__ import annotations

import re
from html import unescape
from typing import NamedTuple


class Plain(NamedTuple):
    text: str
    pictures: int = 0
    """How many were left out; whoever wrote the text should know."""


_BREAK = r"(?i)<\s*(?:br|/p|/div|/h[1-6]|/tr|/table|/ul|/ol|hr)\b[^<>]*>"
_TAG = r"<(?:/?[a-zA-Z][^<>]*|!--[^<>]*--)>"
_HTML = r"(?i)<\s*/?\s*(?:p|br|b|i|u|em|strong|a|ul|ol|li|table|tr|td|th|div|span|img|h[1-6]|hr)\b[^<>]*>"


def plain(body: str) -> Plain:
    """Links written out, tables and lists as lines, emphasis gone, pictures left out and counted."""
    text, pictures = _from_html(body) if re.search(_HTML, body) else (body, 0)
    text, found = re.subn(r"!\[([^\]\n]*)\]\([^)\s]+\)", "", text)
    text = re.sub(r"(?<!!)\[([^\]\n]*)\]\(([^)\s]+)\)", lambda match: _link(match.group(2), match.group(1)), text)
    text = re.sub(r"<((?:https?://|mailto:)[^<>\s]+)>", lambda match: match.group(1).removeprefix("mailto:"), text)
    text = re.sub(r"(?m)^#{1,6}[ \t]+", "", text)
    text = re.sub(r"(?m)^\|?[ \t]*:?-{3,}:?[ \t]*(?:\|[ \t]*:?-{3,}:?[ \t]*)*\|?[ \t]*\n?", "", text)
    text = re.sub(r"(?m)^[ \t]*\|(.*)\|[ \t]*$", lambda match: _row(match.group(1)), text)
    text = re.sub(r"(?m)^([ \t]*)[*+-][ \t]+", r"\1- ", text)
    text = re.sub(r"(?m)^>[ \t]?", "", text)
    text = re.sub(r"(?<!\w)(\*\*|__|~~|\*|_|`)(?=\S)(.+?)(?<=\S)\1(?!\w)", lambda match: match.group(2), text)
    text = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)
    return Plain(re.sub(r"\n{3,}", "\n\n", text).strip(), pictures + found)


def _from_html(body: str) -> tuple[str, int]:
    """The same marks as in the other form of writing, which are taken out after this."""
    text = re.sub(r"(?is)<(style|script|head|title)\b.*?</\1\s*>", "", body)
    text, pictures = re.subn(r"(?i)<\s*img\b[^<>]*>", "", text)
    text = re.sub(r"(?is)<\s*a\b[^<>]*?href\s*=\s*[\"']?([^\"'\s<>]+)[\"']?[^<>]*>(.*?)<\s*/\s*a\s*>", _anchor, text)
    text = re.sub(r"(?i)<\s*li\b[^<>]*>", "\n- ", text)
    text = re.sub(r"(?i)</\s*t[dh]\s*>\s*(?=<\s*t[dh]\b)", ", ", text)
    text = re.sub(_BREAK, "\n", text)
    text = re.sub(r"(?i)<\s*(?:p|div|h[1-6]|table|ul|ol)\b[^<>]*>", "\n", text)
    return unescape(re.sub(_TAG, "", text)).replace("\N{NO-BREAK SPACE}", " "), pictures


def _anchor(match: re.Match[str]) -> str:
    label = " ".join(re.sub(_TAG, "", match.group(2)).split())
    return _link(unescape(match.group(1)), label)


def _link(url: str, label: str) -> str:
    target = url.removeprefix("mailto:").removeprefix("tel:")
    return target if label in ("", url, target) else f"{label}: {target}"


def _row(cells: str) -> str:
    return ", ".join(cell.strip() for cell in cells.split("|") if cell.strip())

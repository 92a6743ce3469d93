"""HTML that was pasted into a text, as the marks of Markdown: what has none is dropped, what is written stays."""

from __future__ import annotations

import re
from html import unescape

_TAG = r"<(?:/?[a-zA-Z][^<>]*|!--[^<>]*--)>"
_HTML = re.compile(r"(?i)<\s*/?\s*(?:p|br|b|i|u|em|strong|a|ul|ol|li|table|tr|td|th|div|span|img|h[1-6]|hr)\b[^<>]*>")
_MARKS: tuple[tuple[str, str], ...] = (
    (r"(?is)<(style|script|head|title)\b.*?</\1\s*>", ""),
    (r"(?i)<\s*/?\s*(?:b|strong)\s*>", "**"),
    (r"(?i)<\s*/?\s*(?:i|em)\s*>", "*"),
    (r"(?i)<\s*h([1-6])\b[^<>]*>", r"\n<<\1>> "),
    (r"(?i)<\s*hr\b[^<>]*>", "\n\n---\n\n"),
    (r"(?i)<\s*li\b[^<>]*>\s*", "\n- "),
    (r"(?i)\s*<\s*tr\b[^<>]*>\s*", "\n|"),
    (r"(?i)</\s*t[dh]\s*>\s*", " |"),
    (r"(?i)<\s*t[dh]\b[^<>]*>", " "),
    (r"(?i)<\s*/?\s*(?:p|div|table|ul|ol)\b[^<>]*>|</\s*h[1-6]\s*>", "\n\n"),
    (r"(?i)<\s*br\b[^<>]*>", "\n"),
    (_TAG, ""),
)


def has_html(body: str) -> bool:
    return _HTML.search(body) is not None


def markdown(body: str) -> str:
    """The same text in our way of writing; a table gets the line under its first row that makes it one."""
    if not has_html(body):
        return body
    text = re.sub(r"(?is)<\s*a\b[^<>]*?href\s*=\s*[\"']?([^\"'\s<>]+)[\"']?[^<>]*>(.*?)<\s*/\s*a\s*>", _anchor, body)
    text = re.sub(r"(?i)<\s*img\b[^<>]*>", _picture, text)
    for pattern, mark in _MARKS:
        text = re.sub(pattern, mark, text)
    text = re.sub(r"<<([1-6])>>", lambda match: "#" * int(match[1]), text)
    text = unescape(text).replace("\N{NO-BREAK SPACE}", " ")
    text = re.sub(r"(?m)(?<!\|\n)^\|(.*)\|$", _first_row, text)
    text = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _anchor(match: re.Match[str]) -> str:
    label = " ".join(re.sub(_TAG, "", match.group(2)).split())
    return f"[{label or match.group(1)}]({match.group(1)})"


def _picture(match: re.Match[str]) -> str:
    found = {
        name.lower(): value
        for name, value in re.findall(
            r"(?i)\b(src|alt)\s*=\s*[\"']?([^\"'<>]*?)[\"'/>\s]*(?=\s\w+\s*=|$|/?>)", match[0]
        )
    }
    return f"![{found.get('alt', '')}]({found['src']})" if found.get("src") else ""


def _first_row(match: re.Match[str]) -> str:
    columns = match.group(1).count("|") + 1
    return f"|{match.group(1)}|\n|{'---|' * columns}"

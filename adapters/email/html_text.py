"""HTML mail to plain text: what a reader would have seen, quotes marked, links with the host they lead to."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    ]
)
_SPACED = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote", "pre"])
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_DROPPED = frozenset(["script", "style", "head", "title", "template", "noframes", "object", "svg"])
_CLOSED_BY_NEXT = frozenset(["p", "li", "td", "th", "tr", "dd", "dt", "option"])
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|!|$)"
    r"|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)|max-height\s*:\s*0(?:px)?\s*(?:;|!|$)",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_MANY_EMPTY = re.compile(r"\n(?:[ >]*\n){2,}")
_URL_TEXT = re.compile(r"(?:https?://|www\.)?([\w-]+(?:\.[\w-]+)+)", re.IGNORECASE)
_SHORT_URL = 60
_DEEPEST_QUOTE = 5


class _Reader(HTMLParser):
    def __init__(self, show_hidden: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.show_hidden = show_hidden
        self.lines: list[str] = []
        self.line: list[str] = []
        self.quotes = 0
        self.hidden_tag = ""
        self.hidden_depth = 0
        self.hid_text = False
        self.preformatted = 0
        self.href = ""
        self.link_text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.hidden_tag:
            if tag == self.hidden_tag and tag in _CLOSED_BY_NEXT:
                self.hidden_tag = ""
            else:
                self.hidden_depth += tag == self.hidden_tag
                return
        values = dict(attrs)
        if tag not in _VOID and self._hides(tag, values):
            self.hidden_tag, self.hidden_depth = tag, 1
            return
        if tag == "br":
            self._end_line()
        elif tag == "img":
            self._image(values)
        elif tag == "a":
            self._end_link()
            self.href = (values.get("href") or "").strip()
        elif tag in _BLOCKS or tag == "blockquote":
            self._start_block(tag)
        elif tag in ("td", "th"):
            self._write(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self.hidden_tag:
            if tag == self.hidden_tag:
                self.hidden_depth -= 1
                if not self.hidden_depth:
                    self.hidden_tag = ""
            return
        if tag == "a":
            self._end_link()
        elif tag in _BLOCKS or tag == "blockquote":
            self._end_line()
            if tag == "blockquote":
                self.quotes = max(0, self.quotes - 1)
            if tag in _SPACED:
                self._empty_line()
            if tag == "pre":
                self.preformatted = max(0, self.preformatted - 1)

    def handle_data(self, data: str) -> None:
        if self.hidden_tag:
            self.hid_text = self.hid_text or (self.hidden_tag not in _DROPPED and not data.isspace())
            return
        if self.preformatted:
            first, *rest = data.replace("\r\n", "\n").split("\n")
            self._write(first)
            for line in rest:
                self._end_line(keep_empty=True)
                self._write(line)
            return
        self._write(_BLANKS.sub(" ", data))

    def text(self) -> str:
        self._end_link()
        self._end_line()
        joined = "\n".join(self.lines).replace("\xa0", " ").replace("\u200b", "").replace("\xad", "")
        return _MANY_EMPTY.sub("\n\n", joined).strip("\n")

    def _hides(self, tag: str, values: dict[str, str | None]) -> bool:
        if tag in _DROPPED:
            return True
        if self.show_hidden or tag in ("html", "body"):
            return False
        return "hidden" in values or bool(_HIDDEN.search((values.get("style") or "")[:2000]))

    def _start_block(self, tag: str) -> None:
        self._end_line()
        if tag in _SPACED:
            self._empty_line()
        if tag == "blockquote":
            self.quotes += 1
        elif tag == "li":
            self._write("• ")
        elif tag == "pre":
            self.preformatted += 1

    def _image(self, values: dict[str, str | None]) -> None:
        alt = (values.get("alt") or "").strip()
        small = (values.get("width") or "") in ("0", "1") or (values.get("height") or "") in ("0", "1")
        if alt and not small:
            self._write(f"[{alt[:80]}]")

    def _write(self, text: str) -> None:
        if not text:
            return
        if self.href:
            self.link_text.append(text)
        if not self.preformatted and text[0] == " " and (not self.line or self.line[-1].endswith(" ")):
            text = text[1:]
        if text:
            self.line.append(text)

    def _end_link(self) -> None:
        if not self.href:
            return
        href, self.href = self.href, ""
        shown = "".join(self.link_text).strip()
        self.link_text = []
        if target := link_target(shown, href):
            self._write(f" → {target}" if shown else target)

    def _end_line(self, keep_empty: bool = False) -> None:
        line = "".join(self.line)
        self.line = []
        if not self.preformatted:
            line = line.strip(" ")
        if line or keep_empty:
            self.lines.append("> " * min(self.quotes, _DEEPEST_QUOTE) + line)

    def _empty_line(self) -> None:
        if self.lines and not self.lines[-1].strip("> "):
            self.lines.pop()
        if self.lines:
            self.lines.append(("> " * min(self.quotes, _DEEPEST_QUOTE)).rstrip())


def link_target(shown: str, href: str) -> str:
    """What to print behind a link's text: nothing when the text already says where it leads."""
    try:
        parts = urlsplit(href)
        host = (parts.hostname or "").lower()
    except ValueError:
        return href[:_SHORT_URL]
    if parts.scheme in ("mailto", "tel"):
        target = parts.path
        return "" if target.lower().replace(" ", "") in shown.lower().replace(" ", "") else target[:_SHORT_URL]
    if parts.scheme not in ("http", "https") or not host:
        return ""
    named = _URL_TEXT.search(shown)
    if named and _bare(named[1]) == _bare(host):
        return ""
    return href if len(href) <= _SHORT_URL else f"{host}/…"


def _bare(host: str) -> str:
    return host.lower().removeprefix("www.")


def html_to_text(html: str) -> str:
    """Plain text of an HTML body. Hidden parts are left out, unless nothing else is there."""
    reader = _read(html, show_hidden=False)
    text = reader.text()
    if not text.strip() and reader.hid_text:
        return _read(html, show_hidden=True).text()
    return text


def _read(html: str, show_hidden: bool) -> _Reader:
    reader = _Reader(show_hidden)
    reader.feed(html)
    reader.close()
    return reader

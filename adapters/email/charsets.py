"""Bytes to text whatever the label says: wrong and invented charset names are common in guests' mail."""

from __future__ import annotations

import codecs
import re

# "Text" codecs that are none, or whose decoding is quadratic.
_NEVER = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
# What browsers and mail programs mean by these labels.
_MEANT = {
    "iso8859-1": "cp1252",
    "ascii": "utf-8",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso8859-11": "cp874",
}
_WINDOWS = re.compile(r"^(?:windows|win|cp|x-cp)[-_ ]?(\d{3,4})")
_BAD = "\N{REPLACEMENT CHARACTER}"


def codec(label: str) -> str:
    """The Python codec for a charset label, or an empty string."""
    name = label.strip().strip("\"'").lower()
    windows = _WINDOWS.match(name)
    for candidate in (name, f"cp{windows[1]}" if windows else "", re.sub(r"[-_](?:i|e)$", "", name)):
        if not candidate or len(candidate) > 40 or "\0" in candidate:
            continue
        try:
            found = codecs.lookup(candidate)
        except (LookupError, ValueError, UnicodeError):
            continue
        if found.name in _NEVER or not getattr(found, "_is_text_encoding", True):
            continue
        return _MEANT.get(found.name, found.name)
    return ""


def decode(data: bytes, label: str = "") -> str:
    """Best effort: the label, else UTF-8, else the code page that most unlabelled mail uses. Never raises."""
    name = codec(label) or "utf-8"
    try:
        return data.decode(name)
    except (UnicodeError, ValueError):
        pass
    if name not in ("utf-8", "utf-8-sig"):
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return plain(data.decode(name, "replace"))
    text = data.decode("utf-8", "replace")
    wrong = text.count(_BAD)
    right = sum(1 for char in text if char > "\x7f" and char != _BAD)
    return text if right >= wrong else data.decode("cp1252", "replace")


def plain(text: str) -> str:
    """Without lone surrogates: undecoded header bytes are read as text, what is left becomes a stand-in."""
    try:
        text.encode()
    except UnicodeEncodeError:
        try:
            return decode(text.encode("utf-8", "surrogateescape"))
        except UnicodeEncodeError:
            return text.encode("utf-8", "replace").decode()
    return text

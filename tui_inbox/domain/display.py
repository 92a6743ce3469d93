"""The one function family that makes foreign text printable.

A guest controls names, texts, subjects and file names. What leaves these functions can neither move the cursor
nor set the clipboard, hide or reorder what stands beside it, or be drawn wider than it was counted.
"""

from __future__ import annotations

import re
import unicodedata

MAX_CHARS = 20_000
MAX_BYTES = 64 * 1024
"""UTF-8. A single line of a megabyte took over a second to its first paint."""
MAX_MARKS = 4
"""Combining marks on one base character; more of them climb over the lines above."""

_MAX_INPUT = 5 * MAX_CHARS
_MORE = "…"
_DOT = "·"
_REPLACED = "\N{REPLACEMENT CHARACTER}"
_NEW_EMOJI = "□"
_JOINERS = "\u200c\u200d"
_BARE = "◌"

# Letters, digits and signs that need no look: printable, one code point per cell (two for CJK), already NFC.
_PLAIN = re.compile(
    "[\n\x20-\x7e\xa0-\xac\xae-\u017f\u0400-\u0482\u048a-\u052f"
    "\u2010-\u2015\u2018-\u201f\u2020-\u2022\u2026\u202f\u2030\u2039\u203a\u20ac\u2122\u3001-\u3015\u3041-\u3096"
    "\u30a1-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e"
    "\u2190-\u2193\u258c\u25cb\u25cf\u2713\u2714\u2717]*"  # the signs of our own screens
)
# What few texts need is compiled by ``re`` at its first use: milliseconds that the start of the screen does not have.
_NO_MARKS = (
    "[\0-\u02ff\u0370-\u0482\u048a-\u058f\u1e00-\u20cf\u2100-\u2bff\u2e80-\u3029\u3030-\u3098\u309b-\ua66e"
    "\uac00-\ud7ff\uf900-\ufaff\uff00-\uffff\U0001f000-\U0001faff]*"
)
_STRING_BODY = "[^\x07\x18\x1a\x1b\x90\x98\x9c-\x9f]*"
_ANSI = (
    # OSC, DCS, SOS, PM, APC with their payload; without a terminator nothing beyond the line is swallowed.
    f"(?:\x1b[\\]PX^_]|[\x90\x98\x9d-\x9f])(?:{_STRING_BODY}(?:\x07|\x1b\\\\|\x9c)|[^\x07\x1b\x90\x98\x9c-\x9f\r\n]*)"
    # CSI, complete or cut short.
    "|(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]?"
    # Every other escape, down to a lone ESC.
    "|\x1b[ -/]*[0-~]?"
)
_HAS_ANSI = re.compile("[\x1b\x90\x98\x9b-\x9f]")
_NEWLINES = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_EMOJI_TAIL = "(?:\u200d+[\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff])+"
_JOINER_RUN = f"[{_JOINERS}]+"
_SPACES = re.compile(r"\s+")

# Emoji of Unicode 14 and later inside blocks that older terminals count as one cell or none.
_EMOJI_13 = (
    (0x1FA70, 0x1FA74),
    (0x1FA78, 0x1FA7A),
    (0x1FA80, 0x1FA86),
    (0x1FA90, 0x1FAA8),
    (0x1FAB0, 0x1FAB6),
    (0x1FAC0, 0x1FAC2),
    (0x1FAD0, 0x1FAD6),
)
_EMOJI_14 = frozenset({0x1F6D8, 0x1F6DC, 0x1F6DD, 0x1F6DE, 0x1F6DF, 0x1F7F0, 0x1F979, 0x1F9CC})
# Blank or invisible although their category does not say so.
_INVISIBLE = frozenset(
    {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, 0x20E3, *range(0xFE00, 0xFE10), *range(0x180B, 0x1810)}
)
_SIGNS = frozenset({*range(0x0600, 0x0606), 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD})
"""Format characters that are drawn (Arabic number signs)."""
_KEPT = frozenset({"\n", *_JOINERS})


def _replacement(code: int) -> str:
    """What one code point becomes: itself, nothing, or a stand-in."""
    char = chr(code)
    if char in _KEPT:
        return char
    if code == 0x09:
        return "    "
    if code < 0x20 or 0x7F <= code < 0xA0:
        return _DOT
    if 0x1F1E6 <= code <= 0x1F1FF:
        return chr(code - 0x1F1E6 + ord("A"))
    if code in _INVISIBLE or 0x1F3FB <= code <= 0x1F3FF or 0xE0000 <= code <= 0xE0FFF:
        return ""
    if code in _EMOJI_14 or (0x1FA70 <= code <= 0x1FAFF and not any(a <= code <= b for a, b in _EMOJI_13)):
        return _NEW_EMOJI
    category = unicodedata.category(char)
    if category == "Cf" and code not in _SIGNS:
        return ""
    if category in ("Cs", "Cn", "Co"):
        return _REPLACED
    return char


class _Replacements(dict[int, str]):
    """Filled as characters are met, and never beyond what a hotel meets."""

    def __missing__(self, code: int) -> str:
        found = _replacement(code)
        if len(self) < 20_000:
            self[code] = found
        return found


_REPLACEMENTS = _Replacements()


def _joiner(match: re.Match[str]) -> str:
    """Joiners shape Persian and Indic words; anywhere else they only hide."""
    text, start, end = match.string, match.start(), match.end()
    if start == 0 or end == len(text):
        return ""
    before, after = text[start - 1], text[end]
    if not all(0x0600 <= ord(char) <= 0x1CFF or 0xA800 <= ord(char) <= 0xABFF for char in (before, after)):
        return ""
    if unicodedata.category(before)[0] not in "LM" or unicodedata.category(after)[0] not in "LM":
        return ""
    return match.group()[0]


def _limit_marks(text: str) -> str:
    if re.fullmatch(_NO_MARKS, text):
        return text
    kept: list[str] = []
    marks = -1  # no base yet: a mark would sit on what stands before this text
    for char in text:
        if unicodedata.category(char) in ("Mn", "Me"):
            if marks < 0:
                kept.append(_BARE)
                marks = 0
            marks += 1
            if marks > MAX_MARKS:
                continue
        else:
            marks = -1 if char == "\n" else 0
        kept.append(char)
    return "".join(kept)


def _cut(text: str) -> str:
    if len(text) <= MAX_CHARS and (len(text) * 4 <= MAX_BYTES or len(text.encode()) <= MAX_BYTES):
        return text
    short = text[: MAX_CHARS - 1]
    short = short.encode()[: MAX_BYTES - len(_MORE.encode())].decode(errors="ignore")
    return short.rstrip(_JOINERS) + _MORE


def is_cut(text: str) -> bool:
    """Would ``clean`` leave out the end of this text?"""
    return len(text) > MAX_CHARS or (len(text) * 4 > MAX_BYTES and len(text.encode(errors="replace")) > MAX_BYTES)


def clean(text: str) -> str:
    """Printable text of several lines: only LF breaks them, and every character is as wide as it is counted.

    Whole escape sequences go, other control characters become a middle dot, bidi and invisible characters go,
    emoji keep their first picture, flags become letters. Cleaning twice changes nothing more.
    """
    if _PLAIN.fullmatch(text):
        return _cut(text)
    text = text[:_MAX_INPUT]
    if _HAS_ANSI.search(text):
        text = re.sub(_ANSI, "", text)
    text = _NEWLINES.sub("\n", text).translate(_REPLACEMENTS)
    if "\u200c" in text or "\u200d" in text:
        text = re.sub(_JOINER_RUN, _joiner, re.sub(_EMOJI_TAIL, "", text))
    return _cut(_limit_marks(unicodedata.normalize("NFC", text)))


def clean_line(text: str) -> str:
    """Printable text of one line, runs of blanks made one."""
    cleaned = clean(text)
    if "\n" in cleaned or "  " in cleaned or cleaned[:1].isspace() or cleaned[-1:].isspace():
        return _SPACES.sub(" ", cleaned).strip()
    return cleaned


_RESERVED = r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)"
_UNSAFE = r'[/\\:*?"<>|$`;&\x00-\x1f]+'


def safe_name(name: str, max_bytes: int = 120) -> str:
    """A file name for any file system from a name that a stranger chose; the extension survives shortening."""
    base = clean_line(name.replace("\\", "/").rsplit("/", 1)[-1])
    base = _SPACES.sub(" ", re.sub(_UNSAFE, "_", base).replace(_DOT, "_")).strip(". ")
    if not base:
        return "file"
    if base[0] in "-~" or re.match(_RESERVED, base):
        base = "_" + base
    if len(base.encode()) <= max_bytes:
        return base
    stem, dot, extension = base.rpartition(".")
    if not dot or not stem or len(extension.encode()) > 12:
        stem, extension = base, ""
    room = max_bytes - len(extension.encode()) - len(dot)
    return stem.encode()[:room].decode(errors="ignore").rstrip(". ") + (dot + extension if extension else "")


_LOOK_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"})


def is_mixed_script(name: str) -> bool:
    """Does one word mix alphabets whose letters look alike (Latin a and Cyrillic а)?"""
    if name.isascii():
        return False
    for word in name.split():
        scripts = {unicodedata.name(char, "").partition(" ")[0] for char in word if char.isalpha()}
        if len(scripts & _LOOK_ALIKE) > 1:
            return True
    return False

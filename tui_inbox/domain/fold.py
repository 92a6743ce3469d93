"""Text as it is searched: folded words separated by single spaces, the same for what is stored and what is asked.

Case, accents and width are dropped. Scripts written without spaces are cut into pairs of characters, so that any two
neighbours are found. Long numbers and references are stored with their endings, so that a part of a phone or booking
number is found as the beginning of one of those endings.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

WORD_MAX = 40
"""Characters of a stored word; longer ones are cut."""
WORDS_MAX = 1500
"""Words kept of one text."""
ENDING_MIN = 4
_ENDED_MAX = 16
"""Numbers and references of one text that are stored with their endings."""
_ENDING_SPAN = 24
GOING_ON_MIN = 3
"""Shorter words are taken whole: as beginnings they would fit nearly everything."""
ASKED_MAX = 12
"""Words of a question; more make it no clearer."""

_WORD = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")
_PHONE = re.compile(r"(?:\+|00)?\(?\d+(?:[ .\-/\u00a0()]{1,2}\d+)*")
_SPACELESS = (
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    r"\U00020000-\U0003ffff]+"
)
_MARKS = re.compile("[\u0300-\u036f]+")
# What is left of Latin, Greek, Cyrillic, Chinese, Japanese and Korean text without those: no mark among it.
_NO_MARKS = (
    "[\0-\u02ff\u0370-\u0482\u048a-\u0590\u10a0-\u135c\u1e00-\u20cf\u2100-\u2bff\u2e80-\u3029\u3030-\u3098\u309b-\ua66e"
    "\uac00-\ud7ff\uf900-\ufaff\uff00-\uffff\U0001f000-\U0001faff]*"
)
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "þ": "th"})


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """When it is first needed: wide classes take milliseconds, and a screen that starts searches nothing."""
    return re.compile(pattern)


def plain(text: str) -> str:
    """Lower case, compatibility forms and accents dropped."""
    if text.isascii():
        return text.lower()
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    if not _compiled(_NO_MARKS).fullmatch(bare):
        bare = "".join(char for char in bare if not unicodedata.category(char).startswith("M"))
    return unicodedata.normalize("NFC", bare).lower().translate(_LETTERS)


def _endings(word: str) -> list[str]:
    """The word and what is left of it after each of its first characters, down to four."""
    word = word[:_ENDING_SPAN]
    return [word[start:] for start in range(max(1, len(word) - ENDING_MIN + 1))]


def _joined_numbers(text: str) -> list[tuple[str, str]]:
    """(as written, its digits) for numbers written in groups: phones, card-like references."""
    found = []
    for match in _PHONE.finditer(text):
        written = match.group()
        digits = "".join(char for char in written if char.isdecimal())
        if len(digits) != len(written) and 6 <= len(digits) <= _ENDING_SPAN:
            found.append((written, digits))
    return found


def _pieces(word: str, *, asked: bool) -> list[str]:
    """A word as stored or asked: as it is, or cut where its script has no spaces."""
    pieces: list[str] = []
    rest = 0
    for match in _compiled(_SPACELESS).finditer(word):
        if match.start() > rest:
            pieces.append(word[rest : match.start()])
        run = match.group()
        pieces += [run[at : at + 2] for at in range(len(run) - 1)]
        if not asked or len(run) == 1:
            pieces += list(run)
        rest = match.end()
    if rest < len(word):
        pieces.append(word[rest:])
    return pieces


def fold(text: str) -> str:
    """The words to store for ``text``, each once, separated by single spaces."""
    text = plain(text)
    found = _WORD.findall(text)
    if text.isascii() and not _DIGIT.search(text):
        words = dict.fromkeys(found[:WORDS_MAX])
        return " ".join(words if len(text) <= WORD_MAX else (word[:WORD_MAX] for word in words))
    words = {}
    ended = 0
    for word in found:
        if not word.isascii():
            words.update(dict.fromkeys(piece[:WORD_MAX] for piece in _pieces(word, asked=False)))
        elif len(word) > ENDING_MIN and ended < _ENDED_MAX and not word.isalpha():
            ended += 1
            words.update(dict.fromkeys(_endings(word)))
        else:
            words[word[:WORD_MAX]] = None
        if len(words) >= WORDS_MAX:
            break
    for _, digits in _joined_numbers(text)[:_ENDED_MAX]:
        words.update(dict.fromkeys(_endings(digits)))
    return " ".join(words)


def asked(question: str, going_on_from: int = GOING_ON_MIN) -> list[tuple[str, bool]]:
    """The words to look for, all of them, as (word, may go on): the last one and parts of numbers may go on.

    ``going_on_from``: letters from which the last one may."""
    text = plain(question)
    words: dict[str, bool] = {}
    for written, digits in _joined_numbers(text):
        groups = len(re.findall(r"\d+", written))
        if groups > 2 or written[0] in "+0(":
            words[(digits.lstrip("0") or digits)[:_ENDING_SPAN]] = True
            text = text.replace(written, " ", 1)
    found = [piece[:WORD_MAX] for word in _WORD.findall(text) for piece in _pieces(word, asked=True)]
    for word in found:
        if word.isascii() and not word.isalpha():
            word = word[:_ENDING_SPAN]
        if len(word) >= 6 and word.isdecimal():
            # A national number is stored with its country's code, too: without the trunk's zero it is an ending.
            word = word.lstrip("0") or word
        words[word] = words.get(word, False) or (len(word) >= ENDING_MIN and word.isascii() and not word.isalpha())
    if found and not question[-1:].isspace() and len(last := next(reversed(words))) >= going_on_from:
        words[last] = True
    return list(words.items())[:ASKED_MAX]

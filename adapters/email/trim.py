"""What is new in a mail: the quoted conversation below it is hidden, never lost (the full text is kept beside it).

Order: delimiters of booking sites, the head lines that mail programs put above a quote, ``mail-parser-reply``, the
signature mark. Nothing is cut where it would leave nothing, or where the guest wrote between quoted lines.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

MAX_LIBRARY = 32 * 1024
LIBRARY_SECONDS = 0.3
LEAST_SHARE = 0.05

# "##- Type your reply above this line -##" in whatever language.
DELIMITER = re.compile(r"^[> ]*#{1,4}-.{0,200}-#{1,4}\s*$")
_WROTE = re.compile(
    r"^[> *_]*(?:le|on|am|el|il|em|op|den|dnia|w dniu|dne|på|ti|a)\b.{4,300}"
    r"\b(?:a écrit|a ecrit|wrote|écrivait|schrieb|escribió|escribio|ha scritto|escreveu|schreef|skrev|napisał(?:\(a\))?"
    r"|napsal(?:\(a\))?|kirjoitti|írta)\b.{0,120}:[\s*_]*$",
    re.IGNORECASE,
)
_WROTE_OTHER = (
    re.compile(r"^[> ]*.{2,160}\b(?:schrieb|wrote|a écrit|escribió|ha scritto)\b.{0,100}\d.{0,60}:\s*$", re.IGNORECASE),
    re.compile(r"^[> ]*\d{4}[-./]\d{1,2}[-./]\d{1,2}.{0,120}<[^<>@\s]+@[^<>\s]+>.{0,20}:\s*$"),
)
_ORIGINAL = re.compile(
    r"^[> ]*[-_—]{2,}\s*(?:original message|original appointment|message d['’]origine|message original"
    r"|ursprüngliche nachricht|originalnachricht|mensaje original|messaggio originale|mensagem original"
    r"|oorspronkelijk bericht|původní zpráva|oryginalna wiadomość|reply message|message initial)\s*[-_—]*\s*$",
    re.IGNORECASE,
)
# What somebody forwards is what they want to show.
_FORWARDED = re.compile(
    r"^[-_—]{2,}\s*(?:forwarded message|message transféré|weitergeleitete nachricht|mensaje reenviado"
    r"|messaggio inoltrato|doorgestuurd bericht)\b",
    re.IGNORECASE,
)
_HEAD_FROM = re.compile(r"^[> *]*(?:from|de|von|da|van|od|från|fra)[\s*]*:[\s*]*\S", re.IGNORECASE)
_HEAD_SENT = re.compile(
    r"^[> *]*(?:sent|date|envoyé(?: le)?|gesendet|datum|enviado(?: el| em)?|fecha|inviato|data|verzonden|odesláno"
    r"|wysłano|skickat|sendt)[\s*]*:",
    re.IGNORECASE,
)
_HEAD_TO = re.compile(
    r"^[> *]*(?:to|à|a|an|para|aan|pour|komu|do|till|til|subject|objet|betreff|asunto|oggetto|assunto|onderwerp"
    r"|předmět|temat|ämne|emne|cc|copie)[\s*]*:",
    re.IGNORECASE,
)
_RULE = re.compile(r"^[> ]*[_\-=—]{8,}\s*$")
_SENT_FROM = re.compile(
    r"^(?:envoyé (?:de|depuis|à partir de|via|avec)|envoyé par (?:mon|mail)"
    r"|sent (?:from|via) (?:my|mail|outlook|yahoo|gmail)"
    r"|von (?:meinem|mein) .{1,40} gesendet|gesendet (?:von|mit)|enviado (?:desde|do|de) |inviato da(?:l)? "
    r"|get outlook for|télécharger outlook|obtenez outlook|outlook für .{1,20} beschaffen|verzonden (?:vanaf|met) "
    r"|yahoo mail ?:|provenance ?: courrier).{0,80}$",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"^-- ?$")


def newest(text: str) -> str:
    """The part of ``text`` that its sender wrote now; the whole text where that cannot be told."""
    found = over_quote(text)
    return _by_library(found) if found else text.strip()


def over_quote(text: str) -> str:
    """The same without the library, for what is read outside the child; empty where it cannot be told."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = _above_quote(lines)
    return "" if kept is None else "\n".join(_without_tail(kept)).strip()


def _above_quote(lines: list[str]) -> list[str] | None:
    """The lines over the first quote; None where the guest wrote between quoted lines."""
    for index in range(len(lines)):
        if _FORWARDED.match(lines[index]):
            return None
        if not (end := _quote_head(lines, index)):
            continue
        if not any(line.strip(" >") for line in lines[:index]) or _written_between(lines[end:]):
            return None
        return lines[: index - 1] if index and _RULE.match(lines[index - 1]) else lines[:index]
    last = len(lines)
    while last and (not lines[last - 1].strip() or lines[last - 1].startswith(">")):
        last -= 1
    return lines[:last] if last else lines


def _quote_head(lines: list[str], index: int) -> int:
    """Index of the first line behind a quote's head that starts at ``index``; 0 when none starts there."""
    line = lines[index]
    if len(line) > 500 or not line.strip():
        return 0
    if DELIMITER.match(line) or _ORIGINAL.match(line):
        return index + 1
    # Mail programs wrap "Le 3 mai 2026 à 10:04, Hôtel <…> a écrit :" after 70 to 80 characters.
    joined = ""
    for span in range(3):
        if index + span >= len(lines):
            break
        part = lines[index + span].strip("> \t*")
        if span and not part:
            break
        joined = f"{joined} {part}".strip()
        # Each of these heads holds a colon, and few lines do: looked for first, for it costs a hundredth.
        if ":" in joined and any(char.isdigit() for char in joined) and _WROTE.match(joined):
            return index + span + 1
    if line.rstrip().endswith(":") and any(pattern.match(line) for pattern in _WROTE_OTHER):
        return index + 1
    if ":" in line and _HEAD_FROM.match(line):
        below = lines[index + 1 : index + 7]
        if any(_HEAD_SENT.match(other) for other in below) and any(_HEAD_TO.match(other) for other in below):
            return index + 2
    return 0


def _written_between(lines: list[str]) -> bool:
    """Did the guest answer between the quoted lines?"""
    quoted = False
    for line in lines:
        if line.startswith(">"):
            quoted = True
        elif quoted and line.strip() and not _SENT_FROM.match(line.strip()) and not _SIGNATURE.match(line):
            # One word behind a quoted line is the rest of a wrapped line more often than an answer.
            if len(line.split()) > 1:
                return True
        elif _SIGNATURE.match(line):
            return False
    return False


def _without_tail(lines: list[str]) -> list[str]:
    for index, line in enumerate(lines):
        if index and _SIGNATURE.match(line) and any(above.strip() for above in lines[:index]):
            lines = lines[:index]
            break
    end = len(lines)
    while end and (not lines[end - 1].strip() or _SENT_FROM.match(lines[end - 1].strip())):
        end -= 1
    return lines[:end] if end else lines


class _TooLong(Exception):
    pass


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise _TooLong


@contextmanager
def _bounded(seconds: float) -> Iterator[None]:
    """Interrupts a regular expression after so much processor time; only in a process of one thread (the child)."""
    before = signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _by_library(text: str) -> str:
    """What the library would show, unless that is suspiciously little."""
    if len(text) > MAX_LIBRARY:
        return text
    from mailparser_reply import EmailReplyParser

    try:
        with _bounded(LIBRARY_SECONDS):
            reply = EmailReplyParser(languages=["en", "fr", "de", "it", "es", "nl"]).parse_reply(text) or ""
    except Exception:  # noqa: BLE001 - whatever it trips over, the text is shown whole
        return text
    reply = reply.strip()
    if len(reply) < LEAST_SHARE * len(text) or not reply:
        return text
    # The library strips every line; only how far it reads is taken from it.
    count = reply.count("\n") + 1
    lines = text.split("\n")
    return "\n".join(lines[:count]).strip() if _same(lines[:count], reply) else text


def _same(lines: list[str], reply: str) -> bool:
    return "\n".join(line.strip() for line in lines).strip() == reply

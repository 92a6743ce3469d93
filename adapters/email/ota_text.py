"""The guest's own words in a mail that a booking site made: between its delimiter, its headings and its small print.

What the site translated stays, with the original below it. Nothing is cut where it would leave next to nothing.
"""

from __future__ import annotations

import re

from adapters.email.trim import DELIMITER, LEAST_SHARE, newest

_LINKED = re.compile(
    r"(?:→|https?:)\s*(?:https?:)?/{0,2}(?:[a-z0-9-]+\.){0,3}(?:booking\.com|airbnb\.[a-z.]{2,6})(?:/|$|\s)"
)
_SMALL_PRINT = re.compile(
    r"^\W{0,3}(?:©|\(c\)\s|copyright\b|booking\.com b\.?v|airbnb (?:ireland|inc|payments|uk)\b)", re.IGNORECASE
)
_RULE = re.compile(r"^\s*[-_=—*]{5,}\s*$")
_FACT = re.compile(r"^[^:：]{2,60}[:：]\s*(\S{6,20})\s*$")
TRANSLATED = re.compile(
    r"^\W{0,4}(?:(?:automatically |machine )?translated\b|translation\b|traduit\b|traduction\b"
    r"|(?:automatisch )?übersetzt\b|übersetzung\b|traducido\b|traducción\b|tradotto\b|traduzione\b|traduzido\b"
    r"|tradução\b|vertaald\b|přeloženo\b|original(?: message| text)?\b|message (?:d['’]origine|original)\b"
    r"|texte original\b|original(?:nachricht|text)\b|mensaje original\b|messaggio originale\b|testo originale\b"
    r"|mensagem original\b|oorspronkelijk bericht\b).{0,60}$",
    re.IGNORECASE,
)


def written(full: str, name: str, reservation: str) -> str:
    """The message in the whole text of a mail; the whole where it cannot be told."""
    lines = full.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    lines = _beside_delimiter(lines)
    lines = _below_heading(lines, name)
    kept: list[str] = []
    for line in lines:
        if _ends(line, reservation) and any(above.strip() for above in kept):
            break
        kept.append(line)
    text = "\n".join(kept).strip()
    if not any(TRANSLATED.match(line) for line in kept):
        text = newest(text)
    return text if len(text) >= LEAST_SHARE * min(len(full), 2000) and text else full.strip()


def _beside_delimiter(lines: list[str]) -> list[str]:
    """What stands above the first delimiter; where that is nothing (the site's own mail), what stands below it."""
    marks = [number for number, line in enumerate(lines) if len(line) < 300 and DELIMITER.match(line)]
    if not marks:
        return lines
    above = lines[: marks[0]]
    if any(line.strip() for line in above):
        return above
    return lines[marks[0] + 1 : marks[1] if len(marks) > 1 else len(lines)]


def _below_heading(lines: list[str], name: str) -> list[str]:
    """Without "Claire Martin wrote:", in whatever language, above the words."""
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    head = lines[first].strip() if lines else ""
    announced = len(head) < 160 and head.endswith((":", "：")) and name.partition(" ")[0].casefold() in head.casefold()
    if name and (announced or head.casefold() == name.casefold()):
        return lines[first + 1 :]
    return lines


def _ends(line: str, reservation: str) -> bool:
    """Is this the site's own again: a link to it, small print, a rule, the reservation's number as a fact?"""
    if len(line) > 400:
        return False
    fact = _FACT.match(line) if reservation else None
    if fact is not None and fact[1] == reservation:
        return True
    return bool(_LINKED.search(line) or _SMALL_PRINT.match(line) or _RULE.match(line))

"""What a reviewer at the vendor would hold against a template, said before it is submitted.

From Meta's four published reasons for rejection. A refusal is certain; a warning is a guess from words, and the
desk may submit all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from tui_inbox.domain.fold import plain
from tui_inbox.domain.template import Template

_PLACE = re.compile(r"(?:##)?\{\{\s*(\w+)\s*\}\}")
# Word by word in the languages that hotels write most; as beginnings, so that endings need no list.
_PROMOTIONAL = (
    r"promo|discount|special offer|offer ends|limited offer|deals?\b|on sale|sale ends|voucher|coupon|"
    r"free night|black friday|% off|"
    r"offre\b|offres\b|remise|reduction|soldes\b|bon plan|nuit offerte|"
    r"angebot|rabatt|gutschein|sonderaktion|oferta|descuento|rebaja|offerta|sconto|aanbieding|korting"
)
_SENSITIVE = (
    "card number|credit card|cvv|cvc|security code|pin code|passport|password|identity card|id card|social security|"
    "bank account|iban|numero de carte|carte bancaire|carte de credit|cryptogramme|passeport|mot de passe|"
    "carte d.identite|kreditkarte|kartennummer|reisepass|passwort|personalausweis|tarjeta|pasaporte|contrasena|"
    "carta di credito|passaporto|creditcard|paspoort|wachtwoord"
)


class Objection(NamedTuple):
    code: str
    """``promotional_in_utility``, ``asks_sensitive``, ``same_as``, ``brace_open`` or ``sample_missing``."""
    params: Mapping[str, str | int]
    refused: bool = False
    """It cannot be submitted; otherwise the desk is only warned."""


def objections(template: Template, others: Sequence[Template]) -> tuple[Objection, ...]:
    """Refusals first; ``others`` are the templates that are there already."""
    found = (*_braces(template), *_samples(template), *_words(template), *_doubles(template, others))
    return tuple(sorted(found, key=lambda objection: not objection.refused))


def _braces(template: Template) -> Iterator[Objection]:
    """Braces that belong to no variable, with the place where they stand."""
    bare = _PLACE.sub(lambda match: " " * len(match.group()), template.body)
    for match in re.finditer(r"\{+|\}+", bare):
        line = template.body.count("\n", 0, match.start()) + 1
        column = match.start() - template.body.rfind("\n", 0, match.start())
        yield Objection("brace_open", {"line": line, "column": column, "text": match.group()}, refused=True)
        return


def _samples(template: Template) -> Iterator[Objection]:
    """A number stands for nothing until one of our variables fills it; a name is its own sample."""
    for place in dict.fromkeys(_PLACE.findall(template.body)):
        if place.rpartition("_")[2].isdigit() and not template.mapping.get(place):
            yield Objection("sample_missing", {"name": place}, refused=True)


def _words(template: Template) -> Iterator[Objection]:
    text = plain(template.body)
    promotional = _matcher(_PROMOTIONAL).search(text) or re.search(r"\d ?% ?(?:off|de)?", text)
    if template.category == "utility" and promotional:
        yield Objection("promotional_in_utility", {"word": promotional.group().strip()})
    sensitive = _matcher(_SENSITIVE).search(text)
    if sensitive:
        yield Objection("asks_sensitive", {"word": sensitive.group().strip()})


def _doubles(template: Template, others: Sequence[Template]) -> Iterator[Objection]:
    for other in others:
        itself = other is template or (template.id and other.id == template.id)
        if itself or other.archived or other.kind is not template.kind:
            continue
        same_end = (other.account or template.account, other.language) == (template.account, template.language)
        if same_end and alike(other.body, template.body):
            yield Objection("same_as", {"name": other.name})
            return


def alike(one: str, other: str) -> bool:
    """Would a reviewer call these the same template?"""
    return _normalised(one) == _normalised(other)


def _normalised(text: str) -> str:
    """Alike for texts that differ in case, blanks, signs or the names of their variables."""
    return " ".join(re.findall(r"\w+", _PLACE.sub(" 0 ", plain(text))))


@cache
def _matcher(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{words})")

"""STOP words, and what a stop or an unsubscribe forbids."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import NamedTuple

from tui_inbox.domain.guest import Line
from tui_inbox.domain.message import MessageClass

_STOP_WORDS = {
    # Twilio's defaults on long codes; CANCEL is blocked by the vendor, whatever the guest meant by it.
    "en": "STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT",
    "fr": "ARRET ARRETER ARRETEZ DESABONNER DESABONNEMENT DESINSCRIRE DESINSCRIPTION",
    "de": "STOPP ABMELDEN ABMELDUNG ABBESTELLEN",
    "es": "BAJA PARAR DETENER DESUSCRIBIR DESUSCRIBIRME",
    "pt": "PARAR PARE SAIR DESCADASTRAR DESINSCREVER REMOVER",
    "it": "FERMA FERMARE BASTA DISISCRIVI DISISCRIVIMI DISISCRIZIONE",
    "nl": "STOPPEN AFMELDEN UITSCHRIJVEN",
}
"""Folded, by language. Words for cancelling that no vendor blocks stay out: they mean the booking."""
_START_WORDS = {
    "en": "START UNSTOP RESUBSCRIBE",
    "fr": "REPRENDRE REABONNER REINSCRIRE",
    "de": "STARTEN ANMELDEN",
    "es": "ALTA INICIAR REANUDAR",
    "pt": "INICIAR RETOMAR VOLTAR",
    "it": "AVVIA RIPRENDI RIPRENDERE",
    "nl": "HERVATTEN AANMELDEN",
}
_STOP = frozenset(word for words in _STOP_WORDS.values() for word in words.split())
_START = frozenset(word for words in _START_WORDS.values() for word in words.split())
_LONGEST = 64
_AMBIGUOUS = frozenset({"CANCEL"})


class Keyword(NamedTuple):
    """A message that is nothing but a STOP or START word."""

    word: str
    """As the guest wrote it, without what surrounds it."""
    stops: bool
    """False: it takes a stop back, and is a message like any other where nothing was stopped."""
    ambiguous: bool = False
    """It may also be about the booking, so a person must read it."""


def keyword(text: str) -> Keyword | None:
    """The keyword of a one-word message, in any case and with any punctuation or space around it."""
    # French sets a space before "!": signs alone are no word.
    words = [word for word in text.split() if any(c.isalnum() for c in word)] if len(text) < _LONGEST else ()
    if len(words) != 1:
        return None
    word = words[0].strip("".join({c for c in words[0] if not c.isalnum()}))
    folded = "".join(c for c in unicodedata.normalize("NFKD", word.upper()) if c.isalnum())
    if folded in _STOP:
        return Keyword(word, stops=True, ambiguous=folded in _AMBIGUOUS)
    if folded in _START:
        return Keyword(word, stops=False)
    return None


class Permission(StrEnum):
    ALLOWED = "allowed"
    NOTICE = "notice"
    """Allowed, because a person writes to this guest alone; the notice is shown."""
    BLOCKED = "blocked"


class Standing(NamedTuple):
    permission: Permission
    code: str = ""
    params: Mapping[str, str | int] = {}


ALLOWED = Standing(Permission.ALLOWED)


def standing(
    stop: Line | None,
    refused: Collection[str],
    *,
    message_class: MessageClass = MessageClass.TRANSACTIONAL,
    individual: bool = True,
) -> Standing:
    """A stop on the handle blocks everything; a local unsubscribe blocks groups and automation only.

    ``stop`` is the stopped line of the handle, if any; ``refused`` are the topics switched off for this channel.
    """
    if stop is not None and stop.stopped_at is not None:
        code = "stopped_by_provider" if stop.stop_source == "provider" else "stopped"
        return Standing(Permission.BLOCKED, code, {"word": stop.stop_word})
    if not refused:
        return ALLOWED
    off = [topic for topic in MessageClass if topic.value in refused]
    if individual and off:
        return Standing(Permission.NOTICE, f"unsubscribed_{off[0].value}")
    if message_class in off:
        return Standing(Permission.BLOCKED, f"unsubscribed_{message_class.value}")
    return ALLOWED

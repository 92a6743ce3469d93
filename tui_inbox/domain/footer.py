"""What stands under mails and SMS that nobody typed: why the guest gets them, and the way out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tui_inbox.domain.message import MessageClass

OCCASION = "footer"
"""The one in which a text knows the way out."""
PLACE = "##{{unsubscribe}}"
"""Where a footer has the link or the address; without it they stand on a line of their own."""
RULE = "-- "
"""The line above a mail's footer, as signatures have it (RFC 3676, 4.3)."""


class Footer(NamedTuple):
    """The texts of one language; an empty one leaves that kind without a footer of the hotel's own."""

    transactional: str = ""
    marketing: str = ""
    sms: str = ""
    """The last words of marketing by SMS."""


FOOTERS: Mapping[str, tuple[str, MessageClass]] = {
    "transactional": (OCCASION, MessageClass.TRANSACTIONAL),
    "marketing": (OCCASION, MessageClass.MARKETING),
    "sms": ("", MessageClass.MARKETING),
}
"""By the fields of ``Footer``: (occasion, class). An SMS is ended by a word, and has no way out to insert."""


# Written to guests, so in their languages and not in the catalogue of the screen.
DEFAULTS: Mapping[str, Footer] = {
    "en": Footer(
        "You receive this because of your booking. No more notices by e-mail: answer STOP, or ##{{unsubscribe}}",
        "You receive this because you were our guest. No more offers by e-mail: answer STOP, or ##{{unsubscribe}}",
        "Reply STOP to end.",
    ),
    "fr": Footer(
        "Vous recevez ce message à cause de votre réservation. Pour ne plus recevoir d’avis par e-mail, répondez "
        "STOP ou suivez ##{{unsubscribe}}",
        "Vous recevez ce message parce que vous avez été notre hôte. Pour ne plus recevoir d’offres par e-mail, "
        "répondez STOP ou suivez ##{{unsubscribe}}",
        "STOP pour ne plus recevoir.",
    ),
    "de": Footer(
        "Sie erhalten diese Nachricht wegen Ihrer Buchung. Keine Hinweise mehr per E-Mail: Antworten Sie STOP, "
        "oder ##{{unsubscribe}}",
        "Sie erhalten diese Nachricht, weil Sie unser Gast waren. Keine Angebote mehr per E-Mail: Antworten Sie "
        "STOP, oder ##{{unsubscribe}}",
        "Abmelden mit STOP.",
    ),
    "es": Footer(
        "Recibe este mensaje por su reserva. Para no recibir más avisos por correo, responda STOP o siga "
        "##{{unsubscribe}}",
        "Recibe este mensaje porque fue nuestro huésped. Para no recibir más ofertas por correo, responda STOP o "
        "siga ##{{unsubscribe}}",
        "Responda STOP para darse de baja.",
    ),
    "it": Footer(
        "Riceve questo messaggio per la sua prenotazione. Per non ricevere più avvisi per e-mail risponda STOP o "
        "segua ##{{unsubscribe}}",
        "Riceve questo messaggio perché è stato nostro ospite. Per non ricevere più offerte per e-mail risponda "
        "STOP o segua ##{{unsubscribe}}",
        "Risponda STOP per non ricevere altro.",
    ),
    "pt": Footer(
        "Recebe esta mensagem por causa da sua reserva. Para não receber mais avisos por e-mail, responda STOP ou "
        "siga ##{{unsubscribe}}",
        "Recebe esta mensagem porque foi nosso hóspede. Para não receber mais ofertas por e-mail, responda STOP ou "
        "siga ##{{unsubscribe}}",
        "Responda STOP para sair.",
    ),
    "nl": Footer(
        "U ontvangt dit bericht vanwege uw boeking. Geen berichten meer per e-mail: antwoord STOP, of "
        "##{{unsubscribe}}",
        "U ontvangt dit bericht omdat u onze gast was. Geen aanbiedingen meer per e-mail: antwoord STOP, of "
        "##{{unsubscribe}}",
        "Antwoord STOP om te stoppen.",
    ),
}


def footer_for(language: str, own: Mapping[str, Footer], fallback: str) -> Footer:
    """The hotel's own text in the guest's language, else ours, else those of the hotel's language; text by text."""
    found = [
        texts
        for code in dict.fromkeys((language.lower().replace("_", "-").split("-")[0], fallback, "en"))
        for texts in (own.get(code), DEFAULTS.get(code))
        if texts is not None
    ]
    return Footer(*(next((text for text in column if text), "") for column in zip(*found, strict=True)))


def under_mail(text: str, footer: Footer, topic: MessageClass, way: str) -> str:
    """The mail with its footer; ``way`` is a link or the address to write to."""
    said = footer.marketing if topic is MessageClass.MARKETING else footer.transactional
    said = said.replace(PLACE, way) if PLACE in said else f"{said}\n{way}".strip()
    return f"{text.rstrip()}\n\n{RULE}\n{said}"


def under_sms(text: str, footer: Footer) -> str:
    """The SMS with the stop hint as its last words, unless it ends with them already."""
    plain = text.rstrip()
    return plain if not footer.sms or plain.endswith(footer.sms) else f"{plain}\n{footer.sms}"


def without_hint(text: str, footer: Footer) -> str:
    """An SMS that goes by mail instead says nothing of stopping SMS."""
    return text.removesuffix(footer.sms).rstrip() if footer.sms else text

"""The texts of booking messages that come with the program, until the hotel writes its own."""

from __future__ import annotations

from collections.abc import Mapping

from tui_inbox.domain.booking import BookingEvent
from tui_inbox.domain.template import Template, TemplateKind

_TEXTS: dict[BookingEvent, dict[str, tuple[str, str]]] = {
    BookingEvent.PENDING: {
        "en": (
            "Your booking request at ##{{hotel}}",
            "Hello ##{{first_name}},\n\nwe have noted your booking from ##{{arrival}} to ##{{departure}}."
            " It is not confirmed yet: we look at it and write to you again soon.\n\n##{{hotel}}",
        ),
        "fr": (
            "Votre demande de réservation – ##{{hotel}}",
            "Bonjour ##{{first_name}},\n\nnous avons bien noté votre réservation du ##{{arrival}} au ##{{departure}}."
            " Elle n’est pas encore confirmée : nous l’étudions et vous écrivons très vite.\n\n##{{hotel}}",
        ),
    },
    BookingEvent.CONFIRMED: {
        "en": (
            "Your booking at ##{{hotel}} is confirmed",
            "Hello ##{{first_name}},\n\nyour booking from ##{{arrival}} to ##{{departure}} is confirmed."
            "\n\nWe look forward to welcoming you.\n\n##{{hotel}}",
        ),
        "fr": (
            "Votre réservation est confirmée – ##{{hotel}}",
            "Bonjour ##{{first_name}},\n\nvotre réservation du ##{{arrival}} au ##{{departure}} est confirmée."
            "\n\nAu plaisir de vous accueillir.\n\n##{{hotel}}",
        ),
    },
    BookingEvent.DECLINED: {
        "en": (
            "Your booking request at ##{{hotel}}",
            "Hello ##{{first_name}},\n\nwe are sorry: we cannot accept your booking from ##{{arrival}} to"
            " ##{{departure}}.\n##{{note}}\n\n##{{hotel}}",
        ),
        "fr": (
            "Votre demande de réservation – ##{{hotel}}",
            "Bonjour ##{{first_name}},\n\nnous sommes désolés : nous ne pouvons pas accepter votre réservation du"
            " ##{{arrival}} au ##{{departure}}.\n##{{note}}\n\n##{{hotel}}",
        ),
    },
    BookingEvent.CANCELLED: {
        "en": (
            "Your booking at ##{{hotel}} is cancelled",
            "Hello ##{{first_name}},\n\nyour booking from ##{{arrival}} to ##{{departure}} is cancelled.\n##{{note}}"
            "\n\n##{{hotel}}",
        ),
        "fr": (
            "Votre réservation est annulée – ##{{hotel}}",
            "Bonjour ##{{first_name}},\n\nvotre réservation du ##{{arrival}} au ##{{departure}} est annulée."
            "\n##{{note}}\n\n##{{hotel}}",
        ),
    },
    BookingEvent.RESCHEDULED: {
        "en": (
            "New dates for your stay at ##{{hotel}}",
            "Hello ##{{first_name}},\n\nyour stay has new dates: from ##{{arrival}} to ##{{departure}}."
            "\nBefore: from ##{{old_arrival}} to ##{{old_departure}}.\n\n##{{hotel}}",
        ),
        "fr": (
            "Nouvelles dates de votre séjour – ##{{hotel}}",
            "Bonjour ##{{first_name}},\n\nvotre séjour a de nouvelles dates : du ##{{arrival}} au ##{{departure}}."
            "\nAvant : du ##{{old_arrival}} au ##{{old_departure}}.\n\n##{{hotel}}",
        ),
    },
}
_STAFF = {
    "en": {
        BookingEvent.PENDING: "To approve",
        BookingEvent.CONFIRMED: "Confirmed",
        BookingEvent.DECLINED: "Declined",
        BookingEvent.CANCELLED: "Cancelled",
        BookingEvent.RESCHEDULED: "New dates",
    },
    "fr": {
        BookingEvent.PENDING: "À approuver",
        BookingEvent.CONFIRMED: "Confirmée",
        BookingEvent.DECLINED: "Refusée",
        BookingEvent.CANCELLED: "Annulée",
        BookingEvent.RESCHEDULED: "Nouvelles dates",
    },
}
_LINES = {
    "en": {"was": "Before: {}", "room": "Room: {}", "booking_number": "Number: {}", "note": "Note: {}"},
    "fr": {"was": "Avant : {}", "room": "Chambre : {}", "booking_number": "Numéro : {}", "note": "Note : {}"},
}


_REMINDER = {
    "en": (
        "Your stay at ##{{hotel}}",
        "Hello ##{{first_name}},\n\nwe look forward to seeing you on ##{{arrival}}. If your plans have changed, just"
        " answer this message.\n\n##{{hotel}}",
    ),
    "fr": (
        "Votre séjour – ##{{hotel}}",
        "Bonjour ##{{first_name}},\n\nnous vous attendons le ##{{arrival}}. Si vos projets ont changé, répondez"
        " simplement à ce message.\n\n##{{hotel}}",
    ),
}


def reminder_texts(name: str) -> list[Template]:
    """A first reminder, so that a guest does not forget."""
    return [
        Template(0, TemplateKind.REMINDER, name, language, body, subject=subject)
        for language, (subject, body) in _REMINDER.items()
    ]


def guest_texts(event: BookingEvent) -> list[Template]:
    """In every language that they are written in."""
    return [
        Template(0, TemplateKind.REMINDER, f"booking {event.value}", language, body, subject=subject, event=event.value)
        for language, (subject, body) in _TEXTS[event].items()
    ]


def staff_notice(event: BookingEvent, language: str, values: Mapping[str, str]) -> tuple[str, str]:
    """Subject and text for the hotel's own people, in the hotel's language where it is written in that."""
    code = language if language in _STAFF else "en"
    name = values.get("name") or "–"
    subject = f"{_STAFF[code][event]}{' : ' if code == 'fr' else ': '}{name}"
    lines = [name, f"{values.get('arrival', '')} – {values.get('departure', '')}"]
    lines += [words.format(values[key]) for key, words in _LINES[code].items() if values.get(key)]
    return subject, "\n".join(lines)

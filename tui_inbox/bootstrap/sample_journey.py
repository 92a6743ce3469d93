"""The sample hotel's journey: rules around a stay, one of which speaks while one watches, booking messages, lists."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from tui_inbox.domain.booking import BookingEvent, EventMessage
from tui_inbox.domain.guest_list import GuestList
from tui_inbox.domain.planner import Late, Rule, RuleKind
from tui_inbox.domain.reservation import Phase
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services import booking_messages, guest_lists
from tui_inbox.services.desk import SYSTEM, Desk
from tui_inbox.wording import N_, translated

SOON = timedelta(minutes=2)
"""After the start, the welcome leaves for those who arrive today."""
_CHANNELS = ("whatsapp", "sms", "email")
_TEXTS = {
    "welcome": {
        "en": "Good to have you here, ##{{first_name}}! Breakfast is from 7 to 10:30. ##{{hotel}}",
        "fr": "Bienvenue, ##{{first_name}} ! Le petit-déjeuner est servi de 7 h à 10 h 30. ##{{hotel}}",
    },
    "first night": {
        "en": "Good morning ##{{first_name}}, did you sleep well? Tell us if anything is missing.",
        "fr": "Bonjour ##{{first_name}}, avez-vous bien dormi ? Dites-nous s’il vous manque quelque chose.",
    },
    "farewell": {
        "en": "Thank you for your stay, ##{{first_name}}. We would be glad to see you again. ##{{hotel}}",
        "fr": "Merci pour votre séjour, ##{{first_name}}. Au plaisir de vous revoir. ##{{hotel}}",
    },
}

_LISTS: tuple[tuple[str, dict[str, str]], ...] = (
    (N_("Arriving"), {"arriving_within": "7"}),
    (N_("In house"), {"phase": Phase.IN_HOUSE.value}),
    (N_("Past guests"), {"phase": Phase.PAST.value}),
)
"""Guest lists by name, in the order in which they are shown."""


def rules(now: datetime, desk: Desk) -> list[Rule]:
    """The steps in the order of a stay."""
    name = "stay"
    soon = (now + SOON).astimezone(desk.zone).time().replace(second=0, microsecond=0, tzinfo=None)
    return [
        Rule(0, RuleKind.BEFORE_ARRIVAL, "arrival", "arrival", 2, time(10), _CHANNELS, journey=name),
        Rule(0, RuleKind.AFTER_CHECK_IN, "welcome", "welcome", 0, soon, _CHANNELS, late=Late.NOW, journey=name),
        Rule(0, RuleKind.FIRST_NIGHT, "first night", "first night", 0, time(9, 30), _CHANNELS, journey=name),
        Rule(0, RuleKind.AFTER_STAY, "farewell", "farewell", 1, time(11), ("email", "sms"), journey=name),
    ]


def furnish(tx: Transaction, desk: Desk, now: datetime) -> None:
    """Texts, rules and switches, in a store that is new."""
    for name, texts in _TEXTS.items():
        for language, body in texts.items():
            tx.templates.add(Template(0, TemplateKind.REMINDER, name, language, body, updated_at=now))
    for rule in rules(now, desk):
        tx.planner.put_rule(rule)
    told = EventMessage(guest=True, channels=("email", "sms"))
    for event in (BookingEvent.CONFIRMED, BookingEvent.CANCELLED, BookingEvent.RESCHEDULED):
        booking_messages.put_setting(tx, desk, SYSTEM, event, told)
    for name, criteria in _LISTS:
        guest_lists.save(tx, SYSTEM, GuestList(0, translated(name, desk.language), criteria), now)

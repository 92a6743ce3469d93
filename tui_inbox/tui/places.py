"""The screens beside the inbox, by id. One row here and a screen class: bindings, palette and help follow."""

from __future__ import annotations

from msgspec import Struct

from tui_inbox.tui import ahead_commands as _ahead  # noqa: F401 - its table joins the others
from tui_inbox.tui import text_commands as _texts  # noqa: F401 - likewise
from tui_inbox.tui.commands import place
from tui_inbox.wording import N_


class Place(Struct, frozen=True):
    id: str
    title: str
    """Marked for the catalogue."""
    target: str
    """``module:Class`` of a ``DeskScreen``, imported when it is first opened."""
    keys: tuple[str, ...] = ()
    also: str = ""


_SCREENS = "tui_inbox.tui.screens"

PLACES: tuple[Place, ...] = (
    Place("outbox", N_("Outbox: what waits, failed or is unknown"), f"{_SCREENS}.outbox:OutboxScreen", ("f3",)),
    Place("sent", N_("Sent: everything that left"), f"{_SCREENS}.sent:SentScreen", ("f4",)),
    Place("guests", N_("Guests"), f"{_SCREENS}.guests:GuestsScreen", ("f6",), N_("directory stays consents import")),
    Place("templates", N_("Texts, templates and reminders"), f"{_SCREENS}.templates:TemplatesScreen", ("f7",),
          N_("snippets rules whatsapp")),
    Place("channels", N_("Channels"), f"{_SCREENS}.channels:ChannelsScreen", ("f8",), N_("accounts poll test usage")),
    Place("rules", N_("Rules: what is sent when, with a dry run"), f"{_SCREENS}.rules:RulesScreen", ("f12",),
          N_("journey reminder before arrival after check-out")),
    Place("booking", N_("Booking messages: confirmed, cancelled, new dates"), f"{_SCREENS}.booking:BookingScreen", (),
          N_("pending declined rescheduled events staff notice")),
    Place("planned", N_("Planned messages"), f"{_SCREENS}.planned:PlannedScreen", ("f9",), N_("reminders tonight")),
    Place("lists", N_("Guest lists"), f"{_SCREENS}.guest_lists:GuestListsScreen", ("f10",),
          N_("audience segment filter chips")),
    Place("sends", N_("Messages to many"), f"{_SCREENS}.sends:SendsScreen", ("f11",),
          N_("bulk campaign group terms hold")),
    Place("offers", N_("Offers: a free room, table or slot"), f"{_SCREENS}.offers:OffersScreen", (),
          N_("waiting list")),
)  # fmt: skip

for _place in PLACES:
    place(_place.id, _place.title, _place.keys, _place.also)


def target(screen_id: str) -> str:
    """Where the class of a screen is. Raises ``KeyError``."""
    return next(place.target for place in PLACES if place.id == screen_id)

"""What is typed about a guest, and about a stay."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tui_inbox.domain.errors import Refused
from tui_inbox.domain.guest import Guest, GuestKind
from tui_inbox.domain.reservation import Reservation, ReservationStatus
from tui_inbox.services import bookings, guests
from tui_inbox.services.table import parse_date
from tui_inbox.tui.dialogs.form import Field, Form, Values
from tui_inbox.wording import N_, _

if TYPE_CHECKING:
    from tui_inbox.tui.screens.desk_screen import DeskScreen

STATUSES = {
    ReservationStatus.CONFIRMED: N_("confirmed"),
    ReservationStatus.PENDING: N_("not confirmed"),
    ReservationStatus.CANCELLED: N_("cancelled"),
    ReservationStatus.DECLINED: N_("declined"),
    ReservationStatus.NO_SHOW: N_("no show"),
}
_SHORT = re.compile(r"(\d{1,2})[/. -](\d{1,2})")


async def ask_guest(screen: DeskScreen, guest: Guest | None) -> int | None:
    """A new guest, or the one given; the id when something was saved."""
    app = screen.desk_app
    known = guest or Guest(0)
    saved: list[int] = []
    fields = [
        Field("name", _("name"), known.name),
        Field("phone", _("phone"), known.phone, hint=_("06 12 34 56 78, or +33 6 12 34 56 78")),
        Field("email", _("mail"), known.email),
        Field("language", _("language"), known.language, hint=_("Two letters: fr, en, de. Texts are chosen by it.")),
        Field("country", _("country"), known.country, hint=_("Two letters: FR, DE")),
        Field("vip", _("VIP"), "1" if known.vip else "", choices=(("", _("no")), ("1", _("yes")))),
        Field("kind", _("kind"), known.kind.value, choices=tuple((kind.value, _(KINDS[kind])) for kind in KINDS)),
        Field("alert", _("attention"), known.alert, hint=_("What must not be missed, shown in red: an allergy.")),
        Field("notes", _("notes"), known.notes, hint=_("For the desk only; the guest never sees it.")),
    ]

    async def save(values: Values) -> None:
        form = guests.GuestForm(
            name=values["name"],
            phone=values["phone"],
            email=values["email"],
            language=values["language"].lower(),
            country=values["country"],
            vip=bool(values["vip"]),
            alert=values["alert"],
            notes=values["notes"],
            kind=GuestKind(values["kind"]),
        )
        desk, now = app.session.desk, app.now()
        if guest is None:
            made = await app.gateway.write(guests.create, desk, app.actor, form, now)
        else:
            made = await app.gateway.write(guests.edit, desk, app.actor, guest.id, form, now)
        saved.append(made.id)

    title = _("New guest") if guest is None else _("Guest: {name}").format(name=guest.name or guest.phone)
    await app.push_screen_wait(Form(app.ink, title, fields, save))
    return saved[0] if saved else None


KINDS = {GuestKind.PERSON: N_("person"), GuestKind.COMPANY: N_("company or agency")}


def typed_day(text: str, today: date) -> date | None:
    """``25/11``, ``25/11/2026``, ``2026-11-25``: without a year the next such day; else None."""
    if found := _SHORT.fullmatch(text.strip()):
        try:
            day = date(today.year, int(found[2]), int(found[1]))
        except ValueError:
            return None
        # Yesterday's arrival is typed today; last spring's is not.
        return day if day >= today - timedelta(days=30) else day.replace(year=day.year + 1)
    return parse_date(text)


async def ask_stay(screen: DeskScreen, guest_id: int, stay: Reservation | None) -> bool:
    """A stay by hand, or a change of the one given."""
    app = screen.desk_app
    desk = app.session.desk
    today = desk.today(app.now())
    dates = _("25/11, or 25/11/2026")
    fields = [
        Field("arrival", _("arrival"), f"{stay.arrival:%d/%m/%Y}" if stay else f"{today:%d/%m/%Y}", hint=dates),
        Field("departure", _("departure"), f"{stay.departure:%d/%m/%Y}" if stay else "", hint=dates),
        Field("room", _("room"), stay.room if stay else ""),
        Field("adults", _("adults"), str(stay.adults or "") if stay else ""),
        Field("children", _("children"), str(stay.children or "") if stay else ""),
        Field("ota", _("booked by"), stay.ota if stay else "", hint=_("Booking.com, Airbnb, direct…")),
        Field("ota_code", _("number"), stay.ota_code if stay else ""),
        Field(
            "status",
            _("status"),
            (stay.status if stay else ReservationStatus.CONFIRMED).value,
            choices=tuple((status.value, _(words)) for status, words in STATUSES.items()),
        ),
        Field("room_type", _("type of room"), stay.room_type if stay else ""),
        Field(
            "payment", _("payment"), stay.payment if stay else "", hint=_("As texts ask for it: cash, card, package…")
        ),
        Field("notes", _("notes"), stay.notes if stay else ""),
    ]

    async def save(values: Values) -> None:
        days = [typed_day(values[name], today) for name in ("arrival", "departure")]
        for day, name in zip(days, ("arrival", "departure"), strict=True):
            if day is None:
                raise Refused("line_bad_date", value=values[name] or "?")
        form = bookings.StayForm(
            days[0] or today,
            days[1] or today,
            room=values["room"],
            room_type=values["room_type"],
            status=ReservationStatus(values["status"]),
            ota=values["ota"],
            ota_code=values["ota_code"],
            adults=int(values["adults"]) if values["adults"].isdecimal() else 0,
            children=int(values["children"]) if values["children"].isdecimal() else 0,
            notes=values["notes"],
            property=stay.property if stay else (app.actor.property or ""),
            payment=values["payment"],
        )
        if stay is None:
            await app.gateway.write(bookings.add_stay, app.session.desk, app.actor, guest_id, form, app.now())
        else:
            await app.gateway.write(bookings.edit_stay, app.session.desk, app.actor, stay.id, form, app.now())

    title = _("Add a stay") if stay is None else _("Stay")
    form = Form(app.ink, title, fields, save)
    saved: bool = await app.push_screen_wait(form)
    return saved

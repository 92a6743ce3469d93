"""Times in words, in the hotel's zone: the only place that knows a display zone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from tui_inbox.domain.audio import length as length
from tui_inbox.wording import N_, _

_DAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
_MONTHS = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"),
    N_("July"), N_("August"), N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip
_SHORT_MONTHS = (
    N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May (short)"), N_("Jun"),
    N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec"),
)  # fmt: skip

URGENT = timedelta(hours=1)
SOON = timedelta(hours=4)


def clock(at: datetime, zone: ZoneInfo) -> str:
    """09:12, on the hotel's clock."""
    return at.astimezone(zone).strftime("%H:%M")


def short_day(day: date) -> str:
    """22 Nov."""
    month = _(_SHORT_MONTHS[day.month - 1]).replace(" (short)", "")
    return f"{day.day} {month}"


def day_words(day: date) -> str:
    """Mon 23 November; the year only where it is another one is for the caller to add."""
    return f"{_(_DAYS[day.weekday()])} {day.day} {_(_MONTHS[day.month - 1])}"


def day_line(day: date, today: date) -> str:
    """The line between two days of a thread."""
    words = day_words(day)
    return words if day.year == today.year else f"{words} {day.year}"


def ago(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """4 min under an hour, 09:12 today, yesterday, Mon, then the date."""
    past = now - at
    if timedelta(minutes=-1) < past < timedelta(minutes=1):
        return _("now")
    if timedelta() <= past < timedelta(hours=1):
        return _("{n} min").format(n=int(past.total_seconds() // 60))
    day, today = at.astimezone(zone).date(), now.astimezone(zone).date()
    if day == today:
        return clock(at, zone)
    if day == today - timedelta(days=1):
        return _("yesterday")
    if today - timedelta(days=7) < day < today:
        return _(_DAYS[day.weekday()])
    words = short_day(day)
    return words if day.year == today.year else f"{words} {day.year}"


def ahead(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """15:00 today, tomorrow 08:00, Wed 08:00, 3 Dec 08:00."""
    day, today = at.astimezone(zone).date(), now.astimezone(zone).date()
    hour = clock(at, zone)
    if day == today:
        return hour
    if day == today + timedelta(days=1):
        return _("tomorrow {time}").format(time=hour)
    if today < day < today + timedelta(days=7):
        return f"{_(_DAYS[day.weekday()])} {hour}"
    return f"{short_day(day)} {hour}"


def left(until: datetime, now: datetime) -> str:
    """45 min, 3 h, 2 d."""
    rest = max(until - now, timedelta())
    minutes = int(rest.total_seconds() // 60)
    if minutes < 60:
        return _("{n} min").format(n=minutes)
    if minutes < 48 * 60:
        return _("{n} h").format(n=minutes // 60)
    return _("{n} d").format(n=minutes // (24 * 60))


def urgency(until: datetime, now: datetime) -> str:
    """The role of a deadline: red within the hour (and when over), amber within four, else quiet."""
    rest = until - now
    if rest < URGENT:
        return "bold urgent"
    return "bold soon" if rest < SOON else "muted"


def size(count: int | None) -> str:
    """212 kB."""
    if count is None:
        return ""
    if count < 1000:
        return _("{n} B").format(n=count)
    if count < 1_000_000:
        return _("{n} kB").format(n=round(count / 1000))
    return _("{n} MB").format(n=f"{count / 1_000_000:.1f}")

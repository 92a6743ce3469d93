"""Hours by the hotel's clock: when the desk is manned, when guests are left in peace, and clocks that change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]|24):([0-5]\d)")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FAR = 15
"""Days within which the next opening is looked for."""


class Span(NamedTuple):
    """From one hour to another; an end that is not after the start lies on the next day."""

    start: time
    end: time


def span(text: str) -> Span:
    """``21:00-08:00``; ``24:00`` is midnight. Raises ``ValueError``."""
    found = _SPAN.fullmatch(text.strip())
    if found is None or (found[3] == "24" and found[4] != "00"):
        raise ValueError(text)
    start, end = time(int(found[1]), int(found[2])), time(int(found[3]) % 24, int(found[4]))
    if start == end and found[3] != "24":
        raise ValueError(text)
    return Span(start, end)


_ALWAYS = (Span(time(0), time(0)),)


class Hours(NamedTuple):
    """When somebody is at the desk. Without any slot in the week somebody always is."""

    week: Mapping[int, tuple[Span, ...]] = {}
    """Weekday (Monday 0) -> slots; a day that is left out is closed."""
    dates: Mapping[date, tuple[Span, ...]] = {}
    """Exceptions: these slots and no others; none: closed."""
    quiet: Span | None = None
    """Nothing that is planned leaves then."""

    def slots(self, day: date) -> tuple[Span, ...]:
        usual = self.week.get(day.weekday(), ()) if any(self.week.values()) else _ALWAYS
        return self.dates.get(day, usual)


def moment_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A local time in UTC.

    Daylight saving: a time that the clocks pass twice means the first pass; a time that they jump over means the
    first moment after the jump, so a message is never early and never skipped.
    """
    wanted = datetime.combine(day, at)
    first = wanted.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wanted:
        return first
    return _after_gap(wanted, zone)


def _after_gap(wanted: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which the clocks jumped over ``wanted``."""
    # PEP 495: in a gap fold=1 gives the offset after the jump, so this UTC time lies before it.
    low = wanted.replace(tzinfo=zone, fold=1).astimezone(UTC)
    high = wanted.replace(tzinfo=zone, fold=0).astimezone(UTC)
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def _ends(one: Span, day: date, zone: ZoneInfo) -> datetime:
    return moment_of(day if one.end > one.start else day + timedelta(days=1), one.end, zone)


def after_quiet(moment: datetime, quiet: Span | None, zone: ZoneInfo) -> datetime:
    """The moment itself or, in quiet hours, their end."""
    if quiet is None:
        return moment
    today = moment.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        end = _ends(quiet, day, zone)
        if moment_of(day, quiet.start, zone) <= moment < end:
            return end
    return moment


def same_hour(moment: datetime, since: datetime, zone: ZoneInfo) -> datetime:
    """When it is as late in the day as at ``moment`` for the first time from ``since`` on."""
    day, at = since.astimezone(zone).date(), moment.astimezone(zone).time()
    first = moment_of(day, at, zone)
    return first if first >= since else moment_of(day + timedelta(days=1), at, zone)


def calm_until(moment: datetime, quiet: Span | None, zone: ZoneInfo) -> datetime:
    """When the next quiet hours begin or the day is over, whichever is first."""
    today = moment.astimezone(zone).date()
    ends = [moment_of(today + timedelta(days=1), time(0), zone)]
    if quiet is not None:
        ends += [start for start in [moment_of(today, quiet.start, zone)] if start > moment]
    return min(ends)


def is_manned(hours: Hours, now: datetime, zone: ZoneInfo) -> bool:
    """Is somebody at the desk?"""
    today = now.astimezone(zone).date()
    return any(
        moment_of(day, slot.start, zone) <= now < _ends(slot, day, zone)
        for day in (today - timedelta(days=1), today)
        for slot in hours.slots(day)
    )


def next_opening(hours: Hours, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When the desk is manned again; None when it is not within two weeks."""
    today = now.astimezone(zone).date()
    for offset in range(_FAR):
        day = today + timedelta(days=offset)
        starts = [moment_of(day, slot.start, zone) for slot in hours.slots(day)]
        later = [start for start in starts if start > now]
        if later:
            return min(later)
    return None

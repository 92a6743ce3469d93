"""Outside the hours a guest is told once a night that nobody is there, and only where automation is on."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.store import SqlStore
from tests.fakes import FakeChannel, StillClock, hotel
from tests.services.conftest import ANA, GUEST, Front
from tui_inbox.domain.conversation import State
from tui_inbox.domain.hours import Hours, Span, after_quiet, is_manned, next_opening, span
from tui_inbox.domain.message import Origin
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.services import accounts, holding, lifecycle, templates
from tui_inbox.services.desk import SYSTEM

PARIS = ZoneInfo("Europe/Paris")
DAY = (span("08:00-12:00"), span("14:00-20:00"))
HOURS = Hours(dict.fromkeys(range(7), DAY), {date(2026, 12, 25): (), date(2026, 12, 31): (span("09:00-12:00"),)})


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "manned", "opens"),
    [
        ("2026-11-23 08:00", True, "2026-11-23 14:00"),
        ("2026-11-23 12:00", False, "2026-11-23 14:00"),
        ("2026-11-23 20:00", False, "2026-11-24 08:00"),
        ("2026-11-24 03:00", False, "2026-11-24 08:00"),
        ("2026-12-25 10:00", False, "2026-12-26 08:00"),
        ("2026-12-31 15:00", False, "2027-01-01 08:00"),
    ],
)
def test_several_slots_and_dated_exceptions(now: str, manned: bool, opens: str) -> None:
    assert is_manned(HOURS, paris(now), PARIS) is manned
    assert next_opening(HOURS, paris(now), PARIS) == paris(opens)


def test_a_slot_over_midnight_belongs_to_the_evening_on_which_it_begins() -> None:
    bar = Hours({4: (span("18:00-02:00"),)})
    assert is_manned(bar, paris("2026-11-28 01:59"), PARIS)
    assert not is_manned(bar, paris("2026-11-28 02:00"), PARIS)
    assert is_manned(Hours(), paris("2026-11-28 02:00"), PARIS)


@given(
    st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    st.times(),
    st.times(),
    st.times(),
    st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago"]),
)
def test_after_quiet_hours_it_is_not_quiet_and_at_most_a_day_later(
    day: date, at: time, start: time, end: time, zone_name: str
) -> None:
    zone, now = ZoneInfo(zone_name), datetime.combine(day, at, UTC)
    quiet = Span(start.replace(microsecond=0), end.replace(microsecond=0))
    if quiet.start == quiet.end:
        return
    later = after_quiet(now, quiet, zone)
    assert now <= later <= now + timedelta(hours=26)
    assert after_quiet(later, quiet, zone) == later


@pytest.mark.parametrize("text", ["8:00-12:00", "08:00", "25:00-26:00", "08:00-08:00", "24:30-25:00", "noon"])
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        span(text)


@pytest.fixture
def night(sqlite_store: SqlStore) -> Front:
    """22:00 in Paris, connected since yesterday."""
    desk = hotel()._replace(hours=HOURS, acknowledge="")
    clock = StillClock(paris("2026-11-23 22:00"))
    channel = FakeChannel()
    with sqlite_store.write() as tx:
        accounts.connected(tx, desk, channel.name, clock.now() - timedelta(days=1))
    return Front(sqlite_store, desk, channel, clock)


@pytest.mark.parametrize("week", [{}, {0: (), 6: ()}])
def test_exceptions_alone_close_their_days_and_no_others(week: dict[int, tuple[Span, ...]]) -> None:
    hours = Hours(week, {date(2026, 12, 25): (), date(2026, 12, 31): (span("09:00-12:00"),)})
    for moment, manned in (
        ("2026-11-28 02:00", True),
        ("2026-12-24 23:59", True),
        ("2026-12-25 00:00", False),
        ("2026-12-31 08:59", False),
        ("2026-12-31 11:59", True),
        ("2026-12-31 12:00", False),
        ("2027-01-01 00:00", True),
    ):
        assert is_manned(hours, paris(moment), PARIS) is manned, moment
    assert next_opening(hours, paris("2026-12-25 13:00"), PARIS) == paris("2026-12-26 00:00")


def told(front: Front) -> list[str]:
    with front.store.read() as tx:
        return [row.text for row in tx.outbox.in_state(list(OutboxState), 99)]


def close(front: Front) -> None:
    with front.store.write() as tx:
        lifecycle.close(tx, ANA, [front.conversation().id], front.now)


def test_a_first_message_at_night_is_acknowledged_and_still_waits(night: Front) -> None:
    night.guest_writes("Is there parking?")
    (text,) = told(night)
    assert text.startswith("Merci pour votre message.")
    row = night.conversation()
    assert (row.state, row.unanswered, row.preview) == (State.OPEN, True, "Is there parking?")
    with night.store.read() as tx:
        said = tx.messages.page(row.id, None, 9)
    assert [message.origin for message in said] == [Origin.GUEST, Origin.SCHEDULED]


def test_in_open_and_pending_nothing_is_said_and_after_closing_once_a_night(night: Front) -> None:
    night.guest_writes()
    night.guest_writes("Hello?")
    assert len(told(night)) == 1
    with night.store.write() as tx:
        lifecycle.snooze(tx, ANA, [night.conversation().id], night.now, night.now + timedelta(hours=40))
    night.guest_writes("Still there?")
    close(night)
    night.guest_writes("Once more")
    assert len(told(night)) == 1
    night.clock.forward(days=1)
    night.guest_writes("The next night, in Open")
    assert len(told(night)) == 1
    close(night)
    night.guest_writes("The next night, closed before")
    assert len(told(night)) == 2


@pytest.mark.parametrize("hour", [9, 15])
def test_in_the_hours_nothing_is_said(night: Front, hour: int) -> None:
    night.clock.at = paris(f"2026-11-24 {hour:02}:00")
    night.guest_writes()
    assert told(night) == []


def test_written_at_night_and_heard_in_the_morning(night: Front) -> None:
    written_at = night.now
    night.clock.at = paris("2026-11-24 08:05")
    night.guest_writes(at=written_at)
    assert told(night) == []


def test_switched_off_held_or_stopped_nothing_is_said(night: Front) -> None:
    night.desk = night.desk._replace(acknowledge=None)
    night.guest_writes()
    night.desk = night.desk._replace(acknowledge="")
    with night.store.write() as tx:
        holding.hold_all(tx, ANA, "water is off", night.now)
    close(night)
    night.guest_writes("Held")
    with night.store.write() as tx:
        holding.release_all(tx, ANA)
        line = tx.lines.get("desk-sms", "sms", GUEST)
        assert line is not None
        tx.lines.put(line._replace(stopped_at=night.now, stop_word="STOP", stop_source="provider"))
    close(night)
    night.guest_writes("Stopped")
    assert told(night) == []


def test_the_hotels_own_words(night: Front) -> None:
    with night.store.write() as tx:
        own = Template(0, TemplateKind.REMINDER, "night", "fr", "Bonne nuit de ##{{hotel}}.")
        templates.save(tx, night.desk, SYSTEM, own, night.now)
    night.desk = night.desk._replace(acknowledge="night")
    night.guest_writes()
    (text,) = told(night)
    assert text.startswith("Bonne nuit de Hôtel Lumière.")


def test_where_nobody_comes_back_for_weeks_the_word_is_still_not_kept_for_long(night: Front) -> None:
    """It would wait for the next month's SMS, or for an account that is paused, and then be nonsense."""
    winter = {night.now.date() + timedelta(days=n): () for n in range(-1, 30)}
    night.desk = night.desk._replace(hours=night.desk.hours._replace(dates=winter))
    night.guest_writes()
    with night.store.read() as tx:
        (row,) = tx.outbox.in_state(list(OutboxState), 9)
    assert row.expires_at == night.now + timedelta(days=1)

"""What ``[hours]``, ``[bookings]`` and a property's clock may say."""

from __future__ import annotations

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from tui_inbox.bootstrap.opening import build_desk
from tui_inbox.config import ConfigError, load
from tui_inbox.domain.hours import Span
from tui_inbox.wording import sentence

HOTEL = '[hotel]\nname = "H"\ntime_zone = "Europe/Paris"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[hours]\nweek = { monday = ["08:00-12:00", "14:00-24:00"] }\nquiet = "21:00-08:00"', []),
        ('[hours]\nweek = { lundi = ["08:00-12:00"] }', ["config_bad_week"]),
        ('[hours]\nweek = { monday = ["8-12"] }', ["config_bad_span"]),
        ('[hours]\ndates = { "25/12" = [] }', ["config_bad_dates"]),
        ('[hours]\nquiet = "night"', ["config_bad_span"]),
        ('[bookings]\nstaff = "the front desk"', ["config_bad_mail"]),
        ('[properties.annex]\nname = "A"\ntime_zone = "Lisbon"', ["config_bad_zone_near"]),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, expected: list[str]) -> None:
    path = tmp_path / "config.toml"
    path.write_text(HOTEL + text)
    found = []
    try:
        load(path)
    except ConfigError as error:
        found = [one.code for one in error.problems if sentence(one.code, one.params) != one.code]
    assert found == expected


def test_the_desk_keeps_them(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        HOTEL
        + '[properties.annex]\nname = "A"\ntime_zone = "Europe/Lisbon"\n'
        + '[hours]\nweek = { sunday = ["09:00-12:00"] }\ndates = { "2026-12-25" = [] }\nquiet = "21:00-08:00"\n'
        + 'acknowledge = true\n[bookings]\napproval = "hand"\nhold_minutes = 5\n'
    )
    desk = build_desk(load(path))
    assert desk.hours.week == {6: (Span(time(9), time(12)),)}
    assert (desk.hours.dates, desk.hours.quiet) == ({date(2026, 12, 25): ()}, Span(time(21), time(8)))
    assert (desk.zone_of("annex").key, desk.zone_of("").key) == ("Europe/Lisbon", "Europe/Paris")
    assert (desk.bookings.by_hand, desk.bookings.hold, desk.acknowledge) == (True, timedelta(minutes=5), "")

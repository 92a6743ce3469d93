"""Guest lists: the count of who fits, over 100,000 guests, each beside the same question written by hand."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

from bench.figures import Figure
from bench.generate import TODAY
from bench.storage import paired
from storage.engine import begin, commit, connect
from storage.store import open_store
from tui_inbox.domain.fold import plain

GUESTS = 100_000
TURNS = 9
_GUEST = ("id", "name", "sort_name", "language", "country", "vip", "phone", "email", "created_at", "updated_at")
_STAY = ("guest_id", "source", "external_id", "arrival", "departure", "room_type", "ota", "created_at", "updated_at")
_LIVING = "g.merged_into IS NULL AND g.blocked = 0"
_SOON = (TODAY + timedelta(days=7)).isoformat()

QUESTIONS: tuple[tuple[str, Mapping[str, str], str], ...] = (
    (
        "arriving in 7 days and no phone",
        {"arriving_within": "7", "phone": "no"},
        f"SELECT count(DISTINCT g.id) FROM reservation r JOIN guest g ON g.id = r.guest_id WHERE r.arrival >= '{TODAY}'"
        f" AND r.arrival <= '{_SOON}' AND r.status IN ('pending', 'confirmed') AND g.phone = '' AND {_LIVING}",
    ),
    (
        "French VIPs",
        {"language": "fr", "vip": "yes"},
        f"SELECT count(*) FROM guest g WHERE g.language = 'fr' AND g.vip = 1 AND {_LIVING}",
    ),
    (
        "long stays in a suite",
        {"room_type": "suite", "nights_from": "7"},
        "SELECT count(*) FROM guest g WHERE g.id IN (SELECT guest_id FROM reservation WHERE room_type = 'Suite'"
        " AND status IN ('pending', 'confirmed') AND julianday(departure) - julianday(arrival) >= 7)"
        f" AND {_LIVING}",
    ),
    (
        "three stays or more",
        {"stays_from": "3"},
        "SELECT count(*) FROM guest g WHERE g.id IN (SELECT guest_id FROM reservation WHERE"
        f" status IN ('pending', 'confirmed') AND arrival <= '{TODAY}' GROUP BY guest_id HAVING count(*) >= 3)"
        f" AND {_LIVING}",
    ),
)


def fill(url: str, seed: int = 7) -> None:
    """Guests with none to four stays around today."""
    dice = random.Random(seed)
    db = connect(url, write=True)
    begin(db, write=True)
    guests, stays = [], []
    for number in range(1, GUESTS + 1):
        name = f"Guest {number:06d}"
        phone = f"+336{number:08d}" if dice.random() < 0.8 else ""
        email = f"guest{number}@web.example" if dice.random() < 0.6 else ""
        language = dice.choice(("fr", "fr", "en", "de", ""))
        guests.append((number, name, plain(name), language, "FR", int(dice.random() < 0.03), phone, email, 0, 0))
        for stay in range(dice.choice((0, 1, 1, 1, 2, 4))):
            arrival = TODAY + timedelta(days=dice.randint(-700, 120))
            departure = arrival + timedelta(days=dice.randint(1, 12))
            kind, site = dice.choice(("Suite", "Double", "Single")), dice.choice(("Booking.com", "Direct"))
            days = (arrival.isoformat(), departure.isoformat())
            stays.append((number, "pms", f"R{number}-{stay}", *days, kind, site, 0, 0))
    db.insert_many("guest", _GUEST, guests)
    db.insert_many("reservation", _STAY, stays)
    commit(db)
    db.close()


def figures(folder: Path) -> Iterator[Figure]:
    """The count that the builder shows after every change."""
    url = f"sqlite:///{folder / 'lists.db'}"
    with open_store(url) as store:
        fill(url)
        db = connect(url, write=False)
        for name, criteria, floor in QUESTIONS:

            def ours(criteria: Mapping[str, str] = criteria) -> int:
                with store.read() as tx:
                    return tx.guest_lists.count(criteria, TODAY)

            def by_hand(sql: str = floor) -> int:
                found: int = db.value(sql)
                return found

            if ours() != by_hand():
                raise AssertionError(f"{name}: {ours()} is not {by_hand()}")
            spent, least = paired(ours, by_hand, TURNS)
            yield Figure(f"21 guest list of {GUESTS:,}: {name}", spent, least, "ms", 3, 1.2)
            yield Figure(f"21 guest list of {GUESTS:,}: {name}, at most", spent, None, "ms", 200)
        db.close()

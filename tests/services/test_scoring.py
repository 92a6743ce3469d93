"""The reply score of an account, from what its conversations hold."""

from __future__ import annotations

from datetime import timedelta

from storage.store import SqlStore
from tests.builders import NOW
from tests.fakes import hotel, written
from tests.services.conftest import ANA, Front
from tui_inbox.cli.words import account_lines
from tui_inbox.domain.channel import ChannelTraits, HandleKind
from tui_inbox.ports.channel import Health, HealthState
from tui_inbox.services import accounts, lifecycle, scoring, undo
from tui_inbox.services.desk import AccountInfo, Desk

BOOKING = ChannelTraits("booking", "BK", "Booking.com", HandleKind.OPAQUE, reply_mark=timedelta(hours=24))


def marked() -> Desk:
    """The fake vendor's SMS account, with Booking.com beside."""
    plain = hotel()
    known = plain.accounts["desk-sms"]
    info = AccountInfo(
        "desk-sms", "fake", {**known.channels, "booking": BOOKING}, {**known.own, "booking": "p"}, "full"
    )
    return plain._replace(accounts={**plain.accounts, "desk-sms": info})


def talk(front: Front, guest: str, *moments: tuple[float, bool]) -> None:
    """(hours ago, written by the hotel) ..."""
    for hours, outbound in moments:
        at = front.now - timedelta(hours=hours)
        key = f"{guest}-{hours}-{outbound}"
        fields = {"channel": "booking", "address": guest, "own_address": "p", "outbound": outbound}
        front.arrives(written("x", key=key, at=at, **fields))  # type: ignore[arg-type]


def test_answers_within_a_day_are_counted_and_shown_with_the_account(front: Front) -> None:
    front.desk = marked()
    for n in range(9):
        talk(front, f"g{n}", (100, False), (90, True))
    scoring.note(front.store, front.desk, "desk-sms", front.now)
    with front.store.read() as tx:
        row = accounts.of(tx, front.desk, "desk-sms")
    assert (row.health["reply_count"], "reply_score" in row.health) == (9, False)
    talk(front, "late", (60, False), (30, True))
    scoring.note(front.store, front.desk, "desk-sms", front.now)
    with front.store.write() as tx:
        row = accounts.of(tx, front.desk, "desk-sms", for_change=True)
        assert (row.health["reply_score"], row.health["reply_count"]) == (90, 10)
        tx.accounts.put(accounts.told(row, Health(HealthState.OK, details={"queue": "open"})))
    with front.store.read() as tx:
        row = accounts.of(tx, front.desk, "desk-sms")
    assert row.health["reply_score"] == 90, "a test call does not forget it"
    lines = list(account_lines(front.desk, {"desk-sms": row}, front.now))
    assert "  90 % answered within 24 hours, of 10 messages in 30 days; an estimate" in lines


def test_no_reply_needed_is_left_out_until_it_is_taken_back(front: Front) -> None:
    front.desk = marked()
    talk(front, "merci", (1, False))
    conversation = front.conversation("merci", "booking")
    with front.store.write() as tx:
        lifecycle.no_reply_needed(tx, ANA, [conversation.id], front.now, desk=front.desk)
    front.clock.forward(hours=40)
    with front.store.read() as tx:
        assert scoring.of_account(tx, front.desk, "desk-sms", front.now) == (0, 0)
    with front.store.write() as tx:
        undo.undo(tx, ANA, front.now)
    with front.store.read() as tx:
        assert scoring.of_account(tx, front.desk, "desk-sms", front.now) == (0, 1)


def test_an_account_without_such_a_mark_has_no_score(sqlite_store: SqlStore) -> None:
    scoring.note(sqlite_store, hotel(), "desk-sms", NOW)
    with sqlite_store.read() as tx:
        assert scoring.of_account(tx, hotel(), "desk-sms", NOW) is None
        assert scoring.reply_score(accounts.of(tx, hotel(), "desk-sms").health) is None

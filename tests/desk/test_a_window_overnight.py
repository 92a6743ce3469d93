"""E2: a WhatsApp question that nobody answers for a day, up to the template that is sent instead."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from storage.store import SqlStore
from tests.desk.flows import an_approved, outbox
from tests.desk.house import House
from tests.tui.hotel import StandingClock
from tui_inbox.domain.template import Approval


async def test_e2_the_row_warns_an_hour_before_and_a_minute_after_only_a_template_goes(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    clock = StandingClock(datetime(2026, 11, 23, 6, 0, tzinfo=UTC))
    house = House(sqlite_store, tmp_path, clock=clock)
    with sqlite_store.write() as t:
        an_approved(t)
        an_approved(t, "refused_one", "Bonjour", approval=Approval.REJECTED, mapping={})
    house.writes("Est-ce que le parking est ouvert ?", channel="whatsapp", name="Claire Martin")
    async with house.screen() as desk:
        clock.moment = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
        await desk.press("f5")
        await desk.at_rest()
        row = desk.line("WA Claire Martin")
        assert "60 min" in row or "1 h" in row, row
        await desk.press("r")
        await desk.type("Oui, toute la nuit")
        clock.moment = datetime(2026, 11, 24, 6, 1, tzinfo=UTC)
        await desk.pilot.press("enter")
        await desk.until(lambda: "late_arrival" in desk.text)
        assert "refused_one" not in desk.text
        assert outbox(sqlite_store) == []
        assert desk.inbox.composer.text == "Oui, toute la nuit"
        await desk.press("enter")
        await desk.until(lambda: desk.inbox.answering.template is not None)
        assert desk.inbox.composer.text == "Bonjour Claire, à ce soir."
        await desk.press("enter")
        await desk.until(lambda: outbox(sqlite_store))
        house.deliver()
    ((_id, sent),) = house.sms.sent
    assert (sent.template_id, sent.template_values) == ("HX-late_arrival", {"1": "Claire"})

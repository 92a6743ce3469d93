"""A template from the form to the guest, at Meta and at Twilio: given in, rejected, corrected, approved, sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.sandbox.twilio import SandboxTwilio
from adapters.sandbox.twilio_account import TwilioAccount
from adapters.sandbox.whatsapp_cloud import SandboxWhatsApp
from adapters.sandbox.whatsapp_cloud_account import WhatsAppAccount
from storage.store import SqlStore
from tests.adapters.rig_whatsapp_cloud import in_whatsapp_sandbox
from tests.adapters.rigs import in_sandbox
from tests.builders import NOW
from tests.desk.house import DAY, connected
from tests.tui.beside import listed
from tests.tui.driving import Desk as Sitting
from tests.tui.driving import sitting
from tests.tui.hotel import WHATSAPP, StandingClock, a_desk, a_session, converse
from tests.worker.test_worker import OneLease
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.channel import Channel
from tui_inbox.rows import ConsentRow
from tui_inbox.services import accounts, channels
from tui_inbox.services.desk import AccountInfo, Desk
from tui_inbox.tui.session import Session
from tui_inbox.worker.once import run_once
from tui_inbox.worker.parts import Parts

GUEST, NUMBER = "+33612345678", "+33700000001"
NAME = "desk-wa"
BODY = "Bonjour ##{{first_name}}, votre chambre est prête.\n\n_Hôtel Lumière_\n\n[Plan] https://hotel.example/plan"


@dataclass
class Vendor:
    """What differs between the two, seen from outside."""

    type: str
    open: Callable[[], Channel]
    decide: Callable[[str, str], None]
    """State and reason of ``room_ready``."""
    sent: Callable[[], list[str]]


def at_twilio(box: SandboxTwilio) -> Vendor:
    def opened() -> Channel:
        return in_sandbox(box)

    def sent() -> list[str]:
        return [message.body for message in box.account.messages()]

    return Vendor("twilio", opened, lambda state, why: box.account.review("room_ready", state, why), sent)


def at_meta(box: SandboxWhatsApp) -> Vendor:
    def opened() -> Channel:
        return in_whatsapp_sandbox(box, number=NUMBER)

    def sent() -> list[str]:
        return [message.text for message in box.account.sent]

    def decide(state: str, why: str) -> None:
        box.account.review("room_ready", state.upper(), why or "NONE")

    return Vendor("whatsapp-cloud", opened, decide, sent)


@dataclass
class House:
    store: SqlStore
    folder: Path
    vendor: Vendor
    clock: StandingClock

    @property
    def desk(self) -> Desk:
        info = AccountInfo(NAME, self.vendor.type, {"whatsapp": WHATSAPP}, {"whatsapp": NUMBER})
        return a_desk(accounts={NAME: info})

    @property
    def session(self) -> Session:
        return a_session(self.store, self.folder, desk=self.desk, clock=self.clock)

    def stored(self) -> Template:
        with self.store.read() as t:
            (template,) = t.templates.all(TemplateKind.WHATSAPP)
        return template

    async def worker(self, desk: Sitting) -> None:
        """The worker does what the screen has asked for, and sends what is due."""

        def asked() -> bool:
            with self.store.read() as t:
                return bool(t.jobs.queued(1))

        def work() -> None:
            channel = self.vendor.open()
            channel.name = NAME
            try:
                channels.run_jobs(self.store, self.desk, {NAME: channel}, self.clock.now())
            finally:
                channel.close()

        await desk.until(asked)
        await asyncio.to_thread(work)

    def send(self) -> None:
        self.clock.forward(seconds=11)
        channel = self.vendor.open()
        channel.name = NAME
        try:
            run_once(Parts(self.store, self.desk, {NAME: channel}, OneLease(), clock=self.clock))
        finally:
            channel.close()


@pytest.fixture(params=["twilio", "whatsapp-cloud"])
def house(request: pytest.FixtureRequest, sqlite_store: SqlStore, tmp_path: Path) -> Iterator[House]:
    clock = StandingClock(NOW)
    box: SandboxTwilio | SandboxWhatsApp
    if request.param == "twilio":
        box = SandboxTwilio(TwilioAccount(clock=clock, whatsapp=NUMBER))
        vendor = at_twilio(box)
    else:
        box = SandboxWhatsApp(WhatsAppAccount(clock=clock, number=NUMBER))
        vendor = at_meta(box)
    made = House(sqlite_store, tmp_path, vendor, clock)
    connected(sqlite_store, made.desk, NOW - DAY)
    with sqlite_store.write() as t:
        accounts.polled(t, made.desk, NAME, None, NOW)
        converse(t, "Claire Martin", "whatsapp", "Bonjour", -30 * 60, account=NAME, phone=GUEST)
    with box:
        yield made


async def written(desk: Sitting) -> None:
    """In utility, with a variable, a footer and a button."""
    await desk.press("f7", "f", "f", "a")
    await desk.type("room_ready")
    await desk.press("enter", "enter", "right", "enter")
    for field, text in (("footer", "Hôtel Lumière"), ("buttons", "[Plan] https://hotel.example/plan")):
        desk.app.screen.query_one(f"#field-{field}").value = text  # type: ignore[attr-defined]
    desk.app.screen.query_one("#field-body").load_text(BODY.split("\n")[0])  # type: ignore[attr-defined]
    await desk.press("ctrl+s")
    await submitted(desk)


async def submitted(desk: Sitting) -> None:
    await desk.until(lambda: "Submit “room_ready” for review?" in desk.text)
    await desk.pilot.press("enter")


async def synced(desk: Sitting, house: House) -> None:
    await desk.pilot.press("y")
    await house.worker(desk)
    await desk.pilot.pause()


async def test_from_the_form_to_the_guest_by_way_of_a_rejection(house: House) -> None:
    async with sitting(house.session, (120, 40)) as desk:
        await written(desk)
        await house.worker(desk)
        await desk.until(lambda: "submitted: room_ready" in desk.text)
        assert house.stored().submitted_at == NOW
        await synced(desk, house)
        assert house.stored().approval == "submitted"

        house.vendor.decide("rejected", "INVALID_FORMAT")
        await synced(desk, house)
        await desk.until(lambda: "the provider says: INVALID_FORMAT" in desk.text)
        assert "rejected" in listed(desk, "room_ready")

        await desk.press("e")
        box = desk.app.screen.query_one("#field-body")
        box.load_text(box.text.replace("prête.", "prête pour vous."))  # type: ignore[attr-defined]
        await desk.press("ctrl+s")
        await submitted(desk)
        await house.worker(desk)
        await desk.until(lambda: "submitted: room_ready" in desk.text)

        house.vendor.decide("approved", "")
        await synced(desk, house)
        await desk.until(lambda: "approved" in listed(desk, "room_ready"))
        assert list(house.stored().mapping.values()) == ["first_name"]

        await desk.press("escape", "r", "T")
        assert "prête pour vous." in desk.text
        assert "utility fr" in desk.line("room_ready")
        await desk.press("enter")
        await desk.until(lambda: desk.inbox.answering.template is not None)
        await desk.press("enter")
        await asyncio.to_thread(house.send)
    (sent,) = house.vendor.sent()
    assert sent == "Bonjour Claire, votre chambre est prête pour vous."


async def test_until_it_is_approved_the_picker_has_none(house: House) -> None:
    async with sitting(house.session, (120, 40)) as desk:
        await written(desk)
        await house.worker(desk)
        await desk.until(lambda: "submitted: room_ready" in desk.text)
        await desk.press("escape", "r", "T")
        assert "No text or approved template yet" in desk.text


async def test_a_sync_between_writing_and_submitting_keeps_the_draft(house: House) -> None:
    async with sitting(house.session, (120, 40)) as desk:
        await desk.press("f7", "f", "f", "a")
        await desk.type("later_on")
        await desk.press("enter", "enter", "right", "enter")
        await desk.type("Bonjour, à ce soir.")
        await desk.press("ctrl+s")
        await desk.until(lambda: "Submit “later_on” for review?" in desk.text)
        await desk.press("escape")
        await synced(desk, house)
        assert "not submitted" in listed(desk, "later_on")
    assert house.stored().body == "Bonjour, à ce soir."


async def test_marketing_is_greyed_with_the_reason_for_a_guest_who_refused_it(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    from tests.desk.flows import PHONE, an_approved, outbox, staff

    with sqlite_store.write() as t:
        staff(t)
        row = converse(t, "Claire Martin", "whatsapp", "Bonjour", -25 * 60, phone=PHONE)
        t.consents.put(row.guest_id, ConsentRow("marketing", "whatsapp", False, NOW, "", "guest"))
        an_approved(t)
        an_approved(t, "spring_offer", "Bonjour {{1}}, l’offre de printemps.", category="marketing")
    async with sitting(a_session(sqlite_store, tmp_path), (120, 40)) as desk:
        await desk.press("r", "T")
        assert "wants no marketing" in desk.line("spring_offer")
        assert "utility" in desk.line("late_arrival")
        await desk.type("spring")
        await desk.press("enter")
        assert desk.inbox.answering.template is None
        await desk.press(*["backspace"] * 6, "enter")
        await desk.until(lambda: desk.inbox.answering.template is not None)
        await desk.press("enter")
        assert [row.template_id for row in outbox(sqlite_store)] == ["HX-late_arrival"]

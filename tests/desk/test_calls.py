"""The telephone at the desk: a target set on the screen, calls and voicemails in the thread, a call written down."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.sandbox.twilio import SandboxTwilio
from adapters.sandbox.twilio_account import TwilioAccount
from adapters.twilio import voice
from adapters.twilio.account import Twilio
from storage.blobs import FileBlobs
from storage.store import SqlStore
from tests.adapters.rigs import in_sandbox, twilio_settings
from tests.builders import NOW
from tests.desk.house import DAY, connected
from tests.tui.driving import Desk as Sitting
from tests.tui.driving import sitting
from tests.tui.hotel import ANA, SMS, WHATSAPP, StandingClock, a_desk, a_session, converse
from tests.worker.test_worker import OneLease
from tui_inbox.domain.conversation import Conversation, State
from tui_inbox.ports.channel import CallRoute
from tui_inbox.rows import View
from tui_inbox.services import channels, files, transcribing
from tui_inbox.services.desk import AccountInfo, Desk
from tui_inbox.tui.session import Session
from tui_inbox.worker.once import run_once
from tui_inbox.worker.parts import Parts

GUEST, TARGET = "+33612345678", "+33698765432"
ADMIN = ANA._replace(role="admin")


def telephone_desk() -> Desk:
    info = AccountInfo(
        "desk-sms", "twilio", {"sms": SMS, "whatsapp": WHATSAPP}, {"sms": "+33700000000"}, settings={"calls": "True"}
    )
    return a_desk(accounts={"desk-sms": info})


@dataclass
class Switchboard:
    """A hotel whose only vendor is the simulated Twilio, asked by a worker when the test says so."""

    store: SqlStore
    folder: Path
    box: SandboxTwilio
    clock: StandingClock
    desk: Desk = field(default_factory=telephone_desk)

    def channel(self) -> Twilio:
        made = in_sandbox(self.box, calls=True)
        made.name = "desk-sms"
        return made

    def work(self) -> None:
        """A round, and what the worker fetches besides."""
        run_once(Parts(self.store, self.desk, {"desk-sms": self.channel()}, OneLease(), clock=self.clock))
        channel = self.channel()
        files.fetch_remote(self.store, channel, FileBlobs(self.folder / "blobs"), self.clock.now())
        channel.close()

    def rings(self, guest: str = GUEST, **happens: int) -> None:
        """A call that is over by now, and the worker's round after it."""
        self.box.account.telephone.ring(guest, self.box.account.sms, self.clock.now(), **happens)
        self.clock.forward(minutes=6)
        self.work()

    def conversation(self, guest: str = GUEST) -> Conversation:
        with self.store.read() as t:
            known = t.guests.by_handle("sms", guest)[0]
            return t.conversations.all_of_guest(known.id)[0]

    async def answer(self, desk: Sitting) -> None:
        """The worker does what a screen has asked for."""

        def done() -> int:
            channel = self.channel()
            try:
                return channels.run_jobs(self.store, self.desk, {"desk-sms": channel}, self.clock.now())
            finally:
                channel.close()

        await desk.until(lambda: self._asked())
        assert await asyncio.to_thread(done) == 1

    def _asked(self) -> bool:
        with self.store.read() as t:
            return bool(t.jobs.queued(1))


@pytest.fixture
def board(sqlite_store: SqlStore, tmp_path: Path) -> Iterator[Switchboard]:
    clock = StandingClock(NOW)
    with SandboxTwilio(TwilioAccount(clock=clock)) as box:
        made = Switchboard(sqlite_store, tmp_path, box, clock)
        connected(sqlite_store, made.desk, NOW - DAY)
        yield made


def screen(board: Switchboard, **values: object) -> Session:
    return a_session(board.store, board.folder, desk=board.desk, clock=board.clock, **values)


async def test_a_target_is_set_on_the_screen_and_a_forwarded_call_stands_in_the_thread_with_its_length(
    board: Switchboard,
) -> None:
    with board.store.write() as t:
        converse(t, "Claire Martin", "sms", "Vous êtes ouverts ?", 0, phone=GUEST)
    async with sitting(screen(board, actor=ADMIN)) as desk:
        await desk.press("f8")
        await desk.pilot.press("v")
        await board.answer(desk)
        await desk.until(lambda: "rings at" in desk.text)
        await desk.pilot.press(*"0698765432", "down", "down", "right", "ctrl+s")
        await board.answer(desk)
        await desk.until(lambda: f"Calls ring at {TARGET} for 20 seconds, then the voicemail takes them." in desk.text)
        assert "PhoneNumber=%2B33698765432" in board.box.account.telephone.voice_url
        await desk.press("escape")
        board.rings(talk=134)
        await desk.until(lambda: "call, 2:14" in desk.text)
        assert not board.conversation().unanswered


async def test_a_target_that_is_none_is_refused_and_nothing_typed_is_lost(board: Switchboard) -> None:
    async with sitting(screen(board, actor=ADMIN)) as desk:
        await desk.press("f8")
        await desk.pilot.press("v")
        await board.answer(desk)
        await desk.until(lambda: "rings at" in desk.text)
        await desk.pilot.press(*"front", "ctrl+s")
        await board.answer(desk)
        await desk.until(lambda: "is no telephone number" in desk.text)
        assert board.box.account.telephone.voice_url == ""


async def test_who_is_no_administrator_sees_where_calls_go_and_cannot_change_it(board: Switchboard) -> None:
    async with sitting(screen(board)) as desk:
        await desk.press("f8")
        await desk.pilot.press("v")
        await board.answer(desk)
        await desk.until(lambda: "Calls are not forwarded" in desk.text)
        await desk.press("ctrl+s")
        await desk.until(lambda: "administrator" in desk.text)
        assert board.box.account.telephone.voice_url == ""


async def test_a_voicemail_stands_in_open_unread_with_its_length(board: Switchboard) -> None:
    board.box.account.telephone.voice_url = voice.address(twilio_settings(), CallRoute(TARGET, 20, voicemail=True))
    async with sitting(screen(board)) as desk:
        board.rings(voicemail=14)
        await desk.until(lambda: "missed call" in desk.text)
        await desk.at_rest()
        assert "Missed call: Voicemail 0:14" in desk.text
        assert "Voicemail · 0:14" in desk.text
        assert "Open 1" in desk.text
    conversation = board.conversation()
    assert (conversation.state, conversation.unanswered) == (State.OPEN, True)
    with board.store.read() as t:
        assert t.inbox.counts("marc", View()).unread == 1
        (message,) = t.messages.page(conversation.id, None, 5)
    (file,) = message.attachments
    assert (file.state, file.seconds, file.type) == ("stored", 14, "audio/wav")
    with board.store.write() as t:
        transcribing.ask(t, board.desk._replace(transcribes=True), ANA, file.id, board.clock.now())
        assert [asked.name for asked in t.messages.to_transcribe(5)] == ["voicemail.wav"]


async def test_a_call_of_another_telephone_is_written_down_answers_and_is_undone(board: Switchboard) -> None:
    with board.store.write() as t:
        converse(t, "Claire Martin", "sms", "Vous êtes ouverts ?", 0, phone=GUEST)
    board.clock.forward(minutes=1)
    async with sitting(screen(board)) as desk:
        await desk.press("P")
        await desk.pilot.press("right", "down", "backspace", "2", "colon", "3", "0", "down", *"at nine")
        await desk.pilot.press("ctrl+s")
        await desk.until(lambda: "called the guest, 2:30" in desk.text)
        await desk.until(lambda: "call written down by Ana" in desk.text)
        assert "at nine" in desk.text
        assert not board.conversation().unanswered
        await desk.press("u")
        await desk.until(lambda: "called the guest, 2:30" not in desk.text)
        assert board.conversation().unanswered

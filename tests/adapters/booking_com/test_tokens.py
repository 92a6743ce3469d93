"""Booking.com's settings, and its tokens: asked for as seldom as may be, shown nowhere."""

from __future__ import annotations

import threading

import msgspec
import pytest

from adapters.booking_com.account import Booking
from adapters.booking_com.tokens import A_HOUR
from adapters.sandbox.booking_com import SandboxBooking
from adapters.sandbox.door import Fault
from tests.adapters.booking_com.conftest import TALKS
from tests.adapters.rig_booking_com import booking, booking_settings, tokens
from tests.adapters.rigging import outgoing
from tests.fakes import StillClock
from tui_inbox.domain.errors import AccountBlocked, NotSent
from tui_inbox.ports.channel import Channel, FetchesFiles, FindsSent, HealthState, LoadsOlder, TakesActs
from tui_inbox.ports.secrets import Secret


def test_it_keeps_every_promise_of_the_port(desk: Booking) -> None:
    for promise in (Channel, FindsSent, FetchesFiles, LoadsOlder, TakesActs):
        assert isinstance(desk, promise)


@pytest.mark.parametrize(
    "wrong",
    [{"property_ids": []}, {"property_ids": ["hotel"]}, {"secret": ""}, {"auth": "none"}, {"accept_version": "new"}],
)
def test_a_wrong_setting_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        booking_settings(**wrong)


def test_opening_needs_the_secret_and_no_network() -> None:
    class Drawer:
        def get(self, name: str) -> Secret:
            assert name == "booking"
            return Secret("x")

    for auth in ("token", "basic"):
        settings = booking_settings(base_url="http://127.0.0.1:9", auth_url="http://127.0.0.1:9", auth=auth)
        opened = Booking.open("desk", settings, Drawer())
        assert opened.streams() == [TALKS, "queue", "search"]
        opened.close()
    assert booking("http://127.0.0.1:9", queue=False).streams() == [TALKS, "search"]


def test_a_token_is_asked_for_once_and_renewed_five_minutes_early(
    box: SandboxBooking, desk: Booking, clock: StillClock
) -> None:
    for _ in range(3):
        assert desk.test().state is HealthState.OK
    assert len(box.account.exchanges) == 1
    clock.forward(minutes=54)
    desk.test()
    assert len(box.account.exchanges) == 1
    clock.forward(minutes=2)
    desk.test()
    assert len(box.account.exchanges) == 2, "the first would have ended four minutes later"


def test_many_threads_ask_for_one_token(box: SandboxBooking) -> None:
    identity = tokens(box, box.account.clock)
    signed: list[str] = []
    workers = [threading.Thread(target=lambda: signed.append(identity.headers()["Authorization"])) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(5)
    assert len(signed) == 8
    assert len(set(signed)) == 1
    assert len(box.account.exchanges) == 1
    identity.close()


def test_a_refused_token_is_renewed_once_and_the_message_goes_out_once(box: SandboxBooking, desk: Booking) -> None:
    talk = box.account.book("3812391309", "A. Guest")
    desk.test()
    box.account.forget_tokens()
    desk.send(outgoing("booking", talk.id, "Welcome"))
    assert [told.text for told in box.account.thread(talk.id)] == ["Welcome"]
    assert len(box.account.exchanges) == 2


def test_a_token_that_is_refused_again_blocks_the_account(box: SandboxBooking, desk: Booking) -> None:
    box.account.faults.append(Fault("refuse", on="any", times=9, status=401, code="401"))
    # The fault stands before the token service as well: both refusals end at the account.
    with pytest.raises(AccountBlocked):
        desk.fetch(TALKS, "", None)
    assert box.account.faults[0].times >= 6, "it was not tried again and again"


def test_a_wrong_secret_blocks_the_account_with_its_own_word(box: SandboxBooking) -> None:
    wrong = booking(box.base_url, tokens(box, box.account.clock, "wrong"), box.account.clock)
    with pytest.raises(AccountBlocked, match="bad_client"):
        wrong.fetch("queue", "", None)
    assert (wrong.test().state, wrong.test().code) == (HealthState.ERROR, "bad_client")
    wrong.close()


def test_no_more_tokens_are_asked_for_than_the_vendor_gives(box: SandboxBooking, clock: StillClock) -> None:
    identity = tokens(box, clock, "wrong")
    for _ in range(A_HOUR):
        with pytest.raises(AccountBlocked):
            identity.headers()
    with pytest.raises(NotSent, match="rate_limited") as caught:
        identity.headers()
    assert len(box.account.exchanges) == A_HOUR
    assert caught.value.retry_after == 3600
    identity.close()


def test_a_token_shows_nowhere(box: SandboxBooking) -> None:
    identity = tokens(box, box.account.clock)
    token = identity.headers()["Authorization"].removeprefix("Bearer ")
    assert token not in repr(vars(identity)) + repr(identity)
    identity.close()


def test_old_accounts_sign_with_their_password(box: SandboxBooking) -> None:
    class Drawer:
        def get(self, name: str) -> Secret:
            return Secret(box.account.secret)

    settings = booking_settings(base_url=box.base_url, auth="basic", client_id=box.account.client_id)
    old = Booking.open("desk", settings, Drawer())
    assert old.test().state is HealthState.OK
    assert box.account.exchanges == []
    old.close()

from random import Random

import pytest

from tui_inbox.domain.errors import AcceptedWithoutId, AccountBlocked, ChannelError, NotSent, Rejected, Unknown
from tui_inbox.domain.outbox import OutboxState, allowed, backoff, classify, shown


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (NotSent("refused"), OutboxState.RETRY_WAIT),
        (AccountBlocked("auth"), OutboxState.QUEUED),
        (Rejected("bad_number"), OutboxState.FAILED),
        (Unknown("timeout"), OutboxState.UNKNOWN),
        (AcceptedWithoutId("unreadable"), OutboxState.UNKNOWN),
        (ChannelError("odd"), OutboxState.UNKNOWN),
    ],
)
def test_the_class_of_the_error_decides(error: ChannelError, state: OutboxState) -> None:
    assert classify(error) == (state, error.code)
    assert allowed(OutboxState.INFLIGHT, state)


def test_waits_double_up_to_five_minutes() -> None:
    waits = [backoff(tries, None, Random(1)).total_seconds() for tries in range(1, 12)]
    assert 2 <= waits[0] <= 2.5
    assert 8 <= waits[2] <= 10
    assert all(300 <= wait <= 375 for wait in waits[8:])


def test_the_vendor_s_wish_is_honoured_within_an_hour() -> None:
    assert 60 <= backoff(1, 60, Random(1)).total_seconds() <= 75
    assert backoff(1, 10**9, Random(1)).total_seconds() <= 4500
    assert backoff(1, -5, Random(1)).total_seconds() <= 2.5


def test_nothing_in_flight_can_be_cancelled_and_every_state_has_a_word() -> None:
    assert not allowed(OutboxState.INFLIGHT, OutboxState.CANCELLED)
    assert not allowed(OutboxState.UNKNOWN, OutboxState.CANCELLED)
    for state in OutboxState:
        assert shown(state) is not None

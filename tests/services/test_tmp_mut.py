from hypothesis import settings, HealthCheck
import tests.services.test_delivery_model as m
from tests.services.test_delivery_model import template, Outbox
from tui_inbox.services import delivery
from tui_inbox.domain.outbox import OutboxState
import pytest
def bad(tx, desk, live, now, sending=(), limit=500):
    rows=tx.outbox.in_state((OutboxState.CLAIMED, OutboxState.INFLIGHT), limit)
    for r in rows:
        tx.outbox.move(r, OutboxState.QUEUED, now, owner="")
@pytest.fixture(scope="module", autouse=True)
def patched():
    old=delivery.recover; pass
    yield
    delivery.recover=old
class Long(Outbox): pass
TestLong=Long.TestCase
TestLong.settings=settings(max_examples=250, stateful_step_count=60, deadline=None, suppress_health_check=list(HealthCheck))

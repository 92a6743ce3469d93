"""Channex's settings, its sites, and what the test call tells of them."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from adapters.channex.account import Channex
from adapters.sandbox.channex import SandboxChannex
from adapters.sandbox.channex_account import Site
from tests.adapters.channex.conftest import NOW, everything
from tests.adapters.faults import answer, answering
from tests.adapters.rig_channex import channex, channex_settings, in_sandbox
from tests.adapters.rigging import outgoing
from tests.fakes import StillClock
from tui_inbox.domain.errors import Rejected
from tui_inbox.ports.channel import Channel, FetchesFiles, FindsSent, HealthState, LoadsOlder, News, TakesActs
from tui_inbox.ports.secrets import Secret


def test_it_keeps_every_promise_of_the_port(desk: Channex) -> None:
    for promise in (Channel, FindsSent, FetchesFiles, LoadsOlder, TakesActs):
        assert isinstance(desk, promise)


@pytest.mark.parametrize(
    "wrong", [{"property_id": "7"}, {"secret": ""}, {"sites": []}, {"sites": ["vrbo"]}, {"key": "in clear"}]
)
def test_a_wrong_setting_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        channex_settings(**wrong)


def test_opening_needs_the_secret_and_no_network() -> None:
    class Drawer:
        def get(self, name: str) -> Secret:
            assert name == "channex-key"
            return Secret("x")

    opened = Channex.open("desk", channex_settings("http://127.0.0.1:9"), Drawer())
    assert (opened.name, list(opened.traits)) == ("desk", ["booking", "airbnb", "expedia"])
    opened.close()


def test_only_the_sites_that_were_asked_for_are_served_and_fetched(box: SandboxChannex) -> None:
    only = in_sandbox(box, sites=["airbnb"])
    box.account.write(box.account.book("BookingCom", "3812391309", "Claire", "Martin"), "not here")
    box.account.write(box.account.book("AirBNB", "HMABC12345", "Andrew", "Poe"), "here")
    assert list(only.traits) == ["airbnb"]
    assert [item.text for item in everything(only)[0]] == ["here"]
    only.close()


def test_errors_may_be_a_list_or_a_text() -> None:
    for body in (b'{"errors":[{"code":"x","title":"no"}]}', b'{"errors":"no"}', b'{"error":{"message":"no"}}'):
        with answering(answer("422 No", body)) as server:
            desk = channex(server.url)
            with pytest.raises(Rejected) as caught:
                desk.send(outgoing("airbnb", "20d1b08c-190e-4068-a77d-4a909a21835d"))
            desk.close()
        assert caught.value.vendor_text == "no"


def test_the_test_call_tells_what_is_connected_and_what_lacks(box: SandboxChannex, desk: Channex) -> None:
    found = desk.test()
    assert (found.state, found.account_name) == (HealthState.OK, "Sandbox")
    assert found.details == {"booking": "active", "airbnb": "active", "expedia": "active"}
    box.account.sites["AirBNB"] = Site("AirBNB", token_invalid=True)
    del box.account.sites["Expedia"]
    stale = desk.test()
    assert (stale.state, stale.code) == (HealthState.RESTRICTED, "reauthorise")
    assert stale.details == {"booking": "active", "airbnb": "reauthorise", "expedia": "absent"}
    box.account.sites["AirBNB"] = Site("AirBNB", mapped=False)
    assert (desk.test().state, desk.test().code) == (HealthState.RESTRICTED, "not_mapped")
    box.account.app_installed = False
    assert (desk.test().state, desk.test().code) == (HealthState.RESTRICTED, "chat_app_missing")
    box.account.key = "another"
    assert (desk.test().state, desk.test().code) == (HealthState.ERROR, "auth")


def test_a_consent_that_runs_out_is_told_within_one_poll_and_so_is_its_renewal(
    box: SandboxChannex, desk: Channex, clock: StillClock
) -> None:
    first = desk.fetch("connections", "", None)
    assert first.envelopes == ()
    box.account.sites["AirBNB"] = replace(box.account.sites["AirBNB"], token_invalid=True)
    stale = desk.fetch("connections", first.cursor, None)
    assert [desk.read(envelope) for envelope in stale.envelopes] == [
        (News(NOW, "account", "reauthorise", "airbnb"),),
    ]
    assert desk.fetch("connections", stale.cursor, None).envelopes == (), "told once"
    clock.forward(minutes=5)
    box.account.sites["AirBNB"] = Site("AirBNB")
    (renewed,) = desk.fetch("connections", stale.cursor, None).envelopes
    assert desk.read(renewed) == (News(clock.now(), "account", "", "airbnb"),)


def test_a_key_that_may_not_see_the_connections_still_polls(desk: Channex) -> None:
    with answering(answer("404 Not Found", b'{"errors":{"code":"resource_not_found"}}')) as server:
        other = channex(server.url)
        assert other.fetch("connections", "x", None).cursor == "x"
        other.close()

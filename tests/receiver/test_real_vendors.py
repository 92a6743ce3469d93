"""Meta's own webhooks against the real receiver: forged, cut off, repeated and out of order, over HTTP."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from adapters.meta.settings import INSTAGRAM, MESSENGER
from adapters.whatsapp_cloud.settings import WHATSAPP
from storage.store import SqlStore
from tests.adapters.rig_meta import GUEST, NAMES, PAGE, instagram, messenger
from tests.adapters.rig_meta import INSTAGRAM as INSTAGRAM_ID
from tests.adapters.rig_whatsapp_cloud import webhook, whatsapp
from tests.adapters.rigging import CANARY
from tests.fakes import hotel
from tests.receiver.tiny import House, running
from tui_inbox.ports.channel import Channel
from tui_inbox.services import accounts
from tui_inbox.services.desk import AccountInfo
from tui_inbox.services.receiving import FORGED

NOWHERE = "http://127.0.0.1:9"
SECONDS = 1_795_334_400


@dataclass
class Vendor:
    open: Callable[[], Channel]
    code: str
    secret: str
    verify: str
    body: Callable[[int], bytes]
    """The webhook of one message."""


def of_whatsapp(number: int) -> bytes:
    told = json.loads(webhook("text"))
    message = told["entry"][0]["changes"][0]["value"]["messages"][0]
    del message["context"]
    message |= {"id": f"wamid.{number:04d}", "timestamp": str(SECONDS + number), "text": {"body": f"Message {number}"}}
    return json.dumps(told).encode()


def of_messenger(number: int) -> bytes:
    event = {
        "sender": {"id": GUEST},
        "recipient": {"id": PAGE},
        "timestamp": (SECONDS + number) * 1000,
        "message": {"mid": f"m_{number:04d}", "text": f"Message {number}"},
    }
    return json.dumps({"object": "page", "entry": [{"id": PAGE, "time": 1, "messaging": [event]}]}).encode()


def of_instagram(number: int) -> bytes:
    return of_messenger(number).replace(b'"page"', b'"instagram"').replace(PAGE.encode(), INSTAGRAM_ID.encode())


SECRETS: dict[str, Any] = dict(NAMES)
VENDORS = {
    "whatsapp-cloud": Vendor(lambda: whatsapp(NOWHERE), WHATSAPP.code, CANARY, CANARY, of_whatsapp),
    "messenger": Vendor(
        lambda: messenger(NOWHERE, **SECRETS), MESSENGER.code, "sandbox-app-secret", "sandbox-verify", of_messenger
    ),
    "instagram": Vendor(
        lambda: instagram(NOWHERE, **SECRETS), INSTAGRAM.code, "sandbox-app-secret", "sandbox-verify", of_instagram
    ),
}


@pytest.fixture(params=list(VENDORS))
def vendor(request: pytest.FixtureRequest) -> Vendor:
    return VENDORS[request.param]


@pytest.fixture
def house(vendor: Vendor, sqlite_store: SqlStore) -> Iterator[House]:
    channel, desk = vendor.open(), hotel()
    traits = {"whatsapp": WHATSAPP, "messenger": MESSENGER, "instagram": INSTAGRAM}[vendor.code]
    info = AccountInfo("desk", vendor.code, {vendor.code: traits}, {vendor.code: "us"})
    desk = desk._replace(accounts={**desk.accounts, "desk": info})
    with running(House(sqlite_store, desk=desk, channels={"desk": channel})) as found:
        yield found
    channel.close()


def signed(body: bytes, secret: str) -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def texts(house: House) -> list[str]:
    house.settle()
    return sorted(house.messages(), key=lambda text: int(text.split()[-1]))


def test_the_handshake_needs_the_word_that_was_agreed_upon(vendor: Vendor, house: House) -> None:
    query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
    answer = house.ask("GET", f"/hooks/desk?{query}{vendor.verify}")
    assert (answer.status, answer.body) == (200, b"1158201444")
    assert house.ask("GET", f"/hooks/desk?{query}guess").status == 401


def test_repeated_and_shuffled_hooks_give_each_message_once(vendor: Vendor, house: House) -> None:
    numbers = [*range(30), *range(0, 30, 2), 7, 7, 7]
    random.Random(3).shuffle(numbers)
    for number in numbers:
        body = vendor.body(number)
        assert house.ask("POST", "/hooks/desk", body, signed(body, vendor.secret)).status == 200
    assert texts(house) == [f"Message {number}" for number in range(30)]


def test_forged_hooks_leave_nothing_but_a_count(vendor: Vendor, house: House) -> None:
    body = vendor.body(1)
    right = signed(body, vendor.secret)
    forgeries: list[tuple[bytes, dict[str, str]]] = [
        (body, {}),
        (body, signed(body, "guess")),
        (body.replace(b"Message 1", b"Message 2"), right),
        (body[:-1], right),
        (body + b" ", right),
        (body, {"X-Hub-Signature-256": right["X-Hub-Signature-256"].replace("sha256=", "sha1=")}),
        (body, {"X-Hub-Signature-256": "sha256="}),
        (b"", right),
    ]
    for forged, headers in forgeries:
        answer = house.ask("POST", "/hooks/desk", forged, headers)
        assert (answer.status, answer.body) == (401, b"")
    assert house.kept() == []
    with house.store.read() as tx:
        assert accounts.of(tx, house.desk, "desk").health[FORGED] == len(forgeries)


def test_a_signed_hook_that_cannot_be_read_is_kept_for_a_person(vendor: Vendor, house: House) -> None:
    body = vendor.body(1)[:-20]
    assert house.ask("POST", "/hooks/desk", body, signed(body, vendor.secret)).status == 200
    good = vendor.body(2)
    assert house.ask("POST", "/hooks/desk", good, signed(good, vendor.secret)).status == 200
    assert texts(house) == ["Message 2"]
    with house.store.read() as tx:
        (aside,) = tx.inbounds.quarantined("desk", 10)
        assert tx.inbounds.raw(aside.id) == body


def test_what_concerns_the_other_number_of_one_app_reaches_its_account(sqlite_store: SqlStore) -> None:
    """Meta has one address for each app, whatever number a guest writes to."""
    first, second = whatsapp(NOWHERE), whatsapp(NOWHERE, phone_number_id="998877665544")
    stranger = whatsapp(NOWHERE, phone_number_id="998877665544", app_secret="another app's")
    found = {"first": first, "second": second, "stranger": stranger}
    for name, channel in found.items():
        channel.name = name
    desk = hotel()
    info = AccountInfo("", "whatsapp-cloud", {WHATSAPP.code: WHATSAPP}, {WHATSAPP.code: "us"})
    desk = desk._replace(accounts={name: info._replace(name=name) for name in found})
    with running(House(sqlite_store, desk=desk, channels=found)) as house:
        body = of_whatsapp(1).replace(b'"106540352242922"', b'"998877665544"')
        assert b"998877665544" in body
        assert house.ask("POST", "/hooks/first", body, signed(body, CANARY)).status == 200
        assert texts(house) == ["Message 1"]
        with house.store.read() as tx:
            assert tx.messages.by_external("second", "wamid.0001") is not None
    for channel in found.values():
        channel.close()

"""The receiver in the place of the vendor's scripts: what the hotel's number does with a call, over HTTP."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator

import pytest

from adapters.twilio import SMS, voice
from adapters.twilio.account import Twilio
from storage.store import SqlStore
from tests.adapters.rigs import twilio_settings
from tests.fakes import NOON, hotel
from tests.receiver.tiny import House, running
from tui_inbox.cli.connecting import Given
from tui_inbox.domain.errors import Refused
from tui_inbox.ports.channel import CallRoute, Hook
from tui_inbox.ports.secrets import Secret
from tui_inbox.services.desk import AccountInfo

BASE = "https://hotel.example/hooks/desk"
TOKEN = "the-account's-token"
SETTINGS = twilio_settings("http://127.0.0.1:9", voice_url=BASE, whatsapp_from="")
VAULT = Given(Secret(TOKEN))


@pytest.fixture
def house(sqlite_store: SqlStore) -> Iterator[House]:
    channel, desk = Twilio.open("desk", SETTINGS, VAULT), hotel()
    info = AccountInfo("desk", "twilio", {"sms": SMS}, {"sms": "+33700000000"})
    desk = desk._replace(accounts={**desk.accounts, "desk": info})
    with running(House(sqlite_store, desk=desk, channels={"desk": channel})) as found:
        yield found
    channel.close()


def signature(url: str) -> dict[str, str]:
    made = hmac.new(TOKEN.encode(), url.encode(), hashlib.sha1).digest()
    return {"X-Twilio-Signature": base64.b64encode(made).decode()}


def test_a_signed_question_is_answered_with_instructions_and_a_stranger_learns_nothing(house: House) -> None:
    written = voice.address(SETTINGS, CallRoute("+33698765432", 25, voicemail=True))
    # The vendor adds what it knows of the call, and signs the whole address.
    url = f"{written}&CallSid=CA1&From=%2B33612345678"
    path = url.removeprefix("https://hotel.example")
    answer = house.ask("GET", path, b"", signature(url))
    assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, "text/xml")
    assert b'timeout="25">+33698765432</Dial>' in answer.body
    assert house.ask("GET", path, b"", signature(written)).status == 401
    assert house.ask("GET", path).status == 401
    assert house.ask("GET", "/hooks/desk/echo?Twiml=%3Cscript%3E").status == 401


def test_with_an_api_key_nothing_can_be_checked_and_so_nothing_is_answered() -> None:
    settings = twilio_settings("http://127.0.0.1:9", voice_url=BASE, api_key="SK" + "1" * 32)
    channel = Twilio.open("desk", settings, VAULT)
    right = {"x-twilio-signature": signature(f"{BASE}/echo")["X-Twilio-Signature"]}
    with pytest.raises(Refused, match="bad_signature"):
        channel.hear(Hook("GET", "/echo", "", right, b"", NOON))
    channel.close()

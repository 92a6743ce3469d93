"""``channel calls``: where the number sends its calls, set and read back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.sandbox.twilio import SandboxTwilio
from tests.cli.conftest import Run
from tests.cli.test_setting_up import HOTEL, TOKEN, configured, twilio_answers
from tui_inbox.config import load


@pytest.fixture
def vendor() -> Iterator[SandboxTwilio]:
    with SandboxTwilio() as running:
        yield running


@pytest.fixture
def connected(run: Run, vendor: SandboxTwilio) -> Run:
    assert run("init", *HOTEL).code == 0
    added = run("channel", "add", "sms", "--no-input", "--secret-stdin", *twilio_answers(vendor), stdin=TOKEN + "\n")
    assert added.code == 0
    return run


def asked(vendor: SandboxTwilio) -> dict[str, list[str]]:
    return parse_qs(urlsplit(vendor.account.telephone.voice_url).query)


def test_a_target_is_written_to_the_number_told_and_switched_off(
    connected: Run, vendor: SandboxTwilio, house: Path
) -> None:
    assert "Calls are not forwarded" in connected("channel", "calls", "desk-sms").out
    told = connected("channel", "calls", "desk-sms", "--forward", "06 98 76 54 32", "--voicemail", "yes")
    assert told.code == 0
    assert "Calls ring at +33698765432 for 20 seconds, then the voicemail takes them." in told.out
    assert vendor.account.telephone.voice_url in told.out
    assert asked(vendor)["PhoneNumber"] == ["+33698765432"]
    assert load(configured(house)).config.channels["desk-sms"]["calls"] is True
    longer = connected("channel", "calls", "desk-sms", "--after", "30")
    assert "Calls ring at +33698765432 for 30 seconds, then the voicemail takes them." in longer.out
    assert "Calls are not forwarded" in connected("channel", "calls", "desk-sms", "--off").out
    assert vendor.account.telephone.voice_url == ""


@pytest.mark.parametrize(
    "words",
    [("--forward", "reception"), ("--forward", "+33698765432", "--after", "200"), ("--off", "--voicemail", "yes")],
)
def test_what_cannot_be_meant_changes_nothing(connected: Run, vendor: SandboxTwilio, words: tuple[str, ...]) -> None:
    refused = connected("channel", "calls", "desk-sms", *words)
    assert refused.code != 0
    assert refused.err
    assert vendor.account.telephone.voice_url == ""


def test_an_unknown_channel_is_named(connected: Run) -> None:
    refused = connected("channel", "calls", "mail")
    assert refused.code != 0
    assert "desk-sms" in refused.err


def test_a_call_and_its_voicemail_are_told_in_plain_text(connected: Run, vendor: SandboxTwilio) -> None:
    connected("channel", "calls", "desk-sms", "--forward", "+33698765432", "--voicemail", "yes")
    phone, early = vendor.account.telephone, datetime.now(UTC) - timedelta(hours=1)
    phone.ring("+33612345678", vendor.account.sms, early, voicemail=14)
    phone.ring("+33612345678", vendor.account.sms, early + timedelta(minutes=5), talk=134)
    assert connected("worker", "--once").code == 0
    listed = connected("list", "--tab", "all").out
    assert listed.strip().endswith(": Call")
    shown = connected("show", "1").out
    assert "  Missed call\n" in shown
    assert "File: voicemail.wav, 0:14" in shown
    assert "  Call, 2:14" in shown

"""Twilio's settings, what it offers, and what the test call tells."""

from __future__ import annotations

import msgspec
import pytest

from adapters.sandbox.door import Fault
from adapters.sandbox.twilio import SandboxTwilio
from adapters.sandbox.twilio_account import ContentTemplate
from adapters.twilio import Settings
from adapters.twilio.account import Twilio
from tests.adapters.faults import answer, answering
from tests.adapters.rigs import payload, twilio, twilio_settings
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.template import Approval
from tui_inbox.ports.channel import (
    Channel,
    FetchesFiles,
    FindsSent,
    FollowsSent,
    HasTemplates,
    HealthState,
    LoadsOlder,
    MetersUsage,
)
from tui_inbox.ports.secrets import Secret


def test_it_keeps_every_promise_of_the_port(desk: Twilio) -> None:
    for promise in (Channel, FindsSent, FollowsSent, FetchesFiles, HasTemplates, MetersUsage, LoadsOlder):
        assert isinstance(desk, promise)


def test_whatsapp_is_served_only_where_it_has_a_number() -> None:
    assert list(Twilio.serves(twilio_settings())) == ["sms", "whatsapp"]
    assert list(Twilio.serves(twilio_settings(whatsapp_from=""))) == ["sms"]
    assert twilio("http://127.0.0.1:9", whatsapp_from="").streams() == ["in:sms", "out:sms"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"from": "0612345678"},
        {"account_sid": "AC1"},
        {"secret": ""},
        {"token": "in clear"},
        {"history": "thirty days"},
        {"poll_seconds": 0},
    ],
)
def test_a_wrong_setting_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        twilio_settings(**wrong)


def test_opening_needs_the_secret_and_no_network() -> None:
    class Drawer:
        def get(self, name: str) -> Secret:
            assert name == "twilio-auth-token"
            return Secret("x")

    opened = Twilio.open("desk", twilio_settings("http://127.0.0.1:9"), Drawer())
    assert opened.name == "desk"
    opened.close()
    with pytest.raises(Refused, match="bad_base_url"):
        Twilio.open("desk", twilio_settings("nowhere"), Drawer())


def test_the_test_call_says_what_the_vendor_says(box: SandboxTwilio, desk: Twilio) -> None:
    found = desk.test()
    assert (found.state, found.account_name) == (HealthState.OK, "Sandbox")
    assert found.details == {"balance": "42.17 USD", "owns_number": 1, "whatsapp": "ONLINE", "quality": "HIGH"}
    box.account.token = "another"
    wrong = desk.test()
    assert (wrong.state, wrong.code, wrong.vendor_text) == (HealthState.ERROR, "auth", "20003 Authenticate")


def test_optional_calls_that_fail_leave_the_test_call_green(box: SandboxTwilio, desk: Twilio) -> None:
    box.account.trial = True
    box.account.faults.extend([Fault("slow", on="read"), *[Fault("down", on="read") for _ in range(3)]])
    found = desk.test()
    assert (found.state, found.details) == (HealthState.OK, {"trial": 1})


def test_a_suspended_account_is_disabled(box: SandboxTwilio, desk: Twilio) -> None:
    box.account.status = "suspended"
    assert (desk.test().state, desk.test().code) == (HealthState.DISABLED, "account_suspended")


def test_templates_come_with_category_and_approval_page_by_page(box: SandboxTwilio, desk: Twilio) -> None:
    box.account.templates = [
        ContentTemplate(f"HX{n:032d}", f"t{n}", "fr", "Bonjour {{1}}", "UTILITY", "approved", {"1": "first_name"})
        for n in range(150)
    ]
    found = desk.templates()
    assert [template.name for template in found] == [f"t{n}" for n in range(150)]
    first = found[0]
    assert (first.category, first.approval, first.mapping, first.account) == (
        "utility",
        Approval.APPROVED,
        {"1": "first_name"},
        "desk",
    )


def test_templates_of_every_shape_are_read() -> None:
    with answering(answer("200 OK", payload("content_and_approvals").raw)) as server:
        channel = twilio(server.url)
        useful, refused = channel.templates()
        channel.close()
    assert (useful.language, useful.mapping) == ("en_GB", {"1": "first_name", "2": ""})
    assert (refused.body, refused.approval, refused.approval_reason) == (
        "Le printemps arrive\n\n[Oui]",
        Approval.REJECTED,
        "PROMOTIONAL",
    )


def test_use_of_the_month_is_what_the_vendor_bills() -> None:
    with answering(answer("200 OK", payload("usage_this_month").raw)) as server:
        channel = twilio(server.url)
        sms, mms, recordings = channel.usage()
        channel.close()
    assert (sms.category, sms.count, sms.segments, sms.price, sms.currency) == ("sms-outbound", 41, 57, "4.55", "USD")
    assert (mms.category, mms.count, mms.price) == ("mms-inbound", 2, "0.02")
    assert (recordings.category, recordings.count, recordings.segments) == ("recordings", 9, 0)


def test_settings_name_their_keys_as_the_documentation_does() -> None:
    assert {field.encode_name for field in msgspec.structs.fields(Settings)} == {
        "type", "account_sid", "secret", "from", "whatsapp_from", "api_key", "messaging_service",
        "base_url", "poll_seconds", "history", "mode", "property",
        "calls", "voice_url", "voice_greeting", "voice_language",
    }  # fmt: skip

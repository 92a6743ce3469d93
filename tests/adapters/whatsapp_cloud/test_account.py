"""How the WhatsApp account is, what it costs, and how often it may be asked."""

from __future__ import annotations

from typing import Any

import pytest

from adapters import _graph
from adapters.sandbox.door import Fault
from adapters.sandbox.whatsapp_cloud import SandboxWhatsApp
from adapters.sandbox.whatsapp_cloud_account import AVAILABLE, CloudTemplate
from adapters.whatsapp_cloud import Settings, WhatsAppNumbers, errors
from adapters.whatsapp_cloud.account import WhatsAppCloud
from tests.adapters.faults import answer, answering
from tests.adapters.rig_whatsapp_cloud import (
    in_whatsapp_sandbox,
    whatsapp,
    whatsapp_settings,
)
from tests.adapters.rigging import CANARY
from tests.adapters.whatsapp_cloud.words import GUEST, items, message
from tui_inbox.domain.errors import (
    Malformed,
    NotSent,
    Refused,
    Rejected,
)
from tui_inbox.ports.channel import (
    Envelope,
    HealthState,
    Inbound,
)


def entity(kind: str, state: str, **more: Any) -> dict[str, Any]:
    return {"can_send_message": state, "entities": [{"entity_type": kind, "can_send_message": state, **more}]}


def trouble(code: int) -> list[dict[str, Any]]:
    return [{"error_code": code, "error_description": "Words.", "possible_solution": "Do this."}]


HEALTH: list[tuple[dict[str, Any], HealthState, str]] = [
    ({}, HealthState.OK, ""),
    ({"quality": "RED"}, HealthState.RESTRICTED, "quality_low"),
    ({"status": "BANNED"}, HealthState.DISABLED, "account_banned"),
    ({"status": "DELETED"}, HealthState.DISABLED, "number_deleted"),
    ({"status": "RESTRICTED"}, HealthState.RESTRICTED, "account_restricted"),
    ({"status": "UNVERIFIED"}, HealthState.ERROR, "number_unregistered"),
    (
        {"health": entity("BUSINESS", "LIMITED", additional_info=["Not verified."])},
        HealthState.RESTRICTED,
        "sending_limited",
    ),
    ({"health": entity("WABA", "BLOCKED", errors=trouble(141006))}, HealthState.DISABLED, "payment_missing"),
    ({"health": entity("WABA", "BLOCKED", errors=trouble(131031))}, HealthState.DISABLED, "account_locked"),
    ({"health": entity("APP", "BLOCKED", errors=trouble(555))}, HealthState.DISABLED, "sending_blocked"),
    (
        {"health": {**AVAILABLE, "entities": [{"entity_type": "MESSAGE_TEMPLATE", "can_send_message": "BLOCKED"}]}},
        HealthState.OK,
        "",
    ),
]


@pytest.mark.parametrize(("change", "state", "code"), HEALTH)
def test_the_state_of_the_account_has_its_cause(
    box: SandboxWhatsApp, desk: WhatsAppCloud, change: dict[str, Any], state: HealthState, code: str
) -> None:
    for name, value in change.items():
        setattr(box.account, name, value)
    found = desk.test()
    assert (found.state, found.code) == (state, code)
    assert bool(found.vendor_text) is (state is not HealthState.OK)


@pytest.mark.parametrize(
    ("number", "state", "code"),
    [
        (190, HealthState.ERROR, "auth"),
        (10, HealthState.DISABLED, "permissions_withdrawn"),
        (368, HealthState.DISABLED, "account_banned"),
        (33, HealthState.DISABLED, "number_deleted"),
    ],
)
def test_a_refused_test_call_says_which_of_the_causes_it_is(
    box: SandboxWhatsApp, desk: WhatsAppCloud, number: int, state: HealthState, code: str
) -> None:
    box.account.faults.append(Fault("refuse", on="read", status=400, code=str(number), text="Words"))
    found = desk.test()
    assert (found.state, found.code, found.vendor_text) == (state, code, f"{number} Words")


def test_the_test_call_tells_what_is_worth_knowing(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    found = desk.test()
    assert found.account_name == "Sandbox"
    assert found.details == {
        "quality": "GREEN",
        "messaging_limit": "TIER_2K",
        "webhook_url": "https://hooks.hotel.example/hooks/desk-whatsapp",
        "owns_number": 1,
        "receives": 1,
        "review": "APPROVED",
        "verification": "verified",
    }
    settings = whatsapp_settings(box.base_url)
    blind = WhatsAppCloud("desk", settings, desk._http)
    assert blind.test().details["receives"] == 0


def test_a_field_that_this_graph_does_not_know_leaves_the_test_call_green(
    box: SandboxWhatsApp, desk: WhatsAppCloud
) -> None:
    box.account.faults.append(Fault("refuse", on="read", status=400, code="100", text="nonexisting field"))
    assert desk.test().state is HealthState.OK


def test_the_month_is_metered_by_category(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    box.account.receive(GUEST, "text", {"body": "Bonjour"})
    components = [{"type": "BODY", "text": "Bonjour et bienvenue"}]
    box.account.templates.append(CloudTemplate("7", "hello", "fr", "UTILITY", components))
    desk.send(message())
    for _ in range(3):
        desk.send(message(template_id="7:fr:hello"))
    service, utility = desk.usage()
    assert (service.category, service.count, service.price) == ("service", 1, "0.0")
    assert (utility.category, utility.count, utility.price, utility.currency) == ("utility", 3, "0.09", "EUR")


def test_the_figures_may_be_a_field_of_the_account(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    points = b'{"pricing_analytics":{"data":[{"data_points":[{"volume":"4","cost":0.2,"pricing_category":"MARKETING",'
    body = points + b'"pricing_type":"FREE_ENTRY_POINT"},{"volume":1,"phone_number":"33799999999"}]}]}}'
    with answering(answer("200 OK", body, "Content-Type: application/json")) as server:
        channel = whatsapp(server.url)
        (found,) = channel.usage()
        channel.close()
    assert (found.category, found.count, found.price) == ("marketing/free_entry_point", 4, "0.2")


def test_what_can_wait_waits_when_the_quota_is_nearly_used(box: SandboxWhatsApp) -> None:
    now = [1000.0]
    pace = _graph.Pace(errors.CODES, lambda: now[0])
    channel = in_whatsapp_sandbox(box, pace=pace)
    box.account.load = 79.0
    channel.templates()
    channel.templates()
    box.account.load = 90.0
    channel.templates()
    with pytest.raises(NotSent, match="rate_limited") as caught:
        channel.templates()
    assert caught.value.retry_after == pytest.approx(33.0)
    assert channel.send(message()).provider_id, "a guest's answer never waits for it"
    now[0] += 34
    channel.templates()
    channel.close()


def test_minutes_that_meta_asks_for_are_kept_even_after_an_error() -> None:
    now = [0.0]
    pace = _graph.Pace(errors.CODES, lambda: now[0])
    usage = 'X-Business-Use-Case-Usage: {"1":[{"call_count":101,"estimated_time_to_regain_access":7}]}'
    with answering(answer("400 No", b'{"error":{"code":80007}}', "Content-Type: application/json", usage)) as server:
        channel = whatsapp(server.url, pace=pace)
        for _ in range(2):
            with pytest.raises(NotSent, match="rate_limited"):
                channel.templates()
        channel.close()
    assert len(server.requests) == 1
    now[0] = 7 * 60
    pace.check()


@pytest.mark.parametrize("text", ["", "null", "[]", "{", '{"1":5}', '{"1":[{"call_count":"x"}]}', "\xff"])
def test_headers_that_say_nonsense_are_ignored(text: str) -> None:
    pace = _graph.Pace(errors.CODES)
    pace.note({"x-app-usage": text, "x-business-use-case-usage": text})
    pace.check()


def test_a_proof_goes_with_every_call_where_it_is_demanded() -> None:
    from adapters.whatsapp_cloud.account import open_number
    from tui_inbox.ports.secrets import Secret

    class Vault:
        def get(self, name: str) -> Secret:
            return Secret(f"{name}-{CANARY}")

    with answering(answer("400 No")) as server:
        settings = whatsapp_settings(server.url, prove_calls=True)
        channel = open_number("desk", settings, Vault())  # type: ignore[arg-type]
        with pytest.raises(Rejected):
            channel.send(message())
        channel.close()
    (request,) = server.requests
    proof = _graph.proof(Secret(f"whatsapp-app-secret-{CANARY}"), Secret(f"whatsapp-token-{CANARY}"))
    assert f"appsecret_proof={proof}".encode() in request
    assert b"Authorization: Bearer whatsapp-token-" in request


def test_a_missing_secret_is_named_when_the_account_is_opened() -> None:
    class Empty:
        def get(self, name: str) -> Any:
            raise Refused("secret_missing", name=name)

    with pytest.raises(Refused, match="secret_missing"):
        WhatsAppNumbers.open("desk", whatsapp_settings(), Empty())  # type: ignore[arg-type]


def test_settings_name_their_keys_as_the_documentation_does() -> None:
    import msgspec

    assert {field.encode_name for field in msgspec.structs.fields(Settings)} == {
        "type", "number", "phone_number_id", "waba_id", "secret", "app_secret", "verify_token", "prove_calls",
        "graph_version", "base_url", "read_receipts", "typing", "ask_receipts", "mode", "property",
    }  # fmt: skip


def test_a_lone_surrogate_becomes_a_replacement(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    box.account.receive(GUEST, "text", {"body": "\ud83dBonjour"})
    (item,) = items(desk, box)
    assert isinstance(item, Inbound)
    item.text.encode()
    assert item.text.endswith("Bonjour")


def test_an_envelope_of_an_unknown_kind_is_set_aside(desk: WhatsAppCloud) -> None:
    with pytest.raises(Malformed):
        desk.read(Envelope("x", "telex", b"{}"))

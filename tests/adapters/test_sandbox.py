"""The simulated Twilio as a program meets it on the wire, and the levers for training and tests."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import httpx
import pytest

from adapters.sandbox.twilio import SandboxTwilio
from adapters.sandbox.twilio_account import TwilioAccount

GUEST = "+33639980123"


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxTwilio]:
    with SandboxTwilio() as running:
        yield running


@pytest.fixture
def box(server: SandboxTwilio) -> SandboxTwilio:
    server.account = TwilioAccount()
    return server


@pytest.fixture
def client(box: SandboxTwilio) -> Iterator[httpx.Client]:
    auth = (box.account.sid, box.account.token)
    with httpx.Client(base_url=box.base_url, auth=auth, trust_env=False) as opened:
        yield opened


def messages(box: SandboxTwilio) -> str:
    return f"/2010-04-01/Accounts/{box.account.sid}/Messages.json"


def test_a_message_is_accepted_as_the_vendor_accepts_it(box: SandboxTwilio, client: httpx.Client) -> None:
    answer = client.post(messages(box), data={"To": GUEST, "From": box.account.sms, "Body": "é" * 200})
    body = answer.json()
    assert answer.status_code == 201
    assert (body["status"], body["num_segments"], body["price"], body["error_code"]) == ("queued", "2", None, None)
    assert body["direction"] == "outbound-api"
    assert body["sid"].startswith("SM")
    assert len(body["sid"]) == 34


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"From": "own", "Body": "x"}, 21604),
        ({"to": GUEST, "From": "own", "Body": "x"}, 21604),
        ({"To": GUEST, "Body": "x"}, 21603),
        ({"To": GUEST, "From": "own"}, 21602),
        ({"To": "12", "From": "own", "Body": "x"}, 21211),
        ({"To": "+15005550001", "From": "own", "Body": "x"}, 21211),
        ({"To": "+15005550009", "From": "own", "Body": "x"}, 21614),
        ({"To": GUEST, "From": "+33799999999", "Body": "x"}, 21606),
        ({"To": GUEST, "From": "own", "Body": "x" * 1601}, 21617),
        ({"To": GUEST, "From": "own", "MediaUrl": "http://192.168.0.2/a.png"}, 21620),
        ({"To": f"whatsapp:{GUEST}", "From": "own", "Body": "x"}, 21606),
    ],
)
def test_a_bad_request_has_the_vendors_code(
    box: SandboxTwilio, client: httpx.Client, form: dict[str, str], code: int
) -> None:
    if form.get("From") == "own":
        form = {**form, "From": box.account.sms}
    answer = client.post(messages(box), data=form)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["more_info"].endswith(str(code))


def test_json_is_not_taken_for_a_form(box: SandboxTwilio, client: httpx.Client) -> None:
    answer = client.post(messages(box), json={"To": GUEST, "From": box.account.sms, "Body": "x"})
    assert answer.status_code == 415


@pytest.mark.parametrize("auth", [None, ("AC1", "x"), ("AC" + "5a" * 16, "wrong"), ("", "")])
def test_a_wrong_key_is_refused_everywhere(box: SandboxTwilio, auth: tuple[str, str] | None) -> None:
    with httpx.Client(base_url=box.base_url, auth=auth, trust_env=False) as client:
        for path in (messages(box), "/content/v1/ContentAndApprovals", "/anything"):
            answer = client.get(path)
            assert (answer.status_code, answer.json()["code"]) == (401, 20003)


def test_another_account_and_an_unknown_path_are_not_found(box: SandboxTwilio, client: httpx.Client) -> None:
    for path in (f"/2010-04-01/Accounts/AC{'0' * 32}/Messages.json", "/2010-04-01/Nothing", "/sandbox/nothing"):
        assert client.get(path).status_code == 404


def test_a_trainer_lets_a_guest_write_and_the_vendor_fail(box: SandboxTwilio, client: httpx.Client) -> None:
    photo = {"type": "image/png", "base64": base64.b64encode(b"png").decode()}
    note = {"from": GUEST, "to": box.account.sms, "body": "Bonjour", "media": [photo]}
    assert client.post("/sandbox/inbound", json=note).status_code == 201
    assert client.get("/sandbox/messages").json()[0]["num_media"] == "1"
    assert client.post("/sandbox/faults", json={"kind": "rate_limited", "retry_after": "9"}).status_code == 204
    answer = client.post(messages(box), data={"To": GUEST, "From": box.account.sms, "Body": "x"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "9")
    again = client.post(messages(box), data={"To": GUEST, "From": box.account.sms, "Body": "x"})
    assert again.status_code == 201


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"kind":"down","unknown":1}', b'{"from":"x"}'])
def test_a_lever_pulled_wrongly_says_so(client: httpx.Client, content: bytes) -> None:
    assert client.post("/sandbox/faults", content=content).status_code == 400
    assert client.post("/sandbox/inbound", content=content).status_code == 400


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}, {"Host": ""}])
def test_a_web_page_cannot_pull_the_levers(client: httpx.Client, headers: dict[str, str]) -> None:
    assert client.get("/sandbox/messages", headers=headers).status_code in (400, 403)

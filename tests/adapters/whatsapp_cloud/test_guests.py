"""The simulated guest: she answers what she is sent, and Meta's calls come again until they are taken."""

from __future__ import annotations

import json

from adapters.sandbox.guests import ANSWER_AFTER, Agenda
from adapters.sandbox.whatsapp_cloud import SandboxWhatsApp
from adapters.sandbox.whatsapp_guests import WhatsAppGuests, by_http
from adapters.whatsapp_cloud.account import WhatsAppCloud
from tests.adapters.faults import answer, answering
from tests.adapters.whatsapp_cloud.words import message
from tests.fakes import StillClock

NORA = "+46701740605"


def test_a_guest_writes_reacts_and_answers(box: SandboxWhatsApp, desk: WhatsAppCloud, clock: StillClock) -> None:
    now, taken, refusals = [0.0], list[str](), [2]
    agenda = Agenda(lambda: now[0])

    def deliver(body: bytes, headers: dict[str, str]) -> bool:
        if refusals[0]:
            refusals[0] -= 1
            return False
        value = json.loads(body)["entry"][0]["changes"][0]["value"]
        taken.append(value["messages"][0]["type"] if "messages" in value else value["statuses"][0]["status"])
        return True

    def pass_time(seconds: float) -> None:
        for _ in range(int(seconds * 10)):
            now[0] += 0.1
            clock.forward(seconds=0.1)
            agenda.run_due()

    WhatsAppGuests(box.account, agenda, deliver).begin()
    pass_time(5)
    assert taken == [], "nobody took it yet"
    pass_time(7)
    assert taken == ["text"]
    for _ in range(2):
        desk.send(message(address=NORA))
        pass_time(ANSWER_AFTER + 1)
    assert taken[1:] == ["sent", "delivered", "read", "reaction", "sent", "delivered", "read", "text"]


def test_a_call_is_taken_by_a_200_and_nothing_else() -> None:
    for raw, taken in ((answer("200 OK"), True), (answer("503 Busy"), False), (b"x", False)):
        with answering(raw) as server:
            assert by_http(f"{server.url}/hooks/desk")(b"{}", {}) is taken
    assert not by_http("http://127.0.0.1:9/hooks/desk")(b"{}", {})

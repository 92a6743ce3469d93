"""Webhooks by a real HTTP client against the real receiver."""

from __future__ import annotations

import http.client
import logging
import random
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from zoneinfo import ZoneInfo

import pytest

from storage.store import SqlStore
from tests.fakes import receipt
from tests.receiver.tiny import ACCOUNT, CANARY, House, TinyVendor, body_of, fact, running, signature
from tui_inbox.domain.errors import StoreError
from tui_inbox.domain.message import Delivery
from tui_inbox.ports.channel import Envelope, Item
from tui_inbox.services import accounts, ingest
from tui_inbox.services.desk import AccountInfo, Desk
from tui_inbox.services.ingest import ingest_page
from tui_inbox.services.receiving import FORGED, shortcoming
from tui_inbox.worker.parts import Receiving
from tui_inbox.worker.receiver import limits, listening
from tui_inbox.worker.receiver.limits import Allowance


@pytest.fixture
def house(sqlite_store: SqlStore) -> Iterator[House]:
    with running(House(sqlite_store)) as found:
        yield found


def test_a_hook_is_kept_before_its_200_and_applied_soon(house: House) -> None:
    assert house.post(fact(1), fact(2)).status == 200
    assert house.kept() == ["tiny-00001", "tiny-00002"]
    house.settle()
    assert house.messages() == ["Message 1", "Message 2"]


def test_receipts_of_strangers_messages_do_not_slow_every_hook_down(sqlite_store: SqlStore) -> None:
    """Another program that writes by the same number makes its receipts come here, too."""

    class Counting(TinyVendor):
        reads = 0

        def read(self, envelope: Envelope) -> Sequence[Item]:
            self.reads += 1
            return super().read(envelope)

    vendor = Counting()
    with running(House(sqlite_store, vendor=vendor)) as house:
        now = house.parts.clock.now()
        strangers = [receipt(f"other-{n}", Delivery.DELIVERED, at=now) for n in range(200)]
        assert ingest_page(house.store, house.parts.desk, vendor, strangers, now).parked == 200
        for number in (1, 2, 3):
            house.post(fact(number))
            house.settle()
        assert house.messages() == ["Message 1", "Message 2", "Message 3"]
        assert vendor.reads <= 200 + 200 + 3, "once when they came, once by the first hook of this life"
        assert ingest.apply_pending(house.store, house.parts.desk, vendor, now).parked == 200, "polls look at them"


def test_the_handshake_is_answered_by_the_adapter(house: House) -> None:
    answer = house.ask("GET", f"/hooks/{ACCOUNT}/x?verify=open+sesame&challenge=4711")
    assert (answer.status, answer.body) == (200, b"4711")
    assert answer.headers["content-type"].startswith("text/plain")
    assert house.ask("GET", f"/hooks/{ACCOUNT}?verify=guess&challenge=4711").status == 401


def test_a_forged_hook_is_refused_without_a_word_and_counted(house: House) -> None:
    answer = house.post(fact(1), key=b"guess")
    assert (answer.status, answer.body) == (401, b"")
    body = body_of(fact(1))
    assert house.ask("POST", f"/hooks/{ACCOUNT}", body[:-1] + b" ", signature(body)).status == 401
    assert house.ask("POST", f"/hooks/{ACCOUNT}", body).status == 401
    assert house.kept() == []
    with house.store.read() as tx:
        row = accounts.of(tx, house.parts.desk, ACCOUNT)
    assert row.health[FORGED] == 3


def test_a_replayed_hook_changes_nothing(house: House) -> None:
    body = body_of(fact(1))
    line = http.client.HTTPConnection("127.0.0.1", house.port, timeout=10)
    for _ in range(1000):
        line.request("POST", f"/hooks/{ACCOUNT}", body, signature(body))
        answer = line.getresponse()
        assert (answer.status, answer.read()) == (200, b"")
    line.close()
    house.settle()
    assert house.kept() == ["tiny-00001"]
    assert house.messages() == ["Message 1"]


def test_hooks_in_any_order_give_the_same_messages(house: House) -> None:
    numbers = [*range(40), *range(0, 40, 3)]
    random.Random(7).shuffle(numbers)
    for number in numbers:
        assert house.post(fact(number)).status == 200
    house.settle()
    assert house.messages() == [f"Message {number}" for number in range(40)]


def test_a_hook_that_breaks_off_leaves_nothing(house: House) -> None:
    body = body_of(fact(1))
    head = f"POST /hooks/{ACCOUNT} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n".encode()
    signed = "".join(f"{name}: {value}\r\n" for name, value in signature(body).items()).encode()
    with socket.create_connection(("127.0.0.1", house.port), 5) as line:
        line.sendall(head + signed + b"\r\n" + body[:10])
    assert house.post(fact(2)).status == 200
    assert house.kept() == ["tiny-00002"]


def test_a_body_over_three_megabytes_is_refused_unread(house: House) -> None:
    with socket.create_connection(("127.0.0.1", house.port), 5) as line:
        line.sendall(f"POST /hooks/{ACCOUNT} HTTP/1.1\r\nHost: x\r\nContent-Length: 3145729\r\n\r\n".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=10)
    connection.putrequest("POST", f"/hooks/{ACCOUNT}")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    piece = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    with pytest.raises(OSError):  # noqa: PT011, PT012 - it hangs up while we are still writing
        for _ in range(200):
            connection.send(piece)
        raise OSError(connection.getresponse().status)
    connection.close()
    assert house.kept() == []


def test_headers_without_an_end_are_refused(house: House) -> None:
    with socket.create_connection(("127.0.0.1", house.port), 5) as line:
        line.sendall(b"GET /hooks/x HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 40_000)
        assert line.recv(100).startswith(b"HTTP/1.1 400 ")


def test_who_says_nothing_or_drips_is_hung_up_on(sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "HEADERS_SECONDS", 0.1)
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.1)
    with running(House(sqlite_store)) as house:
        for said in (b"", b"POST /hooks/"):
            with socket.create_connection(("127.0.0.1", house.port), 5) as line:
                line.sendall(said)
                assert line.recv(100) == b""
        with socket.create_connection(("127.0.0.1", house.port), 5) as line:
            line.sendall(f"POST /hooks/{ACCOUNT} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{{".encode())
            assert line.recv(100).startswith(b"HTTP/1.1 408 ")
        assert house.post(fact(1)).status == 200


def test_one_peer_with_slow_large_bodies_keeps_nobody_waiting(house: House) -> None:
    head = f"POST /hooks/{ACCOUNT} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 6.6.6.6\r\nContent-Length: 100000\r\n\r\n"
    slow = [socket.create_connection(("127.0.0.1", house.port), 5) for _ in range(limits.LARGE_OF_ONE + 1)]
    for line in slow:
        line.sendall(head.encode())
    assert slow[-1].recv(100).startswith(b"HTTP/1.1 429 ")
    large = fact(1, "x" * 100_000)
    assert house.post(large).status == 200
    for line in slow:
        line.close()


def test_a_second_request_that_drips_is_hung_up_on(sqlite_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "HEADERS_SECONDS", 0.1)
    with running(House(sqlite_store)) as house, socket.create_connection(("127.0.0.1", house.port), 5) as line:
        line.sendall(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
        assert line.recv(1000).startswith(b"HTTP/1.1 404 ")
        line.sendall(b"GET /x HT")
        assert line.recv(100) == b""


@pytest.mark.parametrize("path", ["/", "/hooks", "/hooks/nobody", "/hooks/desk-mail", "/hooks/../etc/passwd", "/docs"])
def test_other_paths_and_accounts_are_not_there(house: House, path: str) -> None:
    answer = house.ask("POST", path, b"{}")
    assert (answer.status, answer.body) == (404, b"")


def test_other_methods_are_refused(house: House) -> None:
    assert house.ask("DELETE", f"/hooks/{ACCOUNT}").status == 405


def test_a_store_that_is_down_is_a_503_so_that_the_vendor_comes_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def down() -> Iterator[None]:
        raise StoreError("unreachable")
        yield

    with monkeypatch.context() as patch:
        patch.setattr(house.store, "write", down)
        answer = house.post(fact(1))
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    assert house.post(fact(1)).status == 200
    assert house.kept() == ["tiny-00001"]


def test_a_bug_of_an_adapter_is_a_500_and_keeps_nobody_else_from_being_heard(house: House) -> None:
    house.vendor.broken = True
    assert house.post(fact(1)).status == 500
    house.vendor.broken = False
    assert house.post(fact(1)).status == 200


def test_a_peer_that_guesses_is_slowed_down_and_the_vendor_is_not(house: House) -> None:
    forger, vendor = {"X-Forwarded-For": "1.1.1.1, 6.6.6.6"}, {"X-Forwarded-For": "9.9.9.9"}
    seen = [house.ask("POST", f"/hooks/{ACCOUNT}", b"{}", forger) for _ in range(70)]
    assert {answer.status for answer in seen} == {401, 429}
    assert seen[0].status == 401
    assert int(seen[-1].headers["retry-after"]) > 0
    body = body_of(fact(1))
    for _ in range(70):
        assert house.ask("POST", f"/hooks/{ACCOUNT}", body, {**signature(body), **vendor}).status == 200


def test_an_allowance_is_refilled_with_time() -> None:
    now = [0.0]
    allowance = Allowance(2, 0.5, lambda: now[0])
    assert [allowance.spend("a"), allowance.spend("a")] == [0, 0]
    assert allowance.spend("a") == 2
    assert allowance.spend("b") == 0
    now[0] = 2.0
    assert allowance.wait("a") == 0
    assert allowance.spend("a") == 0
    assert allowance.spend("a") > 0


def test_a_paused_account_keeps_what_comes_and_applies_it_later(house: House) -> None:
    now = house.parts.clock.now()
    with house.store.write() as tx:
        accounts.set_paused(tx, house.parts.desk, ACCOUNT, True, now)
    assert house.post(fact(1)).status == 200
    house.settle()
    assert house.messages() == []
    with house.store.write() as tx:
        accounts.set_paused(tx, house.parts.desk, ACCOUNT, False, now)
    assert house.post(fact(2)).status == 200
    house.settle()
    assert house.messages() == ["Message 1", "Message 2"]


def test_many_at_once_lose_none(house: House) -> None:
    """Eight lines that stay open, as a vendor's do."""
    failed: list[int] = []

    def calls(first: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", house.port, timeout=10)
        for number in range(first, 400, 8):
            body = body_of(fact(number))
            line.request("POST", f"/hooks/{ACCOUNT}", body, signature(body))
            answer = line.getresponse()
            answer.read()
            if answer.status != 200:
                failed.append(number)
        line.close()

    threads = [threading.Thread(target=calls, args=(first,)) for first in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    assert sorted(house.kept()) == [f"tiny-{number:05d}" for number in range(400)]


def test_neither_body_nor_query_nor_header_stands_in_the_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    house.ask("GET", f"/hooks/{ACCOUNT}?verify={CANARY}&challenge=1")
    house.ask("POST", f"/hooks/{ACCOUNT}?t={CANARY}", CANARY.encode(), {"Authorization": CANARY})
    house.vendor.broken = True
    house.ask("POST", f"/hooks/{ACCOUNT}?t={CANARY}", CANARY.encode(), {"Authorization": CANARY})
    assert "RuntimeError" in caplog.text
    assert CANARY not in caplog.text


def test_a_port_that_is_taken_is_tried_again_later(house: House, sqlite_store: SqlStore) -> None:
    other = House(sqlite_store, Receiving(listen=f"127.0.0.1:{house.port}"), TinyVendor())
    ticks = {name: work for _seconds, name, work in other.receiver.ticks()}
    guard = other.receiver._guard
    assert not guard.run("receiver", ticks["receiver"])
    house.receiver.stop()
    guard.forget("receiver")
    assert guard.run("receiver", ticks["receiver"])
    other.receiver.stop()


def test_an_account_that_is_only_heard_by_a_receiver_says_that_it_has_none() -> None:
    accounts_ = {
        "wa": AccountInfo("wa", "whatsapp-cloud", {}, heard_by=("listen", "spool", "relay")),
        "sms": AccountInfo("sms", "twilio", {}),
    }
    desk = Desk("Hotel", ZoneInfo("Europe/Paris"), accounts=accounts_)
    assert shortcoming(desk, "wa") == "no_receiver"
    assert shortcoming(desk, "sms") == ""
    assert shortcoming(desk._replace(receiving=("relay",)), "wa") == ""

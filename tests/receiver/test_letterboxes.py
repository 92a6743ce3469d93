"""Requests that come by a folder or through a relay: each takes effect once, whoever dies in between."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from adapters.relay import HttpRelay
from storage.store import SqlStore, open_store
from tests.receiver.tiny import ACCOUNT, House, ask, body_of, fact, signature
from tui_inbox.domain.errors import AccountBlocked, NotSent
from tui_inbox.ports.letterbox import Letter
from tui_inbox.ports.secrets import Secret
from tui_inbox.services import accounts
from tui_inbox.services.receiving import FORGED
from tui_inbox.worker.parts import Receiving
from tui_inbox.worker.receiver.listening import Listener
from tui_inbox.worker.receiver.relaying import Relay, Store
from tui_inbox.worker.receiver.spool import Spool

TOKEN = "t" * 32
VERIFY = "agreed-word"


def letter(number: int, *, account: str = ACCOUNT, key: bytes | None = None) -> Letter:
    body = body_of(fact(number))
    signed = signature(body) if key is None else signature(body, key)
    return Letter("POST", "", "", signed, body, datetime.now(UTC), account)


@pytest.fixture
def house(sqlite_store: SqlStore) -> Iterator[House]:
    made = House(sqlite_store, Receiving())
    yield made
    made.receiver.stop()


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


def test_files_are_read_in_order_and_gone_when_the_store_has_them(house: House, spool: Spool) -> None:
    for number in (3, 1, 2):
        spool.put(letter(number), number)
    assert house.receiver.empty(spool) == 3
    assert house.kept() == ["tiny-00001", "tiny-00002", "tiny-00003"]
    assert spool.names() == []
    house.settle()
    assert len(house.messages()) == 3


def test_a_file_of_another_program_is_understood(house: House, spool: Spool) -> None:
    """The form that docs/receiver.md tells; header names may be written in any case."""
    written = json.loads(msgspec.json.encode(letter(1)))
    assert set(written) == {"account", "method", "path", "query", "headers", "body", "received_at", "id"}
    del written["id"]
    (spool.directory / "2027-from-php.json").write_text(json.dumps(written))
    assert house.receiver.empty(spool) == 1
    assert house.kept() == ["tiny-00001"]


def test_a_bad_file_is_set_aside_and_told_and_the_others_go_on(
    house: House, spool: Spool, caplog: pytest.LogCaptureFixture
) -> None:
    spool.put(letter(1), 1)
    spool.put(letter(2, key=b"guess"), 2)
    spool.put(letter(3, account="nobody"), 3)
    spool.put(letter(5), 5)
    (spool.directory / "00000000000000000004.json").write_bytes(b'{"half": ')
    (spool.directory / "4b.json").write_bytes(b"x" * (6 * 1024 * 1024))
    (spool.directory / "4b2.json").write_bytes(b'{"more":' + b"[" * 9000 + b"]" * 9000 + b"}")
    (spool.directory / "4c.json").symlink_to("/etc/passwd")
    (spool.directory / "4d.json").mkdir()
    (spool.directory / ".00000000000000000006").write_bytes(b"being written")
    assert house.receiver.empty(spool) == 2
    assert house.kept() == ["tiny-00001", "tiny-00005"]
    assert spool.names() == []
    assert len(list((spool.directory / "rejected").iterdir())) == 7
    assert caplog.text.count("is set aside") == 7
    with house.store.read() as tx:
        assert accounts.of(tx, house.parts.desk, ACCOUNT).health[FORGED] == 1


def test_a_folder_that_cannot_be_used_is_a_trouble_with_a_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotSent, match="spool_unusable"):
        Spool(tmp_path / "file")


@dataclass
class RelayAtWork:
    listener: Listener
    store: Store

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.port}"

    def bring(self, number: int) -> int:
        one = letter(number)
        return ask(self.listener.port, "POST", f"/hooks/{ACCOUNT}/deep?x=1", one.body, one.headers).status


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[RelayAtWork]:
    store = Store(tmp_path / "kept", 100_000)
    app = Relay(store, TOKEN, {ACCOUNT: "", "wa": VERIFY}).app()
    listener = Listener(app, "127.0.0.1:0")
    yield RelayAtWork(listener, store)
    listener.stop()


@pytest.fixture
def box(relay: RelayAtWork) -> Iterator[HttpRelay]:
    made = HttpRelay(relay.url, Secret(TOKEN))
    yield made
    made.close()


def test_what_the_relay_kept_reaches_the_hotel_once_and_is_forgotten(
    house: House, relay: RelayAtWork, box: HttpRelay
) -> None:
    for number in range(120):
        assert relay.bring(number) == 200
    assert house.receiver.empty(box) == 120
    assert house.kept() == [f"tiny-{number:05d}" for number in range(120)]
    assert relay.store.spool.names() == []
    assert house.receiver.empty(box) == 0


def test_a_hook_passes_through_the_relay_byte_for_byte(relay: RelayAtWork, box: HttpRelay) -> None:
    relay.bring(7)
    (found,) = box.waiting("", 10)
    sent = letter(7)
    assert (found.method, found.path, found.query, found.body) == ("POST", "/deep", "x=1", sent.body)
    assert found.headers["x-signature"] == sent.headers["X-Signature"]
    assert box.waiting(found.id, 10) == ()


def test_letters_stay_until_they_are_acknowledged(relay: RelayAtWork, box: HttpRelay, tmp_path: Path) -> None:
    relay.bring(1)
    relay.bring(2)
    first, second = box.waiting("", 10)
    assert [one.id for one in box.waiting("", 10)] == [first.id, second.id]
    box.remove([first.id])
    box.remove([first.id])
    assert [one.id for one in box.waiting("", 10)] == [second.id]
    box.remove(["../../relay-token", f"rejected/{second.id}"])
    assert [one.id for one in Store(tmp_path / "kept", 1).spool.waiting("", 10)] == [second.id]


def test_what_a_dead_relay_left_half_written_is_gone_at_its_next_start(tmp_path: Path) -> None:
    store = Store(tmp_path / "kept", 100_000)
    store.keep(letter(1))
    (tmp_path / "kept" / ".00000000000000000009").write_bytes(b'{"half')
    again = Store(tmp_path / "kept", 100_000)
    assert [one.account for one in again.spool.waiting("", 9)] == [ACCOUNT]
    assert list((tmp_path / "kept").glob(".*")) == []
    again.keep(letter(2))
    assert len(again.spool.names()) == 2


@pytest.mark.parametrize("token", ["", "guess", "t" * 31, "é"])
def test_without_the_token_nothing_is_handed_over(relay: RelayAtWork, token: str) -> None:
    relay.bring(1)
    headers = {"Authorization": f"Bearer {token}".encode().decode("latin-1")}
    for method, path in (("GET", "/envelopes"), ("POST", "/envelopes/ack")):
        answer = ask(relay.listener.port, method, path, b'{"ids":[]}' if method == "POST" else None, headers)
        assert (answer.status, answer.body) == (401, b"")
    assert ask(relay.listener.port, "GET", "/envelopes").status == 401
    assert len(relay.store.spool.names()) == 1


def test_guessing_the_token_is_slowed_down(relay: RelayAtWork) -> None:
    headers = {"Authorization": "Bearer guess"}
    seen = [ask(relay.listener.port, "GET", "/envelopes", None, headers).status for _ in range(15)]
    assert seen[0] == 401
    assert seen[-1] == 429


def test_a_wrong_token_is_told_as_a_blocked_account(relay: RelayAtWork) -> None:
    box = HttpRelay(relay.url, Secret("guess"))
    with pytest.raises(AccountBlocked, match="auth"):
        box.waiting("", 10)
    box.close()


def test_the_relay_answers_the_handshake_of_accounts_that_have_a_word(relay: RelayAtWork) -> None:
    def shake(account: str, word: str) -> tuple[int, bytes]:
        query = f"hub.mode=subscribe&hub.verify_token={word}&hub.challenge=1158"
        answer = ask(relay.listener.port, "GET", f"/hooks/{account}?{query}")
        return answer.status, answer.body

    assert shake("wa", VERIFY) == (200, b"1158")
    assert shake("wa", "guess") == (403, b"")
    assert shake(ACCOUNT, "") == (404, b"")


def test_a_relay_that_is_full_says_so_and_goes_on_when_it_is_emptied(relay: RelayAtWork, box: HttpRelay) -> None:
    big = "x" * 60_000
    body = body_of(fact(1, big))
    assert ask(relay.listener.port, "POST", f"/hooks/{ACCOUNT}", body).status == 200
    answer = ask(relay.listener.port, "POST", f"/hooks/{ACCOUNT}", body)
    assert answer.status == 507
    assert b"full" in answer.body
    box.remove([one.id for one in box.waiting("", 10)])
    assert ask(relay.listener.port, "POST", f"/hooks/{ACCOUNT}", body).status == 200


def test_the_relay_keeps_for_named_accounts_only_and_up_to_three_megabytes(relay: RelayAtWork) -> None:
    assert ask(relay.listener.port, "POST", "/hooks/nobody", b"{}").status == 404
    headers = {"Content-Length": "3145729"}
    assert ask(relay.listener.port, "POST", f"/hooks/{ACCOUNT}", None, headers).status == 413
    assert relay.store.spool.names() == []


def test_forged_letters_are_counted_and_removed_and_unknown_ones_stay(
    house: House, relay: RelayAtWork, box: HttpRelay, caplog: pytest.LogCaptureFixture
) -> None:
    relay.store.keep(letter(1, key=b"guess"))
    relay.store.keep(letter(2, account="nobody"))
    relay.store.keep(letter(3))
    assert house.receiver.empty(box) == 1
    assert house.receiver.empty(box) == 0
    assert [one.account for one in relay.store.spool.waiting("", 9)] == ["nobody"]
    assert caplog.text.count("stays there") == 1
    with house.store.read() as tx:
        assert accounts.of(tx, house.parts.desk, ACCOUNT).health[FORGED] == 1


def test_what_has_to_stay_is_not_fetched_at_every_look(house: House, relay: RelayAtWork) -> None:
    at = [0.0]
    box = HttpRelay(relay.url, Secret(TOKEN), monotonic=lambda: at[0])
    relay.store.keep(letter(1, account="nobody"))
    assert house.receiver.empty(box) == 0
    assert box.waiting("", 10) == ()
    relay.store.keep(letter(2))
    assert house.receiver.empty(box) == 1, "what is new comes at once"
    at[0] += 61
    assert [one.account for one in box.waiting("", 10)] == ["nobody"]
    box.close()


class Killed(Exception):
    """The worker is gone at this point."""


@pytest.mark.parametrize("point", ["pulled", "kept", "removed"])
def test_a_worker_that_dies_between_two_steps_neither_loses_nor_doubles(
    house: House, relay: RelayAtWork, box: HttpRelay, point: str
) -> None:
    for number in range(5):
        relay.bring(number)

    def die(here: str) -> None:
        if here == point:
            raise Killed

    first = House(house.store, Receiving())
    object.__setattr__(first.parts, "fault", die)
    with pytest.raises(Killed):
        first.receiver.empty(box)
    first.receiver.stop()
    house.receiver.empty(box)
    house.receiver.heard(ACCOUNT)
    house.settle()
    assert house.kept() == [f"tiny-{number:05d}" for number in range(5)]
    assert house.messages() == [f"Message {number}" for number in range(5)]
    assert relay.store.spool.names() == []


_WORKER = """
import os, signal, sys
from adapters.relay import HttpRelay
from storage.store import open_store
from tests.receiver.tiny import House
from tui_inbox.ports.secrets import Secret
from tui_inbox.worker.parts import Receiving

url, relay, point, token = sys.argv[1:]
house = House(open_store(url), Receiving())
object.__setattr__(house.parts, "fault", lambda here: here == point and os.kill(os.getpid(), signal.SIGKILL))
house.receiver.empty(HttpRelay(relay, Secret(token)))
"""


@pytest.mark.crash
def test_killed_relays_and_workers_lose_and_double_nothing(sqlite_url: str, tmp_path: Path) -> None:
    """Real processes, SIGKILL: the relay while it is brought letters, the worker before and after its commit."""
    for name, secret in (("token", TOKEN), ("verify", VERIFY)):
        (tmp_path / name).write_text(secret)
        (tmp_path / name).chmod(0o600)
    taken: set[int] = set()
    numbers = iter(range(1000))

    def bring(process: subprocess.Popen[str], port: int, count: int, kill_after: int | None) -> None:
        for turn in range(count):
            if turn == kill_after:
                process.kill()
            number = next(numbers)
            one = letter(number)
            try:
                if ask(port, "POST", f"/hooks/{ACCOUNT}", one.body, one.headers).status == 200:
                    taken.add(number)
            except OSError:
                continue  # The vendor was given no 200 and will come again; here it does not.

    for point in ("pulled", "kept"):
        process, port = relay_process(tmp_path)
        bring(process, port, 12, None)
        command = [sys.executable, "-c", _WORKER, sqlite_url, f"http://127.0.0.1:{port}", point, TOKEN]
        done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=60)
        assert done.returncode == -signal.SIGKILL, done.stderr
        bring(process, port, 12, 6)
        process.wait(10)
    process, port = relay_process(tmp_path)
    with open_store(sqlite_url) as store:
        house, box = House(store, Receiving()), HttpRelay(f"http://127.0.0.1:{port}", Secret(TOKEN))
        house.receiver.empty(box)
        house.receiver.heard(ACCOUNT)
        house.settle()
        kept = {int(name.removeprefix("tiny-")) for name in house.kept()}
        assert taken <= kept
        assert len(house.messages()) == len(kept) == len(house.kept())
        box.close()
        house.receiver.stop()
    process.terminate()
    assert process.wait(20) == 0
    assert [name for name in os.listdir(tmp_path / "kept") if name.endswith(".json")] == []


def relay_process(folder: Path) -> tuple[subprocess.Popen[str], int]:
    """``tui-inbox relay`` as it is started on a public host, and its port."""
    command = [
        sys.executable, "-m", "tui_inbox", "relay", "--listen", "127.0.0.1:0", "--store", str(folder / "kept"),
        "--token-file", str(folder / "token"), "--account", ACCOUNT, "--verify", f"wa={folder / 'verify'}",
    ]  # fmt: skip
    environment = {**os.environ, "LANG": "C", "LANGUAGE": "en", "HOME": str(folder)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    said = process.stdout.readline()
    assert "Listening on port" in said
    return process, int(said.split("port ")[1].split(";")[0])

"""``list``, ``show``, ``reply``, ``status`` and ``worker --once``: what scripts may rely on (design section 8)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.sandbox.house import ACCOUNTS
from tests.cli.conftest import Run
from tui_inbox.bootstrap.opening import open_lease
from tui_inbox.config import load

pytestmark = pytest.mark.usefixtures("sample_hotel")

ROW_KEYS = {"id", "guest", "channel", "state", "unread", "unanswered", "last_at", "preview", "deadline"}
MESSAGE_KEYS = {"id", "at", "direction", "channel", "kind", "origin", "state", "text", "attachments"}


def test_list_gives_one_json_document_with_the_promised_keys(run: Run) -> None:
    result = run("--operator", "ana", "list", "--json")
    rows = json.loads(result.out)
    assert result.code == 0
    assert result.err == ""
    assert len(rows) > 10
    assert all(row.keys() >= ROW_KEYS for row in rows)
    assert all(row["state"] == "open" for row in rows)
    assert any(row["unread"] for row in rows)
    assert any(row["deadline"] for row in rows)
    assert all(row["guest"] for row in rows)


def test_filters_and_tabs_narrow_the_list(run: Run) -> None:
    everything = json.loads(run("list", "--operator", "ana", "--tab", "all", "--json").out)
    unanswered = json.loads(run("list", "--operator", "ana", "--tab", "all", "--unanswered", "--json").out)
    unread = json.loads(run("list", "--operator", "ana", "--tab", "all", "--unread", "--json").out)
    closed = json.loads(run("list", "--operator", "ana", "--tab", "closed", "--json").out)
    assert 0 < len(unanswered) < len(everything)
    assert 0 < len(unread) < len(everything)
    assert {row["state"] for row in closed} == {"closed"}
    assert all(row["unanswered"] for row in unanswered)
    assert all(row["unread"] for row in unread)
    assert len(json.loads(run("list", "--limit", "3", "--json").out)) == 3


def test_search_finds_by_words_and_by_name(run: Run) -> None:
    rows = json.loads(run("list", "--tab", "all", "--search", "sauna", "--json").out)
    assert rows
    name = rows[0]["guest"]
    assert rows[0]["id"] in [
        row["id"] for row in json.loads(run("list", "--tab", "all", "--search", name, "--json").out)
    ]


def test_plain_list_is_one_line_a_conversation_without_control_characters(run: Run) -> None:
    result = run("list", "--operator", "ana", "--tab", "all")
    lines = result.out.splitlines()
    assert len(lines) > 20
    assert all(line[0].isdigit() for line in lines)
    assert all(char.isprintable() for char in "".join(lines))
    assert any("unanswered" in line for line in lines)


def test_show_gives_guest_reservations_and_messages(run: Run) -> None:
    rows = json.loads(run("list", "--operator", "ana", "--json").out)
    with_room = next(row for row in rows if row["room"])
    shown = json.loads(run("show", "--operator", "ana", str(with_room["id"]), "--json").out)
    assert shown.keys() >= ROW_KEYS | {"guest", "reservations", "messages"}
    assert shown["guest"]["name"] == with_room["guest"]
    assert shown["reservations"][0].keys() >= {"arrival", "departure", "room"}
    assert all(message.keys() >= MESSAGE_KEYS for message in shown["messages"])
    plain = run("show", "--operator", "ana", str(with_room["id"])).out
    assert shown["messages"][-1]["text"].splitlines()[0] in plain


def test_showing_and_listing_read_nothing(run: Run) -> None:
    before = run("list", "--operator", "ana", "--unread", "--json").out
    run("show", "--operator", "ana", str(json.loads(before)[0]["id"]))
    assert run("list", "--operator", "ana", "--unread", "--json").out == before


def free_conversation(run: Run) -> int:
    """One that may be answered freely by SMS."""
    rows = json.loads(run("list", "--operator", "ana", "--unanswered", "--json").out)
    return int(next(row["id"] for row in rows if row["channel"] == "sms"))


def test_reply_queues_and_prints_the_outbox_id(run: Run) -> None:
    conversation = free_conversation(run)
    result = run("reply", "--operator", "ana", str(conversation), "--text", "Yes, until midnight.")
    assert (result.code, result.err) == (0, "")
    assert int(result.out) > 0
    shown = json.loads(run("show", str(conversation), "--json").out)
    assert shown["messages"][-1]["text"] == "Yes, until midnight."
    assert shown["messages"][-1]["state"] == "held"
    assert shown["messages"][-1]["author"] == "ana"
    assert shown["unanswered"] is False


def test_send_now_skips_only_the_undo_time(run: Run) -> None:
    conversation = str(free_conversation(run))
    result = run("reply", "--operator", "ana", conversation, "--text", "At once.", "--send-now", "--json")
    answer = json.loads(result.out)
    shown = json.loads(run("show", conversation, "--json").out)
    assert answer.keys() == {"outbox_id", "message_id", "not_before"}
    assert answer["not_before"] <= shown["messages"][-1]["at"]


def test_reply_reads_a_long_text_from_the_standard_input(run: Run) -> None:
    conversation = str(free_conversation(run))
    assert run("reply", "--operator", "ana", conversation, "--text", "-", stdin="From a file\nin two lines").code == 0
    assert json.loads(run("show", conversation, "--json").out)["messages"][-1]["text"] == "From a file\nin two lines"


def test_a_refused_reply_says_why_and_sends_nothing(run: Run) -> None:
    conversation = str(free_conversation(run))
    before = run("show", conversation, "--json").out
    empty = run("reply", "--operator", "ana", conversation, "--text", "  ")
    assert (empty.code, empty.out) == (1, "")
    assert empty.err.strip() not in {"", "empty_text"}
    unknown = run("reply", "--operator", "ana", conversation, "--text", "x", "--channel", "telex")
    assert unknown.code == 2
    assert "sms" in unknown.err
    assert run("show", conversation, "--json").out == before


def test_a_shared_account_must_say_who_answers(run: Run) -> None:
    result = run("reply", str(free_conversation(run)), "--text", "x")
    assert result.code == 2
    assert "--operator" in result.err
    assert "ana" in result.err


def test_an_unknown_operator_is_refused_with_the_known_ones(run: Run) -> None:
    result = run("--operator", "eve", "list")
    assert (result.code, result.out) == (1, "")
    assert "leo" in result.err


def test_a_conversation_that_is_not_there_is_an_error_not_a_traceback(run: Run) -> None:
    for words in (("show", "999999"), ("reply", "--operator", "ana", "999999", "--text", "x")):
        result = run(*words)
        assert result.code == 1
        assert "Traceback" not in result.err
        assert result.err.strip()


def test_status_tells_worker_channels_and_outbox(run: Run) -> None:
    status = json.loads(run("status", "--json").out)
    assert status["worker"]["alive"] is False
    assert {channel["name"] for channel in status["channels"]} == set(ACCOUNTS.values())
    assert status["open"] > 10
    assert status["outbox"]["failed"] >= 1
    assert "No worker" in run("status").out


def test_worker_once_reports_each_failing_channel_and_exits_5_only_when_all_fail(run: Run) -> None:
    result = run("worker", "--once")
    assert result.code == 5
    # WhatsApp at Meta and the web chat have nothing to ask for.
    polled = set(ACCOUNTS.values()) - {"desk-whatsapp", "desk-chat"}
    assert {name for name in ACCOUNTS.values() if f"{name}:" in result.err} == polled


def test_worker_once_beside_a_live_worker_says_so_and_exits_0(run: Run, sample_hotel: Path) -> None:
    lease = open_lease(load(sample_hotel))
    assert lease.acquire()
    try:
        result = run("worker", "--once")
    finally:
        lease.release()
    assert result.code == 0
    assert "running" in result.out

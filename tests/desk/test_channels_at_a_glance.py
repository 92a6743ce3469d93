"""The channels screen and the sent list: what is connected, what went out, and as what."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import a_conversation, a_guest, an_outgoing
from tests.desk.flows import staff
from tests.tui.driving import sitting
from tests.tui.hotel import a_desk, a_session
from tui_inbox.domain.errors import AccountBlocked
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.services import accounts


async def test_each_channel_says_whether_it_is_connected_and_when_it_was_polled_well(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    session = a_session(sqlite_store, tmp_path)
    now = session.clock.now()
    with sqlite_store.write() as t:
        staff(t)
        for name in ("desk-sms", "desk-mail"):
            accounts.connected(t, a_desk(), name, now)
            accounts.polled(t, a_desk(), name, None, now)
    async with sitting(session) as desk:
        desk.clock.forward(hours=2)
        with sqlite_store.write() as t:
            accounts.polled(t, a_desk(), "desk-sms", None, desk.clock.now())
            accounts.polled(
                t, a_desk(), "desk-mail", AccountBlocked("auth", vendor_text="Invalid login"), desk.clock.now()
            )
        await desk.press("f8")
        await desk.until(lambda: "desk-mail" in desk.text)
        for state, name, polled in (("connected", "desk-sms", "now"), ("error", "desk-mail", "10:00")):
            (listed,) = [line[:76] for line in desk.text.split("\n") if f"{name}  " in line[:45]]
            assert state in listed
            assert listed.rstrip().endswith(polled)
        assert "not tried yet" in desk.line("insta  ")
        await desk.press("down")
        assert "Invalid login" in desk.text


@pytest.mark.parametrize(("channel", "account"), [("email", "desk-mail"), ("sms", "desk-sms")], ids=["mail", "sms"])
async def test_each_message_sent_says_its_class(
    sqlite_store: SqlStore, tmp_path: Path, channel: str, account: str
) -> None:
    with sqlite_store.write() as t:
        staff(t)
        for minutes, (name, kind) in enumerate((("Anna Rossi", "transactional"), ("Ken Sato", "marketing"))):
            row = a_conversation(t, a_guest(t, name), last_channel=channel, last_account=account)
            sent = an_outgoing(t, row, f"Bonjour {name}", OutboxState.ACCEPTED, minutes=minutes)
            message = t.messages.get(sent.message_id)
            assert message is not None
            t.messages.put(message._replace(message_class=MessageClass(kind)))
    async with sitting(a_session(sqlite_store, tmp_path)) as desk:
        await desk.press("f4")
        await desk.until(lambda: "Anna Rossi" in desk.text)
        await desk.press("home")
        assert "by hand, marketing" in desk.text
        await desk.press("down")
        assert "by hand, service" in desk.text
        for _ in range(9):
            if "f marketing" in desk.text:
                break
            await desk.press("f")
        await desk.until(lambda: "f marketing" in desk.text and "Anna Rossi" not in desk.text)
        assert "Ken Sato" in desk.text

"""The channels screen says which accounts cannot hear, and that somebody forged requests."""

from __future__ import annotations

from pathlib import Path

import msgspec

from adapters.webchat import WEBCHAT
from storage.store import SqlStore
from tests.tui.beside import listed
from tests.tui.driving import sitting
from tests.tui.hotel import a_desk, a_session
from tui_inbox.services import accounts
from tui_inbox.services.desk import AccountInfo
from tui_inbox.services.receiving import FORGED

SITE = AccountInfo("site", "webchat", {"webchat": WEBCHAT}, {"webchat": "lumiere"}, heard_by=("listen",))


async def test_without_a_receiver_the_row_says_so_and_what_to_do(sqlite_store: SqlStore, tmp_path: Path) -> None:
    session = a_session(sqlite_store, tmp_path, desk=a_desk(accounts={"site": SITE}))
    async with sitting(session) as desk:
        await desk.press("f8")
        assert "It only sends" in desk.text
        assert "docs/receiver.md" in desk.text
        assert "only sends" in listed(desk, "site")
        assert "last good poll" not in desk.text


async def test_with_a_receiver_it_does_not_and_forged_requests_are_counted(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    made = a_desk(accounts={"site": SITE}, receiving=("listen",))
    with sqlite_store.write() as tx:
        row = accounts.of(tx, made, "site")
        tx.accounts.put(msgspec.structs.replace(row, health={FORGED: 7}))
    async with sitting(a_session(sqlite_store, tmp_path, desk=made)) as desk:
        await desk.press("f8")
        assert "It only sends" not in desk.text
        assert "at once" in listed(desk, "site")
        assert "wrong signatures  7" in desk.text

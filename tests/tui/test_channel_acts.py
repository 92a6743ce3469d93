"""What one channel can do with a message: comments, quotes, emojis and tags, from the thread and the composer."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from storage.store import SqlStore
from tests.builders import an_inbound
from tests.tui.driving import Desk, sitting
from tests.tui.hotel import DAY, NOW, a_desk, a_session, converse
from tui_inbox.domain.channel import ChannelTraits, HandleKind, MessageTag
from tui_inbox.domain.deed import Act
from tui_inbox.domain.event import Code
from tui_inbox.domain.guest import Handle, Line
from tui_inbox.domain.message import Kind
from tui_inbox.domain.outbox import OutboxState, Outgoing, Way
from tui_inbox.rows import EventRow
from tui_inbox.services.desk import AccountInfo
from tui_inbox.tui.dialogs.channel_acts import is_hidden
from tui_inbox.tui.session import Session

MESSENGER = ChannelTraits(
    "messenger", "FB", "Messenger", HandleKind.OPAQUE, can_start=False, free_window=DAY,
    human_window=timedelta(days=7), templates_after_window=True, max_chars=2000, quotes=True, comments=True,
    acts=frozenset({Act.REACT, Act.HIDE}), free_of_charge=True,
    tags=(MessageTag("human_agent"), MessageTag("account_update", allowed=False, instead="utility_template")),
)  # fmt: skip


@pytest.fixture
def session(sqlite_store: SqlStore, tmp_path: Path) -> Session:
    page = AccountInfo("page", "messenger", {"messenger": MESSENGER}, {"messenger": "106"})
    return a_session(sqlite_store, tmp_path, desk=a_desk(accounts={"page": page}))


def wrote(store: SqlStore, minutes: float = -5, kind: Kind = Kind.CHAT, text: str = "Bonjour") -> None:
    with store.write() as t:
        made = converse(t, "Lea", "messenger", "Salut", minutes - 60, account="page", phone="7001")
        an_inbound(t, made, text, minutes=minutes, kind=kind, external_id="m_1", parent="post_9", subject="Été ouvert")


def sent(store: SqlStore) -> Outgoing:
    with store.read() as t:
        (row,) = t.outbox.in_state((OutboxState.HELD,), 5)
        return row


async def chosen(desk: Desk, words: str) -> None:
    """Opens the message's menu and takes that line."""
    await desk.press("enter", "enter")
    await desk.until(lambda: words in desk.text)
    for _ in range(8):
        if words in desk.line("▌ " + words):
            break
        await desk.press("down")
    await desk.press("enter")


async def test_r_on_a_comment_answers_under_it_for_all_to_read(session: Session, sqlite_store: SqlStore) -> None:
    wrote(sqlite_store, kind=Kind.COMMENT, text="Quel beau jardin")
    async with sitting(session) as desk:
        await desk.press("r")
        assert "public, under “Quel beau jardin”" in desk.text
        await desk.type("Merci")
        await desk.press("ctrl+s")
        row = sent(sqlite_store)
    assert (row.way, row.target, row.text) == (Way.PUBLIC, "m_1", "Merci")


async def test_who_only_commented_is_answered_under_the_comment(session: Session, sqlite_store: SqlStore) -> None:
    wrote(sqlite_store, kind=Kind.COMMENT)
    with sqlite_store.write() as t:
        t.lines.put(Line("page", "messenger", "7001"))
    async with sitting(session) as desk:
        await desk.until(lambda: "r: answer under the comment" in desk.text)
        await desk.press("r")
        await desk.type("Merci")
        await desk.press("ctrl+s")
        # The foot, where the key stands, counts the seconds to take it back.
        await desk.until(lambda: "This guest has not written here yet." in desk.text)
        assert desk.inbox.focused is desk.inbox.composer.box
        await desk.press("r")
        await desk.until(lambda: "public, under" in desk.text)


async def test_a_comment_has_one_private_answer_and_can_be_hidden(session: Session, sqlite_store: SqlStore) -> None:
    wrote(sqlite_store, kind=Kind.COMMENT, text="Quel beau jardin")
    async with sitting(session) as desk:
        await chosen(desk, "hide the comment")
        await desk.until(lambda: _deeds(sqlite_store))
        await desk.press("escape")
        await chosen(desk, "answer privately")
        await desk.until(lambda: "private, once, to “Quel beau jardin”" in desk.text)
        await desk.type("Venez")
        await desk.press("ctrl+s")
        row = sent(sqlite_store)
    assert (row.way, row.target) == (Way.PRIVATE, "m_1")
    assert _deeds(sqlite_store) == [(Act.HIDE, "on")]


async def test_only_what_applies_is_offered_for_a_comment(session: Session, sqlite_store: SqlStore) -> None:
    wrote(sqlite_store, kind=Kind.COMMENT, text="Quel beau jardin")
    async with sitting(session) as desk:
        await chosen(desk, "hide the comment")
        await desk.until(lambda: "comment hidden by" in desk.text)
        await desk.press("enter")
        await desk.until(lambda: "show it again" in desk.text)
        assert "hide the comment" not in desk.text
        await desk.press("escape", "escape")
        await chosen(desk, "show it again")
        await desk.until(lambda: _deeds(sqlite_store) == [(Act.HIDE, "off")])
        await desk.until(lambda: "comment shown again" in desk.text)
        await desk.press("enter")
        await desk.until(lambda: "hide the comment" in desk.text)
        assert "show it again" not in desk.text


def test_what_the_vendor_refused_is_offered_again() -> None:
    def told(n: int, code: Code, **more: str | int) -> EventRow:
        return EventRow(n, NOW, code, "ana", {"message": 7, **more}, False)

    hidden = [told(1, Code.COMMENT_HIDDEN)]
    assert is_hidden(hidden, 7)
    assert not is_hidden(hidden, 8)
    refused = [*hidden, told(2, Code.ACT_FAILED, act="hide")]
    assert not is_hidden(refused, 7)
    assert is_hidden([*refused, told(3, Code.COMMENT_HIDDEN)], 7)
    assert is_hidden([*hidden, told(2, Code.COMMENT_SHOWN), told(3, Code.ACT_FAILED, act="hide")], 7)
    assert is_hidden([*hidden, told(2, Code.ACT_FAILED, act="react")], 7)


async def test_a_message_is_quoted_and_gets_an_emoji(session: Session, sqlite_store: SqlStore) -> None:
    wrote(sqlite_store)
    async with sitting(session) as desk:
        await chosen(desk, "set an emoji")
        await desk.until(lambda: "Which emoji?" in desk.text)
        await desk.press("enter")
        await desk.until(lambda: "👍" in desk.text and "Which emoji?" not in desk.text)
        await desk.press("escape")
        await chosen(desk, "answer this message")
        await desk.until(lambda: "answers “Bonjour”" in desk.text)
        await desk.type("Oui")
        await desk.press("ctrl+s")
        row = sent(sqlite_store)
    assert (row.way, row.target) == (Way.QUOTE, "m_1")
    assert _deeds(sqlite_store) == [(Act.REACT, "👍")]


async def test_the_tie_outlives_a_dropped_line(session: Session, sqlite_store: SqlStore) -> None:
    wrote(sqlite_store, kind=Kind.COMMENT)
    async with sitting(session) as desk:
        await desk.press("r")
        await desk.type("Merci bien")
        await desk.pilot.pause(0.7)
        await desk.settle()
    async with sitting(session) as desk:
        await desk.until(lambda: "Merci bien" in desk.text)
        assert "public, under" in desk.text


async def test_on_day_three_a_person_writes_and_on_day_eight_only_a_template_goes(
    session: Session, sqlite_store: SqlStore
) -> None:
    wrote(sqlite_store, minutes=-3 * 24 * 60)
    async with sitting(session) as desk:
        await desk.until(lambda: "by hand, 3 d" in desk.text)
        await desk.press("r")
        await desk.type("Toujours la")
        await desk.press("ctrl+s")
        assert sent(sqlite_store).text == "Toujours la"
        desk.clock.forward(days=5)
        await desk.press("f5")
        await desk.until(lambda: "answer with a template" in desk.text)


async def test_a_tag_is_two_keys_away_and_the_refused_ones_say_what_replaces_them(
    session: Session, sqlite_store: SqlStore
) -> None:
    wrote(sqlite_store, minutes=-3 * 24 * 60)
    async with sitting(session) as desk:
        await desk.press("r")
        await desk.type("Toujours la")
        await desk.press("ctrl+p")
        await desk.until(lambda: "misuse may cost the right to write" in desk.text)
        assert "0 in 30 days" in desk.line("A person's answer")
        assert "refused; send a utility template" in desk.line("Account update")
        await desk.press("enter")
        await desk.until(lambda: "misuse may cost" not in desk.text)
        await desk.press("ctrl+s")
        assert sent(sqlite_store).tag == "human_agent"


def _deeds(store: SqlStore) -> list[tuple[Act, str]]:
    with store.read() as t:
        return [(pending.deed.act, pending.deed.value) for pending in t.deeds.due(NOW + timedelta(days=9), 9)]


async def test_a_channel_that_counts_bytes_shows_bytes_and_a_vendors_number_is_shown_by_its_end(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    insta = ChannelTraits("instagram", "IG", "Instagram", HandleKind.OPAQUE, free_window=DAY, max_bytes=1000)
    house = a_desk(accounts={"insta": AccountInfo("insta", "instagram", {"instagram": insta}, {"instagram": "178"})})
    with sqlite_store.write() as t:
        made = converse(t, "Lea", "instagram", "Salut", -5, account="insta")
        t.guests.add_handle(Handle(0, made.guest_id, "instagram", "8c1f2a77-90de-4b1e", created_at=NOW))
    async with sitting(a_session(sqlite_store, tmp_path, desk=house)) as desk:
        await desk.press("r")
        await desk.type("été")
        assert "5/1000" in desk.text
        assert "IG …b1e" in desk.text
        assert "8c1f2a77" not in desk.text

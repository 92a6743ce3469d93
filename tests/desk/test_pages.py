"""A Page and an Instagram account at the desk: comments, tags, ticks and rights, against Meta's simulator."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.sandbox.meta import SandboxMeta
from adapters.sandbox.meta_account import MetaAccount
from storage.store import SqlStore
from tests.adapters.meta.words import ANA as GUEST
from tests.adapters.meta.words import LEO
from tests.adapters.rig_meta import in_sandbox
from tests.desk.vendors import Town
from tests.tui.beside import listed
from tests.tui.hotel import ANA, StandingClock
from tui_inbox.domain.conversation import State
from tui_inbox.services import channels


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def meta(clock: StandingClock) -> Iterator[SandboxMeta]:
    with SandboxMeta(MetaAccount(channel="messenger", clock=clock)) as box:
        yield box


Open = Callable[..., Town]


@pytest.fixture
def page(meta: SandboxMeta, sqlite_store: SqlStore, tmp_path: Path, clock: StandingClock) -> Open:
    def opened(**settings: object) -> Town:
        kind = meta.account.channel
        at = Town(sqlite_store, tmp_path, clock, {"page": kind}, {"page": lambda: in_sandbox(meta, **settings)})
        at.work()
        clock.forward(minutes=10)
        return at

    return opened


async def test_a_comment_is_a_new_row_and_three_answers_stand_under_it(page: Open, meta: SandboxMeta) -> None:
    at, account = page(comments=True), meta.account
    remark = account.remark(account.publish("Notre terrasse"), "Ouvert en hiver ?", LEO, name="Leo Petit")
    at.work()
    async with at.screen() as desk:
        assert "Leo Petit" in desk.line("FB")
        assert "● 1 unread" in desk.text
        assert "comment on “Notre terrasse”" in desk.text
        for words in ("Oui", "Chaque jour", "Sauf lundi"):
            await desk.press("r")
            assert "public, under “Ouvert en hiver ?”" in desk.text
            await desk.type(words)
            await desk.press("ctrl+s")
            at.deliver()
            await desk.press("escape")
        assert [one.text for one in account.remarks if one.parent == remark.id] == ["Oui", "Chaque jour", "Sauf lundi"]
        assert account.talks == {}, "nothing went to the private chat"
        at.clock.forward(minutes=10)
        at.work()
        await desk.press("f5")
        thread = desk.text
        assert [thread.count(words) for words in ("Oui", "Chaque jour")] == [1, 1]
        places = [thread.rindex(words) for words in ("Ouvert en hiver ?", "Oui", "Chaque jour", "Sauf lundi")]
        assert places == sorted(places)


async def test_without_the_switch_no_comment_comes(page: Open, meta: SandboxMeta) -> None:
    at, account = page(), meta.account
    account.remark(account.publish("Notre terrasse"), "Ouvert ?", LEO, name="Leo Petit")
    at.work()
    async with at.screen() as desk:
        assert "Leo Petit" not in desk.text


async def test_a_second_comment_reopens_what_was_closed(page: Open, meta: SandboxMeta) -> None:
    at, account = page(comments=True), meta.account
    post = account.publish("Notre terrasse")
    account.remark(post, "Ouvert ?", LEO, name="Leo Petit")
    at.work()
    async with at.screen() as desk:
        await desk.press("e")
        await desk.until(lambda: at.conversation(LEO, "messenger").state is State.CLOSED)
        at.clock.forward(minutes=10)
        account.remark(post, "Et en mars ?", LEO, name="Leo Petit")
        at.work()
        await desk.press("f5")
        await desk.until(lambda: "Et en mars ?" in desk.text)
        assert at.conversation(LEO, "messenger").state is State.OPEN


async def test_looking_and_leaving_tells_the_guest_nothing_and_an_answer_does(page: Open, meta: SandboxMeta) -> None:
    at, account = page(), meta.account
    account.receive(LEO, "Autre", name="Leo Petit")
    account.receive(GUEST, "Bonjour", name="Ana Lopez")
    at.work()

    def seen() -> list[str]:
        return [str(told.get("sender_action")) for _method, _path, told in account.asked if "sender_action" in told]

    async with at.screen() as desk:
        await desk.press("down", "up")
        at.clock.forward(seconds=30)
        at.work()
        assert seen() == []
        await desk.press("enter", "escape")
        at.work()
        assert seen() == []
        await desk.press("r")
        await desk.type("Oui")
        await desk.press("ctrl+s")
        at.deliver()
        at.work()
        assert seen() == ["mark_seen"]


async def test_the_tag_that_is_allowed_is_two_keys_and_send_and_reaches_the_vendor(
    page: Open, meta: SandboxMeta
) -> None:
    at, account = page(), meta.account
    account.receive(GUEST, "Bonjour", name="Ana Lopez")
    at.work()
    at.clock.forward(days=3)
    async with at.screen() as desk:
        await desk.press("r")
        await desk.type("Toujours la")
        await desk.press("ctrl+p")
        await desk.until(lambda: "misuse may cost the right to write" in desk.text)
        await desk.press("enter", "ctrl+s")
        at.deliver()
        assert [said.kind for said in account.talks[GUEST].said if said.outbound] == ["HUMAN_AGENT"]


async def test_a_right_that_is_missing_stands_on_the_row_and_messages_go_on(page: Open, meta: SandboxMeta) -> None:
    at, account = page(comments=True), meta.account
    account.receive(GUEST, "Bonjour", name="Ana Lopez")
    account.rights.discard("comments")
    at.work()
    channels.run_jobs(at.store, at.desk, at.opened(), at.now)
    async with at.screen(actor=ANA._replace(role="admin")) as desk:
        assert "Bonjour" in desk.text
        await desk.press("f8")
        assert "restricted" in listed(desk, "page")
        assert "comments" in desk.text
        account.rights.add("comments")
        await desk.pilot.press("c")
        await desk.until(lambda: at.ask(lambda t: t.jobs.queued(1)))
        await asyncio.to_thread(channels.run_jobs, at.store, at.desk, at.opened(), at.now)
        await desk.until(lambda: "connected" in listed(desk, "page"))


async def test_the_card_names_the_person_as_instagram_does(page: Open, meta: SandboxMeta) -> None:
    meta.account = MetaAccount(channel="instagram", clock=meta.account.clock)
    at = page()
    meta.account.receive(GUEST, "Hola", name="ana.viaja")
    at.work()
    async with at.screen() as desk:
        card = [line[90:] for line in desk.text.split("\n")]
        assert any("IG ana.viaja" in line for line in card), desk.text

"""The web chat's page in a real browser: it works by keyboard, and what anybody writes stays text."""

from __future__ import annotations

import http.server
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from storage.store import SqlStore
from tests.e2e.chromium import Chromium, Page
from tests.receiver.chatting import ChatHouse, serving
from tui_inbox.worker.parts import Receiving

HOSTILE = (
    "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    "</p><iframe srcdoc=x></iframe>{{data}} ${document.title='owned'} &lt;b&gt;"
)
LINES = "[...document.querySelectorAll('#log .line')].map((line) => line.firstChild.nodeValue)"


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    program = os.environ.get("TUI_INBOX_TEST_CHROMIUM")
    if not program:
        pytest.skip("TUI_INBOX_TEST_CHROMIUM names no browser")
    browser = Chromium(program, tmp_path_factory.mktemp("chromium"))
    yield browser
    browser.close()


@pytest.fixture
def house(sqlite_store: SqlStore) -> Iterator[ChatHouse]:
    with serving(ChatHouse(sqlite_store)) as found:
        yield found


@pytest.fixture
def page(chromium: Chromium, house: ChatHouse) -> Page:
    found = chromium.page()
    found.open(f"{house.url}/chat/lumiere?lang=en")
    return found


def now(page: Page) -> None:
    """Do not wait for the page's next look."""
    page.value("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_guest_chats_by_keyboard_alone_and_finds_it_again(page: Page, house: ChatHouse) -> None:
    page.value("document.getElementById('log').focus()")
    for text in ("Ana Lopez", "ana@guest.example", "Good evening,"):
        page.press("Tab")
        page.type(text)
    page.press("Enter", shift=True)
    page.type("is there parking?")
    page.press("Enter")
    page.wait(f"{LINES}.includes('Good evening,\\nis there parking?')")
    page.wait("document.querySelector('.own .meta').textContent.includes(':')")
    ((address, email, text),) = house.inbound()
    assert (email, text) == ("ana@guest.example", "Good evening,\nis there parking?")
    assert page.value("document.activeElement.id") == "text"
    assert page.value("document.getElementById('claims').hidden") is True
    outbox = house.reply(house.conversation(address), "Yes, 12 € a night.")
    now(page)
    page.wait(f"{LINES}.includes('Yes, 12 € a night.')")
    now(page)
    page.wait("true")
    page.call("Page.reload")
    page.wait("document.readyState === 'complete'")
    page.wait(f"{LINES}.length === 3")
    assert page.value(LINES)[1:] == ["Good evening,\nis there parking?", "Yes, 12 € a night."]
    assert len(house.inbound()) == 1
    assert house.state(outbox) == "read"
    assert page.complaints() == []


def test_what_anybody_writes_stays_text(page: Page, house: ChatHouse) -> None:
    page.value("document.getElementById('text').focus()")
    page.type(HOSTILE)
    page.press("Enter")
    page.wait("document.querySelector('.own .meta').textContent.includes(':')")
    ((address, _email, text),) = house.inbound()
    assert text == HOSTILE
    house.reply(house.conversation(address), HOSTILE)
    now(page)
    page.wait(f"{LINES}.length === 3")
    assert page.value(LINES)[1:] == [HOSTILE, HOSTILE]
    assert page.value("document.querySelectorAll('#log img, #log script, #log iframe, #log b').length") == 0
    assert page.value("document.title") == "Hôtel Lumière"
    assert page.complaints() == []


def test_without_a_connection_nothing_is_lost_and_nothing_sent_twice(
    chromium: Chromium, house: ChatHouse, sqlite_store: SqlStore
) -> None:
    page = chromium.page()
    page.open(f"{house.url}/chat/lumiere?lang=en")
    page.value("document.getElementById('text').focus()")
    page.type("first")
    page.press("Enter")
    page.wait("document.querySelector('.own .meta').textContent.includes(':')")
    house.receiver.stop()
    page.type("second")
    page.press("Enter")
    page.wait("document.getElementById('state').textContent.startsWith('No connection')")
    page.call("Page.stopLoading")
    again = ChatHouse(sqlite_store)
    object.__setattr__(again.parts, "receiving", Receiving(listen=f"127.0.0.1:{house.port}"))
    with serving(again):
        now(page)
        page.wait("document.getElementById('state').textContent === ''")
        page.wait("[...document.querySelectorAll('.own .meta')].every((meta) => meta.textContent.includes(':'))")
        now(page)
        assert [text for _address, _email, text in again.inbound()] == ["first", "second"]


def test_words_typed_while_others_are_on_their_way_do_not_wait(page: Page, house: ChatHouse) -> None:
    page.value("document.getElementById('text').focus()")
    for number in range(5):
        page.type(f"Message {number}")
        page.press("Enter")
    page.wait("document.querySelectorAll('.own').length === 5")
    page.wait("[...document.querySelectorAll('.own .meta')].every((meta) => meta.textContent.includes(':'))")
    assert [text for _address, _email, text in house.inbound()] == [f"Message {number}" for number in range(5)]


def test_every_field_and_button_has_a_name_that_is_read_aloud(page: Page) -> None:
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    named = [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if node.get("role", {}).get("value") in ("textbox", "button", "log", "heading", "status")
    ]
    assert ("log", "Messages") in named
    assert ("heading", "Hôtel Lumière") in named
    assert ("button", "Send") in named
    assert {name for role, name in named if role == "textbox"} == {
        "Your name (optional)",
        "Your e-mail (optional)",
        "Your message",
    }
    assert "status" in [role for role, _name in named]


def test_a_site_of_the_hotels_may_frame_it_and_another_may_not(chromium: Chromium, sqlite_store: SqlStore) -> None:
    with site() as ours, site() as theirs, serving(ChatHouse(sqlite_store, origins=[ours.origin])) as house:
        for one in (ours, theirs):
            one.frame = f"{house.url}/chat/lumiere"
        page = chromium.page()
        page.open(f"{ours.origin}/")
        page.wait("window.frames.length === 1")
        tree = page.call("Page.getFrameTree")["frameTree"]
        assert tree["childFrames"][0]["frame"]["url"].startswith(house.url)
        assert page.complaints() == []
        other = chromium.page()
        other.open(f"{theirs.origin}/")
        tree = other.call("Page.getFrameTree")["frameTree"]
        assert not tree["childFrames"][0]["frame"]["url"].startswith(house.url)
        assert "frame-ancestors" in " ".join(other.complaints())


class Site:
    """A page with a frame, on a port of its own."""

    def __init__(self) -> None:
        self.frame = ""
        site = self

        class Answering(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                text = "" if "favicon" in self.path else f'<!doctype html><iframe src="{site.frame}"></iframe>'
                self.wfile.write(text.encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                """Nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"


@contextmanager
def site() -> Iterator[Site]:
    found = Site()
    thread = threading.Thread(target=found.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


def test_in_a_narrow_frame_nothing_sticks_out(page: Page) -> None:
    page.call("Emulation.setDeviceMetricsOverride", width=320, height=480, deviceScaleFactor=1, mobile=False)
    assert page.value("document.documentElement.scrollWidth") == 320
    assert page.value("document.querySelector('button').getBoundingClientRect().bottom") <= 480

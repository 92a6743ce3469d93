"""Guests in the web chat: their browsers look for answers, as the page does."""

from __future__ import annotations

from functools import partial

from adapters.sandbox.agenda import Agenda
from adapters.sandbox.house import CHAT
from adapters.sandbox.places import Heard
from adapters.sandbox.script import Later, Sample
from adapters.sandbox.webchat import SandboxBrowser
from tui_inbox.domain.errors import ChannelError

EVERY = 2.0
"""Seconds between two looks."""


class ChatPlace:
    """``base_url`` is the receiver's, which may not run yet."""

    vendor = "webchat"

    def __init__(self, sample: Sample, base_url: str, agenda: Agenda) -> None:
        self._sample, self._agenda = sample, agenda
        guests = {thread.guest for thread in sample.threads if thread.vendor == self.vendor}
        self._browsers = {guest: SandboxBrowser(base_url, CHAT) for guest in sorted(guests)}
        self._waiting = set(guests)
        """Those who have not found their conversation again."""

    def begin(self, heard: Heard) -> None:
        for guest, browser in self._browsers.items():
            person = self._sample.people[guest]
            answer = Later(0, guest, self.vendor, "")
            browser.on_answer.append(lambda _text, person=person, answer=answer: heard(person, answer))  # type: ignore[misc]
            self._agenda.add(EVERY, partial(self._look, guest))

    def write(self, later: Later) -> None:
        try:
            self._resumed(later.guest).write(later.text)
        except ChannelError:
            self._agenda.add(EVERY, lambda: self.write(later))

    def _look(self, guest: str) -> None:
        try:
            self._resumed(guest).look()
        except ChannelError:
            pass  # The receiver starts, or is gone.
        self._agenda.add(EVERY, partial(self._look, guest))

    def _resumed(self, guest: str) -> SandboxBrowser:
        """Raises ``ChannelError``."""
        browser = self._browsers[guest]
        if guest in self._waiting:
            person = self._sample.people[guest]
            browser.resume(self._sample.chat_key(person), int(self._sample.now.timestamp()))
            self._waiting.discard(guest)
        return browser

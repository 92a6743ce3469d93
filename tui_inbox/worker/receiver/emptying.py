"""Empties a letterbox into the store: first the commit, then the letter goes; a death in between loses nothing."""

from __future__ import annotations

from collections.abc import Callable

from tui_inbox.ports.channel import Heard
from tui_inbox.ports.letterbox import Letterbox
from tui_inbox.services.receiving import Brought
from tui_inbox.worker.receiver.hooks import Take

PAGE = 50


def empty(box: Letterbox, take: Take, heard: Callable[[str], None], fault: Callable[[str], None]) -> int:
    """Take every letter out; how many were kept. ``heard`` is told each account that got something.

    Raises ``ChannelError`` or ``StoreError``, and what was not removed is read again the next time.
    """
    after, kept = "", 0
    while letters := box.waiting(after, PAGE):
        fault("pulled")
        answers = take([Brought(letter.account, letter) for letter in letters])
        fault("kept")
        done = [letter for letter, answer in zip(letters, answers, strict=True) if isinstance(answer, Heard)]
        for account in {letter.account for letter in done}:
            heard(account)
        box.remove([letter.id for letter in done])
        fault("removed")
        for letter, answer in zip(letters, answers, strict=True):
            if not isinstance(answer, Heard):
                box.reject(letter, answer.code)
        after, kept = letters[-1].id, kept + len(done)
    return kept

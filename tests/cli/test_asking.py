"""Questions on a real terminal: a slip loses no answer."""

from __future__ import annotations

import io
from argparse import Namespace

import pytest

from tui_inbox import wording
from tui_inbox.cli.asking import ask
from tui_inbox.cli.connecting import _secret
from tui_inbox.cli.forms import FORMS
from tui_inbox.ports.secrets import Secret

ASKED = Namespace(secret_stdin=False, no_input=False)


class Typed(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    words: list[str] = []
    monkeypatch.setattr("sys.stdin", Typed())
    monkeypatch.setattr("tui_inbox.cli.secrets.getpass", lambda _question: words.pop(0))
    return words


def test_enter_alone_asks_for_the_secret_again(typed: list[str]) -> None:
    typed += ["", "", "token"]
    assert _secret(ASKED, FORMS["sms"], None).reveal() == "token"


def test_enter_alone_keeps_the_secret_that_was_typed_before(typed: list[str]) -> None:
    typed += [""]
    assert _secret(ASKED, FORMS["sms"], Secret("token")).reveal() == "token"


def test_a_question_has_the_space_before_its_colon_that_french_wants(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("sys.stdin", Typed())

    def answer(words: str) -> str:
        asked.append(words)
        return ""

    monkeypatch.setattr("builtins.input", answer)
    for language in ("fr", "en"):
        wording.use(language)
        ask("Nom", default="pms")
    assert asked == ["Nom [pms] : ", "Nom [pms]: "]

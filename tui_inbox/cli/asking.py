"""Plain questions on the terminal: each says where its answer is found."""

from __future__ import annotations

import sys
from collections.abc import Callable

from tui_inbox.cli.failing import Usage
from tui_inbox.wording import _, labelled


def ask(question: str, where: str = "", default: str = "", wrong: Callable[[str], str] = lambda _answer: "") -> str:
    """Ask until ``wrong`` has no objection (a sentence). Raises ``Usage`` where nobody can answer."""
    if not sys.stdin.isatty():
        raise Usage(_("There is no terminal to ask on: use --no-input and give the answers as options."))
    while True:
        if where:
            print(f"  {where}")
        hint = f" [{default}]" if default else ""
        try:
            answer = input(labelled(f"{question}{hint}", "")).strip() or default
        except EOFError:
            print()
            raise KeyboardInterrupt from None
        objection = wrong(answer)
        if not objection:
            return answer
        print(objection)


def choose(question: str, choices: dict[str, str]) -> str:
    """One of the keys of ``choices`` (key -> what it does); the first is taken by Enter."""
    listed = ", ".join(f"{key} = {meaning}" for key, meaning in choices.items())
    first = next(iter(choices))
    return ask(
        f"{question} ({listed})",
        default=first,
        wrong=lambda answer: "" if answer in choices else _("One of: {choices}.").format(choices=", ".join(choices)),
    )

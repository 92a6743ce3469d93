"""From an exception to an exit code and a sentence with a next step; never a traceback at a user."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from argparse import Namespace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from tui_inbox.bootstrap.redaction import redacted
from tui_inbox.config.places import state_dir
from tui_inbox.config.problems import ConfigError, Problem
from tui_inbox.domain.errors import ChannelError, StoreError, TuiInboxError
from tui_inbox.wording import _, explain, sentence

OK, ERROR, USAGE, CONFIGURATION, STORE, CHANNEL, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130


class Usage(Exception):
    """The command was asked in a way that it cannot be: the message is already a sentence."""


def guarded(options: Namespace) -> int:
    """Run the chosen command; whatever it raises becomes a sentence and a code."""
    module, function = options.run.split(":")
    try:
        command = getattr(import_module(f"tui_inbox.cli.{module}"), function)
        if not gc.isenabled():
            gc.freeze()
            gc.enable()
        code: int = command(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        if sys.stderr.isatty():
            print(file=sys.stderr)  # the shell's prompt begins on a line of its own
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as error:  # noqa: BLE001 - the last line of defence of the whole program
        return report(error)
    return code


def report(error: Exception) -> int:
    """Say on the error stream what went wrong; returns the exit code."""
    match error:
        case ConfigError():
            say(config_sentences(error.file, error.problems))
            return CONFIGURATION
        case Usage():
            say([str(error)])
            return USAGE
        case StoreError():
            say([explain(error)])
            return STORE
        case ChannelError():
            say([explain(error)])
            return CHANNEL
        case TuiInboxError():
            say([explain(error)])
            return ERROR
    say(unexpected(error))
    return ERROR


def say(lines: list[str]) -> None:
    for line in lines:
        print(line, file=sys.stderr)


def config_sentences(file: str, problems: tuple[Problem, ...]) -> list[str]:
    """``FILE:LINE [table] what is wrong``, one line for each mistake."""
    lines = []
    for problem in problems:
        place = f"{file}:{problem.line}" if problem.line else file
        table = f" {problem.table}" if problem.table else ""
        lines.append(f"{place}:{table} {sentence(problem.code, problem.params)}")
    return lines


def unexpected(error: BaseException, directory: Path | None = None) -> list[str]:
    """Write the trace, without values of variables, to a file that only this user can read; say its number."""
    number = os.urandom(4).hex()
    folder = directory or state_dir()
    path = folder / f"error-{number}.log"
    head = f"{datetime.now(UTC).isoformat()} {' '.join(sys.argv[:2])}\n"
    text = redacted(head + "".join(traceback.format_exception(error)))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError:
        kind = type(error).__name__
        return [
            _("Something went wrong that was not foreseen ({kind}), error {number}.").format(kind=kind, number=number)
        ]
    return [
        _("Something went wrong that was not foreseen, error {number}.").format(number=number),
        _("The details are in {path}; send that file when you report it.").format(path=path),
    ]

"""``db upgrade|backup|check``."""

from __future__ import annotations

import sys
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from tui_inbox.bootstrap.opening import back_up, find_faults, open_store, store_dir, store_url
from tui_inbox.cli.context import configuration
from tui_inbox.cli.failing import OK, STORE, Usage
from tui_inbox.config import Loaded
from tui_inbox.domain.errors import StoreError
from tui_inbox.wording import _, labelled, ngettext, sentence


def _default_place(loaded: Loaded, now: datetime) -> Path:
    return store_dir(loaded) / "backups" / f"inbox-{now:%Y%m%d-%H%M%S}.db"


def backup(options: Namespace) -> int:
    """A consistent copy while everything runs, readable by its owner only."""
    loaded = configuration(options)
    now = datetime.now(UTC)
    place = Path(options.file).expanduser() if options.file else _default_place(loaded, now)
    size, messages = back_up(loaded, place, now)
    print(
        _("{path}: {size} bytes, {messages}, checked.").format(
            path=place, size=size, messages=ngettext("{n} message", "{n} messages", messages)
        )
    )
    return OK


def check(options: Namespace) -> int:
    """Damage, lost rows, columns that differ: each with its number, exit code 4 when there is any."""
    findings = find_faults(configuration(options))
    for code, detail in findings:
        print(labelled(sentence(f"store_{code}"), detail))
    if findings:
        print(_("Make a copy with “tui-inbox db backup” before anything else is tried."))
        return STORE
    print(_("The store is whole."))
    return OK


def upgrade(options: Namespace) -> int:
    """To this program's schema; an older SQLite store is copied first."""
    loaded = configuration(options)
    try:
        open_store(loaded, create=False).close()
    except StoreError as error:
        if error.code != "schema_older":
            raise
    else:
        print(_("The store is up to date."))
        return OK
    if not options.yes:
        if not sys.stdin.isatty():
            raise Usage(_("Stop the worker and every inbox first, then say --yes."))
        answer = input(_("Have the worker and every inbox been stopped? [y/N]") + " ")
        if answer.strip().lower() not in {"y", "yes", "o", "oui"}:
            print(_("Nothing was changed."))
            return OK
    if store_url(loaded).startswith("sqlite:"):
        backup(Namespace(**{**vars(options), "file": ""}))
    open_store(loaded, create=False, migrate=True).close()
    print(_("The store is up to date."))
    return OK

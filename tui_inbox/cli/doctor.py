"""``doctor``: looks at everything, changes nothing, and says the next step of what is not right."""

from __future__ import annotations

import os
import shutil
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from tui_inbox import __version__, wording
from tui_inbox.bootstrap import examining
from tui_inbox.bootstrap.opening import accounts, build_desk, open_store, sources
from tui_inbox.bootstrap.people import os_user, who
from tui_inbox.cli.context import language_of, print_json, speak
from tui_inbox.cli.failing import CHANNEL, CONFIGURATION, ERROR, OK, STORE, config_sentences
from tui_inbox.cli.settings import check_keys
from tui_inbox.cli.words import ago
from tui_inbox.config import ConfigError, Loaded, config_path, load
from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import Refused, StoreError
from tui_inbox.rows import AccountRow
from tui_inbox.services import upkeep
from tui_inbox.services.desk import Desk
from tui_inbox.wording import N_, _, explain, labelled, ngettext, sentence

FINE, WARNING, BAD, SKIPPED = "ok", "warning", "error", "skipped"
LITTLE_ROOM = 500 * 1024 * 1024
"""Bytes free below which a warning is due: a busy desk with photos fills that in some weeks."""
SILENT_POLLS = 5
"""So many polls missed are worth a word."""
MARKS = {FINE: N_("ok"), WARNING: N_("look"), BAD: N_("BAD"), SKIPPED: N_("skip")}

AREAS = {
    "program": N_("program"),
    "language": N_("language"),
    "terminal": N_("terminal"),
    "config": N_("configuration"),
    "operator": N_("operator"),
    "clock": N_("clock"),
    "secrets": N_("secrets"),
    "store": N_("store"),
    "worker": N_("worker"),
    "channel": N_("channel"),
    "outbox": N_("outbox"),
}


class Check(NamedTuple):
    area: str
    level: str
    text: str
    next: str = ""


_CODES = {"config": CONFIGURATION, "store": STORE, "channel": CHANNEL}


def doctor(options: Namespace) -> int:
    """Exit code by the worst finding: 0 when nothing is bad, else that of its area."""
    checks = list(everything(options))
    bad = [check for check in checks if check.level == BAD]
    code = min((_CODES.get(check.area, ERROR) for check in bad), key=_rank, default=OK)
    if options.json:
        print_json({"version": __version__, "exit_code": code, "checks": [check._asdict() for check in checks]})
        return code
    width = max(len(_(mark)) for mark in MARKS.values())
    for check in checks:
        print(f"{_(MARKS[check.level]):<{width}}  {labelled(_(AREAS[check.area]), check.text)}")
        if check.next:
            print(f"{'':<{width}}  → {check.next}")
    return code


def _rank(code: int) -> int:
    return (CONFIGURATION, STORE, CHANNEL, ERROR).index(code)


def everything(options: Namespace) -> Iterator[Check]:
    file, _there = config_path(options.config)
    try:
        loaded = load(file)
        speak(loaded, options.operator)
        found = accounts(loaded)
        check_keys(loaded)
    except ConfigError as error:
        yield from _program(options, None)
        for line in config_sentences(error.file, error.problems):
            yield Check("config", BAD, line)
        return
    yield from _program(options, loaded)
    yield Check("config", FINE, _("{path}, no mistakes").format(path=file))
    desk = build_desk(loaded, found)
    yield from _person(options, loaded)
    yield from _clock(desk)
    yield from _secrets(loaded, found)
    yield from _store(loaded, desk)


def _decided_by(options: Namespace, loaded: Loaded | None) -> str:
    by = language_of(loaded, options.operator)[1] if loaded else wording.decide("", "")[1]
    if by == wording.SETTING:
        return _("the configuration says so")
    if by == wording.HOTEL:
        return _("the language of the hotel")
    return _("{name} is “{value}”").format(name=by, value=clean_line(os.environ.get(by, "")))


def _program(options: Namespace, loaded: Loaded | None) -> Iterator[Check]:
    python = ".".join(map(str, sys.version_info[:3]))
    yield Check("program", FINE, f"tui-inbox {__version__}, Python {python}")
    yield Check("language", FINE, f"{wording.language()} ({_decided_by(options, loaded)})")
    if not sys.stdout.isatty():
        yield Check("terminal", SKIPPED, _("not a terminal"))
        return
    size = shutil.get_terminal_size()
    term, colours = os.environ.get("TERM", ""), _colours()
    text = _("{term}, {columns} x {lines}, {colours} colours").format(
        term=clean_line(term) or "–", columns=size.columns, lines=size.lines, colours=colours
    )
    if (sys.stdout.encoding or "").lower().replace("-", "") != "utf8":
        yield Check("terminal", WARNING, text, _("It does not speak UTF-8: set LANG to one that ends in .UTF-8."))
    elif size.columns < 80 or size.lines < 24:
        yield Check("terminal", WARNING, text, _("Make it at least 80 x 24."))
    elif term in {"", "dumb"}:
        yield Check("terminal", WARNING, text, _("Set TERM, such as xterm-256color."))
    else:
        yield Check("terminal", FINE, text)


def _colours() -> str:
    if os.environ.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return "16777216"
    return "256" if "256" in os.environ.get("TERM", "") else "16"


def _person(options: Namespace, loaded: Loaded) -> Iterator[Check]:
    try:
        actor = who(loaded.config, options.operator)
    except Refused as error:
        yield Check("operator", BAD, explain(error))
        return
    if actor is None:
        text = _("the account “{user}” is shared; each person is asked at the start").format(user=os_user())
        yield Check("operator", FINE, text)
    else:
        yield Check("operator", FINE, f"{actor.name} ({actor.role})")


def _clock(desk: Desk) -> Iterator[Check]:
    now = datetime.now(UTC)
    text = _("it is {time} at the hotel ({zone})").format(
        time=f"{now.astimezone(desk.zone):%Y-%m-%d %H:%M}", zone=desk.zone.key
    )
    yield Check("clock", FINE, text)


def _secrets(loaded: Loaded, found: Mapping[str, object]) -> Iterator[Check]:
    real, label = examining.keyring_state(loaded)
    vaults = ", ".join(examining.vaults(loaded))
    yield Check(
        "secrets", FINE, vaults if real else _("{vaults}; no keyring ({label})").format(vaults=vaults, label=label)
    )
    for held in examining.secrets_held(loaded, {**accounts(loaded), **sources(loaded)}):
        if held.refusal is None:
            yield Check("secrets", FINE, f"{held.name} ({held.used_by}): {held.vault}")
        else:
            yield Check("secrets", BAD, f"{held.name} ({held.used_by}): {explain(held.refusal)}")


def _store(loaded: Loaded, desk: Desk) -> Iterator[Check]:
    place = examining.sqlite_place(loaded)
    if place is not None:
        library = examining.sqlite_library()
        text = f"SQLite {library.version} ({library.name})"
        if library.races:
            yield Check("store", WARNING, text, _(
                "This version can damage a store in a rare race; tui-inbox works around it. Install a newer one."
            ))  # fmt: skip
        else:
            yield Check("store", FINE, text)
        if place.exists and place.mode & 0o077:
            step = f"chmod 600 {place.path}"
            yield Check("store", WARNING, _("{path} can be read by others").format(path=place.path), step)
        if place.free_bytes < LITTLE_ROOM:
            room = place.free_bytes // (1024 * 1024)
            yield Check("store", WARNING, _("{room} MB are free on its disk").format(room=room), _("Make room."))
    try:
        store = open_store(loaded, create=False)
    except (StoreError, Refused) as error:
        new = isinstance(error, StoreError) and error.code == "missing"
        yield Check("store", WARNING if new else BAD, explain(error))
        return
    with store:
        yield Check("store", FINE, examining.shown_url(loaded))
        now = datetime.now(UTC)
        with store.read() as tx:
            found = upkeep.status(tx, desk, now)
    yield from _worker(loaded, found, now)
    for row in found.accounts:
        yield _account(desk, row, now)
    yield from _work(found)


def _worker(loaded: Loaded, found: upkeep.Status, now: datetime) -> Iterator[Check]:
    worker = found.worker
    if worker is not None and worker.beat_at > now + timedelta(minutes=1):
        yield Check("clock", WARNING, _("the worker's last sign lies in the future"), _("Check the server's clock."))
    if found.worker_alive and worker is not None:
        yield Check("worker", FINE, _("last sign {time}").format(time=ago(worker.beat_at, now)))
    elif loaded.config.worker.autostart:
        yield Check("worker", WARNING, _("none runs"), _("“tui-inbox” starts one, or run “tui-inbox worker”."))
    else:
        yield Check("worker", BAD, _("none runs"), _("Start its service, or run “tui-inbox worker”."))


def _account(desk: Desk, row: AccountRow, now: datetime) -> Check:
    if row.state in ("error", "disabled"):
        words = labelled(row.name, f"{sentence(row.reason)} {clean_line(row.vendor_text)}".rstrip())
        return Check("channel", BAD, words, f"tui-inbox channel test {row.name}")
    if row.state == "restricted":
        words = labelled(row.name, f"{sentence(row.reason or row.state)} {clean_line(row.vendor_text)}".rstrip())
        return Check("channel", WARNING, words, f"tui-inbox channel test {row.name}")
    if row.state == "paused":
        return Check("channel", WARNING, _("{name}: paused").format(name=row.name))
    if row.poll_ok_at is None:
        return Check("channel", WARNING, _("{name}: never polled").format(name=row.name))
    text = _("{name}: last good poll {time}").format(name=row.name, time=ago(row.poll_ok_at, now))
    info = desk.info(row.name)
    if info is not None and info.heard_by:  # it tells by itself, and the hourly test is all that is asked
        return Check("channel", FINE, text)
    every = int(info.settings.get("poll_seconds", "60")) if info is not None else 60
    late = now - row.poll_ok_at > timedelta(seconds=max(300, SILENT_POLLS * every))
    return Check("channel", WARNING if late else FINE, text)


def _work(found: upkeep.Status) -> Iterator[Check]:
    if found.quarantined:
        text = ngettext("{n} item in quarantine", "{n} items in quarantine", found.quarantined)
        yield Check("channel", WARNING, text, _("The channels screen shows them and can read them again."))
    if found.unknown:
        text = ngettext(
            "{n} message may or may not have arrived", "{n} messages may or may not have arrived", found.unknown
        )
        yield Check("outbox", WARNING, text, _("The outbox screen asks what to do."))
    if found.failed:
        text = ngettext("{n} message failed", "{n} messages failed", found.failed)
        yield Check("outbox", WARNING, text, _("The outbox screen says why."))

"""``source add|list|test|remove``: where stays come from."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tui_inbox.bootstrap.opening import SOURCES, build_desk, open_secrets, sources
from tui_inbox.cli.connecting import Connecting, take_out
from tui_inbox.cli.context import configuration, noted, print_json
from tui_inbox.cli.failing import CHANNEL, OK
from tui_inbox.cli.health import WORKS, print_health, try_out
from tui_inbox.cli.source_forms import SOURCE_FORMS
from tui_inbox.cli.words import account_json, account_lines, kind_lines
from tui_inbox.config import Loaded
from tui_inbox.domain.errors import Refused
from tui_inbox.wording import _


def add(options: Namespace) -> int:
    """Connect a source; its first import tells nobody."""
    loaded = configuration(options)
    connecting = Connecting(options, loaded, SOURCES, SOURCE_FORMS[options.kind])
    if not connecting.agreed() or connecting.connect(connecting.free_name(), _zone(loaded)) is None:
        return CHANNEL
    print(_("Next: the worker reads it within a few minutes; nobody is written to about what it finds at first."))
    return OK


def list_(options: Namespace) -> int:
    """Each configured source with what the worker last noted of it, then every kind with what it takes."""
    loaded = configuration(options)
    desk, stored = build_desk(loaded), noted(loaded)
    if options.json:
        print_json([account_json(desk, name, stored.get(name)) for name in desk.sources])
        return OK
    for line in account_lines(desk, stored, datetime.now(UTC), desk.sources):
        print(line)
    if not desk.sources:
        print(_("No source of stays yet: “tui-inbox import reservations FILE” reads a file; one of these keeps on."))
    for type_ in SOURCES.types:
        kind = SOURCES.load(type_)
        print()
        print(f"{kind.LABEL}: tui-inbox source add {type_}")
        for line in kind_lines(kind.NEEDS, kind.LIMITS):
            print(f"  {line}")
    return OK


def test(options: Namespace) -> int:
    loaded = configuration(options)
    found = sources(loaded)
    if options.name not in found:
        raise Refused("no_such_source", name=options.name, known=", ".join(found) or "–")
    health = try_out(found[options.name], open_secrets(loaded), _zone(loaded))
    print_health(options.name, health)
    return OK if health.state in WORKS else CHANNEL


def remove(options: Namespace) -> int:
    """Out of the configuration; its stays remain, and so do its secrets until they are deleted."""
    if take_out(options, configuration(options), SOURCES.key, "no_such_source"):
        print(_("“{name}” is out. Its stays remain, and nothing changes them any more.").format(name=options.name))
    return OK


def _zone(loaded: Loaded) -> ZoneInfo:
    return ZoneInfo(loaded.config.hotel.time_zone)

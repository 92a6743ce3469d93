"""What most commands begin with: the configuration, the language, the person."""

from __future__ import annotations

from argparse import Namespace
from typing import Any
from zoneinfo import ZoneInfo

from tui_inbox import wording
from tui_inbox.bootstrap.opening import open_store
from tui_inbox.bootstrap.people import who
from tui_inbox.cli.failing import Usage
from tui_inbox.config import Loaded, config_path, load
from tui_inbox.domain.errors import StoreError
from tui_inbox.rows import AccountRow
from tui_inbox.services.desk import Actor
from tui_inbox.wording import _


def configuration(options: Namespace) -> Loaded:
    """The configuration in force; from here on its language is spoken. Raises ``ConfigError``."""
    path, _there = config_path(options.config)
    found = load(path)
    speak(found, options.operator)
    return found


def speak(loaded: Loaded, operator: str | None = None) -> str:
    """Operator's setting, then the environment's language, then the hotel's."""
    wording.use_zone(ZoneInfo(loaded.config.hotel.time_zone))
    return wording.use(language_of(loaded, operator)[0])


def language_of(loaded: Loaded, operator: str | None) -> tuple[str, str]:
    """(language, what decided it), as ``wording.decide``."""
    config = loaded.config
    person = config.operators.get(operator) if operator else None
    setting = person.language if person and person.language != "auto" else config.ui.language
    return wording.decide(setting, config.hotel.language)


def person(options: Namespace, loaded: Loaded) -> Actor | None:
    """Who sits here, or None on a shared account. Raises ``Refused``."""
    return who(loaded.config, options.operator)


def someone(options: Namespace, loaded: Loaded) -> Actor:
    """Like ``person``, for what must have an author. Raises ``Usage`` on a shared account."""
    actor = person(options, loaded)
    if actor is None:
        known = ", ".join(loaded.config.operators)
        raise Usage(_("Say who you are: --operator CODE, one of {known}.").format(known=known))
    return actor


def reader(options: Namespace, loaded: Loaded) -> Actor:
    """Like ``person``, for what only looks: on a shared account it is nobody, for whom nothing is unread."""
    return person(options, loaded) or Actor("", "", role="read-only")


def noted(loaded: Loaded) -> dict[str, AccountRow]:
    """What the worker last noted of each account and source, by name; nothing where it never ran."""
    try:
        with open_store(loaded, create=False) as store, store.read() as tx:
            return {row.name: row for row in tx.accounts.all()}
    except StoreError as error:
        if error.code != "missing":
            raise
        return {}


def print_json(document: Any) -> None:
    """One document, nothing else on the standard output."""
    import json

    print(json.dumps(document, ensure_ascii=False, indent=2))

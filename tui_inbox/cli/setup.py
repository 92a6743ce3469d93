"""``init``: the first configuration, in a minute."""

from __future__ import annotations

import os
from argparse import Namespace

from tui_inbox import wording
from tui_inbox.bootstrap.opening import open_store
from tui_inbox.cli.asking import ask
from tui_inbox.cli.failing import OK, Usage
from tui_inbox.cli.writing import replace_file
from tui_inbox.config import config_path, parse
from tui_inbox.config.rules import COUNTRIES, LANGUAGES, STORES, is_zone, nearest_zone
from tui_inbox.domain.errors import StoreError
from tui_inbox.wording import N_, _, sentence

_TEMPLATE = N_(
    "# The configuration of tui-inbox. Every key is explained in config.example.toml;\n"
    "# “tui-inbox config check” tells what is wrong here. No secret belongs in this file.\n"
)


def init(options: Namespace) -> int:
    """Write it, check it, and say the next step. An existing file is left alone."""
    path, there = config_path(options.config)
    if there and not options.force:
        raise Usage(_("{path} is there already. --force replaces it.").format(path=path))
    if options.no_input:
        name, zone, language, country, store = _flags(options)
    else:
        name, zone, language, country, store = _questions(options)
    text = document(name, zone, language, country, store)
    loaded = parse(text.encode(), path)
    replace_file(path, text)
    print(_("The configuration is written to {path}.").format(path=path))
    try:
        open_store(loaded).close()
    except StoreError:
        print(_("Its store cannot be used yet: correct url under [store] there, then run “tui-inbox doctor”."))
        raise
    print(_("Next: “tui-inbox channel add sms” (a Twilio number) or “tui-inbox channel add email” (a mailbox)."))
    return OK


def _flags(options: Namespace) -> tuple[str, str, str, str, str]:
    if not options.name or not options.time_zone:
        raise Usage(_("--no-input needs at least --name and --time-zone."))
    return options.name, options.time_zone, options.language or "en", options.country or "", options.store or ""


def _questions(options: Namespace) -> tuple[str, str, str, str, str]:
    name = options.name or ask(
        _("Name of the hotel"),
        _("It stands at the top of the screen and in messages to guests."),
        wrong=lambda answer: "" if answer else _("A name is needed."),
    )
    zone = options.time_zone or ask(
        _("Time zone"), _("The hotel's own, such as Europe/Paris."), server_zone(), wrong=_wrong_zone
    )
    language = options.language or ask(
        _("Language"),
        _("Two letters: what guests are written in when nothing else is known."),
        wording.language(),
        wrong=lambda answer: "" if answer in LANGUAGES else _("Two small letters, such as fr."),
    )
    country = options.country or ask(
        _("Country"),
        _("Two capitals, such as FR: the country of phone numbers written without one."),
        language.upper() if language.upper() in COUNTRIES else "",
        wrong=lambda answer: "" if not answer or answer in COUNTRIES else _("Two capitals, such as FR."),
    )
    store = options.store or ask(
        _("Store"),
        _("Enter for a file of your own; or an address such as sqlite:////var/lib/tui-inbox/inbox.db."),
        wrong=lambda answer: "" if not answer or answer.startswith(STORES) else sentence(
            "config_bad_store", {"key": "url", "seen": answer}
        ),
    )  # fmt: skip
    return name, zone, language, country, store


def _wrong_zone(answer: str) -> str:
    if is_zone(answer):
        return ""
    params = {"key": "time_zone", "seen": answer, "nearest": nearest_zone(answer)}
    return sentence("config_bad_zone_near" if params["nearest"] else "config_bad_zone", params)


def server_zone() -> str:
    """The server's zone, as a proposal: it is often right, and always shown."""
    named = os.environ.get("TZ", "").lstrip(":")
    if is_zone(named):
        return named
    target = os.path.realpath("/etc/localtime")
    zone = target.partition("/zoneinfo/")[2]
    if zone in {"UTC", "Etc/UTC"} or not is_zone(zone):
        return "Europe/Paris"
    return zone


def document(name: str, zone: str, language: str, country: str, store: str) -> str:
    """The file's text, with the comments in the language in use."""
    import tomlkit

    made = tomlkit.parse(_(_TEMPLATE))
    hotel = tomlkit.table()
    hotel.update({"name": name, "time_zone": zone, "language": language})
    if country:
        hotel["country"] = country
    made["hotel"] = hotel
    if store:
        made["store"] = tomlkit.table()
        made["store"]["url"] = store
    return tomlkit.dumps(made)

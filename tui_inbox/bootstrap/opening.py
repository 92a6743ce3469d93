"""Opens what the configuration names: the store, its files, the vaults, the accounts, the worker's lock."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

import adapters
from adapters import sources as stay_sources
from tui_inbox.config import Config, ConfigError, Loaded, Problem, data_dir
from tui_inbox.config.checking import check_table
from tui_inbox.config.problems import line_of, nearest
from tui_inbox.config.schema import Amount
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.footer import Footer
from tui_inbox.domain.hours import WEEKDAYS, Hours, span
from tui_inbox.services.desk import AccountInfo, BookingRules, Bulk, ChannelKind, Desk
from tui_inbox.wording import _

if TYPE_CHECKING:
    from adapters.secrets import SecretChain
    from storage.store import SqlStore
    from tui_inbox.ports.bookings import BookingSource
    from tui_inbox.ports.channel import Channel
    from tui_inbox.ports.secrets import Secrets
    from tui_inbox.ports.store import Blobs, Lease

SQLITE_FILE = "inbox.db"
HARMLESS = frozenset(
    {"history", "poll_seconds", "property", "sent_copy", "address", "read_receipts", "typing", "calls"}
)
"""Settings of an account that rules may know."""
SECRETS_FILE = "secrets.enc"


class Account(Struct, frozen=True):
    """One account of the configuration, checked by its own adapter."""

    name: str
    type: str
    settings: Any
    adapter: Any


def secrets_file(loaded: Loaded) -> Path:
    named = loaded.config.secrets.file
    return Path(named).expanduser() if named else loaded.file.parent / SECRETS_FILE


def open_secrets(loaded: Loaded) -> SecretChain:
    from adapters.secrets import open_secrets as open_chain

    settings = loaded.config.secrets
    return open_chain(secrets_file(loaded), password_command=settings.password_command, keyring=settings.keyring)


def store_url(loaded: Loaded, secrets: Secrets | None = None) -> str:
    """The store's address, with PostgreSQL's password put in; it is never shown or stored."""
    store = loaded.config.store
    url = store.url or f"sqlite:///{data_dir() / SQLITE_FILE}"
    if not store.secret or url.startswith("sqlite:"):
        return url
    password = (secrets or open_secrets(loaded)).get(store.secret).reveal()
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}"))


def files_dir(loaded: Loaded) -> Path:
    """Where attachments are kept."""
    if loaded.config.store.files:
        return Path(loaded.config.store.files).expanduser()
    return store_dir(loaded) / "files"


def export_dir(loaded: Loaded) -> Path:
    """Where attachments are saved for the people at the desk."""
    if loaded.config.ui.export_dir:
        return Path(loaded.config.ui.export_dir).expanduser()
    return store_dir(loaded) / "exports"


def store_dir(loaded: Loaded) -> Path:
    """The folder of a SQLite store, where its files and backups lie too; our own data folder for PostgreSQL."""
    url = loaded.config.store.url
    if url.startswith("sqlite:"):
        from storage.engine import sqlite_path

        return Path(sqlite_path(url)).absolute().parent
    return data_dir()


def open_store(loaded: Loaded, *, create: bool = True, migrate: bool = False) -> SqlStore:
    """Raises ``StoreError``."""
    from storage.store import open_store as open_at

    return open_at(store_url(loaded), create=create, migrate=migrate)


def back_up(loaded: Loaded, target: Path, at: datetime) -> tuple[int, int]:
    """A consistent, checked copy; its size in bytes and its messages. Raises ``StoreError``."""
    from storage.backup import backup
    from storage.files import prepare

    url = store_url(loaded)
    prepare(url, create=False)
    manifest = backup(url, target, at)
    return manifest.size, manifest.rows.get("message", 0)


def find_faults(loaded: Loaded) -> list[tuple[str, str]]:
    """(code, detail) of each fault in the store; nothing is created. Raises ``StoreError``."""
    from storage.check import check
    from storage.files import prepare

    url = store_url(loaded)
    prepare(url, create=False)
    return [(finding.code, finding.detail) for finding in check(url, full=True)]


def open_blobs(loaded: Loaded) -> Blobs:
    from storage.blobs import FileBlobs

    return FileBlobs(files_dir(loaded))


def open_lease(loaded: Loaded) -> Lease:
    from storage.lease import open_lease as open_at

    return open_at(store_url(loaded))


def accounts(loaded: Loaded) -> Mapping[str, Account]:
    """Every ``[channels.NAME]`` as its adapter understands it. Raises ``ConfigError`` with all mistakes."""
    return _all_accounts(loaded)[0]


def sources(loaded: Loaded) -> Mapping[str, Account]:
    """Every ``[sources.NAME]`` as its adapter understands it. Raises ``ConfigError`` with all mistakes."""
    return _all_accounts(loaded)[1]


class Kinds(NamedTuple):
    """Tables of which each has a type and an adapter."""

    key: str
    """The table's name in the file."""
    types: Mapping[str, str]
    load: Callable[[str], Any]
    unknown: str
    """Code of the mistake where a type is not known."""


CHANNELS = Kinds("channels", adapters.CHANNELS, adapters.load, "config_unknown_type")
SOURCES = Kinds("sources", stay_sources.SOURCES, stay_sources.load_source, "config_unknown_source")


def _all_accounts(loaded: Loaded) -> tuple[Mapping[str, Account], Mapping[str, Account]]:
    channels: dict[str, Account] = {}
    stays: dict[str, Account] = {}
    problems: list[Problem] = []
    for kinds, tables, found in (
        (CHANNELS, loaded.config.channels, channels),
        (SOURCES, loaded.config.sources, stays),
    ):
        for name, table in tables.items():
            account, mistakes = read_account(name, table, loaded, kinds)
            problems.extend(mistakes)
            if account is not None:
                found[name] = account
    if problems:
        raise ConfigError(str(loaded.file), problems)
    return channels, stays


def read_account(
    name: str, table: Mapping[str, Any], loaded: Loaded, kinds: Kinds = CHANNELS
) -> tuple[Account | None, list[Problem]]:
    """One table of an account, or what is wrong with it."""
    path = (kinds.key, name)
    type_ = str(table["type"])
    if type_ not in kinds.types:
        here = (*path, "type")
        meant = nearest(type_, list(kinds.types))
        params: dict[str, str | int] = {"key": "type", "seen": f'"{type_}"', "known": ", ".join(kinds.types)}
        code = f"{kinds.unknown}_near" if meant else kinds.unknown
        return None, [Problem(code, here, line_of(loaded.lines, here), {**params, "nearest": meant})]
    adapter = kinds.load(type_)
    problems = check_table(adapter.Settings, table, path, loaded.lines)
    if problems:
        return None, problems
    try:
        settings = msgspec.convert(table, adapter.Settings)
    except msgspec.ValidationError as error:
        # A rule between several keys, which only the adapter knows.
        return None, [Problem("config_account", path, line_of(loaded.lines, path), {"reason": str(error)})]
    named = getattr(settings, "property_", "")
    if named and named not in loaded.config.properties:
        here = (*path, "property")
        known = ", ".join(loaded.config.properties) or "–"
        params = {"key": "property", "seen": f'"{named}"', "known": known}
        return None, [Problem("config_no_such_name", here, line_of(loaded.lines, here), params)]
    return Account(name, type_, settings, adapter), []


def settings_of(type_: str) -> type[Struct]:
    """The structure of a type's table, for checking one answer at a time."""
    settings: type[Struct] = adapters.load(type_).Settings
    return settings


def channel_kinds() -> Sequence[ChannelKind]:
    """Every type of account, in the order of the table."""
    found = []
    for type_ in adapters.CHANNELS:
        adapter = adapters.load(type_)
        labels = tuple(_(traits.label) for traits in adapter.TRAITS.values())
        found.append(ChannelKind(type_, labels, adapters.FORMS.get(type_, type_), adapter.NEEDS, adapter.LIMITS))
    return found


def build_desk(loaded: Loaded, found: Mapping[str, Account] | None = None) -> Desk:
    """What the use cases need to know about the hotel. Raises ``ConfigError``."""
    config = loaded.config
    return Desk(
        hotel=config.hotel.name,
        zone=ZoneInfo(config.hotel.time_zone),
        language=config.hotel.language,
        country=config.hotel.country,
        operators=_names(config),
        accounts={
            name: account_info(account) for name, account in (accounts(loaded) if found is None else found).items()
        },
        undo={
            "chat": timedelta(seconds=config.worker.undo_seconds.chat),
            "email": timedelta(seconds=config.worker.undo_seconds.email),
        },
        prices=config.prices,
        currency=config.hotel.currency,
        sources={name: source_info(account) for name, account in sources(loaded).items()},
        properties={code: house.name for code, house in config.properties.items()},
        transcribes=config.transcription.engine != "off",
        variables={name: _shown(value) for name, value in config.hotel.variables.items()},
        units={name: value.unit for name, value in config.hotel.variables.items() if isinstance(value, Amount)},
        public_url=config.receiver.public_url.rstrip("/") if config.receiver.listen else "",
        footers={
            code: Footer(texts.transactional, texts.marketing, texts.sms) for code, texts in config.footers.items()
        },
        owner=config.hotel.owner,
        sms_segments=_budgets(config),
        hours=_hours(config),
        zones={code: ZoneInfo(house.time_zone) for code, house in config.properties.items() if house.time_zone},
        bookings=BookingRules(
            config.bookings.approval == "hand",
            config.bookings.staff,
            timedelta(minutes=config.bookings.hold_minutes),
            config.bookings.minutes_to_answer,
        ),
        bulk=Bulk(None if config.bulk.max_recipients == "none" else config.bulk.max_recipients, config.bulk.per_minute),
        acknowledge=config.hours.template if config.hours.acknowledge else None,
        receiving=tuple(way for way in ("listen", "spool", "relay") if getattr(config.receiver, way)),
    )


def _hours(config: Config) -> Hours:
    hours = config.hours
    return Hours(
        {WEEKDAYS.index(day): tuple(span(slot) for slot in slots) for day, slots in hours.week.items()},
        {date.fromisoformat(day): tuple(span(slot) for slot in slots) for day, slots in hours.dates.items()},
        span(hours.quiet) if hours.quiet else None,
    )


def _budgets(config: Config) -> Mapping[str, int]:
    """Account -> parts in a month, only where there is a limit."""
    found = {name: config.sms.accounts.get(name, config.sms.monthly_segments) for name in config.channels}
    return {name: parts for name, parts in found.items() if parts}


def _shown(value: str | float | Amount) -> str:
    return str(value.value if isinstance(value, Amount) else value)


def _names(config: Config) -> Mapping[str, str]:
    from tui_inbox.bootstrap.people import people

    return {code: actor.name for code, actor in people(config).items()}


def source_info(account: Account) -> AccountInfo:
    """The same of a source of stays, which serves no channel."""
    return AccountInfo(
        account.name,
        account.type,
        {},
        mode="view-only",
        settings=_harmless(account),
        label=account.adapter.LABEL,
        limits=account.adapter.LIMITS,
    )


def _harmless(account: Account) -> Mapping[str, str]:
    return {
        field.encode_name: str(getattr(account.settings, field.name))
        for field in msgspec.structs.fields(account.settings)
        if field.encode_name in HARMLESS
    }


def account_info(account: Account) -> AccountInfo:
    """What a rule may know of an account: its harmless settings as text, never the name of a secret."""
    kept = _harmless(account)
    return AccountInfo(
        account.name,
        account.type,
        {
            code: traits._replace(label=_(traits.label))
            for code, traits in account.adapter.serves(account.settings).items()
        },
        account.adapter.own(account.settings),
        getattr(account.settings, "mode", "full"),
        kept,
        getattr(account.adapter, "HEARD_BY", ()),
        manager=getattr(account.adapter, "MANAGER", ""),
    )


def build_channels(found: Mapping[str, Account], secrets: Secrets) -> tuple[dict[str, Channel], dict[str, Refused]]:
    """Every account opened (no network yet), and those that could not be: a missing secret stops one, not all."""
    opened: dict[str, Channel] = {}
    refused: dict[str, Refused] = {}
    for name, account in found.items():
        try:
            opened[name] = account.adapter.open(name, account.settings, secrets)
        except Refused as error:
            refused[name] = error
    return opened, refused


def build_sources(
    found: Mapping[str, Account], secrets: Secrets, desk: Desk
) -> tuple[dict[str, BookingSource], dict[str, Refused]]:
    """The same for the sources of stays, whose days are those of their property's clock."""
    opened: dict[str, BookingSource] = {}
    refused: dict[str, Refused] = {}
    for name, account in found.items():
        try:
            zone = desk.zone_of(getattr(account.settings, "property_", ""))
            opened[name] = account.adapter.open(name, account.settings, secrets, zone)
        except Refused as error:
            refused[name] = error
    return opened, refused


def private_dir(path: Path) -> Path:
    """Make a directory that only its owner can enter. Raises ``Refused("cannot_make")``."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Refused("cannot_make", path=str(path), reason=os.strerror(error.errno or 0)) from None
    return path

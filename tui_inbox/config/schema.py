"""What ``config.toml`` may say: frozen structures, every default in one place. ``config.example.toml`` explains each.

Nothing here is a secret: a ``secret`` key holds the name under which a vault keeps the value.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

Code = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
"""Short name of an operator, a property or an account, as it stands in rows and on the command line."""
Price = Annotated[str, Meta(pattern=r"^[0-9]+(\.[0-9]+)?$")]
Language = Literal["auto", "en", "fr"]
Role = Literal["admin", "operator", "read-only"]
Parts = Annotated[int, Meta(ge=0, le=10_000_000)]
Seconds = Annotated[int, Meta(ge=0, le=30)]


class Amount(Struct, frozen=True, forbid_unknown_fields=True):
    """A number that guests are told, and what it counts."""

    value: int | float
    unit: str = ""


class Hotel(Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1)]
    time_zone: str
    language: str = "en"
    country: str = ""
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")] = "EUR"
    owner: str = ""
    variables: dict[str, str | int | float | Amount] = field(default_factory=dict)


class Ui(Struct, frozen=True, forbid_unknown_fields=True):
    language: Language = "auto"
    theme: Literal["auto", "dark", "light", "ansi"] = "auto"
    mouse: bool = True
    bell: bool = True
    single_letters: bool = True
    export_dir: str = ""


class Operator(Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1)]
    os_user: str = ""
    role: Role = "operator"
    language: Language = "auto"
    property: str = ""
    channels: list[str] = field(default_factory=list)


class Property(Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1)]
    time_zone: str = ""


class UndoSeconds(Struct, frozen=True, forbid_unknown_fields=True):
    chat: Seconds = 5
    email: Seconds = 10


class Bulk(Struct, frozen=True, forbid_unknown_fields=True):
    max_recipients: Annotated[int, Meta(ge=1)] | Literal["none"] = 74
    per_minute: Annotated[int, Meta(ge=1, le=6000)] = 60


class Worker(Struct, frozen=True, forbid_unknown_fields=True):
    autostart: bool = True
    undo_seconds: UndoSeconds = field(default_factory=UndoSeconds)


class Store(Struct, frozen=True, forbid_unknown_fields=True):
    url: str = ""
    secret: str = ""
    files: str = ""


class Compose(Struct, frozen=True, forbid_unknown_fields=True):
    send_key: Literal["enter", "ctrl+s"] = "enter"


class Secrets(Struct, frozen=True, forbid_unknown_fields=True):
    password_command: list[str] = field(default_factory=list)
    keyring: bool = True
    file: str = ""


class Transcription(Struct, frozen=True, forbid_unknown_fields=True):
    engine: Literal["off", "server", "rough-english"] = "off"
    base_url: str = ""
    model: str = "whisper-1"
    secret: str = ""
    unknown_language: str = ""


class Receiver(Struct, frozen=True, forbid_unknown_fields=True):
    listen: str = ""
    behind_proxy: bool = False
    spool: str = ""
    relay: str = ""
    relay_secret: str = ""
    public_url: str = ""


class Sms(Struct, frozen=True, forbid_unknown_fields=True):
    monthly_segments: Parts = 0
    accounts: dict[Code, Parts] = field(default_factory=dict)


class Footer(Struct, frozen=True, forbid_unknown_fields=True):
    transactional: str = ""
    marketing: str = ""
    sms: str = ""


class Hours(Struct, frozen=True, forbid_unknown_fields=True):
    week: dict[str, list[str]] = field(default_factory=dict)
    dates: dict[str, list[str]] = field(default_factory=dict)
    quiet: str = ""
    acknowledge: bool = False
    template: str = ""


class Bookings(Struct, frozen=True, forbid_unknown_fields=True):
    approval: Literal["automatic", "hand"] = "automatic"
    staff: str = ""
    hold_minutes: Annotated[int, Meta(ge=0, le=120)] = 10
    minutes_to_answer: Annotated[int, Meta(ge=1, le=10080)] = 60


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. The table of a channel or a source is kept as written: its adapter knows what it may hold."""

    hotel: Hotel
    ui: Ui = field(default_factory=Ui)
    compose: Compose = field(default_factory=Compose)
    operators: dict[Code, Operator] = field(default_factory=dict)
    properties: dict[Code, Property] = field(default_factory=dict)
    hours: Hours = field(default_factory=Hours)
    bookings: Bookings = field(default_factory=Bookings)
    worker: Worker = field(default_factory=Worker)
    bulk: Bulk = field(default_factory=Bulk)
    store: Store = field(default_factory=Store)
    secrets: Secrets = field(default_factory=Secrets)
    receiver: Receiver = field(default_factory=Receiver)
    transcription: Transcription = field(default_factory=Transcription)
    sms: Sms = field(default_factory=Sms)
    footers: dict[Code, Footer] = field(default_factory=dict)
    keys: dict[str, str | list[str]] = field(default_factory=dict)
    prices: dict[str, dict[str, Price]] = field(default_factory=dict)
    channels: dict[Code, dict[str, Any]] = field(default_factory=dict)
    sources: dict[Code, dict[str, Any]] = field(default_factory=dict)

"""config.example.toml names every key there is, once, with its real default."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

import adapters
from adapters.sources import SOURCES, load_source
from tui_inbox.config import load
from tui_inbox.config.problems import key_lines
from tui_inbox.config.schema import Config

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
NAMED_BY_THE_HOTEL = {
    ("hotel", "name"),
    ("hotel", "time_zone"),
    ("hotel", "variables"),
    ("operators",),
    ("properties",),
    ("keys",),
    ("prices",),
    ("channels",),
    ("sources",),
    ("sms", "accounts"),
    ("footers",),
}
TABLES_OF = {("operators",): "ana", ("properties",): "annex", ("footers",): "en"}


def structure_of(kind: Any) -> type[msgspec.Struct] | None:
    """The structure behind ``Server | None`` or ``dict[str, Operator]``."""
    for one in (kind, *get_args(kind)):
        if isinstance(one, type) and issubclass(one, msgspec.Struct):
            return one
    return None


def expected(kind: type[msgspec.Struct], path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Every key below ``path`` -> its default (``msgspec.NODEFAULT`` where it is required)."""
    found: dict[tuple[str, ...], Any] = {}
    hints = get_type_hints(kind)
    for field in msgspec.structs.fields(kind):
        here = (*path, field.encode_name)
        inner = structure_of(hints[field.name])
        if inner is not None:
            found |= expected(inner, (*here, TABLES_OF[here]) if here in TABLES_OF else here)
        elif field.default_factory is not msgspec.NODEFAULT:
            found[here] = field.default_factory()
        else:
            found[here] = field.default
    return found


def at(table: dict[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = table
    for key in path:
        assert key in value, f"config.example.toml does not explain {'.'.join(path)}"
        value = value[key]
    return value


def test_it_is_a_configuration_without_mistakes() -> None:
    assert load(EXAMPLE).config.hotel.name == "Hôtel Lumière"


def test_every_key_of_the_program_is_there_at_its_default() -> None:
    table = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    for path, default in expected(Config).items():
        value = at(table, path)
        if default is not msgspec.NODEFAULT and path[:1] not in NAMED_BY_THE_HOTEL and path not in NAMED_BY_THE_HOTEL:
            assert value == default, path


@pytest.mark.parametrize("type_", list(adapters.CHANNELS))
def test_every_key_of_a_channel_is_there_at_its_default(type_: str) -> None:
    tables = load(EXAMPLE).config.channels
    (name,) = [name for name, table in tables.items() if table["type"] == type_]
    settings = adapters.load(type_).Settings
    for path, default in expected(settings).items():
        value = at(tables[name], path)
        if default is not msgspec.NODEFAULT and path not in {("secret",), ("smtp", "tls")}:
            assert value == (list(default) if isinstance(default, tuple) else default), path
    msgspec.convert(tables[name], settings)


@pytest.mark.parametrize("type_", list(SOURCES))
def test_every_key_of_a_source_is_there_at_its_default(type_: str) -> None:
    tables = load(EXAMPLE).config.sources
    (name,) = [name for name, table in tables.items() if table["type"] == type_]
    settings = load_source(type_).Settings
    for path, default in expected(settings).items():
        value = at(tables[name], path)
        if default is not msgspec.NODEFAULT:
            assert value == (list(default) if isinstance(default, tuple) else default), path
    msgspec.convert(tables[name], settings)


def test_every_key_is_explained() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    tables_of_the_hotel = ("hotel.variables", "prices")
    table = ""
    for number, line in enumerate(lines, start=1):
        if line.startswith("["):
            table = line.strip("[").split("]")[0]
        elif "=" in line and not line.startswith("#") and not table.startswith(tables_of_the_hotel):
            assert "#" in line, f"line {number} is not explained: {line}"


def test_no_secret_stands_in_it() -> None:
    assert not [path for path in key_lines(EXAMPLE.read_text()) if path[-1] in {"password", "token", "auth_token"}]

"""Reads ``config.toml``: parses, checks, and returns frozen structures or every mistake at once."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from tui_inbox.config.checking import Lines, check_table
from tui_inbox.config.problems import ConfigError, Problem, key_lines
from tui_inbox.config.rules import check_rules
from tui_inbox.config.schema import Config

_LARGEST = 1_000_000
_PLACE = re.compile(r"\(at line (\d+), column \d+\)")


class Loaded(Struct, frozen=True):
    """A configuration with the file it came from and the lines its keys stand on."""

    config: Config
    file: Path
    lines: Lines = {}


def load(file: Path) -> Loaded:
    """Raises ``ConfigError`` with all that is wrong."""
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        raise ConfigError(str(file), [Problem("config_no_file", ())]) from None
    except OSError as error:
        raise ConfigError(str(file), [Problem("config_unreadable", (), 0, {"reason": str(error.strerror)})]) from None
    return parse(raw, file)


def parse(raw: bytes, file: Path) -> Loaded:
    """Raises ``ConfigError``; ``file`` only names where the bytes came from."""
    text, table = _table(raw, str(file))
    lines = key_lines(text)
    problems = check_table(Config, table, (), lines)
    if problems:
        raise ConfigError(str(file), sorted(problems, key=lambda problem: problem.line))
    config = msgspec.convert(table, Config)
    problems = check_rules(config, lines)
    if problems:
        raise ConfigError(str(file), problems)
    return Loaded(config, file, lines)


def _table(raw: bytes, file: str) -> tuple[str, dict[str, Any]]:
    if len(raw) > _LARGEST:
        raise ConfigError(file, [Problem("config_too_big", ())])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ConfigError(file, [Problem("config_not_utf8", (), line)]) from None
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        reason = _PLACE.sub("", str(error)).replace("(at end of document)", "").strip()
        raise ConfigError(file, [Problem("config_not_toml", (), line, {"reason": reason})]) from None
    except RecursionError:
        raise ConfigError(file, [Problem("config_not_toml", (), 0, {"reason": "nesting"})]) from None
    except ValueError:
        # Python itself refuses to read a number of more than some thousand digits.
        raise ConfigError(file, [Problem("config_not_toml", (), 0, {"reason": "too many digits"})]) from None

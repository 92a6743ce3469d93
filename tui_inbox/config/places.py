"""Where files lie: the XDG directories, on every system."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

SYSTEM = Path("/etc/tui-inbox/config.toml")
VARIABLE = "TUI_INBOX_CONFIG"


def _xdg(variable: str, fallback: str, environment: Mapping[str, str] | None) -> Path:
    variables = os.environ if environment is None else environment
    value = variables.get(variable, "")
    # The XDG specification: a relative path is to be ignored.
    root = Path(value) if value.startswith("/") else Path(variables.get("HOME") or Path.home()) / fallback
    return root / "tui-inbox"


def own_config(environment: Mapping[str, str] | None = None) -> Path:
    return _xdg("XDG_CONFIG_HOME", ".config", environment) / "config.toml"


def data_dir(environment: Mapping[str, str] | None = None) -> Path:
    """The store and its files, where the configuration names no other place."""
    return _xdg("XDG_DATA_HOME", ".local/share", environment)


def state_dir(environment: Mapping[str, str] | None = None) -> Path:
    """Logs and error reports."""
    return _xdg("XDG_STATE_HOME", ".local/state", environment)


def config_path(option: str | None = None, environment: Mapping[str, str] | None = None) -> tuple[Path, bool]:
    """The configuration in force and whether it is there: ``--config``, the variable, XDG, then /etc."""
    variables = os.environ if environment is None else environment
    named = option or variables.get(VARIABLE)
    if named:
        path = Path(named).expanduser()
        return path, path.is_file()
    own = own_config(environment)
    for path in (own, SYSTEM):
        if path.is_file():
            return path, True
    return own, False

"""The configuration: ``load(path)`` gives frozen structures or a ``ConfigError`` that lists every mistake."""

from tui_inbox.config.places import config_path, data_dir, own_config, state_dir
from tui_inbox.config.problems import ConfigError, Problem
from tui_inbox.config.reading import Loaded, load, parse
from tui_inbox.config.schema import Config, Operator

__all__ = [
    "Config",
    "ConfigError",
    "Loaded",
    "Operator",
    "Problem",
    "config_path",
    "data_dir",
    "load",
    "own_config",
    "parse",
    "state_dir",
]

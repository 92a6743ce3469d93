"""``config path|show|check`` and ``keys``."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from tui_inbox.cli.context import configuration
from tui_inbox.cli.failing import CONFIGURATION, OK
from tui_inbox.config import ConfigError, Loaded, Problem, config_path
from tui_inbox.config.problems import line_of
from tui_inbox.wording import _


def path(options: Namespace) -> int:
    file, there = config_path(options.config)
    print(file)
    if there:
        return OK
    from tui_inbox.cli.failing import say

    say([_("There is no such file yet: run “tui-inbox init”.")])
    return CONFIGURATION


def show(options: Namespace) -> int:
    """TOML with every key that is in force, and a mark on what the file does not say."""
    import msgspec
    import tomlkit

    from tui_inbox.bootstrap.opening import accounts

    loaded = configuration(options)
    found = accounts(loaded)
    whole: dict[str, Any] = msgspec.to_builtins(loaded.config)
    whole["channels"] = {name: msgspec.to_builtins(account.settings) for name, account in found.items()}
    document = tomlkit.document()
    document.add(tomlkit.comment(str(loaded.file)))
    for key, table in whole.items():
        document.add(key, tomlkit.item(table))
    text = tomlkit.dumps(document)
    given = set(loaded.lines)
    print("\n".join(_marked(text, given)))
    return OK


def _marked(text: str, given: set[tuple[str, ...]]) -> Iterator[str]:
    from tui_inbox.config.problems import key_lines

    defaults = {line for here, line in key_lines(text).items() if here not in given}
    mark = _("default")
    for number, line in enumerate(text.splitlines(), start=1):
        yield f"{line}  # {mark}" if number in defaults and not line.lstrip().startswith("[") else line


def check(options: Namespace) -> int:
    """Every mistake, also those that only an adapter can see; nothing is opened or called."""
    from tui_inbox.bootstrap.opening import accounts

    loaded = configuration(options)
    found = accounts(loaded)
    check_keys(loaded)
    print(_("{path}: no mistakes. Channels: {channels}.").format(path=loaded.file, channels=", ".join(found) or "–"))
    return OK


def check_keys(loaded: Loaded) -> None:
    """Raises ``ConfigError`` for a clash or an act that does not exist."""
    from tui_inbox.bootstrap.running import rebindings
    from tui_inbox.tui import places  # noqa: F401 - its screens are commands too
    from tui_inbox.tui.keymap import KeyClash, keymap

    try:
        keymap(rebindings(loaded), letters=loaded.config.ui.single_letters)
    except KeyClash as clash:
        line = line_of(loaded.lines, ("keys",))
        problems = [Problem("config_keys", ("keys", "?"), line, {"reason": reason}) for reason in clash.problems]
        raise ConfigError(str(loaded.file), problems) from None


def keys(options: Namespace) -> int:
    """The table in force: what each key does and the name to rebind it by."""
    from tui_inbox.bootstrap.running import rebindings
    from tui_inbox.tui import places  # noqa: F401 - its screens are commands too
    from tui_inbox.tui.keymap import keymap, markdown
    from tui_inbox.tui.keys import key_words

    if options.markdown:
        print(markdown(), end="")
        return OK
    file, there = config_path(options.config)
    table = keymap()
    if there:
        loaded = configuration(options)
        check_keys(loaded)
        table = keymap(rebindings(loaded), letters=loaded.config.ui.single_letters)
    for command in table.commands.values():
        shown = ", ".join(key_words(key) for key in command.keys) or "–"
        print(f"{command.id:<18} {shown:<18} {_(command.title)}")
    print()
    print(_('Rebind them in {path}: [keys], then for example reply = "f3".').format(path=file))
    return OK

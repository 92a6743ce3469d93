"""The table of commands under one operator's keys."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from tui_inbox.tui.commands import COMMANDS, EVERYWHERE, MORE, PLACES_OF, TYPED, Command
from tui_inbox.tui.keys import is_typed, key_words, long_key
from tui_inbox.wording import _


class KeyClash(Exception):
    """Two commands of one context want the same key, or a rebinding names no command: ``problems`` says which."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Keymap:
    """The table with this operator's keys."""

    def __init__(self, commands: Mapping[str, Command]) -> None:
        self.commands = dict(commands)

    def __getitem__(self, command_id: str) -> Command:
        return self.commands[command_id]

    def on(self, *contexts: str) -> list[Command]:
        """Commands of these contexts and of everywhere."""
        wanted = {*contexts, *EVERYWHERE}
        return [command for command in self.commands.values() if command.on & wanted]

    def by_key(self, context: str) -> dict[str, Command]:
        """Which key does what there; where text is typed, a character is a character."""
        typing = context in TYPED
        return {key: command for command in self.on(context) for key in command.keys if not (typing and is_typed(key))}

    def shown(self, command_id: str) -> str:
        """The first key as it is printed: ``Ctrl+K``, ``/``, ``é``."""
        keys = self.commands[command_id].keys
        return key_words(keys[0]) if keys else ""


def keymap(overrides: Mapping[str, str] | None = None, *, letters: bool = True) -> Keymap:
    """The table with rebindings (command id -> keys, separated by commas). Raises ``KeyClash``.

    Without ``letters`` no single letter acts: the palette and the control keys remain.
    """
    table = {command.id: command for command in (*COMMANDS, *MORE.values(), *PLACES_OF.values())}
    problems = []
    for command_id, keys in (overrides or {}).items():
        if command_id not in table:
            problems.append(_("no command is called {id}").format(id=command_id))
            continue
        parsed = tuple(long_key(key.strip()) for key in keys.split(",") if key.strip())
        table[command_id] = replace(table[command_id], keys=parsed)
    if not letters:
        table = {
            command_id: replace(command, keys=tuple(key for key in command.keys if len(key) > 1))
            for command_id, command in table.items()
        }
    result = Keymap(table)
    for context in sorted({name for command in table.values() for name in command.on} - EVERYWHERE):
        seen: dict[str, str] = {}
        for command in result.on(context):
            for key in command.keys:
                if key in seen and seen[key] != command.id:
                    words = _("{key} is both {one} and {other}")
                    problems.append(words.format(key=key_words(key), one=seen[key], other=command.id))
                seen[key] = command.id
    if problems:
        raise KeyClash(list(dict.fromkeys(problems)))
    return result


def markdown() -> str:
    """docs/keys.md."""
    table = keymap()
    lines = [
        "# Keys",
        "",
        "Made from `tui_inbox/tui/commands.py`. The keys work in the list and in the thread alike.",
        "",
    ]
    for group in dict.fromkeys(command.group for command in table.commands.values()):
        lines += [f"## {group}", "", "| key | command | id |", "| --- | --- | --- |"]
        for command in table.commands.values():
            if command.group == group:
                keys = ", ".join(f"`{key_words(key)}`" for key in command.keys) or "palette"
                lines.append(f"| {keys} | {command.title} | `{command.id}` |")
        lines.append("")
    return "\n".join(lines)

"""All commands by name."""

from __future__ import annotations

from collections.abc import Sequence

from tui_inbox.tui.commands import Command
from tui_inbox.tui.dialogs.chooser import Chooser, Option, narrowed
from tui_inbox.tui.keys import key_words
from tui_inbox.tui.theme import Ink
from tui_inbox.wording import _


class PaletteDialog(Chooser):
    """Finds a command by any word of its title or of its other names."""

    def __init__(self, ink: Ink, commands: Sequence[Command]) -> None:
        options = [
            Option(command.id, _(command.title), key_words(command.keys[0]) if command.keys else "")
            for command in commands
        ]
        also = {command.id: f"{command.also} {_(command.also) if command.also else ''}" for command in commands}
        find = narrowed(options, lambda option: also[str(option.value)])
        super().__init__(ink, _("Commands"), options, find=find, typing=_("what to do"), lines=14)

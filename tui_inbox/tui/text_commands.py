"""What can be done in the editor of texts, and with the versions of one."""

from __future__ import annotations

from tui_inbox.tui.commands import EDITOR, HERE, TEMPLATES, Command, can, may_write, register
from tui_inbox.wording import N_

_ON = frozenset({EDITOR})

register(
    Command("template_versions", ("v",), N_("Versions: who changed what, and back to one"), HERE,
            on=frozenset({TEMPLATES}), short=N_("versions"), enabled=can("versions"), also=N_("history restore")),
    Command("editor_save", ("ctrl+s",), N_("Save the text"), HERE, on=_ON, short=N_("save"), enabled=may_write),
    Command("editor_preview", ("ctrl+o",), N_("The text, or how it reads"), HERE, on=_ON, short=N_("preview")),
    Command("editor_variable", ("ctrl+t",), N_("Insert a variable"), HERE, on=_ON, short=N_("variable")),
    Command("editor_block", ("ctrl+b",), N_("Insert a block: heading, picture, button, card, condition"), HERE,
            on=_ON, short=N_("block"), also=N_("table list divider if")),
    Command("editor_channel", ("ctrl+n",), N_("Preview: the next channel"), HERE, on=_ON, short=N_("channel")),
    Command("editor_guest", ("ctrl+r",), N_("Preview: the next guest"), HERE, on=_ON, short=N_("guest"),
            also=N_("recipient")),
    Command("editor_guest_before", ("ctrl+p",), N_("Preview: the guest before"), HERE, on=_ON),
    Command("editor_branch", ("ctrl+g",), N_("Preview: the next branch"), HERE, on=_ON, short=N_("branch"),
            also=N_("condition if")),
    Command("editor_form", ("ctrl+l",), N_("A text of its own for this channel, or back to the one for all"), HERE,
            on=_ON, short=N_("own text"), also=N_("override")),
    Command("editor_down", ("ctrl+down", "pagedown"), N_("Preview: further down"), HERE, on=_ON),
    Command("editor_up", ("ctrl+up", "pageup"), N_("Preview: further up"), HERE, on=_ON),
    Command("editor_drop", (), N_("Drop what was changed and not saved"), HERE, on=_ON),
    Command("editor_back", ("escape",), N_("Back; what is written is kept as a draft"), HERE, on=_ON),
)  # fmt: skip

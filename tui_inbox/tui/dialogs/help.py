"""Keys of this screen, and what to do when something fails."""

from __future__ import annotations

from collections.abc import Iterable

from tui_inbox.tui.commands import COMPOSER, INBOX
from tui_inbox.tui.dialogs.reader import Reader
from tui_inbox.tui.keymap import Keymap
from tui_inbox.tui.keys import key_words
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.theme import Ink
from tui_inbox.wording import _

KEY_COLUMN = 22


def _signs(ink: Ink) -> list[list[Part]]:
    marks = ink.marks
    rows: list[tuple[str, str, str]] = [
        (marks.unread, "bold info", _("unread by you")),
        (marks.unanswered, "bold text", _("read, and still unanswered by the desk")),
        (marks.draft, "accent", _("draft")),
        (marks.sent, "muted", _("sent")),
        (marks.delivered, "ok", _("delivered")),
        (marks.read, "bold ok", _("read by the guest")),
        (marks.left, "bold soon", _("so long is left to answer; a time without the sign is when it was written")),
        ("!", "bold urgent", _("failed: Enter on the message says why and sends it again")),
        ("?", "bold soon", _("unknown: ask the guest or the vendor, then Enter on the message settles it")),
    ]
    return [[(sign.ljust(4), role), (words, "text")] for sign, role, words in rows]


def _trouble() -> list[str]:
    return [
        _("Nothing leaves or arrives: the bottom line says since when the worker is silent; texts wait safely."),
        _("A message failed or is unknown: the top line counts them; the conversation is back in Open."),
        _("The line dropped: log in again, your draft is where you left it."),
        _("Something was done by mistake: u takes back one act after the other."),
    ]


class HelpDialog(Reader):
    """Made from the table of commands, so that no key is missing."""

    def __init__(self, ink: Ink, keymap: Keymap, contexts: Iterable[str]) -> None:
        wanted = set(contexts)
        shown = wanted | ({COMPOSER} if wanted & INBOX else set())
        lines: list[list[Part]] = []
        for group in dict.fromkeys(command.group for command in keymap.commands.values()):
            commands = [c for c in keymap.on(*shown) if c.group == group and c.keys]
            if not commands:
                continue
            lines += [[], [(_(group).upper(), "muted")]]
            for command in commands:
                keys = "  ".join(key_words(key) for key in command.keys)
                lines.append([(keys.ljust(KEY_COLUMN), "accent"), (_(command.title), "text")])
        lines += [[], [(_("Signs").upper(), "muted")], *_signs(ink)]
        lines += [[], [(_("When something fails").upper(), "muted")], *([(text, "text")] for text in _trouble())]
        super().__init__(ink, _("Help"), lines=[line or [("", "")] for line in lines[1:]])

"""What can be put into a text at the cursor: a variable of its kind, or a block of the design."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App
from textual.widgets import TextArea

from tui_inbox.domain.display import clean_line
from tui_inbox.domain.template import TemplateKind
from tui_inbox.services.desk import Desk
from tui_inbox.services.variables import Scope, fields, known
from tui_inbox.tui.dialogs.chooser import Chooser, Option, narrowed
from tui_inbox.tui.render import when
from tui_inbox.tui.theme import Ink
from tui_inbox.wording import N_, _

if TYPE_CHECKING:
    from tui_inbox.tui.screens.desk_screen import DeskScreen

OPENED = re.compile(r"##\{\{\s*((?:else\s+)?(?:if\s+(?:not\s+)?)?)([a-z0-9_]*)$")
SCOPES = {
    Scope.GUEST: N_("guest"),
    Scope.STAY: N_("stay"),
    Scope.HOTEL: N_("hotel"),
    Scope.OPERATOR: N_("operator"),
    Scope.EVENT: N_("occasion"),
    Scope.TEXT: N_("own text"),
    Scope.FIELD: N_("for conditions"),
}
FROM_FILE = "cid:"
PICTURES = {".png": b"\x89PNG", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff", ".gif": b"GIF8"}
"""What every mail program shows, and how such a file begins."""
PICTURE_MOST = 1_000_000
"""Bytes; it goes out with every single mail."""
_DESIGN: tuple[tuple[str, str], ...] = (
    (N_("Heading"), "## {heading}"),
    (N_("Picture from an address"), "![{picture}](https://)"),
    (N_("Picture from a file"), FROM_FILE),
    (N_("Button that opens a page"), "[{button}] https://"),
    (N_("Button that calls"), "[{call}] +33"),
    (N_("Button that answers"), "[{yes}]"),
    (N_("Divider"), "---"),
    (
        N_("Card of the reservation"),
        "> | {stay} | |\n> |---|---|\n> | {arrival} | ##{{{{arrival}}}} |\n> | {departure} | ##{{{{departure}}}} |\n"
        "> | {room} | ##{{{{room}}}} |\n> | {number} | ##{{{{booking_number}}}} |",
    ),
    (N_("List"), "- {first}\n- {second}"),
    (N_("Table"), "| {what} | {when} |\n|---|---|\n| {first} | 7:00 |\n| {second} | 21:00 |"),
    (N_("Link"), "[{button}](https://)"),
)
_BRANCHES: tuple[tuple[str, str], ...] = (
    (N_("Only if a value is there"), "##{{{{if room}}}}\n\n##{{{{end}}}}"),
    (
        N_("One text or another, by a field"),
        "##{{{{if payment is cash}}}}\n\n##{{{{else if payment is package, credit}}}}\n\n"
        "##{{{{else}}}}\n\n##{{{{end}}}}",
    ),
)


def _samples() -> Mapping[str, str]:
    """Words to be written over."""
    return {
        "heading": _("Heading"),
        "picture": _("what it shows"),
        "button": _("Book a table"),
        "call": _("Call us"),
        "yes": _("Yes, please"),
        "stay": _("Your stay"),
        "arrival": _("Arrival"),
        "departure": _("Departure"),
        "room": _("Room"),
        "number": _("Booking"),
        "first": _("breakfast"),
        "second": _("pool"),
        "what": _("What"),
        "when": _("When"),
    }


async def ask_block(app: App[object], ink: Ink, kind: TemplateKind) -> str:
    """The block to insert; empty when the person went back. A text that is inserted by hand has no design."""
    blocks = (*_DESIGN, *_BRANCHES) if kind is TemplateKind.REMINDER else _BRANCHES
    samples = _samples()
    options = [Option(text.format(**samples), _(words), more=text.format(**samples)) for words, text in blocks]
    conditions = {text.format(**samples) for _words, text in _BRANCHES}
    find = narrowed(options, lambda option: _("condition") if option.value in conditions else "")
    dialog = Chooser(ink, _("Which block?"), options, find=find, typing=_("name"), lines=17)
    chosen = await app.push_screen_wait(dialog)
    return str(chosen.value) if chosen is not None and chosen.value is not None else ""


async def ask_picture(screen: DeskScreen, start: Path) -> str:
    """A path as seen from the server; its bytes are kept at once, and go out inside each mail."""
    app = screen.desk_app
    blobs = app.session.blobs
    dialog = Chooser(app.ink, _("Which picture?"), typing=_("path"), free=True, text=f"{start}{os.sep}")
    told = await app.push_screen_wait(dialog)
    if told is None or blobs is None:
        return ""
    path = Path(told.text.strip()).expanduser()
    try:
        too_big = path.stat().st_size > PICTURE_MOST
        content = b"" if too_big else await app.gateway.outside(path.read_bytes)
    except OSError as error:
        screen.say(_("cannot read it: {why}").format(why=error.strerror or ""), "bold urgent")
        return ""
    if too_big:
        screen.say(_("too big: at most {size}").format(size=when.size(PICTURE_MOST)), "bold urgent")
        return ""
    if not content.startswith(PICTURES.get(path.suffix.lower(), b"\0")):
        screen.say(_("mail programs show PNG, JPEG and GIF"), "bold urgent")
        return ""
    sha256 = await app.gateway.outside(blobs.put, content)
    return f"![{clean_line(path.stem)}]({FROM_FILE}{sha256})"


async def ask_variable(app: App[object], ink: Ink, desk: Desk, kind: TemplateKind, event: str, box: TextArea) -> None:
    """Insert the exact spelling, completing what was begun; in a condition the fields to ask for come, too."""
    opened = opened_before(box)
    condition = bool(opened and opened[1])
    options = [
        Option(one.name, one.name, " ".join(part for part in (one.unit, _(SCOPES[one.scope])) if part))
        for one in known(kind, desk, event)
    ]
    if condition:
        options = [*(Option(name, name, _(SCOPES[Scope.FIELD])) for name in fields()), *options]
    else:
        options += [Option(word, word, _("condition")) for word in ("if", "else", "end")]
    typed = opened[2] if opened else ""
    dialog = Chooser(ink, _("Which variable?"), options, find=narrowed(options), typing=_("name"), text=typed, lines=10)
    chosen = await app.push_screen_wait(dialog)
    box.focus()
    if chosen is None or chosen.value is None:
        return
    row, place = box.cursor_location
    start = place - len(opened[0]) if opened else place
    words = f"##{{{{{opened[1] if opened else ''}{chosen.value}"
    if chosen.value == "if" and not condition:
        # The field to ask for comes next; typing it opens the list again.
        box.replace(words + " ", (row, start), (row, place))
        return
    box.replace(words + ("" if condition else "}}"), (row, start), (row, place))


def opened_before(box: TextArea) -> re.Match[str] | None:
    """The ``##{{`` just typed before the cursor with what follows it."""
    row, place = box.cursor_location
    line = box.document.get_line(row)
    return None if line[place:].startswith("}") else OPENED.search(line[:place])


def insert_block(box: TextArea, block: str) -> None:
    """In lines of its own, the cursor at its end."""
    row, place = box.cursor_location
    line = box.document.get_line(row)
    before = "\n\n" if line[:place].strip() else ""
    after = "\n" if line[place:].strip() else ""
    box.insert(before + block + after)
    box.focus()

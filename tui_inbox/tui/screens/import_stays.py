"""A file of stays before it is taken over: which column is what, which lines have faults, what would change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from tui_inbox.domain.errors import Refused
from tui_inbox.ports.store import Transaction
from tui_inbox.services import bookings
from tui_inbox.services.bookings import ImportResult, LineProblem, Preview, Table
from tui_inbox.tui.commands import STAY_IMPORT
from tui_inbox.tui.dialogs.chooser import Chooser, Option
from tui_inbox.tui.dialogs.confirm import confirm
from tui_inbox.tui.render.columns import column, field
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.screens.table_screen import TableScreen
from tui_inbox.tui.widgets.table import Parts
from tui_inbox.wording import N_, _, explain, ngettext, sentence

if TYPE_CHECKING:
    from tui_inbox.tui.app import TuiInbox

FIELDS = {
    "external_id": N_("booking number"), "guest": N_("guest"), "first_name": N_("first name"),
    "last_name": N_("last name"), "phone": N_("phone"), "email": N_("mail"), "arrival": N_("arrival"),
    "departure": N_("departure"), "nights": N_("nights"), "room": N_("room"), "room_type": N_("type of room"),
    "status": N_("status"), "adults": N_("adults"), "children": N_("children"), "total": N_("total"),
    "ota": N_("booked by"), "ota_code": N_("their number"), "language": N_("language"), "country": N_("country"),
    "payment": N_("payment"), "notes": N_("notes"),
}  # fmt: skip


class Mapped(Struct, frozen=True):
    """One of our fields with the column that fills it."""

    name: str
    heading: str
    sample: str


Line = Mapped | LineProblem | str


class ImportScreen(TableScreen[Line]):
    """Nothing is stored before Ctrl+S and a yes."""

    CONTEXTS = frozenset({STAY_IMPORT})
    TITLE_WORDS = N_("Import stays")

    def __init__(self, desk_app: TuiInbox, name: str, file: Table, mapping: dict[str, int]) -> None:
        super().__init__(desk_app)
        self.name_of_file = name
        self.file = file
        self.mapping = dict(mapping)
        self.preview: Preview | None = None
        self.would = ImportResult()
        self.refusal = ""

    def fetch(self, tx: Transaction, after: Line | None, _limit: int) -> Sequence[Line]:
        if after is not None:
            return []
        desk, actor, now = self.desk_app.session.desk, self.desk_app.actor, self.desk_app.now()
        self.preview, self.refusal, self.would = None, "", ImportResult()
        try:
            self.preview = bookings.preview(self.file, self.mapping, desk)
            self.would = bookings.import_rows(tx, desk, self.preview.rows, actor, now, dry_run=True)
        except Refused as error:
            self.refusal = explain(error)
        problems: Sequence[LineProblem] = self.preview.problems if self.preview is not None else ()
        lines: list[Line] = [_("Columns"), *(self._mapped(name) for name in bookings.FIELDS)]
        if problems:
            lines += ["", _("Lines with faults"), *problems]
        return lines

    def _mapped(self, name: str) -> Mapped:
        place = self.mapping.get(name)
        if place is None or place >= len(self.file.header):
            return Mapped(name, "", "")
        samples = (cells[place] for _number, cells in self.file.rows[:20] if place < len(cells) and cells[place])
        return Mapped(name, self.file.header[place], next(samples, ""))

    def key(self, row: Line) -> object:
        if isinstance(row, Mapped):
            return row.name
        return (row.line, row.code) if isinstance(row, LineProblem) else row

    def is_heading(self, row: Line) -> bool:
        return isinstance(row, str)

    def draw(self, row: Line, width: int) -> Parts:
        match row:
            case Mapped():
                here = column(row.heading or self.scene.ink.marks.dot, 24, "text" if row.heading else "muted")
                return [column(_(FIELDS[row.name]), 23, "accent"), here, (row.sample, "muted")], []
            case LineProblem():
                words = sentence(row.code, row.params)
                number = _("line {n}").format(n=row.line)
                role = "bold urgent" if row.fatal else "soon"
                return [column(number, 12, "muted"), (words, role)], [(_("left out"), "urgent")] if row.fatal else []
        return [(str(row).upper(), "muted")], []

    def filter_words(self) -> list[list[Part]]:
        lines = ngettext("{n} line", "{n} lines", len(self.file.rows))
        read = f"{self.file.encoding}, {self.file.delimiter.replace(chr(9), 'Tab')}"
        return [[(self.name_of_file, "bold text"), ("  ", ""), (f"{lines}  {read}", "muted")]]

    def describe(self, row: Line) -> list[list[Part]]:
        if self.refusal:
            return [[(self.refusal, "bold urgent")], [(_("Enter on the field chooses its column."), "info")]]
        fatal = sum(problem.fatal for problem in self.preview.problems) if self.preview is not None else 0
        would = self.would
        key = self.desk_app.keymap.shown("import_go")
        lines: list[list[Part]] = [
            [(_("What would happen; nothing is stored yet."), "bold text")],
            field(_("new stays"), str(would.added), width=18),
            field(_("new guests"), str(would.guests), width=18),
            field(_("changed"), str(would.changed), width=18),
            field(_("unchanged"), str(would.unchanged), width=18),
            field(_("left out"), str(fatal), "bold urgent" if fatal else "text", width=18),
            [(_("{key} imports").format(key=key), "info")],
        ]
        if self.preview is not None and self.preview.either_date:
            words = _("Day and month could be exchanged in every date; the hotel's country decided.")
            lines.insert(1, [(words, "soon")])
        return lines

    def allowed(self, _row: Line) -> frozenset[str]:
        return frozenset({"import"} if self.preview is not None and self.preview.rows else ())

    async def opened(self) -> None:
        row = self.current
        if not isinstance(row, Mapped):
            return
        options = [Option(-1, _("none"))]
        for place, heading in enumerate(self.file.header):
            sample = next(
                (cells[place] for _n, cells in self.file.rows[:20] if place < len(cells) and cells[place]), ""
            )
            options.append(Option(place, heading or str(place + 1), sample))
        question = _("Which column is «{field}»?").format(field=_(FIELDS[row.name]))
        chosen = await self.desk_app.push_screen_wait(Chooser(self.desk_app.ink, question, options))
        if chosen is None or not isinstance(chosen.value, int):
            return
        self.mapping.pop(row.name, None)
        if chosen.value >= 0:
            self.mapping = {name: place for name, place in self.mapping.items() if place != chosen.value}
            self.mapping[row.name] = chosen.value
        await self.read_again()

    async def do_import_go(self) -> None:
        if self.preview is None:
            return
        rows, app = self.preview.rows, self.desk_app
        question = ngettext("Import {n} stay?", "Import {n} stays?", len(rows))
        if not await confirm(self, question, _("Import"), _("Not yet")):
            return
        result = ImportResult()
        first = await self.gateway.read(bookings.first_import)
        for start in range(0, len(rows), bookings.CHUNK):
            chunk = rows[start : start + bookings.CHUNK]
            result += await self.gateway.write(
                bookings.import_rows, app.session.desk, chunk, app.actor, app.now(), first=first
            )
            self.say(_("{n} of {total}").format(n=min(start + bookings.CHUNK, len(rows)), total=len(rows)))
        await self.gateway.write(bookings.save_mapping, self.file, self.mapping)
        words = _("{added} new stays, {changed} changed, {unchanged} unchanged, {guests} new guests.").format(
            added=result.added, changed=result.changed, unchanged=result.unchanged, guests=result.guests
        )
        app.pop_screen()
        app.notify(words)

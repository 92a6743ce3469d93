"""Guest lists: who fits each now, in the order in which they are shown above the inbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui_inbox.domain.guest_list import BY_CODE, GuestList
from tui_inbox.ports.store import Transaction
from tui_inbox.services import guest_lists
from tui_inbox.services.guest_lists import Fitting
from tui_inbox.tui.commands import LISTS
from tui_inbox.tui.dialogs.confirm import confirm
from tui_inbox.tui.render.columns import column, field
from tui_inbox.tui.render.criteria import criterion_words, summary_words, value_words
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.screens.table_screen import TableScreen
from tui_inbox.tui.widgets.table import Parts
from tui_inbox.wording import N_, _, ngettext


def names_words(names: Sequence[str]) -> str:
    return ", ".join(name or _("Unknown client") for name in names)


class GuestListsScreen(TableScreen[GuestList]):
    CONTEXTS = frozenset({LISTS})
    TITLE_WORDS = N_("Guest lists")
    HEARS = ("guest_list", "guest")

    found: Mapping[int, Fitting] = {}

    def fetch(self, tx: Transaction, after: GuestList | None, _limit: int) -> Sequence[GuestList]:
        if after is not None:
            return []
        desk, actor, now = self.desk_app.session.desk, self.desk_app.actor, self.desk_app.now()
        rows = list(guest_lists.listing(tx))
        self.found = {row.id: guest_lists.fitting(tx, desk, actor, row.criteria, now, 8) for row in rows}
        return rows

    def key(self, row: GuestList) -> object:
        return row.id

    def why_empty(self) -> Sequence[str]:
        key = self.desk_app.keymap.shown("list_new")
        words = _("No guest list yet. {key} builds one: arriving in 7 days, VIP, tag spa … and shows who fits.")
        return (words.format(key=key), "", _("A list filters the inbox and is whom a message to many goes to."))

    def filter_words(self) -> list[list[Part]]:
        count = len(self.table.rows)
        return [[(ngettext("{n} list", "{n} lists", count), "muted")]] if count else []

    @property
    def labels(self) -> Mapping[str, str]:
        accounts = self.desk_app.session.desk.accounts.values()
        return {code: traits.label for account in accounts for code, traits in account.channels.items()}

    def draw(self, row: GuestList, width: int) -> Parts:
        fitting = self.found.get(row.id)
        left = [column(row.name, 26, "bold text"), (summary_words(row, self.labels), "muted")]
        return left, [(ngettext("{n} guest", "{n} guests", fitting.guests), "text")] if fitting else []

    def describe(self, row: GuestList) -> list[list[Part]]:
        lines: list[list[Part]] = [[(row.name, "bold text")]]
        for code, value in row.criteria.items():
            if code in BY_CODE:
                words = criterion_words(BY_CODE[code])
                lines.append(field(words, value_words(BY_CODE[code], value, self.labels), width=25))
        fitting = self.found.get(row.id)
        if fitting is not None:
            lines.append([(ngettext("{n} guest fits now", "{n} guests fit now", fitting.guests), "accent")])
            lines.append([(names_words(fitting.names), "muted")])
        return lines

    def allowed(self, _row: GuestList) -> frozenset[str]:
        return frozenset({"list"})

    async def opened(self) -> None:
        await self.action_do("list_edit")

    def do_list_new(self) -> None:
        self._build(GuestList(0, ""))

    def do_list_edit(self) -> None:
        if self.current is not None:
            self._build(self.current)

    def _build(self, made: GuestList) -> None:
        from tui_inbox.tui.screens.criteria import CriteriaScreen

        self.desk_app.push_screen(CriteriaScreen(self.desk_app, made))

    async def do_list_send(self) -> None:
        from tui_inbox.tui.screens.group_send import write_to_list

        if self.current is not None:
            await write_to_list(self, self.current)

    async def do_list_up(self) -> None:
        await self._move(-1)

    async def do_list_down(self) -> None:
        await self._move(1)

    async def _move(self, by: int) -> None:
        if self.current is not None:
            await self.gateway.write(guest_lists.move, self.desk_app.actor, self.current.id, by)
            await self.read_again()

    async def do_list_delete(self) -> None:
        row = self.current
        if row is None:
            return
        words = _("Delete the list “{name}”? Guests and messages stay as they are.").format(name=row.name)
        if await confirm(self, words, _("Delete"), _("Keep")):
            await self.gateway.write(guest_lists.remove, self.desk_app.actor, row.id)
            await self.read_again()

"""The directory of guests: typing searches, Enter opens the card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical

from tui_inbox.domain.guest_list import GuestList
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import Card, GuestRow, Key
from tui_inbox.services import cards, guests, replying
from tui_inbox.tui.commands import GUESTS
from tui_inbox.tui.dialogs.chooser import Chooser
from tui_inbox.tui.keys import key_words
from tui_inbox.tui.render.columns import column
from tui_inbox.tui.render.criteria import chip_parts
from tui_inbox.tui.render.guest_card import card_lines
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.render.row import stay_words
from tui_inbox.tui.screens.table_screen import TableScreen
from tui_inbox.tui.widgets.prompt import Prompt
from tui_inbox.tui.widgets.table import Parts
from tui_inbox.wording import N_, _

if TYPE_CHECKING:
    from tui_inbox.tui.app import TuiInbox


class GuestsScreen(TableScreen[GuestRow]):
    """Opens with the cursor in the search line; the arrow down goes to the list, where letters are commands."""

    CONTEXTS = frozenset({GUESTS})
    TITLE_WORDS = N_("Guests")
    HEARS = ("guest", "guest_list")

    def __init__(self, desk_app: TuiInbox) -> None:
        super().__init__(desk_app)
        self.prompt = Prompt("search", _("name, phone, mail address or room"))
        self.card: Card | None = None
        self.lists: list[GuestList] = []
        self.guest_list: int | None = None

    def compose(self) -> ComposeResult:
        yield self.top
        with Container(id="table-panes"):
            with Vertical(id="table-side"):
                yield self.prompt
                yield self.filters
                yield self.table
            yield self.detail
        yield self.bottom

    def begin(self) -> None:
        self.prompt.focus()

    def show_keys(self) -> None:
        """In the search line letters are typed: only what acts there is named."""
        if self.focused is not self.prompt:
            super().show_keys()
            return
        leave = _("clear") if self.prompt.value else _("back")
        words = (("down", _("guests")), ("escape", leave), ("f1", _("help")))
        self.bottom.show([(key_words(key), label) for key, label in words], leads=True)

    def on_descendant_focus(self) -> None:
        self.show_keys()

    def fetch(self, tx: Transaction, after: GuestRow | None, limit: int) -> Sequence[GuestRow]:
        desk, now = self.desk_app.session.desk, self.desk_app.now()
        key = Key(0, after.id) if after else None
        self.lists = list(tx.guest_lists.all())
        if self.guest_list is not None and all(one.id != self.guest_list for one in self.lists):
            self.guest_list = None
        actor = self.desk_app.actor
        return guests.directory(tx, desk, self.prompt.value, now, key, limit, self.guest_list, actor)

    def filter_words(self) -> list[list[Part]]:
        key = self.desk_app.keymap.shown("by_list")
        return [chip_parts(self.lists, self.guest_list, key)] if self.lists else []

    async def do_by_list(self) -> None:
        from tui_inbox.tui.dialogs.pick_list import ask_list

        chosen = await ask_list(self, _("Only guests of which list?"), everybody=True)
        if chosen is not None:
            self.guest_list = chosen.id or None
            self.table.index = self.table.top = 0
            await self.read_again()

    def key(self, row: GuestRow) -> object:
        return row.id

    def why_empty(self) -> Sequence[str]:
        keys = self.desk_app.keymap
        if self.prompt.value.strip():
            words = _("Nobody fits “{text}”. Esc empties the search.").format(text=self.prompt.value)
            return (words,)
        if self.guest_list is not None:
            return (_("Nobody is in this list now. {key} shows all guests.").format(key=keys.shown("by_list")),)
        words = _(
            "No guest is known yet. They come with their first message, with {key} by hand, or with {csv} from a file."
        )
        return (words.format(key=keys.shown("guest_new"), csv=keys.shown("import_stays")),)

    def draw(self, row: GuestRow, width: int) -> Parts:
        left = [
            column(row.name or _("Unknown client"), 26, "bold text" if row.name else "muted"),
            column(_("VIP") if row.vip else "", 4, "accent"),
            column(row.phone or row.email, max(18, min(26, width - 50)), "text"),
            (row.language.upper(), "muted"),
        ]
        return left, [(stay_words(self.scene, row.stay), "text")] if row.stay else []

    def show_row(self) -> None:
        super().show_row()
        self.latest(self._show_card, "card")

    async def _show_card(self) -> None:
        row = self.current
        if row is None:
            self.card = None
            return
        desk_app = self.desk_app
        self.card = await self.gateway.read(
            cards.of_guest, desk_app.session.desk, desk_app.actor, row.id, desk_app.now()
        )
        if self.current is not None and self.current.id == row.id:
            self.detail.show(self.describe(row))

    def describe(self, row: GuestRow) -> list[list[Part]]:
        if self.card is None or self.card.guest.id != row.id:
            return []
        return card_lines(self.scene, self.card)

    def allowed(self, _row: GuestRow) -> frozenset[str]:
        return frozenset({"guest"})

    @on(Prompt.Typed)
    def _searched(self) -> None:
        self.table.index = self.table.top = 0
        self.reload()

    @on(Prompt.Done)
    async def _to_list(self) -> None:
        """Whoever is alone in the list is who was meant."""
        await self.read_again()
        self.table.focus()
        if self.prompt.value.strip() and len(self.table.rows) == 1:
            await self.opened()

    @on(Prompt.Dropped)
    def _dropped(self) -> None:
        if self.prompt.value:
            self.prompt.value = ""
        else:
            self.desk_app.pop_screen()

    def do_back(self) -> None:
        if self.focused is self.table:
            self.prompt.focus()
        else:
            super().do_back()

    def do_guest_search(self) -> None:
        self.prompt.focus()

    async def opened(self) -> None:
        from tui_inbox.tui.screens.guest import GuestScreen

        if self.current is not None:
            self.desk_app.push_screen(GuestScreen(self.desk_app, self.current.id))

    async def do_guest_new(self) -> None:
        from tui_inbox.tui.dialogs.guest_form import ask_guest
        from tui_inbox.tui.screens.guest import GuestScreen

        made = await ask_guest(self, None)
        if made is not None:
            await self.read_again()
            self.desk_app.push_screen(GuestScreen(self.desk_app, made))

    async def do_guest_edit(self) -> None:
        from tui_inbox.tui.dialogs.guest_form import ask_guest

        if self.card is not None and await ask_guest(self, self.card.guest) is not None:
            await self.read_again()
            self.say(_("saved  {key} undoes it").format(key=self.desk_app.keymap.shown("undo")))

    async def do_guest_write(self) -> None:
        row, app = self.current, self.desk_app
        if row is not None:
            made = await self.gateway.write(replying.start, app.session.desk, app.actor, app.now(), guest_id=row.id)
            self.write_in(made)

    async def do_import_stays(self) -> None:
        """A path as seen from the server; nothing is stored before the preview is confirmed."""
        from tui_inbox.services import bookings
        from tui_inbox.tui.screens.import_stays import ImportScreen

        app = self.desk_app
        start = str(app.session.export_dir or Path.home()) + "/"
        question = _("Which CSV file of stays, on this server?")
        told = await app.push_screen_wait(Chooser(app.ink, question, typing=_("path"), free=True, text=start))
        if told is None:
            return
        path = Path(told.text.strip()).expanduser()
        try:
            content = await self.gateway.outside(path.read_bytes)
        except OSError as error:
            self.say(_("cannot read it: {why}").format(why=error.strerror or ""), "bold urgent")
            return
        table = await self.gateway.outside(bookings.read_table, content)
        saved = await self.gateway.read(bookings.saved_mapping, table)
        mapping = saved or bookings.guess_mapping(table)
        app.push_screen(ImportScreen(app, path.name, table, mapping))

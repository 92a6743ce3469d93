"""A screen beside the inbox: one list, beside it what is known of the row under the cursor, and Esc back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical

from tui_inbox.ports.store import Transaction
from tui_inbox.rows import Counts, View
from tui_inbox.services import inbox
from tui_inbox.tui.commands import Selection
from tui_inbox.tui.feed import News
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.screens.desk_screen import DeskScreen
from tui_inbox.tui.widgets.lines import LinesPane
from tui_inbox.tui.widgets.table import Parts, RowPane

if TYPE_CHECKING:
    from tui_inbox.tui.app import TuiInbox
    from tui_inbox.tui.screens.inbox import InboxScreen

Row = TypeVar("Row")
PAGE = 50
MOST = 500
"""Rows that are read again at most when something changed; further ones are paged in."""


class TableScreen(DeskScreen, Generic[Row]):
    """Subclasses read rows in ``fetch``, paint one in ``draw``, and tell of it in ``describe``."""

    CSS_PATH = "table_screen.tcss"
    HEARS: tuple[str, ...] = ()
    """Kinds of change after which the rows are read again."""

    def __init__(self, desk_app: TuiInbox) -> None:
        super().__init__(desk_app)
        self.gateway = desk_app.gateway
        self.table: RowPane[Row] = RowPane(desk_app.ink, self.draw, self.key, skips=self.is_heading, id="table")
        self.detail = LinesPane(desk_app.ink, id="detail")
        self.filters = LinesPane(desk_app.ink, depth="base", id="table-filters")

    def compose(self) -> ComposeResult:
        yield self.top
        with Container(id="table-panes"):
            with Vertical(id="table-side"):
                yield self.filters
                yield self.table
            yield self.detail
        yield self.bottom

    def on_mount(self) -> None:
        self.begin()
        self.show_keys()
        self.reload()

    def begin(self) -> None:
        """Where the cursor is at first."""
        self.table.focus()

    # What a subclass says.

    def fetch(self, tx: Transaction, after: Row | None, limit: int) -> Sequence[Row]:
        """A page of rows after ``after``."""
        raise NotImplementedError

    def key(self, row: Row) -> object:
        """What tells a row apart from all others."""
        raise NotImplementedError

    def draw(self, row: Row, width: int) -> Parts:
        raise NotImplementedError

    def describe(self, row: Row) -> list[list[Part]]:
        """Lines beside the list."""
        return []

    def is_heading(self, _row: Row) -> bool:
        """Rows that the cursor steps over."""
        return False

    def why_empty(self) -> Sequence[str]:
        """What an empty list says: why, and which key changes that."""
        return ()

    def filter_words(self) -> list[list[Part]]:
        """The line above the list."""
        return []

    def allowed(self, _row: Row) -> frozenset[str]:
        """What the row under the cursor allows, in the words of the table's ``can``."""
        return frozenset()

    async def opened(self) -> None:
        """Enter on a row."""

    # Reading.

    @property
    def current(self) -> Row | None:
        return self.table.current

    def reload(self) -> None:
        """Read the rows again; the cursor stays on its row."""
        self.latest(self.read_again, "table")

    def latest(self, work: Callable[[], Awaitable[None]], group: str) -> None:
        """Run the newest of a group only. No coroutine is made for one that is replaced before it began."""

        async def run() -> None:
            await self.guarded(work())

        # The framework's annotation leaves no room for an ordinary coroutine function.
        self.run_worker(run, group=group, exclusive=True, exit_on_error=False)  # type: ignore[arg-type]

    async def read_again(self) -> None:
        limit = min(MOST, max(PAGE, self.table.index + PAGE))
        rows, counts = await self.gateway.read(self._read, limit)
        self.top.show(counts=counts)
        self.table.show(rows, more=len(rows) == limit, empty=self.why_empty())
        self.show_row()

    def _read(self, tx: Transaction, limit: int) -> tuple[Sequence[Row], Counts]:
        actor = self.desk_app.actor
        view = View(property=actor.property, channels=actor.accounts)
        return self.fetch(tx, None, limit), inbox.counts(tx, self.desk_app.session.desk, actor, view)

    @on(RowPane.MoreWanted)
    def _more(self) -> None:
        self.latest(self._next_page, "table")

    async def _next_page(self) -> None:
        if self.table.more and self.table.rows:
            rows = await self.gateway.read(self.fetch, self.table.rows[-1], PAGE)
            self.table.append(rows, more=len(rows) == PAGE)

    @on(RowPane.Moved)
    def _moved(self) -> None:
        self.show_row()

    def show_row(self) -> None:
        """Filters, detail and keys for the row under the cursor."""
        self.filters.show(self.filter_words())
        self.detail.show(self.describe(self.current) if self.current is not None else [])
        self.show_keys()

    @on(RowPane.Opened)
    async def _clicked(self) -> None:
        await self.action_do("open")

    def hear(self, news: News) -> None:
        if news.touches(*self.HEARS):
            self.reload()

    def tick(self) -> None:
        self.table.repaint()
        self.show_row()

    def selection(self) -> Selection:
        write = self.desk_app.actor.role != "read-only"
        can = self.allowed(self.current) | {"row"} if self.current is not None else frozenset[str]()
        return Selection(may_write=write, can=can)

    # Moving about.

    def do_next(self) -> None:
        self.table.move(1)

    def do_previous(self) -> None:
        self.table.move(-1)

    def do_page_down(self) -> None:
        self.table.move(max(1, self.table.content_size.height - 1))

    def do_page_up(self) -> None:
        self.table.move(-max(1, self.table.content_size.height - 1))

    def do_first(self) -> None:
        self.table.move_to(0)

    def do_last(self) -> None:
        self.table.move_to(len(self.table.rows) - 1)

    async def do_open(self) -> None:
        await self.opened()

    def do_back(self) -> None:
        self.desk_app.pop_screen()

    async def do_undo(self) -> None:
        from tui_inbox.services import undo
        from tui_inbox.tui.screens.inbox_acts import undone_words
        from tui_inbox.wording import _

        app = self.desk_app
        undone = await self.gateway.write(undo.undo, app.actor, app.now(), app.session.desk)
        if undone is None:
            self.say(_("nothing to undo"))
            return
        await self.read_again()
        self.say(undone_words(undone))

    async def action_do(self, command_id: str) -> None:
        """Screens beside the inbox replace each other, so that Esc is never far from the inbox."""
        if not command_id.startswith("screen_"):
            await super().action_do(command_id)
            return
        self.on_inbox(self._elsewhere(command_id))

    async def _elsewhere(self, command_id: str) -> None:
        await self.inbox_screen.action_do(command_id)

    @property
    def inbox_screen(self) -> InboxScreen:
        from tui_inbox.tui.screens.inbox import InboxScreen

        screen = self.desk_app.screen_stack[0]
        assert isinstance(screen, InboxScreen)
        return screen

    def on_inbox(self, work: Coroutine[Any, Any, None]) -> None:
        """Back to the inbox, and do something there; it outlives this screen."""
        inbox_screen, desk_app = self.inbox_screen, self.desk_app

        async def there() -> None:
            while len(desk_app.screen_stack) > 1:
                await desk_app.pop_screen()
            await work

        inbox_screen.run_worker(inbox_screen.guarded(there()), exit_on_error=False)

    def open_conversation(self, conversation_id: int) -> None:
        """Show it in the inbox, wherever it is there."""
        self.on_inbox(self._opened_there(conversation_id))

    async def _opened_there(self, conversation_id: int, *, write: bool = False) -> None:
        inbox_screen = self.inbox_screen
        await inbox_screen.go_to(conversation_id)
        if write:
            await inbox_screen.show_conversation(conversation_id)
            await inbox_screen.answering.begin(note=False)
        else:
            await inbox_screen.open_current()

    def write_in(self, conversation_id: int) -> None:
        """Show it in the inbox with the cursor in the composer."""
        self.on_inbox(self._opened_there(conversation_id, write=True))

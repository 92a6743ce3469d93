"""Which conversations the list shows: tabs, filters, order, search, and going to one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from tui_inbox.domain.conversation import Sort, State, Tab
from tui_inbox.domain.reservation import Phase
from tui_inbox.tui.inbox_data import Shown
from tui_inbox.tui.screens.inbox_panes import RELOAD_MOST, InboxPanes
from tui_inbox.tui.widgets.bars import SORTS
from tui_inbox.tui.widgets.prompt import Prompt
from tui_inbox.wording import _

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction

TAB_OF = {Tab.OPEN: State.OPEN, Tab.PENDING: State.PENDING, Tab.CLOSED: State.CLOSED, Tab.SPAM: State.SPAM}
TAB_LETTERS = {"o": Tab.OPEN, "p": Tab.PENDING, "c": Tab.CLOSED, "s": Tab.SPAM, "a": Tab.ALL}
PHASE_ORDER: tuple[Phase | None, ...] = (
    None, Phase.ARRIVING, Phase.IN_HOUSE, Phase.DEPARTING, Phase.FUTURE, Phase.PAST, Phase.NONE,
)  # fmt: skip
MARK_ALL_MOST = 500


class InboxView(InboxPanes):
    """The view changes, the list follows."""

    def choose_tab(self, tab: Tab) -> None:
        if self.rows.current is not None:
            self.places[self.view.tab] = self.rows.current.id
        self.rows.marked.clear()
        self.view = replace(self.view, tab=tab, sort=self.sorts.get(tab, Sort.NEWEST))
        self.top.show(tab=tab)
        if self.focused is not self.top:
            self.rows.focus()
        self.look_again(self.places.get(tab))

    def look_again(self, keep: int | None = None) -> None:
        """The view is another one: from its first row."""
        if keep is None:
            self.rows.index = self.rows.top = 0
        self.rows.rows = []
        self.filters.show(self.view, len(self.rows.marked))
        self.run_worker(self.guarded(self.reload(keep)), group="list", exclusive=True, exit_on_error=False)

    def do_tab_open(self) -> None:
        self.choose_tab(Tab.OPEN)

    def do_tab_pending(self) -> None:
        self.choose_tab(Tab.PENDING)

    def do_tab_closed(self) -> None:
        self.choose_tab(Tab.CLOSED)

    def do_tab_spam(self) -> None:
        self.choose_tab(Tab.SPAM)

    def do_tab_all(self) -> None:
        self.choose_tab(Tab.ALL)

    def do_only_unread(self) -> None:
        self.view = replace(self.view, unread=not self.view.unread)
        self.look_again()

    def do_only_unanswered(self) -> None:
        self.view = replace(self.view, unanswered=not self.view.unanswered)
        self.look_again()

    def only_with_tag(self, tag: str) -> None:
        self.view = replace(self.view, tag=tag)
        self.look_again()

    async def do_by_list(self) -> None:
        from tui_inbox.tui.dialogs.pick_list import ask_list

        chosen = await ask_list(self, _("Only guests of which list?"), everybody=True)
        if chosen is not None:
            self.only_of_list(chosen.id or None)

    def only_of_list(self, list_id: int | None) -> None:
        self.view = replace(self.view, guest_list=list_id)
        self.look_again()

    async def read_lists(self) -> None:
        """The chips above the list; a filter whose list is gone goes too."""
        lists = await self.gateway.read(lambda tx: tuple((one.id, one.name) for one in tx.guest_lists.all()))
        self.set_class(bool(lists), "-lists")
        self.filters.show_lists(lists, self.desk_app.keymap.shown("by_list"))
        if self.view.guest_list is not None and self.view.guest_list not in dict(lists):
            self.only_of_list(None)

    async def do_group_send(self) -> None:
        """Everybody marked, or a list."""
        from tui_inbox.services.campaigns import GroupSend
        from tui_inbox.services.group_letters import Wording
        from tui_inbox.tui.dialogs.pick_list import ask_list
        from tui_inbox.tui.screens.group_send import GroupSendScreen, write_to_list

        marked = tuple(row.guest_id for row in self.rows.rows if row.id in self.rows.marked)
        if marked:
            self.desk_app.push_screen(GroupSendScreen(self.desk_app, GroupSend(Wording(()), marked)))
            return
        chosen = await ask_list(self, _("Message to which list?"))
        if chosen is not None:
            await write_to_list(self, chosen)

    def do_stay(self) -> None:
        place = PHASE_ORDER.index(self.view.stay)
        self.view = replace(self.view, stay=PHASE_ORDER[(place + 1) % len(PHASE_ORDER)])
        self.look_again()

    async def do_order(self) -> None:
        orders = list(SORTS)
        after = orders[(orders.index(self.view.sort) + 1) % len(orders)]
        self.view = replace(self.view, sort=after)
        self.sorts[self.view.tab] = after
        self.look_again()
        await self.gateway.write(self.data.set_sort, self.view.tab, after)

    def do_clear(self) -> None:
        self.rows.marked.clear()
        self.view = replace(
            self.view, search="", unread=False, unanswered=False, stay=None, tag="", channel="", guest_list=None
        )
        self.look_again()

    async def do_search(self) -> None:
        await self.prompt("search", _("name, room, words…"), self.view.search)

    async def do_go(self) -> None:
        await self.prompt("go", _("o p c s a, a room or a guest"), "")

    async def prompt(self, purpose: str, placeholder: str, text: str) -> None:
        """One line of typing in place of the filters."""
        await self.drop_prompt()
        line = Prompt(purpose, placeholder, text)
        self.filters.display = False
        await self.query_one("#left").mount(line, before=0)
        self.remove_class("-reading")
        line.focus()

    async def drop_prompt(self) -> None:
        for line in self.query(Prompt):
            await line.remove()
        self.filters.display = True

    async def on_prompt_typed(self, event: Prompt.Typed) -> None:
        line = self.query_one_optional(Prompt)
        if line is None or line.value != event.text:
            return
        if line.purpose == "go":
            if event.text.strip().lower() in TAB_LETTERS:
                await self._go(event.text)
        elif event.text != self.view.search:
            self.view = replace(self.view, search=event.text.strip())
            self.look_again()

    async def on_prompt_done(self, event: Prompt.Done) -> None:
        line = self.query_one_optional(Prompt)
        if line is not None and line.purpose == "go":
            self.carry(self._go(event.text))
            return
        await self.drop_prompt()
        self.rows.focus()
        if event.text.strip() != self.view.search:
            self.view = replace(self.view, search=event.text.strip())
            self.look_again()

    async def on_prompt_dropped(self) -> None:
        line = self.query_one_optional(Prompt)
        searching = line is not None and line.purpose == "search"
        await self.drop_prompt()
        self.rows.focus()
        if searching and self.view.search:
            self.view = replace(self.view, search="")
            self.look_again()

    async def _go(self, text: str) -> None:
        """A tab's letter, a room with a guest in it, else a search over everything."""
        await self.drop_prompt()
        self.rows.focus()
        wanted = text.strip()
        tab = TAB_LETTERS.get(wanted.lower())
        if tab is not None:
            self.choose_tab(tab)
        elif wanted:
            found = await self.gateway.read(self._in_room, wanted)
            if found is not None:
                await self.go_to(found)
                return
            self.view = replace(self.view, tab=Tab.ALL, search=wanted, unread=False, unanswered=False, stay=None)
            self.top.show(tab=Tab.ALL)
            self.look_again()

    def _in_room(self, tx: Transaction, room: str) -> int | None:
        guests = tx.guests.in_room(room, self.desk_app.session.desk.today(self.desk_app.now()))
        for guest in guests:
            conversations = tx.conversations.all_of_guest(guest.id)
            if conversations:
                return int(conversations[0].id)
        return None

    async def go_to(self, conversation_id: int) -> None:
        """Put the cursor on a conversation wherever it is, changing tab and filters if need be."""
        if not self.rows.select(conversation_id):
            await self._go_where_it_is(conversation_id)

    async def stay_on(self, conversation_id: int) -> None:
        """Read the list again without letting go of this conversation: an act may take it out of the view."""
        shown = await self.gateway.read(self.data.shown, self.view, self.desk_app.now(), RELOAD_MOST)
        if any(row.id == conversation_id for row in shown.page.rows):
            await self.reload()
        else:
            await self._go_where_it_is(conversation_id)

    async def _go_where_it_is(self, conversation_id: int) -> None:
        rows = await self.gateway.read(self.data.rows, [conversation_id], self.desk_app.now())
        if not rows:
            return
        row = rows[0]
        tab = next((tab for tab, state in TAB_OF.items() if state is row.state and not row.machine), Tab.ALL)
        self.view = replace(
            self.view, tab=tab, search="", unread=False, unanswered=False, stay=None, tag="", guest_list=None,
            sort=self.sorts.get(tab, Sort.NEWEST),
        )  # fmt: skip
        shown = await self.gateway.read(self.data.shown, self.view, self.desk_app.now())
        if all(known.id != conversation_id for known in shown.page.rows):
            page = replace(shown.page, rows=(row, *shown.page.rows))
            shown = Shown(page, shown.counts)
        self.take(shown, conversation_id)
        self.moved()

    def do_mark(self) -> None:
        self.rows.toggle_mark()
        self.filters.show(self.view, len(self.rows.marked))

    def do_mark_range(self) -> None:
        rows = self.rows.rows
        marked = [place for place, row in enumerate(rows) if row.id in self.rows.marked]
        here = self.rows.index
        start = min(marked, key=lambda place: abs(place - here), default=here)
        low, high = sorted((start, here))
        self.rows.marked |= {row.id for row in rows[low : high + 1]}
        self.rows.repaint()
        self.filters.show(self.view, len(self.rows.marked))

    async def do_mark_all(self) -> None:
        shown = await self.gateway.read(self.data.shown, self.view, self.desk_app.now(), MARK_ALL_MOST)
        self.rows.marked = {row.id for row in shown.page.rows}
        self.take(shown)
        if shown.page.more:
            self.say(_("the first {n} are marked").format(n=MARK_ALL_MOST), "soon")

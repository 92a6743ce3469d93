"""The text as it is typed: loaded and journalled as a draft, with what the composer may insert and show."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from textual.timer import Timer

from tui_inbox.domain.errors import StoreError
from tui_inbox.domain.outbox import Way
from tui_inbox.rows import ConversationRow
from tui_inbox.services import thread
from tui_inbox.tui.answering import words
from tui_inbox.tui.answering.letter import PLAIN, Letter, Tie
from tui_inbox.tui.widgets.composer import Composer, Mode
from tui_inbox.wording import _

if TYPE_CHECKING:
    from tui_inbox.domain.template import Rendered, Template
    from tui_inbox.ports.store import Transaction
    from tui_inbox.services import composing
    from tui_inbox.tui.screens.inbox_acts import InboxActs

JOURNAL_SECONDS = 0.5
"""From the first key that is not kept yet, not from the last: who types without a pause loses no more than that."""
RESUME = timedelta(hours=12)
"""A draft younger than this is where the program starts: the line dropped, or a shift went on."""


class Drafting(Letter):
    """It owns the composer's text from the first key on; nothing typed is lost."""

    def __init__(self, screen: InboxActs, composer: Composer) -> None:
        super().__init__(screen)
        self.composer = composer
        self._snippets: dict[str, str] = {}
        self._dirty = False
        self._caret = 0
        """Where the cursor stands in what is kept."""
        self._journal: Timer | None = None
        self._looked = ""

    # The conversation beside the list.

    def prepare(self, row: ConversationRow, ways: composing.Composer) -> None:
        """The conversation is shown: its ways, its draft. A text being typed is left alone."""
        same = row.id == self.conversation_id
        used = self.choice
        if not same or not self.composer.text or self.seen is None:
            self.seen = ways.seen_message_id
        self.row, self.ways = row, ways
        if same and used is not None:
            self.place = next(
                (
                    at
                    for at, way in enumerate(ways.choices)
                    if (way.account, way.channel, way.address) == (used.account, used.channel, used.address)
                ),
                ways.default,
            )
        else:
            self.place = ways.default
        if not same:
            self._load_draft(ways)
        self.set_mode()

    def _load_draft(self, ways: composing.Composer) -> None:
        self.attachments, self.send_at, self.template, self._snippets = (), None, None, {}
        self.also.names, self.values = {}, {}
        self.tie, self.tag = PLAIN, ""
        draft = ways.draft
        self.note = draft is not None and draft.mode == "note"
        if draft is None:
            if self.composer.text:
                self.composer.load("")
            return
        self.composer.load(draft.text)
        self._caret = self.composer.cursor
        self.tie = Tie(Way(draft.way), draft.target)
        for at, way in enumerate(ways.choices):
            if (way.account, way.channel) == (draft.account, draft.channel):
                self.place = at
                break

    def set_mode(self) -> None:
        """Composer for the way in use, locked with the reason where nothing may be typed."""
        fixed = self.template is not None
        closed, wanted = words.locked(self)
        locked = "" if self.composer.text else closed
        choice = self.choice
        allowed = self.screen.desk_app.session.enter_sends
        enter = self.note or (allowed and (choice is None or choice.traits.enter_sends))
        if closed and not fixed:
            self.composer.hints = [(wanted, "bold soon")] if wanted else []
        else:
            self.composer.hints = words.hints(self, enter)
        self.composer.set_class(bool(closed) and not fixed, "-closed")
        variables = {name: f"##{{{{{name}}}}}" for name in self.values} if self.also else self.values
        says = partial(words.measure, self)
        remedy = words.remedy(self) if locked else ""
        enter = enter or fixed
        self.composer.set_mode(Mode(says, locked, enter, self.note, self._snippets, fixed, variables, remedy))

    async def also_to(self, guests: dict[int, str]) -> None:
        """The text goes to these guests, too; the one it is typed for is not among them."""
        if self.row is None:
            return
        self.also.names |= {guest_id: name for guest_id, name in guests.items() if guest_id != self.row.guest_id}
        self._snippets = {}
        await self._learn_snippets()
        self.set_mode()

    def leave(self) -> None:
        """Nothing is shown beside the list."""
        self.row = self.ways = None
        self.composer.load("")
        self.composer.set_mode(Mode(locked=" "))

    async def switch(self) -> None:
        """Another conversation comes: keep this one's text first."""
        await self.save()

    async def release(self) -> None:
        """Somebody else sits down: the text stays its writer's, and the next one's own is loaded."""
        await self.switch()
        self.leave()

    # Drafts.

    def edited(self) -> None:
        """A key was typed into the text."""
        self._dirty = True
        if self.composer.text and self._looked != "replying":
            self.screen.desk_app.start(self.look("replying"))
        if self._journal is None:
            self._journal = self.screen.set_timer(JOURNAL_SECONDS, self._keep)

    def _keep(self) -> None:
        self._journal = None
        self.screen.run_worker(self.screen.guarded(self.save()), exit_on_error=False)

    async def save(self) -> None:
        """Journal text and cursor; nothing is written when they are as they were."""
        if self._unkept and self.row is not None:
            self._dirty = False
            row, kept = self.row, bool(self.composer.text)
            await self.screen.gateway.write(self._draft())
            self.screen.show_draft(row.id, kept)

    @property
    def _unkept(self) -> bool:
        moved = bool(self.composer.text) and self.composer.cursor != self._caret
        return self.template is None and (self._dirty or moved)

    def _draft(self) -> Callable[[Transaction], None]:
        """Writes the text as it stands at this moment."""
        from tui_inbox.services import replying

        assert self.row is not None
        actor, conversation_id, text, now = self.screen.desk_app.actor, self.row.id, self.composer.text, self.now()
        cursor, mode, choice = self.composer.cursor, "note" if self.note else "reply", self.choice
        account, channel = (choice.account, choice.channel) if choice else ("", "")
        tie, self._caret = self.tie, cursor

        def write(tx: Transaction) -> None:
            replying.save_draft(
                tx, actor, conversation_id, text, now, cursor=cursor, account=account, channel=channel, mode=mode,
                way=tie.way.value, target=tie.target,
            )  # fmt: skip

        return write

    def save_now(self) -> None:
        """The same without waiting for a thread, and no colleague sees one here any more: the program ends."""
        if self._unkept and self.row is not None:
            self._dirty = False
            with suppress(StoreError):
                self.screen.gateway.write_now(self._draft())
        if self._looked:
            self._looked = ""
            actor = self.screen.desk_app.actor
            with suppress(StoreError):
                self.screen.gateway.write_now(lambda tx: thread.leave(tx, actor))

    async def resume(self) -> None:
        """Go on where the line dropped."""
        from tui_inbox.services import replying

        screen = self.screen
        draft = await screen.gateway.read(replying.resume, screen.desk_app.actor)
        if draft is None or not draft.text or self.now() - draft.updated_at > RESUME:
            return
        await screen.go_to(draft.conversation_id)
        await screen.show_conversation(draft.conversation_id)
        if self.composer.text == draft.text:
            self.composer.load(draft.text, draft.cursor)
            self._caret = self.composer.cursor
        screen.composer.box.focus()
        screen.say(_("your draft is here, as you left it"))

    async def begin(self, *, note: bool, tie: Tie | None = None, asks: bool = False) -> None:
        """Open the conversation and put the cursor behind its text; ``tie`` names the message that is answered.

        Keys typed by now go into the text, or wait for the dialog where one follows (``asks``).
        """
        screen = self.screen
        wanted = self.natural() if tie is None and screen.focused is screen.thread else tie
        await screen.open_current()
        if self.row is None or screen.rows.current is None:  # a search that has not found anybody yet
            return
        if tie is not None or not self.composer.text:
            self.note = note
            self.tie = PLAIN if note else wanted or self.natural()
            self.set_mode()
        self.composer.to_end()
        self.composer.box.focus()
        if not asks:
            screen.go_on()
        await self._learn_snippets()
        await self.look("replying")

    async def _learn_snippets(self) -> None:
        """What ``;`` can insert here, with this guest's values."""
        from tui_inbox.services import templates

        screen, row = self.screen, self.row
        if row is None or self._snippets:
            return
        app = screen.desk_app
        desk, actor, now = app.session.desk, app.actor, self.now()
        found = await screen.gateway.read(templates.snippets, desk, actor, row.id, now)
        values = await screen.gateway.read(templates.values_for, desk, actor, row.id, now)
        if self.conversation_id == row.id:
            self.values = values
            self._snippets = {
                one.template.shortcut: self.text_of(one.template, one.rendered)
                for one in found
                if one.template.shortcut
            }
            self.set_mode()

    def text_of(self, template: Template, rendered: Rendered) -> str:
        """What is inserted: with this guest's values, or with its variables where several guests get it."""
        return template.body if self.also else rendered.text

    def fix_template(self, template: Template, values: dict[str, str], text: str) -> None:
        """This approved text will be sent as it is; Esc drops it."""
        self.template = (template, values)
        self.composer.load(text)
        self.set_mode()
        self.composer.box.focus()

    # Colleagues.

    def looks(self, doing: str) -> None:
        """The store knows already."""
        self._looked = doing

    async def look(self, doing: str) -> None:
        """Tell colleagues what one does here; empty: nothing any more."""
        screen = self.screen
        actor, now = screen.desk_app.actor, self.now()
        before, self._looked = self._looked, doing
        if doing and self.row is not None:
            await screen.gateway.write(thread.look, actor, self.row.id, doing, now, screen.desk_app.session.desk)
        elif before:
            await screen.gateway.write(thread.leave, actor)

    def tick(self) -> None:
        """Some seconds went by: windows end, and colleagues want a sign of life."""
        self.set_mode()
        if self._looked:
            self.screen.desk_app.start(self.look(self._looked))

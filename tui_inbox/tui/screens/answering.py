"""Answering one conversation: channel, draft, send, take back. It owns the composer's text from key to outbox."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from textual.timer import Timer

from tui_inbox.domain.errors import Refused, StoreError
from tui_inbox.rows import ConversationRow
from tui_inbox.services import thread
from tui_inbox.tui.dialogs.ask import ask
from tui_inbox.tui.screens import composer_words
from tui_inbox.tui.screens.recipients import Recipients
from tui_inbox.tui.widgets.composer import Composer, Mode
from tui_inbox.wording import _, sentence

if TYPE_CHECKING:
    from tui_inbox.domain.message import Attachment
    from tui_inbox.domain.template import Rendered, Template
    from tui_inbox.ports.store import Transaction
    from tui_inbox.services import composing
    from tui_inbox.services.replying import SentNow
    from tui_inbox.tui.screens.inbox_acts import InboxActs

JOURNAL_SECONDS = 0.5
"""From the first key that is not kept yet, not from the last: who types without a pause loses no more than that."""
COUNT_SECONDS = 1.0
RESUME = timedelta(hours=12)
"""A draft younger than this is where the program starts: the line dropped, or a shift went on."""


class Answering:
    """One at a time: the conversation beside the list."""

    def __init__(self, screen: InboxActs, composer: Composer) -> None:
        self.screen = screen
        self.composer = composer
        self.row: ConversationRow | None = None
        self.ways: composing.Composer | None = None
        self.place = 0
        """Which of the ways to the guest is in use."""
        self.note = False
        self.attachments: tuple[Attachment, ...] = ()
        self.send_at: datetime | None = None
        self.template: tuple[Template, dict[str, str]] | None = None
        """A vendor's template and its values: then the text cannot be changed."""
        self.sent: SentNow | None = None
        self.also = Recipients(screen)
        self.values: dict[str, str] = {}
        """What each variable stands for with this guest."""
        self._snippets: dict[str, str] = {}
        self._dirty = False
        self._journal: Timer | None = None
        self._counting: Timer | None = None
        self._looked = ""

    @property
    def conversation_id(self) -> int | None:
        return self.row.id if self.row else None

    @property
    def choice(self) -> composing.ChannelChoice | None:
        """The way in use; None when the guest cannot be reached at all."""
        if self.ways is None or not 0 <= self.place < len(self.ways.choices):
            return None
        return self.ways.choices[self.place]

    @property
    def pending_send(self) -> bool:
        """Something sent here can still be taken back."""
        return self.sent is not None and self.sent.not_before > self.now()

    def now(self) -> datetime:
        return self.screen.desk_app.now()

    # The conversation beside the list.

    def prepare(self, row: ConversationRow, ways: composing.Composer) -> None:
        """The conversation is shown: its ways, its draft. A text being typed is left alone."""
        same = row.id == self.conversation_id
        used = self.choice
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
        draft = ways.draft
        self.note = draft is not None and draft.mode == "note"
        if draft is None:
            if self.composer.text:
                self.composer.load("")
            return
        self.composer.load(draft.text, draft.cursor)
        for at, way in enumerate(ways.choices):
            if (way.account, way.channel) == (draft.account, draft.channel):
                self.place = at
                break

    def set_mode(self) -> None:
        """Composer for the way in use, locked with the reason where nothing may be typed."""
        locked = composer_words.locked(self) if not self.composer.text else ""
        fixed = self.template is not None
        choice = self.choice
        allowed = self.screen.desk_app.session.enter_sends
        enter = self.note or (allowed and (choice is None or choice.traits.enter_sends))
        self.composer.hints = [] if locked else composer_words.hints(self, enter)
        variables = {name: f"##{{{{{name}}}}}" for name in self.values} if self.also else self.values
        says = partial(composer_words.measure, self)
        self.composer.set_mode(Mode(says, locked, enter or fixed, self.note, self._snippets, fixed, variables))

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
        if self._journal is None:
            self._journal = self.screen.set_timer(JOURNAL_SECONDS, self._keep)

    def _keep(self) -> None:
        self._journal = None
        self.screen.run_worker(self.screen.guarded(self.save()), exit_on_error=False)

    async def save(self) -> None:
        """Journal the text; nothing is written when it has not changed."""
        if self._dirty and self.row is not None and self.template is None:
            self._dirty = False
            row, kept = self.row, bool(self.composer.text)
            await self.screen.gateway.write(self._draft())
            self.screen.show_draft(row.id, kept)

    def _draft(self) -> Callable[[Transaction], None]:
        """Writes the text as it stands at this moment."""
        from tui_inbox.services import replying

        assert self.row is not None
        actor, conversation_id, text, now = self.screen.desk_app.actor, self.row.id, self.composer.text, self.now()
        cursor, mode, choice = self.composer.cursor, "note" if self.note else "reply", self.choice
        account, channel = (choice.account, choice.channel) if choice else ("", "")

        def write(tx: Transaction) -> None:
            replying.save_draft(
                tx, actor, conversation_id, text, now, cursor=cursor, account=account, channel=channel, mode=mode
            )

        return write

    def save_now(self) -> None:
        """The same without waiting for a thread: the program ends."""
        if self._dirty and self.row is not None:
            self._dirty = False
            with suppress(StoreError):
                self.screen.gateway.write_now(self._draft())

    async def resume(self) -> None:
        """Go on where the line dropped."""
        from tui_inbox.services import replying

        screen = self.screen
        draft = await screen.gateway.read(replying.resume, screen.desk_app.actor)
        if draft is None or not draft.text or self.now() - draft.updated_at > RESUME:
            return
        await screen.go_to(draft.conversation_id)
        await screen.show_conversation(draft.conversation_id)
        screen.composer.box.focus()
        screen.say(_("your draft is here, as you left it"))

    # Keys of the composer.

    async def begin(self, *, note: bool) -> None:
        """Open the conversation and put the cursor into its text."""
        screen = self.screen
        await screen.open_current()
        if self.row is None:
            return
        if note != self.note and not self.composer.text:
            self.note = note
            self.set_mode()
        self.composer.box.focus()
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

    async def act(self, command_id: str) -> None:
        """A key of the composer's own commands."""
        match command_id:
            case "send":
                await self.send()
            case "send_close":
                await self.send("close")
            case "send_snooze":
                await self._send_and_snooze()
            case "take_back":
                if not await self.take_back():
                    self.composer.box.undo()
            case "channel":
                self._other_channel()
            case "split":
                await self._split()
            case "pick_template" | "attach" | "send_later" | "recipient":
                self.screen.run_worker(self.screen.guarded(self._ask(command_id)), exit_on_error=False)
            case _:  # what works everywhere works while one types, too
                await self.screen.action_do(command_id)

    async def _ask(self, command_id: str) -> None:
        await ask(self.screen, {"pick_template": "template"}.get(command_id, command_id))

    async def _send_and_snooze(self) -> None:
        """Until the time that was set before; where there is none any more, a new one is asked for."""
        row, ways, now = self.row, self.ways, self.now()
        known = [at for at in (row.wake_at if row else None, ways.kept_wake_at if ways else None) if at and at > now]
        if known or row is None or not self.composer.text.strip():
            await self.send("snooze_again")
        else:
            self.screen.run_worker(self.screen.guarded(self._send_and_ask(row.id)), exit_on_error=False)

    async def _send_and_ask(self, conversation_id: int) -> None:
        from tui_inbox.services import lifecycle

        screen = self.screen
        until = await ask(screen, "snooze")
        if until is not None and self.conversation_id == conversation_id and await self.send():
            actor, now = screen.desk_app.actor, self.now()
            await screen.gateway.write(lambda tx: lifecycle.snooze(tx, actor, [conversation_id], now, **until))  # type: ignore[arg-type]
            await screen.reload()

    def _other_channel(self) -> None:
        if self.ways is not None and len(self.ways.choices) > 1:
            self.place = (self.place + 1) % len(self.ways.choices)
            self.set_mode()

    async def _split(self) -> None:
        """The first half is sent, the second stays in the composer."""
        from tui_inbox.services import replying

        choice = self.choice
        if choice is None:
            return
        first, rest = replying.split(self.composer.text, choice.traits)
        if rest:
            names = self.also.names
            self.composer.load(first)
            if await self.send():
                self.composer.load(rest)
                await self.also_to(names)
                self.edited()

    async def send(self, then: str = "") -> bool:
        """Clear the text at once, so that keys already queued begin the next one; a refusal puts it back."""
        screen, text = self.screen, self.composer.text
        row, choice = self.row, self.choice
        if row is None or not (text.strip() or self.attachments):
            return False
        before = (self.attachments, self.send_at, self.template, self.also.names)
        reply = None if self.note else self._reply(row, choice, text, then)
        if reply is None and not self.note:
            screen.say(composer_words.locked(self) or _("No channel reaches this guest."), "soon")
            return False
        self._dirty = False
        self.composer.load("")
        self.attachments, self.send_at, self.template, self.also.names = (), None, None, {}
        try:
            await self._write(row, text, reply, before[3])
        except (Refused, StoreError) as error:
            self.attachments, self.send_at, self.template, self.also.names = before
            typed = self.composer.text
            self.composer.load(f"{text}\n{typed}" if typed else text)
            self.edited()
            screen.desk_app.trouble(error)
            if getattr(error, "code", "") in ("window_closed", "never_wrote"):
                await self.act("pick_template")
            elif getattr(error, "code", "") == "too_long":
                key = screen.desk_app.keymap.shown("split")
                screen.say(f"{sentence(error.code, error.params)}  {key}: {_('split in 2')}", "soon")
            return False
        await self._sent(row.id, then)
        return True

    def _reply(self, row: ConversationRow, choice: composing.ChannelChoice | None, text: str, then: str) -> object:
        from tui_inbox.services import replying

        if choice is None or self.ways is None:
            return None
        return replying.Reply(
            row.id, choice.account, choice.channel, choice.address, text,
            template=self.template[0].id if self.template else None,
            values=self.template[1] if self.template else {},
            attachments=self.attachments,
            send_at=self.send_at,
            then=then,
            hold_if_guest_writes=self.send_at is not None,
            seen_message_id=self.ways.seen_message_id,
            key=replying.new_key(),
        )  # fmt: skip

    async def _write(self, row: ConversationRow, text: str, reply: object, also: dict[int, str]) -> None:
        from tui_inbox.services import replying

        app, gateway = self.screen.desk_app, self.screen.gateway
        if not isinstance(reply, replying.Reply):
            await gateway.write(replying.add_note, app.actor, row.id, text, self.now())
            return
        self.also.forget()
        if also:
            self.sent = await self.also.send(row, reply, also, self.now())
        else:
            self.sent = await gateway.write(replying.send, app.session.desk, app.actor, reply, self.now())
        self.screen.acted(sent=True)

    async def _sent(self, conversation_id: int, then: str) -> None:
        screen = self.screen
        self.note = False
        self._count()
        if then == "close":
            screen.opened = False
            screen.remove_class("-reading")
            screen.rows.focus()
        if then:
            await screen.reload()
        else:
            await screen.stay_on(conversation_id)
        if screen.rows.current is not None and screen.rows.current.id == conversation_id:
            await screen.show_conversation(conversation_id)

    def _count(self) -> None:
        """The seconds left to take it back, under the text."""
        self._counting = self._counting or self.screen.set_interval(COUNT_SECONDS, self._count)
        if self.sent is not None and self.pending_send:
            seconds = int((self.sent.not_before - self.now()).total_seconds() + 0.999)
            key = self.screen.desk_app.keymap.shown("take_back")
            self.composer.countdown = [
                (_("sent in {n} s").format(n=seconds), "soon"), (f"  {key} ", "accent"), (_("takes it back"), "muted"),
            ]  # fmt: skip
        else:
            self._counting.stop()
            self._counting = None
            self.sent = None
            self.composer.countdown = []
        self.composer.update()

    async def take_back(self) -> bool:
        """Text and cursor again as before the send; False when there is nothing to take back any more."""
        from tui_inbox.services import replying

        screen = self.screen
        if self.sent is None or not self.pending_send:
            return False
        taken = await self.also.take_back(self.now())
        if taken is None:
            actor, outbox_id = screen.desk_app.actor, self.sent.outbox_id
            taken = await screen.gateway.write(replying.take_back, actor, self.now(), outbox_id)
        names = self.also.names
        if taken is None:
            return False
        self.sent = None
        self._count()
        await screen.reload()
        await screen.go_to(taken.conversation_id)
        typed = self.composer.text if self.conversation_id == taken.conversation_id else ""
        await screen.show_conversation(taken.conversation_id)
        self.composer.load(f"{taken.text}\n{typed}" if typed else taken.text, taken.cursor)
        await self.also_to(names)
        self.edited()
        self.composer.box.focus()
        return True

    def leave_box(self) -> None:
        """Esc in the text: it is kept as a draft; a fixed template is dropped."""
        if self.template is not None:
            self.template = None
            self.composer.load("")
        self.screen.run_worker(self.screen.guarded(self.save()), exit_on_error=False)
        if not self.composer.text:
            self.note, self.also.names = False, {}
        self.set_mode()

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
            await screen.gateway.write(thread.look, actor, self.row.id, doing, now)
        elif before:
            await screen.gateway.write(thread.leave, actor)

    def tick(self) -> None:
        """Some seconds went by: windows end, and colleagues want a sign of life."""
        self.set_mode()
        if self._looked:
            self.screen.desk_app.start(self.look(self._looked))

"""Out of the composer: send now or later, split, take back, close or snooze with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.timer import Timer

from tui_inbox.domain.errors import Refused, StoreError
from tui_inbox.rows import ConversationRow
from tui_inbox.tui.answering import words
from tui_inbox.tui.answering.drafting import Drafting
from tui_inbox.tui.answering.letter import PLAIN
from tui_inbox.tui.dialogs.ask import ask
from tui_inbox.tui.widgets.composer import Composer
from tui_inbox.wording import _, explain, sentence

if TYPE_CHECKING:
    from tui_inbox.services import composing
    from tui_inbox.services.replying import SentNow
    from tui_inbox.tui.screens.inbox_acts import InboxActs

COUNT_SECONDS = 1.0


class Answering(Drafting):
    """The keys of the composer and what they do."""

    def __init__(self, screen: InboxActs, composer: Composer) -> None:
        super().__init__(screen, composer)
        self.sent: SentNow | None = None
        self._counting: Timer | None = None
        self.over_budget = False
        """Asked and answered: this SMS goes although the month's are used up."""

    @property
    def pending_send(self) -> bool:
        """Something sent here can still be taken back."""
        return self.sent is not None and self.sent.not_before > self.now()

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
            case "pick_tag" | "pick_template" | "attach" | "send_later" | "recipient":
                self.screen.carry(self._ask(command_id))
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
            self.screen.carry(self._send_and_ask(row.id))

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
        tied = self.tie, self.tag
        reply = None if self.note else self._reply(row, choice, text, then)
        if reply is None and not self.note:
            screen.say(" ".join(words.locked(self)).strip() or _("No channel reaches this guest."), "soon")
            return False
        self._dirty = False
        self.composer.load("")
        self.attachments, self.send_at, self.template, self.also.names = (), None, None, {}
        self.tie, self.tag = PLAIN, ""
        if not then:
            screen.desk_app.ahead.go_on(self.composer.box)  # what is typed from here on is the next message
        try:
            await self._write(row, text, reply, before[3])
        except (Refused, StoreError) as error:
            self.attachments, self.send_at, self.template, self.also.names = before
            self.tie, self.tag = tied
            typed = self.composer.text
            self.composer.load(f"{text}\n{typed}" if typed else text)
            self.edited()
            screen.desk_app.trouble(error)
            if getattr(error, "code", "") == "sms_budget_ask":
                screen.carry(self._ask_budget(error, then))
                return False
            if getattr(error, "code", "") == "already_answered":
                self.seen = None  # told once; the next look at the thread shows it
                await screen.reread()
            if getattr(error, "code", "") in ("window_closed", "never_wrote"):
                await self.act("pick_template")
            elif getattr(error, "code", "") == "too_long":
                key = screen.desk_app.keymap.shown("split")
                screen.say(f"{sentence(error.code, error.params)}  {key}: {_('split in 2')}", "soon")
            return False
        await self._sent(row.id, then)
        return True

    async def _ask_budget(self, refused: Refused | StoreError, then: str) -> None:
        """Beyond the month's SMS only what a person wants to send all the same."""
        from tui_inbox.tui.dialogs.confirm import confirm

        if await confirm(self.screen, explain(refused), _("Send it all the same"), _("Do not send it")):
            self.over_budget = True
            try:
                await self.send(then)
            finally:
                self.over_budget = False

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
            seen_message_id=self.seen or self.ways.seen_message_id,
            key=replying.new_key(),
            over_budget=self.over_budget,
            way=self.tie.way,
            target=self.tie.target,
            tag=self.tag,
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
        typed = self.composer.text if self.conversation_id == taken.conversation_id else taken.typed
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

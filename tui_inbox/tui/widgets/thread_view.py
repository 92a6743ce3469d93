"""The thread: wrapped lazily from the newest message up, anchored at its lower end."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.strip import Strip

from tui_inbox.domain.conversation import DeadlineKind, State
from tui_inbox.domain.message import Direction
from tui_inbox.rows import EventRow, MessageRow, Thread
from tui_inbox.tui.render import when
from tui_inbox.tui.render.happened import closed_words
from tui_inbox.tui.render.line import Part, blank, strip, width_of, wrap
from tui_inbox.tui.render.message import Block, Line, blocks, wrapped
from tui_inbox.tui.render.row import stay_words
from tui_inbox.tui.render.scene import Scene, guest_name
from tui_inbox.tui.theme import Ink
from tui_inbox.tui.widgets.pane import Pane
from tui_inbox.wording import _, ngettext

HEAD = 2
"""Lines above the messages: who and until when, and air."""
FOOT = 1


class ThreadView(Pane, can_focus=True):
    """``below`` counts the lines hidden under the lower edge: older pages can be put on top without moving anything."""

    DEPTH = "surface"

    class OlderWanted(Message):
        """The upper end of what is loaded comes into view."""

    class Opened(Message):
        """Somebody clicked into the thread."""

    def __init__(self, ink: Ink, scene: Scene, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(ink, id=id)
        self.scene = scene
        self.thread: Thread | None = None
        self.messages: list[MessageRow] = []
        self.events: list[EventRow] = []
        self.older = False
        self.blocks: list[Block] = []
        self.below = 0
        self.new_below = 0
        self.cursor = -1
        self.empty: list[str] = []
        self._wrapped_at = 0
        self._asked_older = False

    @property
    def conversation_id(self) -> int | None:
        return self.thread.conversation.id if self.thread else None

    @property
    def current(self) -> MessageRow | None:
        """The message under the message cursor, else the newest."""
        if 0 <= self.cursor < len(self.blocks):
            return self.blocks[self.cursor].message
        return self.messages[-1] if self.messages else None

    def clear(self, empty: Sequence[str] = ()) -> None:
        self.thread = None
        self.messages, self.events, self.blocks = [], [], []
        self.empty = list(empty)
        self.repaint()

    def show(self, thread: Thread) -> None:
        """A conversation, or the same one with something new in it."""
        same = self.conversation_id == thread.conversation.id
        self.thread = thread
        self._asked_older = False
        if not same:
            self.messages, self.events = list(thread.messages), list(thread.events)
            self.older = thread.older
            self.blocks = []
            self.below = self.new_below = 0
            self.cursor = -1
            self._rebuild()
            self.repaint()
            return
        self._merge(thread)
        self.repaint()

    def _merge(self, thread: Thread) -> None:
        known = {message.id for message in self.messages}
        fresh = {message.id: message for message in thread.messages}
        first_at = thread.messages[0].at if thread.older and thread.messages else None
        kept = [m for m in self.messages if m.id not in fresh and first_at is not None and m.at < first_at]
        self.older = self.older if kept else thread.older
        self.messages = [*kept, *thread.messages]
        event_ids = {event.id for event in thread.events}
        self.events = sorted(
            [*(event for event in self.events if event.id not in event_ids), *thread.events], key=lambda e: e.at
        )
        was_last = self.cursor == -1 or self._is_last(self.cursor)
        before = self._height() if self.below else 0
        self._rebuild()
        if self.below:
            self.below = max(0, self.below + self._height() - before)
            self.new_below += sum(1 for m in thread.messages if m.id not in known and m.direction is Direction.IN)
        elif was_last and self.cursor != -1:
            self.cursor = self._last()

    def prepend(self, messages: Sequence[MessageRow], events_: Sequence[EventRow], more: bool) -> None:
        """An older page on top."""
        known = {message.id for message in self.messages}
        self.messages = [*(m for m in messages if m.id not in known), *self.messages]
        ids = {event.id for event in self.events}
        self.events = [*(event for event in events_ if event.id not in ids), *self.events]
        self.older = more
        self._asked_older = False
        self._rebuild()
        self.repaint()

    def _rebuild(self) -> None:
        assert self.thread is not None
        chosen = self.blocks[self.cursor].key if 0 <= self.cursor < len(self.blocks) else None
        old = {block.key: block for block in self.blocks}
        self.blocks = blocks(self.scene, self.thread, self.messages, self.events)
        for block in self.blocks:
            before = old.get(block.key)
            if (
                before is not None
                and before.message == block.message
                and before.event == block.event
                and before.quoted == block.quoted
                and before.stands == block.stands
            ):
                block.lines = before.lines
        if chosen is not None:
            self.cursor = next((i for i, b in enumerate(self.blocks) if b.key == chosen), self._last())

    def _last(self) -> int:
        return next((i for i in range(len(self.blocks) - 1, -1, -1) if self.blocks[i].selectable), -1)

    def _is_last(self, index: int) -> bool:
        return index == self._last()

    def _lines(self, block: Block) -> list[Line]:
        assert self.thread is not None
        return wrapped(self.scene, self.thread, block, self.content_size.width)

    def _height(self) -> int:
        return sum(len(self._lines(block)) for block in self.blocks)

    @property
    def view_height(self) -> int:
        return max(1, self.content_size.height - HEAD - FOOT)

    def scroll(self, lines: int) -> None:
        """Down for positive ``lines``; asks for the older page at the upper end."""
        if self.thread is None:
            return
        if lines < 0:
            room = self._above(self.below + self.view_height, -lines)
            self.below += room
            if room < -lines:
                self._want_older()
        else:
            self.below = max(0, self.below - lines)
        if self.below == 0:
            self.new_below = 0
        self.repaint()

    def _above(self, from_bottom: int, wanted: int) -> int:
        """How many of ``wanted`` lines there are above that height."""
        total = 0
        for block in reversed(self.blocks):
            total += len(self._lines(block))
            if total >= from_bottom + wanted:
                return wanted
        beginning = self.older or (self.thread is not None and self.thread.history_from is not None)
        return max(0, total + beginning - from_bottom)

    def _want_older(self) -> None:
        if self.older and not self._asked_older:
            self._asked_older = True
            self.post_message(self.OlderWanted())

    def move(self, by: int) -> None:
        """The message cursor; a message longer than the screen is scrolled through first."""
        if not self.blocks:
            return
        if self.cursor < 0:
            self.cursor = self._last()
            self._reveal()
            return
        low, high = self._extent(self.cursor)
        if by < 0 and high > self.below + self.view_height:
            self.scroll(-max(1, self.view_height // 2))
            return
        if by > 0 and low < self.below:
            self.scroll(max(1, self.view_height // 2))
            return
        places = range(self.cursor + by, len(self.blocks) if by > 0 else -1, by)
        target = next((i for i in places if self.blocks[i].selectable), None)
        if target is None:
            self.scroll(by * 3)
            return
        self.cursor = target
        self._reveal()

    def end(self) -> None:
        """Back to the newest."""
        self.below = self.new_below = 0
        self.cursor = self._last()
        self.repaint()

    def home(self) -> None:
        """To the oldest that is loaded."""
        self.scroll(-1_000_000)
        self.cursor = next((i for i, block in enumerate(self.blocks) if block.selectable), -1)
        self.repaint()

    def _extent(self, index: int) -> tuple[int, int]:
        """Lines between the lower end of the thread and the lower and upper edge of a block."""
        low = sum(len(self._lines(block)) for block in self.blocks[index + 1 :])
        return low, low + len(self._lines(self.blocks[index]))

    def _reveal(self) -> None:
        low, high = self._extent(self.cursor)
        if low < self.below:
            self.below = low
        elif high > self.below + self.view_height:
            self.below = max(0, min(low, high - self.view_height))
        if self.below == 0:
            self.new_below = 0
        if self.cursor <= 2:
            self._want_older()
        self.repaint()

    def watch_has_focus(self, has_focus: bool) -> None:
        if has_focus and self.cursor < 0:
            self.cursor = self._last()
        super().watch_has_focus(has_focus)

    def paint(self, width: int, height: int) -> list[Strip]:
        if self.thread is None:
            return self._paint_empty(width, height)
        if self._wrapped_at != width:
            self._wrapped_at = width
            for block in self.blocks:
                block.lines = None
        empty = blank(self.ink, width, self.DEPTH)
        room = max(0, height - HEAD - FOOT)
        body = self._visible(width, room)
        body.extend([empty] * (room - len(body)))
        return [self._head(width), empty, *body, self._foot(width)][:height]

    def _visible(self, width: int, room: int) -> list[Strip]:
        strips: list[Strip] = []
        wanted = self.below + room
        seen = 0
        for index in range(len(self.blocks) - 1, -1, -1):
            block = self.blocks[index]
            lines = self._lines(block)
            chosen = index == self.cursor and self.has_focus
            for line in reversed(lines):
                seen += 1
                if seen > self.below and len(strips) < room:
                    strips.append(self._strip(line, width, chosen and bool(line.parts)))
            if seen >= wanted:
                break
        else:
            if self.older:
                self.call_after_refresh(self._want_older)
            strips.extend(self._beginning(width, room - len(strips)))
        strips.reverse()
        return strips

    def _beginning(self, width: int, room: int) -> list[Strip]:
        """What stands above the first message, lowest line first."""
        assert self.thread is not None
        if room < 1:
            return []
        if self.older:
            words = _("older messages…")
        elif self.thread.history_from is not None:
            day = self.thread.history_from.astimezone(self.scene.zone).date()
            words = _("history starts here: {day}").format(day=when.short_day(day))
        else:
            return []
        return [strip(self.ink, width, self._aligned([(words, "muted")], "middle", width), depth=self.DEPTH)]

    def _aligned(self, parts: list[Part], align: str, width: int) -> list[Part]:
        taken = width_of(parts)
        match align:
            case "right":
                pad = width - taken - 4
            case "tick":
                pad = width - taken - 1 - (1 if width_of(parts[-1:]) == 1 else 0)
            case "middle":
                pad = (width - taken) // 2
            case _:
                pad = 2
        return [(" " * max(1, pad), ""), *parts]

    def _strip(self, line: Line, width: int, chosen: bool) -> Strip:
        """Made once per line, and once more for the line under the message cursor."""
        key = (width, chosen, id(self.ink))
        if line.made is not None and line.made[0] == key:
            return line.made[1]
        parts = self._aligned(line.parts, line.align, width)
        if chosen or line.bar:
            pad = parts[0][0][1:]
            sign = self.ink.marks.bar if chosen or line.bar != "muted" else self.ink.marks.thin
            parts = [(sign, "accent" if chosen else line.bar), (pad, ""), *parts[1:]]
        made = strip(self.ink, width, parts, depth=self.DEPTH)
        line.made = (key, made)
        return made

    def _head(self, width: int) -> Strip:
        assert self.thread is not None
        row = self.thread.conversation
        _mark, label = self.scene.channel(row.account, row.channel)
        place = stay_words(self.scene, row.stay) if row.stay else ""
        dot = f" {self.ink.marks.dot} "
        about = dot.join(part for part in (place, label) if part)
        return strip(
            self.ink, width,
            [(" ", ""), (guest_name(self.scene, row), "bold text"), (f"  {about}", "muted")],
            [*self._deadline(), (" ", "")], self.DEPTH,
        )  # fmt: skip

    def _deadline(self) -> list[Part]:
        assert self.thread is not None
        row = self.thread.conversation
        now = self.scene.now
        if row.state is State.PENDING:
            words = when.ahead(row.wake_at, now, self.scene.zone) if row.wake_at else _("until reply")
            return [(f"{self.ink.marks.arrow} {words}", "accent")]
        if row.deadline_at is None:
            return []
        words = when.left(row.deadline_at, now)
        role = when.urgency(row.deadline_at, now)
        match row.deadline_kind:
            case DeadlineKind.WINDOW:
                if row.deadline_at <= now:
                    return [(_("window closed"), "bold soon")]
                return [(_("window {left}").format(left=words), role)]
            case DeadlineKind.REPLY_MARK:
                return [(_("reply within {left}").format(left=words), role)]
            case DeadlineKind.CALLBACK:
                return [(_("call back in {left}").format(left=words), role)]
        return []

    def _foot(self, width: int) -> Strip:
        left, right = self._foot_parts()
        return strip(self.ink, width, [("  ", ""), *left], [*right, (" ", "")] if right else [], self.DEPTH)

    def _foot_parts(self) -> tuple[list[Part], list[Part]]:
        assert self.thread is not None
        row = self.thread.conversation
        right: list[Part] = []
        if self.new_below:
            right = [(ngettext("{n} new below", "{n} new below", self.new_below), "bold info"), (" End", "accent")]
        elif self.below:
            right = [(_("End: newest"), "muted")]
        for doing in ("replying", "viewing"):
            who = [self.scene.operator(p.operator) for p in self.thread.presence if p.doing == doing]
            if who:
                words = _("{name} is replying…") if doing == "replying" else _("{name} is reading this")
                return [(words.format(name=", ".join(who)), "soon" if doing == "replying" else "muted")], right
        if row.state is State.CLOSED and row.state_at is not None:
            return [(closed_words(self.scene, self.thread), "muted")], right
        if row.state is State.SPAM:
            return [(_("spam: rings never; ! brings it back"), "muted")], right
        if self.thread.unheard:
            return [(_("not fetched: answers go to {address}").format(address=self.thread.unheard), "soon")], right
        return [], right

    def _paint_empty(self, width: int, height: int) -> list[Strip]:
        empty = blank(self.ink, width, self.DEPTH)
        lines = [line for text in self.empty for line in wrap(text, width - 4)]
        strips = [strip(self.ink, width, [("  ", ""), (line, "muted")], depth=self.DEPTH) for line in lines]
        return ([empty, empty, *strips] + [empty] * height)[:height]

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Opened())

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll(-3)

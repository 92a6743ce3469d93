"""The composer: it says what will happen before it happens, and never loses a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Self

from msgspec import Struct, field
from textual import events
from textual.app import ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from tui_inbox.tui.commands import Command
from tui_inbox.tui.render.line import Part, beside, blank, strip, width_of
from tui_inbox.tui.safe import content
from tui_inbox.tui.theme import Ink
from tui_inbox.tui.type_ahead import TypeAhead
from tui_inbox.tui.widgets.frame import Stack
from tui_inbox.tui.widgets.pane import Pane, changed_width
from tui_inbox.wording import _

_SHORTCUT = re.compile(r"(?:^|(?<=\s));([\w-]*)$")
_BRACES = re.compile(r"##\{\{[ ]*(\w*)$")


class Measure(Struct, frozen=True):
    """What the lines above and below the text say about it."""

    head: tuple[Part, ...] = ()
    cost: str = ""
    counter: Part = ("", "muted")
    warning: str = ""
    """The first thing that would stop the send or should be known."""
    warning_role: str = "soon"


class Mode(Struct, frozen=True):
    """How the composer stands for one conversation and channel."""

    measure: Callable[[str], Measure] = lambda _text: Measure()
    locked: str = ""
    """Why nothing can be typed; empty: it can."""
    enter_sends: bool = True
    note: bool = False
    snippets: Mapping[str, str] = field(default_factory=dict)
    """Shortcut -> text with this guest's values."""
    fixed: bool = False
    """The text is an approved template: it is sent as it stands."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Name -> what is put in for ``##{{name``."""
    remedy: str = ""
    """The command that helps where nothing can be typed."""


class ReplyBox(TextArea):
    """Enter is handled here and not as a priority binding: a binding would overtake characters still queued."""

    class Do(Message):
        """A key of the composer's commands."""

        def __init__(self, command_id: str) -> None:
            super().__init__()
            self.command_id = command_id

    def __init__(self, keys: Mapping[str, Command], *, id: str | None = None) -> None:  # noqa: A002
        self.typed: Callable[[], None] = lambda: None
        """Called with every key, so that counter and text are sent in one frame."""
        self.ahead: TypeAhead | None = None
        self._sent: list[Strip] = []
        self._typing = False
        self._styled = False
        self._lines = 0
        super().__init__(
            id=id, compact=True, soft_wrap=True, show_line_numbers=False, highlight_cursor_line=False,
            tab_behavior="focus", max_checkpoints=60,
        )  # fmt: skip
        self.cursor_blink = False
        self.keys = keys
        self.mode = Mode()

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """A typed character would send the whole box; while typing only the lines that differ are sent."""
        if not self._typing or regions or layout or recompose or not repaint:
            if not regions:
                self._sent = []
            return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        return self

    def notify_style_update(self) -> None:
        self._styled = False
        super().notify_style_update()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The framework looks all its styles up again for each typed character; they change with the style sheet."""
        if self._styled:
            return super(TextArea, self).render_lines(crop)
        self._styled = True
        return super().render_lines(crop)

    @property
    def grown(self) -> bool:
        """Its height was set by its text once."""
        return self._lines > 0

    def _send_changed(self) -> None:
        self._typing = False
        self.typed()
        height, width = self.content_size.height, self.content_size.width
        before, self._sent = self._sent, [self.render_line(y) for y in range(height)]
        if len(before) != height:
            super().refresh()
            return
        changed = [
            Region(0, y, changed_width(old, new, width), 1)
            for y, (old, new) in enumerate(zip(before, self._sent, strict=True))
            if old != new
        ]
        if changed:
            super().refresh(*changed)

    def fit(self, fewest: int, most: int) -> None:
        """As high as its text, within bounds; a layout only when that changes."""
        wanted = max(fewest, min(self.wrapped_document.height, most))
        if wanted != self._lines:
            self._lines = wanted
            self.styles.height = wanted

    def on_key(self, event: events.Key) -> None:
        key = event.key
        if self.ahead is not None and self.ahead.takes(event):
            event.stop()
            event.prevent_default()
            return
        if not self._typing:
            self._typing = True
            self.call_next(self._send_changed)
        if self.mode.locked or (self.mode.fixed and key not in ("enter", "escape")):
            self._locked_key(event)
            return
        if key == "enter" and (self.mode.enter_sends or self.mode.note):
            self._take(event, "send")
        elif key == "escape":
            self._take(event, "back")
        elif key in ("tab", "space", "enter") and self._expand(with_space=key == "space"):
            event.stop()
            event.prevent_default()
        elif key in self.keys:
            command = self.keys[key]
            if command.id == "newline":
                event.stop()
                event.prevent_default()
                self.insert("\n")
            else:
                self._take(event, command.id)

    def _locked_key(self, event: events.Key) -> None:
        """Nothing is typed here, and no letter falls through to the commands of the list."""
        if event.key in ("enter", "r") and self.mode.remedy and not self.mode.fixed:
            self._take(event, self.mode.remedy)
        elif event.key in ("enter", "T", "t") and not self.mode.fixed:
            self._take(event, "pick_template")
        elif event.key == "escape":
            self._take(event, "back")
        elif event.key in self.keys:
            self._take(event, self.keys[event.key].id)
        elif event.is_printable:
            event.stop()
            event.prevent_default()

    def _take(self, event: events.Key, command_id: str) -> None:
        event.stop()
        event.prevent_default()
        if self.ahead is not None:
            self.ahead.hold(self)
        self.post_message(self.Do(command_id))

    def typed_shortcut(self) -> str | None:
        """What follows a ``;`` just before the cursor, None when there is none."""
        found = _SHORTCUT.search(self._before_cursor())
        return found.group(1) if found else None

    def offers(self) -> tuple[str, ...]:
        """Names that what stands before the cursor may become: shortcuts after ``;``, variables after ``##{{``."""
        braces = _BRACES.search(self._before_cursor())
        typed, names = (braces.group(1), self.mode.variables) if braces else (self.typed_shortcut(), self.mode.snippets)
        return tuple(name for name in names if name.startswith(typed)) if typed is not None else ()

    def _before_cursor(self) -> str:
        row, column = self.cursor_location
        return self.document.get_line(row)[:column]

    def _expand(self, *, with_space: bool) -> bool:
        braces = _BRACES.search(self._before_cursor())
        if braces is not None:
            near = self.offers()
            return not with_space and bool(near) and self._put(braces.group(), self.mode.variables[near[0]])
        typed = self.typed_shortcut()
        if typed is None or not typed:
            return False
        text = self.mode.snippets.get(typed)
        if text is None:
            near = self.offers()
            if with_space or len(near) != 1:
                return False
            text = self.mode.snippets[near[0]]
        return self._put(f";{typed}", text)

    def _put(self, typed: str, text: str) -> bool:
        """In the place of what was typed just before the cursor."""
        row, column = self.cursor_location
        self.replace(text, (row, column - len(typed)), (row, column))
        return True


class ComposerLine(Pane):
    """Head or foot of the composer: parts at the left, parts at the right."""

    DEPTH = "raised"

    def __init__(self, ink: Ink, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(ink, id=id)
        self.left: list[Part] = []
        self.right: list[Part] = []

    def show(self, left: list[Part], right: list[Part]) -> None:
        if left != self.left or right != self.right:
            self.left, self.right = left, right
            self.repaint()

    def paint(self, width: int, height: int) -> list[Strip]:
        right = [*self.right, (" ", "")] if self.right else []
        line = strip(self.ink, width, [(" ", ""), *self.left], right, self.DEPTH)
        return [line] + [blank(self.ink, width, self.DEPTH)] * (height - 1)


class Composer(Stack):
    """Head, text and foot."""

    class Edited(Message):
        """The text is another one."""

    def __init__(self, ink: Ink, keys: Mapping[str, Command], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.ink = ink
        self.head = ComposerLine(ink, id="composer-head")
        self.box = ReplyBox(keys, id="composer-box")
        self.foot = ComposerLine(ink, id="composer-foot")
        self.box.typed = self.update
        self._measured = ""
        """The text that head and foot speak of."""
        self.mode = Mode()
        self.hints: list[Part] = []
        """The three keys that matter."""
        self.countdown: list[Part] = []
        """While a send can still be taken back."""

    def compose(self) -> ComposeResult:
        yield self.head
        yield self.box
        yield self.foot

    @property
    def text(self) -> str:
        return self.box.text

    @property
    def cursor(self) -> int:
        """Place of the cursor as a count of characters, for the draft."""
        row, column = self.box.cursor_location
        lines = self.box.document.lines
        return sum(len(line) + 1 for line in lines[:row]) + column

    def set_mode(self, mode: Mode) -> None:
        self.mode = mode
        self.box.mode = mode
        self.box.read_only = bool(mode.locked) or mode.fixed
        self.box.placeholder = content(mode.locked) if mode.locked else ""
        self.set_class(mode.note, "-note")
        self.update()

    def load(self, text: str, cursor: int | None = None) -> None:
        """Put a text in (a draft, or what was taken back), without telling anybody that it was typed."""
        with self.prevent(TextArea.Changed):
            self.box.load_text(text)
            before = text if cursor is None else text[:cursor]
            row = before.count("\n")
            self.box.move_cursor((row, len(before) - (before.rfind("\n") + 1)))
        self.update()

    def to_end(self) -> None:
        """The next key goes behind the text."""
        self.box.move_cursor(self.box.document.end)

    def insert(self, text: str) -> None:
        """At the cursor, as if typed."""
        self.box.insert(text)

    def update(self) -> None:
        """Head and foot for the text as it stands."""
        self._fit()
        self._measured = self.text
        measure = self.mode.measure(self._measured)
        left, right = list(measure.head), [(measure.cost, "muted")] if measure.cost else []
        if measure.warning and not self.mode.locked:
            if "urgent" in measure.warning_role and self.head.size.width < 60:
                right = []  # what cannot be sent costs nothing
            room = self.head.size.width - width_of(right) - 2
            left = beside(left, (measure.warning, measure.warning_role), room)
        self.head.show(left, right)
        counter = [measure.counter] if measure.counter[0] and not self.mode.locked else []
        self.foot.show(self._foot_left(self.foot.size.width - width_of(counter) - 3), counter)

    def _fit(self) -> None:
        low = self.screen.has_class("-low")
        if self.box.size.width and (self.text or self.box.grown):
            self.box.fit(2 if low else 3, 5 if low else 9)

    def _foot_left(self, room: int) -> list[Part]:
        near = self.box.offers()[:4] if self.box.has_focus else ()
        if near:
            sign = "" if self.box.typed_shortcut() is None else ";"
            return [(_("Tab "), "accent"), *((f"{sign}{name} ", "bold text") for name in near)]
        if self.countdown:
            return self.countdown
        hints = list(self.hints)
        while len(hints) > 2 and width_of(hints) > room > 0:
            del hints[-2:]  # a key goes with its word
        return hints

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if self.text != self._measured:
            self.update()
        self.post_message(self.Edited())

    def set_ink(self, ink: Ink) -> None:
        self.ink = ink
        self.head.set_ink(ink)
        self.foot.set_ink(ink)

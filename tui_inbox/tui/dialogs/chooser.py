"""The one dialog: a question, a line to type in where that helps, and what can be chosen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.timer import Timer
from textual.widgets import Input

from tui_inbox.domain.fold import plain
from tui_inbox.tui.render.line import Part, blank, fit, strip, wrap
from tui_inbox.tui.theme import Ink
from tui_inbox.tui.widgets.pane import Pane
from tui_inbox.wording import _

MOST_LINES = 14


class Option(Struct, frozen=True):
    """One line to choose."""

    value: object
    label: str
    detail: str = ""
    """Flush right."""
    why_not: str = ""
    """Shown instead of the detail; such a line cannot be chosen."""
    more: str = ""
    """Shown under the list while this line is lit: a preview."""


Find = Callable[[str], Sequence[Option] | Awaitable[Sequence[Option]]]


class Chosen(Struct, frozen=True):
    """What was lit and what was typed when Enter was pressed."""

    value: object | None
    text: str


class OptionPane(Pane):
    """The lines, with a bar at the one that is lit."""

    DEPTH = "raised"

    def __init__(self, ink: Ink) -> None:
        super().__init__(ink, id="options")
        self.options: Sequence[Option] = ()
        self.place = 0
        self.sought = False
        """Something was looked for: that nothing was found is said."""

    @property
    def lit(self) -> Option | None:
        return self.options[self.place] if 0 <= self.place < len(self.options) else None

    def show(self, options: Sequence[Option]) -> None:
        """Replace the lines; the same line stays lit where it is still there."""
        before = self.lit.value if self.lit is not None else None
        self.options = options
        free = [at for at, option in enumerate(options) if not option.why_not]
        self.place = next((at for at in free if options[at].value == before), free[0] if free else 0)
        self.repaint()

    def move(self, by: int) -> None:
        at = self.place + by
        while 0 <= at < len(self.options) and self.options[at].why_not:
            at += by
        if 0 <= at < len(self.options):
            self.place = at
        self.repaint()

    def paint(self, width: int, height: int) -> list[Strip]:
        preview = wrap(self.lit.more, width - 4)[:5] if self.lit and self.lit.more else []
        room = height - (len(preview) + 1 if preview else 0)
        top = max(0, min(self.place - room // 2, len(self.options) - room))
        strips = []
        for at, option in enumerate(self.options[top : top + room], top):
            here = at == self.place and not option.why_not
            bar: Part = (self.ink.marks.bar if here else " ", "bold accent")
            role = "bold text" if here else ("muted" if option.why_not else "text")
            detail = option.why_not or option.detail
            right = [(fit(detail, width // 2), "soon" if option.why_not else "muted"), (" ", "")] if detail else []
            strips.append(strip(self.ink, width, [bar, (" ", ""), (option.label, role)], right, self.DEPTH))
        if self.sought and not self.options:
            strips.append(strip(self.ink, width, [("  ", ""), (_("nothing matches"), "muted")], (), self.DEPTH))
        empty = blank(self.ink, width, self.DEPTH)
        strips += [empty] * (room - len(strips))
        if preview:
            strips.append(empty)
            strips += [strip(self.ink, width, [("  ", ""), (line, "info")], (), self.DEPTH) for line in preview]
        return strips[:height]


class Title(Pane):
    """The question."""

    DEPTH = "raised"

    def __init__(self, ink: Ink, words: str) -> None:
        super().__init__(ink, id="question")
        self.words = words

    def paint(self, width: int, height: int) -> list[Strip]:
        lines = wrap(self.words, width - 3)[:height]
        strips = [strip(self.ink, width, [("  ", ""), (line, "bold text")], (), self.DEPTH) for line in lines]
        return (strips + [blank(self.ink, width, self.DEPTH)] * height)[:height]


class Chooser(ModalScreen[Chosen | None]):
    """Arrows choose, Enter takes, Esc goes back; what is typed narrows the list or is the answer itself."""

    AUTO_FOCUS = ""

    def __init__(
        self,
        ink: Ink,
        question: str,
        options: Sequence[Option] = (),
        *,
        find: Find | None = None,
        typing: str | None = None,
        free: bool = False,
        text: str = "",
        lines: int | None = None,
        hidden: bool = False,
    ) -> None:
        super().__init__()
        self.ink = ink
        self.question = Title(ink, question)
        self.pane = OptionPane(ink)
        self.pane.options = options
        self.pane.place = next((at for at, option in enumerate(options) if not option.why_not), 0)
        self.find = find
        self.typing = typing
        """Placeholder of the line to type in; None: no such line."""
        self.free = free
        """What is typed may be the answer although nothing is lit."""
        self.text = text
        self.hidden = hidden
        """What is typed is not shown."""
        extra = 6 if any(option.more for option in options) else 0
        self.lines = lines or min(MOST_LINES, max(len(options) + extra, 1 if options or find else 0))
        self._pause: Timer | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield self.question
            if self.typing is not None:
                line = Input(self.text, placeholder=self.typing, id="typing", password=self.hidden, compact=True)
                line.select_on_focus = False
                line.cursor_blink = False
                yield line
            yield self.pane
            self.pane.styles.height = self.lines
            self.pane.display = self.lines > 0

    def on_mount(self) -> None:
        if self.typing is not None:
            self.query_one(Input).focus()
        if self.find is not None:
            self.run_worker(self._search(self.text), exclusive=True, exit_on_error=False)

    async def _search(self, text: str) -> None:
        assert self.find is not None
        found = self.find(text)
        options = await found if isinstance(found, Awaitable) else found
        self.pane.sought = bool(text.strip())
        self.pane.show(options)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self.find is None:
            return
        text = event.value
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(
            0.06, lambda: self.run_worker(self._search(text), exclusive=True, exit_on_error=False)
        )

    async def on_key(self, event: events.Key) -> None:
        """The line to type in lets these keys through."""
        step = {"down": 1, "up": -1, "pagedown": 8, "pageup": -8, "tab": 1, "shift+tab": -1}.get(event.key)
        if self.typing is None and event.key in ("j", "k"):
            step = 1 if event.key == "j" else -1
        if step is not None:
            event.stop()
            event.prevent_default()
            self.pane.move(step)
        elif event.key == "escape":
            event.stop()
            self.dismiss(None)
        elif event.key == "enter" and self.typing is None:
            event.stop()
            self._take()

    @on(Input.Submitted)
    async def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._pause is not None and self.find is not None:
            self._pause.stop()
            await self._search(event.value)
        self._take()

    def _take(self) -> None:
        text = self.query_one(Input).value if self.typing is not None else ""
        lit = self.pane.lit
        if lit is not None and not lit.why_not:
            self.dismiss(Chosen(lit.value, text))
        elif self.free and text.strip():
            self.dismiss(Chosen(None, text))

    def on_click(self, event: events.Click) -> None:
        if event.widget is self:
            self.dismiss(None)


def narrowed(
    options: Sequence[Option], also: Callable[[Option], str] = lambda _option: ""
) -> Callable[[str], Sequence[Option]]:
    """Options whose words all contain what is typed, those that begin with it first."""
    known = list(options)

    def find(text: str) -> Sequence[Option]:
        words = plain(text).split()
        if not words:
            return known
        hits = []
        for option in known:
            hay = plain(f"{option.label} {option.detail} {also(option)}")
            if all(word in hay for word in words):
                hits.append((not plain(option.label).startswith(words[0]), option))
        return [option for _rank, option in sorted(hits, key=lambda hit: hit[0])]

    return find

"""Several things to fill in at once; what is refused is said under them, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from msgspec import Struct
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, TextArea

from tui_inbox.domain.errors import TuiInboxError
from tui_inbox.tui.dialogs.chooser import Title
from tui_inbox.tui.render.line import Part, blank, strip, wrap
from tui_inbox.tui.theme import Ink
from tui_inbox.tui.widgets.lines import LinesPane
from tui_inbox.tui.widgets.pane import Pane
from tui_inbox.wording import _, explain

FOOT_WIDTH = 73
"""Of the dialog's 76 cells (form.tcss)."""
Values = dict[str, str]
Save = Callable[[Values], Awaitable[None]]


class Field(Struct, frozen=True):
    name: str
    label: str
    value: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    """(value, words): then it is turned with the arrows instead of typed."""
    long: bool = False
    """Several lines."""
    hint: str = ""
    """Said at the bottom while the cursor is here."""
    proposed: bool = False
    """The value is a guess of ours: what is typed takes its place."""


class Choice(Pane, can_focus=True):
    """One of a few; left, right and the space bar turn it."""

    DEPTH = "surface"

    class Turned(Message):
        """Another one was chosen."""

        def __init__(self, choice: Choice) -> None:
            super().__init__()
            self.choice = choice

        @property
        def control(self) -> Choice:
            return self.choice

    def __init__(self, ink: Ink, field: Field) -> None:
        super().__init__(ink, id=f"field-{field.name}", classes="form-line")
        self.choices = field.choices
        self.place = next((at for at, (value, _words) in enumerate(field.choices) if value == field.value), 0)

    @property
    def value(self) -> str:
        return self.choices[self.place][0] if self.choices else ""

    def paint(self, width: int, height: int) -> list[Strip]:
        words = self.choices[self.place][1] if self.choices else ""
        sign = "bold accent" if self.has_focus else "muted"
        parts: list[Part] = [(" ", ""), ("< ", sign), (words, "text"), (" >", sign)]
        return [strip(self.ink, width, parts, (), self.DEPTH)] + [blank(self.ink, width, self.DEPTH)] * (height - 1)

    def on_key(self, event: events.Key) -> None:
        step = {"left": -1, "right": 1, "space": 1}.get(event.key)
        if step and self.choices:
            event.stop()
            self.place = (self.place + step) % len(self.choices)
            self.repaint()
            self.post_message(self.Turned(self))

    def on_focus(self) -> None:
        self.repaint()

    def on_blur(self) -> None:
        self.repaint()


class Form(ModalScreen[bool]):
    """Tab and arrows move, Ctrl+S or Enter on the last line saves, Esc leaves (twice when something was typed)."""

    AUTO_FOCUS = ""
    CSS_PATH = "form.tcss"

    def __init__(self, ink: Ink, title: str, fields: Sequence[Field], save: Save) -> None:
        super().__init__()
        self.ink = ink
        self.title_pane = Title(ink, title)
        self.fields = {field.name: field for field in fields}
        self.save = save
        self.foot = LinesPane(ink, depth="raised", id="form-foot")
        self.warned = False

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield self.title_pane
            for field in self.fields.values():
                with Horizontal(classes="form-row -long" if field.long else "form-row"):
                    label = LinesPane(self.ink, depth="raised")
                    label.add_class("form-label")
                    label.lines = [[(" ", ""), (field.label, "muted")]]
                    yield label
                    yield self._widget(field)
            yield from self.extras()
            yield self.foot

    def extras(self) -> ComposeResult:
        """What a subclass shows under the fields."""
        yield from ()

    def _widget(self, field: Field) -> Widget:
        if field.choices:
            return Choice(self.ink, field)
        name = f"field-{field.name}"
        if field.long:
            text = TextArea(field.value, id=name, classes="form-text", compact=True, tab_behavior="focus")
            text.cursor_blink = False
            text.highlight_cursor_line = False
            return text
        line = Input(field.value, id=name, classes="form-line", compact=True, select_on_focus=field.proposed)
        line.cursor_blink = False
        return line

    def on_mount(self) -> None:
        self.widget(next(iter(self.fields))).focus()
        self._say()

    def widget(self, name: str) -> Widget:
        return self.query_one(f"#field-{name}")

    @property
    def values(self) -> Values:
        return {name: self._value(self.widget(name)) for name in self.fields}

    @staticmethod
    def _value(widget: Widget) -> str:
        if isinstance(widget, TextArea):
            return widget.text
        return widget.value if isinstance(widget, Input | Choice) else ""

    @property
    def changed(self) -> bool:
        before: Mapping[str, str] = {
            name: field.value or (field.choices[0][0] if field.choices else "") for name, field in self.fields.items()
        }
        return self.values != before

    def _say(self, words: str = "", role: str = "bold urgent") -> None:
        """What was refused, else what the field under the cursor is for."""
        focused = self.focused.id if self.focused is not None else ""
        here = self.fields.get((focused or "").removeprefix("field-"))
        first: list[Part] = [(" " + words, role)] if words else [(" " + here.hint if here else "", "info")]
        keys: list[Part] = [
            (" ", ""), ("Ctrl+S", "bold accent"), (f" {_('save')}  ", "muted"),
            (_("Esc"), "bold accent"), (f" {_('back')}", "muted"), *self.more_keys(),
        ]  # fmt: skip
        # At the widest it is two lines, and the keys stay under them.
        self.foot.styles.height = 1 + max(1, len(wrap(first[0][0], FOOT_WIDTH)))
        self.foot.show([first, keys])

    def more_keys(self) -> list[Part]:
        return []

    def on_descendant_focus(self) -> None:
        self._say()

    async def on_key(self, event: events.Key) -> None:
        """Lines and choices let these keys through."""
        inside = isinstance(self.focused, TextArea)
        if event.key == "ctrl+s":
            event.stop()
            self._store()
        elif event.key == "escape":
            event.stop()
            self._leave()
        elif event.key in ("down", "up") and not inside:
            event.stop()
            event.prevent_default()
            (self.focus_next if event.key == "down" else self.focus_previous)()
        elif event.key == "enter" and isinstance(self.focused, Choice):
            event.stop()
            self._on()

    def _leave(self) -> None:
        if self.changed and not self.warned:
            self.warned = True
            self._say(_("Esc again drops what you typed."), "bold soon")
        else:
            self.dismiss(False)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self._on()

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _typed(self) -> None:
        self.warned = False
        self.edited()

    def edited(self) -> None:
        """Something was typed."""

    def _on(self) -> None:
        """Enter: the next line; from the last one, save."""
        names = list(self.fields)
        here = (self.focused.id or "").removeprefix("field-") if self.focused is not None else ""
        if here == names[-1]:
            self._store()
        else:
            self.focus_next()

    def _store(self) -> None:
        self.run_worker(self._try(), group="save", exclusive=True, exit_on_error=False)

    async def _try(self) -> None:
        try:
            await self.save(self.values)
        except TuiInboxError as error:
            self._say(explain(error))
            return
        self.dismiss(True)

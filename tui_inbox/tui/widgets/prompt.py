"""One line of typing in place of the filters: search, or where to go."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

SETTLE_SECONDS = 0.12
GO_SECONDS = 0.7
"""A single tab letter after ``g`` acts after this pause."""


class Prompt(Input):
    """Mounted when it is needed only: an input costs more than all other panes at the start."""

    class Typed(Message):
        """The text has settled."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Done(Message):
        """Enter."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Dropped(Message):
        """Esc."""

    def __init__(self, purpose: str, placeholder: str, text: str = "") -> None:
        super().__init__(value=text, placeholder=placeholder, id="search", compact=True, select_on_focus=False)
        self.cursor_blink = False
        self.purpose = purpose
        self._pause: Timer | None = None

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            event.stop()
            event.prevent_default()
            self.post_message(self.Dropped())
        elif event.key in ("enter", "down"):
            event.stop()
            event.prevent_default()
            self.post_message(self.Done(self.value))

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._pause is not None:
            self._pause.stop()
        wait = GO_SECONDS if self.purpose == "go" else SETTLE_SECONDS
        self._pause = self.set_timer(wait, lambda: self.post_message(self.Typed(self.value)))

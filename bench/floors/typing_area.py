"""Floor: Textual's own TextArea, as wide as the composer (argument: columns)."""

import sys

from textual.app import App, ComposeResult
from textual.widgets import TextArea


class Typing(App[None]):
    def compose(self) -> ComposeResult:
        area = TextArea()
        area.styles.width = int(sys.argv[1])
        area.styles.height = 5
        yield area

    def on_mount(self) -> None:
        self.query_one(TextArea).focus()


if __name__ == "__main__":
    Typing().run()

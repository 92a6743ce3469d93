"""The guest pane; an overlay where the screen is too narrow for three panes."""

from __future__ import annotations

from textual import events
from textual.strip import Strip

from tui_inbox.rows import Card
from tui_inbox.tui.render.guest_card import card_strips
from tui_inbox.tui.render.line import blank
from tui_inbox.tui.render.scene import Scene
from tui_inbox.tui.theme import Ink
from tui_inbox.tui.widgets.pane import Pane


class CardPane(Pane, can_focus=True):
    """Follows the conversation under the cursor; takes the focus only when it is asked for."""

    DEPTH = "base"

    def __init__(self, ink: Ink, scene: Scene, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(ink, id=id)
        self.scene = scene
        self.card: Card | None = None
        self.top = 0
        self._count = 0

    def show(self, card: Card | None) -> None:
        if card is None or self.card is None or card.guest.id != self.card.guest.id:
            self.top = 0
        self.card = card
        self.repaint()

    def scroll(self, lines: int) -> None:
        self.top = max(0, min(self.top + lines, self._count - self.content_size.height))
        self.repaint()

    def paint(self, width: int, height: int) -> list[Strip]:
        empty = blank(self.ink, width, self.DEPTH)
        strips = card_strips(self.scene, self.card, width) if self.card else []
        self._count = len(strips)
        shown = strips[self.top : self.top + height]
        return (shown + [empty] * height)[:height]

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll(2)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll(-2)

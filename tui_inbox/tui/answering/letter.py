"""What is being written to one guest, and by which way: the state that the composer's words are made of."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tui_inbox.rows import ConversationRow
from tui_inbox.tui.answering.recipients import Recipients

if TYPE_CHECKING:
    from tui_inbox.domain.message import Attachment
    from tui_inbox.domain.template import Template
    from tui_inbox.services import composing
    from tui_inbox.tui.screens.inbox_acts import InboxActs


class Letter:
    """One at a time: for the conversation beside the list."""

    def __init__(self, screen: InboxActs) -> None:
        self.screen = screen
        self.row: ConversationRow | None = None
        self.ways: composing.Composer | None = None
        self.seen: int | None = None
        """Newest message when the text was begun; None: what is on the screen counts as seen."""
        self.place = 0
        """Which of the ways to the guest is in use."""
        self.note = False
        self.attachments: tuple[Attachment, ...] = ()
        self.send_at: datetime | None = None
        self.template: tuple[Template, dict[str, str]] | None = None
        """A vendor's template and its values: then the text cannot be changed."""
        self.also = Recipients(screen)
        self.values: dict[str, str] = {}
        """What each variable stands for with this guest."""

    @property
    def conversation_id(self) -> int | None:
        return self.row.id if self.row else None

    @property
    def choice(self) -> composing.ChannelChoice | None:
        """The way in use; None when the guest cannot be reached at all."""
        if self.ways is None or not 0 <= self.place < len(self.ways.choices):
            return None
        return self.ways.choices[self.place]

    def now(self) -> datetime:
        return self.screen.desk_app.now()

"""What is being written to one guest, and by which way: the state that the composer's words are made of."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from tui_inbox.domain.message import Direction, Kind
from tui_inbox.domain.outbox import Way
from tui_inbox.rows import ConversationRow, MessageRow
from tui_inbox.tui.answering.recipients import Recipients

if TYPE_CHECKING:
    from tui_inbox.domain.message import Attachment
    from tui_inbox.domain.template import Template
    from tui_inbox.services import composing
    from tui_inbox.tui.screens.inbox_acts import InboxActs


class Tie(NamedTuple):
    """To which message of the guest's an answer is tied, and how."""

    way: Way = Way.PLAIN
    target: str = ""
    """The vendor's id of that message."""


PLAIN = Tie()


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
        self.tie = PLAIN
        self.tag = ""
        """Code of the vendor's tag, where the writer chose one."""
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

    @property
    def tied_to(self) -> MessageRow | None:
        """The message itself, where it is loaded."""
        messages = self.screen.thread.messages if self.tie.target else ()
        return next((message for message in messages if message.external_id == self.tie.target), None)

    def natural(self) -> Tie:
        """A comment is answered under it: the one under the cursor, or the newest thing that the guest said."""
        thread = self.screen.thread
        asked = thread.current if self.screen.focused is thread else None
        if asked is not None and asked.kind is Kind.COMMENT and asked.direction is not Direction.IN:
            asked = None  # Under our own answer it goes on with the guest.
        said = asked or next((one for one in reversed(thread.messages) if one.direction is Direction.IN), None)
        if said is None or said.kind is not Kind.COMMENT or said.direction is not Direction.IN:
            return PLAIN
        return Tie(Way.PUBLIC, said.external_id)

    def now(self) -> datetime:
        return self.screen.desk_app.now()

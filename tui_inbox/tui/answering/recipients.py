"""The guests who get the composer's text besides the one it is typed for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tui_inbox.tui.render.scene import Scene, guest_name
from tui_inbox.wording import _, labelled, ngettext, sentence

if TYPE_CHECKING:
    from tui_inbox.rows import ConversationRow
    from tui_inbox.services.circular import LeftOut
    from tui_inbox.services.desk import Desk
    from tui_inbox.services.replying import Reply, SentNow, TakenBack
    from tui_inbox.tui.screens.inbox_acts import InboxActs


class Recipients:
    """Nobody, most of the time."""

    def __init__(self, screen: InboxActs) -> None:
        self.screen = screen
        self.names: dict[int, str] = {}
        """Guest id -> name."""
        self._sent: tuple[int, ...] = ()
        self._sent_names: dict[int, str] = {}

    def __bool__(self) -> bool:
        return bool(self.names)

    @property
    def count(self) -> int:
        """Messages that one send makes."""
        return len(self.names) + 1

    def words(self, scene: Scene, row: ConversationRow, address: str = "") -> str:
        """To whom; a message to several must never surprise, and nobody known by name is known by the address."""
        first = row.guest or address or guest_name(scene, row)
        if not self:
            return _("to {name}").format(name=first)
        names = ", ".join([first, *self.names.values()])
        return _("to {n} guests: {names}").format(n=self.count, names=names)

    def filled(self, desk: Desk, text: str, values: dict[str, str]) -> str:
        """The text as the first guest will get it."""
        if not self:
            return text
        from tui_inbox.domain.template import TemplateKind, render
        from tui_inbox.services import templates

        return render(text, values, templates.allowed(TemplateKind.SNIPPET, desk)).text

    def forget(self) -> None:
        """The last send was to one guest."""
        self._sent, self._sent_names = (), {}

    async def send(self, row: ConversationRow, reply: Reply, names: dict[int, str], now: datetime) -> SentNow:
        """One message to each; who gets none is named."""
        from tui_inbox.services import circular

        screen, app = self.screen, self.screen.desk_app
        guests = [row.guest_id, *names]
        done = await screen.gateway.write(circular.send_each, app.session.desk, app.actor, reply, guests, now)
        self._sent, self._sent_names = tuple(one.outbox_id for one in done.sent), names
        words = [ngettext("{n} message in the outbox", "{n} messages in the outbox", len(done.sent))]
        screen.say("  ".join([*words, *(_not_to(left) for left in done.left_out)]), "soon" if done.left_out else "text")
        return done.sent[0]

    async def take_back(self, now: datetime) -> TakenBack | None:
        """All messages of the last send, and its guests are chosen again; None when it was to one guest."""
        from tui_inbox.services import circular

        if not self._sent:
            return None
        taken = await self.screen.gateway.write(circular.take_back_each, self.screen.desk_app.actor, self._sent, now)
        self.names = self._sent_names
        self.forget()
        return taken


def _not_to(left: LeftOut) -> str:
    name = left.guest.name or left.guest.phone or left.guest.email or _("Unknown client")
    return labelled(_("not to {name}").format(name=name), sentence(left.refusal.code, left.refusal.params))

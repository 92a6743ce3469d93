"""What hangs on a guest: other conversations, stays, requests and files, each a line that leads there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_inbox.rows import AttachmentRow, Card, ConversationRow, RequestRow
from tui_inbox.tui.dialogs.ask import ask
from tui_inbox.tui.dialogs.chooser import Chooser, Option, narrowed
from tui_inbox.tui.render import when
from tui_inbox.tui.render.guest_card import dates
from tui_inbox.wording import _, labelled
from tui_inbox.wording.sounds import previewed

if TYPE_CHECKING:
    from tui_inbox.tui.screens.inbox_acts import InboxActs


def _options(screen: InboxActs, card: Card) -> list[Option]:
    scene = screen.scene
    options = [
        Option(row, labelled(_("conversation"), previewed(row.preview)), when.ago(row.last_at, scene.now, scene.zone))
        for row in card.conversations
    ]
    stays = [stay for stay in (card.current, *card.others) if stay is not None]
    options += [
        Option(stay, labelled(_("stay"), f"{stay.room} {dates(scene, stay)}"), f"{stay.ota} {stay.ota_code}".strip())
        for stay in stays
    ]
    options += [Option(request, labelled(_("request"), request.title), request.status) for request in card.requests]
    files = [file for message in reversed(screen.thread.messages) for file in message.attachments]
    options += [
        Option(file, labelled(_("file"), file.name or file.type), when.size(file.size) if file.size is not None else "")
        for file in files
    ]
    return options


async def ask_card(screen: InboxActs) -> dict[str, object] | None:
    """Goes to a conversation, settles a request, shows a file; a stay is only read."""
    app, card = screen.desk_app, await screen.card_at_cursor()
    options = _options(screen, card) if card is not None else []
    if not options:
        screen.say(_("nothing else is known of this guest"))
        return None
    question = _("Of this guest")
    dialog = Chooser(app.ink, question, options, find=narrowed(options), typing=_("words"), lines=14)
    chosen = await app.push_screen_wait(dialog)
    match chosen.value if chosen is not None else None:
        case ConversationRow() as row:
            await screen.go_to(row.id)
            await screen.open_current()
        case RequestRow():
            await ask(screen, "request")
        case AttachmentRow() as file:
            from tui_inbox.tui.dialogs.attachment import show

            await show(screen, file)
    return {}

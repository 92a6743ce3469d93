"""What can be done with the message under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_inbox.domain.message import Delivery, Kind
from tui_inbox.rows import MessageRow
from tui_inbox.services import delivery, thread, transcribing
from tui_inbox.tui.dialogs.ask import ask
from tui_inbox.tui.dialogs.chooser import Chooser, Option
from tui_inbox.tui.dialogs.reader import Reader
from tui_inbox.tui.render import when
from tui_inbox.wording import _

if TYPE_CHECKING:
    from tui_inbox.tui.screens.inbox_acts import InboxActs


def _options(message: MessageRow) -> list[Option]:
    options: list[Option] = []
    if message.state is Delivery.UNKNOWN and message.outbox_id:
        options += [
            Option("arrived", _("it arrived"), _("the guest has it")),
            Option("again", _("send again"), _("it may arrive twice")),
            Option("drop", _("drop it"), _("nothing more is sent")),
        ]
    if message.state is Delivery.FAILED and message.outbox_id:
        options += [Option("again", _("send again")), Option("drop", _("drop it"))]
    if message.has_more:
        options.append(Option("whole", _("whole text")))
    if message.edited_at is not None:
        options.append(Option("before", _("what it said before")))
    if message.attachments:
        options += [Option("view", _("open the attachment"), "v"), Option("save", _("save the attachment"), "S")]
    if any(_is_sound(file.type) for file in message.attachments):
        options.append(Option("transcribe", _("write down what is said"), _("takes up to a minute")))
    options.append(Option("copy", _("copy the text"), _("to the terminal's clipboard")))
    if message.kind is not Kind.NOTE:
        options.append(Option("reply", _("reply"), "r"))
    return options


async def ask_message(screen: InboxActs) -> dict[str, object] | None:
    """Runs what was chosen."""
    app, message = screen.desk_app, screen.thread.current
    if message is None:
        return None
    chosen = await app.push_screen_wait(Chooser(app.ink, _("This message"), _options(message)))
    if chosen is None:
        return None
    desk, outbox_id = app.session.desk, message.outbox_id or 0
    match chosen.value:
        case "arrived":
            await screen.gateway.write(delivery.it_arrived, desk, app.actor, outbox_id, app.now())
            await screen.after_act()
        case "again":
            await screen.gateway.write(delivery.send_again, desk, app.actor, outbox_id, app.now())
            await screen.after_act()
        case "drop":
            await screen.gateway.write(delivery.drop, app.actor, outbox_id, app.now())
            await screen.after_act()
        case "whole":
            text = await screen.gateway.read(thread.full_text, message.id)
            await app.push_screen_wait(Reader(app.ink, message.subject or _("whole text"), text))
        case "transcribe":
            sound = next(file for file in message.attachments if _is_sound(file.type))
            await screen.gateway.write(transcribing.ask, desk, app.actor, sound.id, app.now())
            await screen.reread()
        case "before":
            await app.push_screen_wait(Reader(app.ink, _("what it said before"), await _before(screen, message.id)))
        case "copy":
            app.copy_to_clipboard(message.text)
            screen.say(_("copied, where the terminal allows it"))
        case "reply":
            await screen.answering.begin(note=False)
        case "view":
            await ask(screen, "attachment")
        case "save":
            await ask(screen, "save")
    return {}


def _is_sound(type_: str) -> bool:
    return type_.startswith("audio/")


async def _before(screen: InboxActs, message_id: int) -> str:
    """Every earlier wording with the time it was changed."""
    zone = screen.thread.scene.zone
    found = await screen.gateway.read(thread.revisions, message_id)
    return "\n\n".join(f"{_('until {time}').format(time=when.clock(at, zone))}\n{text}" for at, text in found)

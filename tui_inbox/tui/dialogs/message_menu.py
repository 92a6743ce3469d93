"""What can be done with the message under the cursor: each option carries the act that it stands for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tui_inbox.domain.message import Delivery, Kind
from tui_inbox.rows import MessageRow
from tui_inbox.services import channels, delivery, thread, transcribing
from tui_inbox.tui.dialogs.ask import ask
from tui_inbox.tui.dialogs.channel_acts import channel_options
from tui_inbox.tui.dialogs.chooser import Chooser, Option
from tui_inbox.tui.dialogs.reader import Reader
from tui_inbox.tui.jobs import answer
from tui_inbox.tui.render import when
from tui_inbox.wording import _, labelled

if TYPE_CHECKING:
    from tui_inbox.tui.screens.inbox_acts import InboxActs

Do = Callable[["InboxActs", MessageRow], Awaitable[None]]


async def ask_message(screen: InboxActs) -> dict[str, object] | None:
    """Runs what was chosen."""
    app, message = screen.desk_app, screen.thread.current
    if message is None:
        return None
    title = labelled(_("This message"), message.billed_as) if message.billed_as else _("This message")
    chosen = await app.push_screen_wait(Chooser(app.ink, title, _options(screen, message)))
    if chosen is None or not callable(chosen.value):
        return None
    await chosen.value(screen, message)
    return {}


def _options(screen: InboxActs, message: MessageRow) -> list[Option]:
    return [*_of_the_outbox(message), *_of_the_text(message), *channel_options(screen, message), *_of_all(message)]


def _of_the_outbox(message: MessageRow) -> list[Option]:
    if message.state is Delivery.UNKNOWN and message.outbox_id:
        return [
            Option(_settle(delivery.it_arrived), _("it arrived"), _("the guest has it")),
            Option(_settle(delivery.send_again), _("send again"), _("it may arrive twice")),
            Option(_drop, _("drop it"), _("nothing more is sent")),
        ]
    if message.state is Delivery.FAILED and message.outbox_id:
        return [Option(_settle(delivery.send_again), _("send again")), Option(_drop, _("drop it"))]
    return []


def _of_the_text(message: MessageRow) -> list[Option]:
    options: list[Option] = []
    if message.has_more:
        options.append(Option(_whole, _("whole text")))
    if message.edited_at is not None:
        options.append(Option(_before, _("what it said before")))
    if message.attachments:
        options += [Option(_view, _("open the attachment"), "v"), Option(_save, _("save the attachment"), "S")]
    if any(_is_sound(file.type) for file in message.attachments):
        options.append(Option(_transcribe, _("write down what is said"), _("takes up to a minute")))
    return options


def _of_all(message: MessageRow) -> list[Option]:
    options = [Option(_copy, _("copy the text"), _("to the terminal's clipboard"))]
    if message.kind is not Kind.NOTE:
        options.append(Option(_reply, _("reply"), "r"))
    return options


def _settle(service: Callable[..., object]) -> Do:
    async def do(screen: InboxActs, message: MessageRow) -> None:
        app = screen.desk_app
        await screen.gateway.write(service, app.session.desk, app.actor, message.outbox_id or 0, app.now())
        await screen.after_act()

    return do


async def _drop(screen: InboxActs, message: MessageRow) -> None:
    await screen.gateway.write(delivery.drop, screen.desk_app.actor, message.outbox_id or 0, screen.desk_app.now())
    await screen.after_act()


async def _whole(screen: InboxActs, message: MessageRow) -> None:
    text = await screen.gateway.read(thread.full_text, message.id)
    await screen.desk_app.push_screen_wait(Reader(screen.desk_app.ink, message.subject or _("whole text"), text))


async def _before(screen: InboxActs, message: MessageRow) -> None:
    """Every earlier wording with the time it was changed."""
    zone, app = screen.thread.scene.zone, screen.desk_app
    found = await screen.gateway.read(thread.revisions, message.id)
    told = "\n\n".join(f"{_('until {time}').format(time=when.clock(at, zone))}\n{text}" for at, text in found)
    await app.push_screen_wait(Reader(app.ink, _("what it said before"), told))


async def _view(screen: InboxActs, _message: MessageRow) -> None:
    await ask(screen, "attachment")


async def _save(screen: InboxActs, _message: MessageRow) -> None:
    await ask(screen, "save")


def _is_sound(type_: str) -> bool:
    return type_.startswith("audio/")


async def _transcribe(screen: InboxActs, message: MessageRow) -> None:
    app = screen.desk_app
    sound = next(file for file in message.attachments if _is_sound(file.type))
    if sound.state == "remote":
        screen.say(_("the recording is fetched first"))
        screen.go_on()
        wanted = {"attachment": sound.id}
        job = await screen.gateway.write(channels.ask, app.actor, "download", message.account, wanted, app.now())
        await answer(screen.gateway, job)
    await screen.gateway.write(transcribing.ask, app.session.desk, app.actor, sound.id, app.now())
    await screen.reread()


async def _copy(screen: InboxActs, message: MessageRow) -> None:
    screen.desk_app.copy_to_clipboard(message.text)
    screen.say(_("copied, where the terminal allows it"))


async def _reply(screen: InboxActs, _message: MessageRow) -> None:
    await screen.answering.begin(note=False)

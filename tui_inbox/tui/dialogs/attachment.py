"""Files: look at one, save one where the desk's computer sees it, attach one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tui_inbox.domain.display import safe_name
from tui_inbox.domain.message import Attachment
from tui_inbox.rows import AttachmentRow
from tui_inbox.services import channels
from tui_inbox.tui.dialogs.chooser import Chooser, Option
from tui_inbox.tui.dialogs.picture import PictureView
from tui_inbox.tui.dialogs.reader import Reader
from tui_inbox.tui.exporting import written
from tui_inbox.tui.render import picture, when
from tui_inbox.tui.theme import ASCII, PLAIN
from tui_inbox.wording import _, sentence

if TYPE_CHECKING:
    from tui_inbox.tui.screens.inbox_acts import InboxActs

TEXT_MOST = 200_000
TEXTS = ("text/plain", "text/csv", "text/calendar", "application/json")


async def _one(screen: InboxActs) -> AttachmentRow | None:
    """The file of the message under the cursor, or of the newest message that has one."""
    messages = [screen.thread.current, *reversed(screen.thread.messages)]
    files = next((message.attachments for message in messages if message and message.attachments), ())
    if not files:
        screen.say(_("no attachment here"))
        return None
    if len(files) == 1:
        return files[0]
    options = [Option(file, file.name or file.type, when.size(file.size)) for file in files]
    chosen = await screen.desk_app.push_screen_wait(Chooser(screen.desk_app.ink, _("Which file?"), options))
    return chosen.value if chosen is not None and isinstance(chosen.value, AttachmentRow) else None


async def _content(screen: InboxActs, file: AttachmentRow) -> bytes | None:
    """Its bytes; a file that is still at the vendor's is asked for."""
    app, blobs = screen.desk_app, screen.desk_app.session.blobs
    if file.state == "stored" and file.sha256 and blobs is not None:
        return await screen.gateway.outside(blobs.get, file.sha256)
    if file.state in ("refused", "failed"):
        screen.say(sentence(file.reason) if file.reason else _("This file could not be fetched."), "soon")
        return None
    message = screen.thread.current
    account = message.account if message else ""
    await screen.gateway.write(channels.ask, app.actor, "download", account, {"attachment": file.id}, app.now())
    screen.say(_("the worker fetches it; press the key again in a moment"))
    return None


async def ask_view(screen: InboxActs) -> dict[str, object] | None:
    """Text and pictures are shown here; anything else is saved, and its path is said."""
    file = await _one(screen)
    return None if file is None else await show(screen, file)


async def show(screen: InboxActs, file: AttachmentRow) -> dict[str, object] | None:
    """As well as this terminal can."""
    if file.type in picture.TYPES:
        return await _show_picture(screen, file)
    if file.type not in TEXTS:
        return await _save(screen, file)
    content = await _content(screen, file)
    if content is not None:
        text = content[:TEXT_MOST].decode("utf-8", errors="replace")
        await screen.desk_app.push_screen_wait(Reader(screen.desk_app.ink, file.name, text))
    return {}


async def _show_picture(screen: InboxActs, file: AttachmentRow) -> dict[str, object] | None:
    """Without a decoder it is saved, and what is missing is said."""
    app = screen.desk_app
    if not picture.available():
        saved = await _save(screen, file)
        if saved is not None:
            app.notify(_("{file} is saved; to see pictures here, install the extra “images”").format(file=file.name))
        return saved
    content = await _content(screen, file)
    if content is None:
        return None
    columns, rows = max(10, app.size.width - 12), max(5, app.size.height - 8)
    plain = app.ink.palette is PLAIN or app.ink.marks is ASCII
    try:
        lines = await screen.gateway.outside(lambda: picture.draw(content, columns, rows, plain=plain))
    except picture.NoPicture:
        screen.say(_("this is no picture that can be shown; S saves it"), "soon")
        return None
    title = f"{file.name}  {_('S saves it')}"
    answer = await app.push_screen_wait(PictureView(app.ink, title, lines))
    return await _save(screen, file) if answer == "save" else {}


async def ask_save(screen: InboxActs) -> dict[str, object] | None:
    """Into the export folder, under a name that is safe everywhere."""
    file = await _one(screen)
    return None if file is None else await _save(screen, file)


async def _save(screen: InboxActs, file: AttachmentRow) -> dict[str, object] | None:
    folder = screen.desk_app.session.export_dir
    if folder is None:
        screen.say(_("set export_dir in the configuration: a folder that the desk's computer sees"), "soon")
        return None
    content = await _content(screen, file)
    if content is None:
        return None
    try:
        path = await screen.gateway.outside(written, folder, file.name or "file", content)
    except OSError as error:
        screen.say(_("not saved: {why}").format(why=error.strerror or ""), "bold urgent")
        return None
    screen.desk_app.copy_to_clipboard(str(path))
    screen.say(_("saved: {path}").format(path=path))
    return {}


async def ask_file(screen: InboxActs) -> dict[str, object] | None:
    """A path typed, as seen from the server; the bytes are kept at once."""
    app, answering = screen.desk_app, screen.answering
    choice, blobs = answering.choice, app.session.blobs
    limits = choice.traits.attachments if choice else None
    if choice is None or limits is None or blobs is None or limits.needs_public_url:
        label = choice.traits.label if choice else ""
        screen.say(_("no files can be sent by {channel} from here").format(channel=label), "soon")
        return None
    start = str(app.session.export_dir or Path.home()) + os.sep
    dialog = Chooser(app.ink, _("Attach which file?"), typing=_("path"), free=True, text=start)
    told = await app.push_screen_wait(dialog)
    if told is None:
        return None
    path = Path(told.text.strip()).expanduser()
    try:
        size = path.stat().st_size
        if size > limits.max_bytes:
            screen.say(_("too big: at most {size}").format(size=when.size(limits.max_bytes)), "bold urgent")
            return None
        content = await screen.gateway.outside(path.read_bytes)
    except OSError as error:
        screen.say(_("cannot read it: {why}").format(why=error.strerror or ""), "bold urgent")
        return None
    sha256 = await screen.gateway.outside(blobs.put, content)
    name = safe_name(path.name)
    kept = Attachment(name, media_type(name), size, sha256, "stored")
    answering.attachments = (*answering.attachments, kept)
    answering.set_mode()
    return {}


def media_type(name: str) -> str:
    """By the extension, for the vendor's list of what is allowed."""
    from mimetypes import guess_type

    return guess_type(name)[0] or "application/octet-stream"

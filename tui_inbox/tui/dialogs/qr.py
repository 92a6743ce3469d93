"""The code that guests point their telephone at to write to the hotel by WhatsApp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_inbox.domain.links import whatsapp_link
from tui_inbox.tui.dialogs.picture import PictureView
from tui_inbox.tui.exporting import written
from tui_inbox.tui.render import qr
from tui_inbox.tui.theme import ASCII
from tui_inbox.wording import _

if TYPE_CHECKING:
    from tui_inbox.tui.screens.channels import ChannelsScreen

CHANNEL = "whatsapp"


async def show_qr(screen: ChannelsScreen, number: str) -> None:
    """On the screen, and with S as files for print."""
    app, link = screen.desk_app, whatsapp_link(number)
    lines = await screen.gateway.outside(lambda: qr.draw(link, plain=app.ink.marks is ASCII))
    answer = await app.push_screen_wait(PictureView(app.ink, f"{link}  {_('S saves it')}", lines))
    folder = app.session.export_dir
    if answer != "save":
        return
    if folder is None:
        screen.say(_("set export_dir in the configuration: a folder that the desk's computer sees"), "soon")
        return
    made = await screen.gateway.outside(qr.files, link)
    try:
        paths = [await screen.gateway.outside(written, folder, f"whatsapp.{kind}", made[kind]) for kind in made]
    except OSError as error:
        screen.say(_("not saved: {why}").format(why=error.strerror or ""), "bold urgent")
        return
    app.copy_to_clipboard(link)
    screen.say(_("saved: {path}").format(path=", ".join(str(path) for path in paths)))

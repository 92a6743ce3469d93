"""What stands before a channel that is not connected yet: read first, then one line for the shell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_inbox.rows import AccountRow
from tui_inbox.services.desk import ChannelKind
from tui_inbox.tui.dialogs.chooser import Chooser, Option
from tui_inbox.tui.dialogs.reader import Reader
from tui_inbox.tui.render.line import Part
from tui_inbox.wording import _, advice, sentence

if TYPE_CHECKING:
    from tui_inbox.tui.screens.channels import ChannelsScreen


async def ask_kind(screen: ChannelsScreen) -> None:
    """Choose a kind of account, and read what it takes."""
    app = screen.desk_app
    there = {info.type for info in app.session.desk.accounts.values()}
    kinds = list(app.session.kinds())
    options = [
        Option(kind.type, ", ".join(kind.labels), _("connected already") if kind.type in there else _("not connected"))
        for kind in kinds
    ]
    chosen = await app.push_screen_wait(Chooser(app.ink, _("Connect a channel"), options))
    kind = next((one for one in kinds if chosen is not None and one.type == chosen.value), None)
    if kind is not None:
        await app.push_screen_wait(Reader(app.ink, ", ".join(kind.labels), lines=_told(kind)))


STEPS = {
    "chat_app_missing": "need_channex_app",
    "not_mapped": "need_channex_mapping",
    "reauthorise": "need_channex_mapping",
    "queue_off": "need_booking_switches",
}
"""What was found wrong -> the need that is not met; whatever else is wrong lies with the account itself."""


async def show_step(screen: ChannelsScreen, row: AccountRow) -> None:
    """Connecting did not end well: the steps of its kind, with the one that failed marked and what to do about it."""
    kind = next((one for one in screen.desk_app.session.kinds() if one.type == row.type), None)
    if kind is None or not kind.needs or not row.reason:
        return
    failed = STEPS.get(row.reason, "")
    failed = failed if failed in kind.needs else kind.needs[0]
    lines: list[list[Part]] = [[(sentence(row.reason), "bold urgent")]]
    lines += [[(words, "text")] for words in (row.vendor_text, advice(row.reason, {"name": row.type})) if words]
    lines += [[], [(_("the steps").upper(), "muted")]]
    for number, code in enumerate(kind.needs, 1):
        sign, role = ("▶", "bold urgent") if code == failed else (" ", "muted")
        lines.append([(f"{sign} {number}. {sentence(code)}", role)])
    title = _("{name} is not connected: step {number}").format(name=row.name, number=kind.needs.index(failed) + 1)
    await screen.desk_app.push_screen_wait(Reader(screen.desk_app.ink, title, lines=lines))


def _told(kind: ChannelKind) -> Sequence[Sequence[Part]]:
    command = f"tui-inbox channel add {kind.form}"
    lines: list[list[Part]] = [[(_("In a shell on this server:"), "text")], [(f"  {command}", "bold accent")], []]
    if kind.needs:
        lines.append([(_("what it takes").upper(), "muted")])
        lines += [[(f"{number}. {sentence(code)}", "text")] for number, code in enumerate(kind.needs, 1)]
        lines.append([])
    if kind.limits:
        lines.append([(_("what is not possible").upper(), "muted")])
        lines += [[(f"- {sentence(code)}", "text")] for code in kind.limits]
    return lines

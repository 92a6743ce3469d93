"""What the guest asked for, as something to do; and done when it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_inbox.rows import RequestRow
from tui_inbox.services import guests
from tui_inbox.tui.dialogs.chooser import Chooser, Option
from tui_inbox.tui.dialogs.snooze import typed_time
from tui_inbox.tui.render import when
from tui_inbox.tui.render.guest_card import REQUEST_KINDS
from tui_inbox.wording import _

if TYPE_CHECKING:
    from tui_inbox.tui.screens.inbox_acts import InboxActs


async def ask_request(screen: InboxActs) -> dict[str, object] | None:
    """Choose an open request to settle it, or the kind of a new one."""
    app = screen.desk_app
    row = screen.rows.current
    if row is None:
        return None
    zone, now = app.session.desk.zone, app.now()
    card = await screen.card_at_cursor()
    open_ones = [request for request in card.requests if request.status == "open"] if card else []
    options = [Option(request, _("done: {what}").format(what=request.title)) for request in open_ones]
    options += [Option(kind, _("new: {kind}").format(kind=_(words))) for kind, words in REQUEST_KINDS.items()]
    chosen = await app.push_screen_wait(Chooser(app.ink, _("Which request?"), options))
    if chosen is None:
        return None
    if isinstance(chosen.value, RequestRow):
        await screen.gateway.write(guests.set_request, app.actor, chosen.value.id, "done", now, app.session.desk)
    else:
        words = _("What, and when if it matters: taxi 25/11 6:30")
        told = await app.push_screen_wait(Chooser(app.ink, words, typing=_("what"), free=True))
        if told is None:
            return None
        title, due = _title_and_time(told.text)
        at = typed_time(due, now, zone) if due else None
        if at is None:
            title = told.text.strip()
        kind, due_at = str(chosen.value), at[0] if at else None
        await screen.gateway.write(guests.make_request, app.actor, row.id, kind, title, due_at, now, app.session.desk)
        screen.say(_("noted: {what}").format(what=title) + (f" {when.ahead(at[0], now, zone)}" if at else ""))
    await screen.after_act()
    return {}


def _title_and_time(text: str) -> tuple[str, str]:
    """``taxi 25/11 6:30`` -> (``taxi``, ``25/11 6:30``)."""
    words = text.split()
    for count in (2, 1):
        tail = " ".join(words[-count:])
        times = all(word[:1].isdigit() or word.lower() in ("am", "pm") for word in words[-count:])
        if len(words) > count and times and any(sign in tail for sign in ":h/") and tail[:1].isdigit():
            return " ".join(words[:-count]), tail
    return text.strip(), ""

"""When a message leaves, if not now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from tui_inbox.tui.dialogs.chooser import Chooser, Option, narrowed
from tui_inbox.tui.dialogs.snooze import typed_time
from tui_inbox.tui.render import when
from tui_inbox.wording import _

if TYPE_CHECKING:
    from tui_inbox.tui.screens.inbox_acts import InboxActs


async def ask_time(screen: InboxActs) -> dict[str, object] | None:
    """The next «send» of this text waits until then; nothing is sent by choosing."""
    app = screen.desk_app
    zone, now = app.session.desk.zone, app.now()
    today = now.astimezone(zone).date()
    usual = [Option(now + timedelta(hours=1), _("in an hour"), when.ahead(now + timedelta(hours=1), now, zone))]
    for day, hour in ((0, 18), (1, 8), (1, 18)):
        at = datetime.combine(today + timedelta(days=day), time(hour), zone)
        if at > now:
            usual.append(Option(at.astimezone(now.tzinfo), when.ahead(at, now, zone)))
    usual.append(Option(None, _("now, as usual")))

    def find(text: str) -> Sequence[Option]:
        typed = typed_time(text, now, zone)
        if typed:
            return [Option(typed[0], when.ahead(typed[0], now, zone))]
        # What is typed and is no time chooses nothing: a text must not leave at an hour nobody named.
        return narrowed(usual)(text) or [Option(None, text.strip(), why_not=_("no time that is understood"))]

    dialog = Chooser(app.ink, _("Send when?"), usual, find=find, typing=_("15:30, 25/11 8:00"))
    chosen = await app.push_screen_wait(dialog)
    if chosen is None:
        return None
    screen.answering.send_at = chosen.value if isinstance(chosen.value, datetime) else None
    screen.answering.set_mode()
    return {}

"""Until when: the usual times, a typed one, or until the guest writes; what else is typed is the reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tui_inbox.services import lifecycle
from tui_inbox.tui.dialogs.chooser import Chooser, Option
from tui_inbox.tui.render import when
from tui_inbox.wording import N_, _

if TYPE_CHECKING:
    from tui_inbox.tui.screens.inbox_acts import InboxActs

WORDS = {
    "1h": N_("in an hour"),
    "3h": N_("in 3 hours"),
    "evening": N_("this evening"),
    "tomorrow": N_("tomorrow morning"),
    "arrival": N_("on the day of arrival"),
    "checkout": N_("on the day of departure"),
    "again": N_("snooze again"),
    "reply": N_("until the guest writes"),
}
_TIME = re.compile(
    r"^(?:(?P<day>\d{1,2})[/.](?P<month>\d{1,2})\s+|(?P<plus>\+)(?P<days>\d{1,2})\s*[dj]\s*)?"
    r"(?P<hour>\d{1,2})(?:[:h](?P<minute>\d{2})?|(?=\s|$))(?:\s+(?P<rest>.+))?$"
)


def typed_time(text: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, str] | None:
    """``15:30``, ``9h reason``, ``25/11 8:00``, ``+2d 9``, ``tomorrow 9``: the next such moment and what follows."""
    tomorrow = re.escape(_("tomorrow {time}").format(time="").strip())
    text = re.sub(rf"^(?:{tomorrow}|tomorrow)\s+(?=\d)", "+1d ", text.strip(), flags=re.IGNORECASE)
    found = _TIME.match(text)
    if found is None or not (found["minute"] or found["day"] or found["plus"] or ":" in text or "h" in text):
        return None
    local = now.astimezone(zone)
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if hour > 23 or minute > 59:
        return None
    day = local.date()
    if found["day"]:
        try:
            day = day.replace(day=int(found["day"]), month=int(found["month"]))
            if day < local.date():
                day = day.replace(year=day.year + 1)
        except ValueError:
            return None
    elif found["plus"]:
        day += timedelta(days=int(found["days"]))
    at = datetime.combine(day, time(hour, minute), zone)
    if at <= local:
        at = datetime.combine(day + timedelta(days=1), time(hour, minute), zone)
    return at.astimezone(now.tzinfo), (found["rest"] or "").strip()


async def ask_snooze(screen: InboxActs) -> dict[str, object] | None:
    """Arguments of ``lifecycle.snooze``."""
    app = screen.desk_app
    ids = screen.rows.chosen()
    if not ids:
        return None
    zone, now = app.session.desk.zone, app.now()
    choices = await screen.gateway.read(lifecycle.snooze_choices, app.session.desk, ids[0], now)
    usual = [
        Option(choice.at, _(WORDS[choice.code]), when.ahead(choice.at, now, zone) if choice.at else "")
        for choice in choices
    ]

    def find(text: str) -> Sequence[Option]:
        typed = typed_time(text, now, zone)
        return [Option(typed[0], when.ahead(typed[0], now, zone), typed[1])] if typed else usual

    question = _("Snooze until when?")
    typing = _("15:30, 25/11 8:00, or a reason")
    dialog = Chooser(app.ink, question, usual, find=find, typing=typing)
    chosen = await app.push_screen_wait(dialog)
    if chosen is None:
        return None
    typed = typed_time(chosen.text, now, zone)
    reason = typed[1] if typed else chosen.text.strip()
    if chosen.value is None:
        return {"until_reply": True, "reason": reason}
    return {"until": chosen.value, "reason": reason}

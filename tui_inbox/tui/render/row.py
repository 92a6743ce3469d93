"""A row of the list: two lines, and nothing that one need not know."""

from __future__ import annotations

from textual.strip import Strip

from tui_inbox.domain.conversation import DeadlineKind, State, Tab
from tui_inbox.domain.message import CALL_MARKS, CALLED, MISSED, TAKEN
from tui_inbox.domain.reservation import Phase
from tui_inbox.rows import ConversationRow, StayNow
from tui_inbox.tui.render import when
from tui_inbox.tui.render.line import Part, strip
from tui_inbox.tui.render.scene import Scene, guest_name
from tui_inbox.wording import N_, _
from tui_inbox.wording.sounds import previewed

WIDE = 40
"""From this width on there is room for more than who, where and until when."""
_ORIGINS = {
    "<scheduled>": N_("Scheduled"),
    "<booking>": N_("Booking"),
    "<campaign>": N_("Campaign"),
    "<bot>": N_("Bot"),
    "<elsewhere>": N_("Elsewhere"),
    "<note>": N_("Note"),
    "<unsent>": N_("Unsent"),
    MISSED: N_("Missed call"),
    TAKEN: N_("Call"),
    CALLED: N_("Called the guest"),
}


def row_strips(
    scene: Scene, row: ConversationRow, width: int, *, cursor: bool, focused: bool, marked: bool, tab: Tab
) -> tuple[Strip, Strip]:
    """The two lines of one conversation."""
    ink = scene.ink
    depth = "selected" if cursor else "base"
    bar: Part = (ink.marks.bar, "accent") if cursor and focused else (" ", "")
    mark, _label = scene.channel(row.account, row.channel)
    name_role = "bold text" if row.unread else "text"
    first: list[Part] = [
        bar,
        _mark(scene, row),
        _beside_mark(scene, row, width, marked),
        (f"{mark:<2} ", "muted"),
        (guest_name(scene, row), name_role),
        *_place(scene, row, width),
    ]
    second: list[Part] = [bar, (" " * 5, ""), *_preview(scene, row, tab)]
    right = _right(scene, row, tab, width)
    return (
        strip(ink, width, first, [*right, (" ", "")], depth),
        strip(ink, width, second, [(" ", "")], depth),
    )


def _mark(scene: Scene, row: ConversationRow) -> Part:
    if row.unread:
        return (scene.ink.marks.unread, "bold info")
    if row.unanswered:
        return (scene.ink.marks.unanswered, "bold text")
    return (" ", "")


def _beside_mark(scene: Scene, row: ConversationRow, width: int, marked: bool) -> Part:
    """Marked; else, where the line has no room for the word, that a draft waits here."""
    if marked:
        return ("+", "bold accent")
    return (scene.ink.marks.draft, "accent") if row.has_draft and width < WIDE else (" ", "")


def _place(scene: Scene, row: ConversationRow, width: int) -> list[Part]:
    parts: list[Part] = []
    if row.vip and width >= WIDE and not row.has_draft:
        parts.append((" VIP", "accent"))
    parts.append((f" {stay_words(scene, row.stay)}" if row.stay else "", "muted"))
    if row.ambiguous:
        parts.append((" ?", "bold soon"))
    if row.has_draft and width >= WIDE:
        parts.append((" " + _("draft"), "accent"))
    return parts


def stay_words(scene: Scene, stay: StayNow) -> str:
    """Room or phase, as short as a desk says it."""
    match stay.phase:
        case Phase.IN_HOUSE:
            return stay.room or _("in house")
        case Phase.ARRIVING:
            return _("{room} arr.").format(room=stay.room).strip()
        case Phase.DEPARTING:
            return _("{room} dep.").format(room=stay.room).strip()
        case Phase.FUTURE:
            return _("arr. {day}").format(day=_day(scene, stay.arrival.day, stay.arrival.month, stay))
        case Phase.PAST:
            return _("dep. {day}").format(day=_day(scene, stay.departure.day, stay.departure.month, stay))
    return ""


def _day(scene: Scene, day: int, month: int, stay: StayNow) -> str:
    if month == scene.today.month:
        return str(day)
    return when.short_day(stay.arrival if stay.phase is Phase.FUTURE else stay.departure)


def said(scene: Scene, row: ConversationRow) -> str:
    """The newest message in a line, with who said it where that was not the guest."""
    by, words = row.preview_by, previewed(row.preview)
    if not by:
        return words
    who = _(_ORIGINS[by]) if by in _ORIGINS else scene.operator(by)
    return _("{name}: ").format(name=who) + words if words or by not in CALL_MARKS else who


def _preview(scene: Scene, row: ConversationRow, tab: Tab) -> list[Part]:
    if tab is Tab.PENDING and row.snooze_reason:
        return [(row.snooze_reason, "soon"), (f" {scene.ink.marks.dot} ", "muted"), (previewed(row.preview), "muted")]
    return [(said(scene, row), "muted")]


def _right(scene: Scene, row: ConversationRow, tab: Tab, width: int) -> list[Part]:
    """The time left to answer, or what became of our last message, or when it was."""
    if row.outcome == "failed":
        return [(_("! failed"), "bold urgent")]
    if row.outcome == "unknown":
        return [(_("? unknown"), "bold soon")]
    if row.state is State.PENDING and tab in (Tab.PENDING, Tab.ALL):
        words = when.ahead(row.wake_at, scene.now, scene.zone) if row.wake_at else _("until reply")
        return [(f"{scene.ink.marks.arrow} {words}", "muted")]
    if row.state is State.CLOSED and row.state_at is not None:
        closed = _("closed {time}").format(time=when.ago(row.state_at, scene.now, scene.zone))
        by = f" {scene.operator(row.state_by)}" if row.state_by else ""
        return [(closed + by, "muted")]
    if row.state is State.SPAM and tab is Tab.ALL:
        return [(_("spam"), "muted")]
    if tab is Tab.ALL and row.machine:
        return [(_("automatic"), "muted")]
    if row.unanswered and row.deadline_at is not None and row.deadline_kind is not DeadlineKind.NONE:
        left = scene.ink.marks.left + " " * (width >= WIDE) + when.left(row.deadline_at, scene.now)
        words = _("over") if row.deadline_at <= scene.now else left
        return [(words, when.urgency(row.deadline_at, scene.now))]
    return _outcome(scene, row)


def _outcome(scene: Scene, row: ConversationRow) -> list[Part]:
    time: Part = (when.ago(row.last_at, scene.now, scene.zone), "muted")
    marks = scene.ink.marks
    match row.outcome:
        case "read":
            return [(f"{marks.read} {time[0]}", "ok")]
        case "delivered":
            return [(f"{marks.delivered} {time[0]}", "ok")]
        case "sent":
            return [(f"{marks.sent} {time[0]}", "muted")]
        case "held" | "queued" | "sending":
            return [(f"{marks.dots} {time[0]}", "muted")]
    return [time]

"""Rules and events of bookings in words."""

from __future__ import annotations

from tui_inbox.domain.booking import BookingEvent
from tui_inbox.domain.planner import FIXED, Late, Mode, Per, Rule, RuleKind
from tui_inbox.wording import N_, _, ngettext

KINDS = {
    RuleKind.BEFORE_ARRIVAL: N_("before arrival"),
    RuleKind.EVENING_BEFORE: N_("the evening before"),
    RuleKind.AFTER_CHECK_IN: N_("after check-in"),
    RuleKind.FIRST_NIGHT: N_("after the first night"),
    RuleKind.BEFORE_CHECK_OUT: N_("before check-out"),
    RuleKind.AFTER_STAY: N_("after the stay"),
    RuleKind.SINCE_STAY: N_("since the last stay"),
}
_ON_THE_DAY = {
    RuleKind.BEFORE_ARRIVAL: N_("day of arrival"),
    RuleKind.AFTER_CHECK_IN: N_("day of arrival"),
    RuleKind.BEFORE_CHECK_OUT: N_("day of departure"),
    RuleKind.AFTER_STAY: N_("day of departure"),
}
EVENTS = {
    BookingEvent.PENDING: N_("awaiting confirmation"),
    BookingEvent.CONFIRMED: N_("booking confirmed"),
    BookingEvent.DECLINED: N_("booking declined"),
    BookingEvent.CANCELLED: N_("booking cancelled"),
    BookingEvent.RESCHEDULED: N_("new dates"),
}
MODES = {Mode.FIRST: N_("the first that works"), Mode.BOTH: N_("all of them")}
LATE = {Late.SKIP: N_("send nothing"), Late.NOW: N_("send at once")}
PER = {Per.ROOM: N_("each room"), Per.BOOKING: N_("each booking")}


def when_words(rule: Rule) -> str:
    """``2 days before arrival, 18:00``."""
    return f"{_day(rule)}, {rule.at:%H:%M}"


def _day(rule: Rule) -> str:
    words = _(KINDS[rule.kind])
    if rule.kind is RuleKind.SINCE_STAY:
        return f"{ngettext('{n} month', '{n} months', rule.days)} {words}"
    if rule.kind in FIXED:
        return words
    if not rule.days:
        return _(_ON_THE_DAY[rule.kind])
    return f"{ngettext('{n} day', '{n} days', rule.days)} {words}"

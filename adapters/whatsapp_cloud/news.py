"""What Meta tells about the account itself: bans, restrictions, reviews, quality, and its templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from adapters._json import decoded, moment_of
from adapters.whatsapp_cloud import errors
from tui_inbox.domain.errors import Malformed
from tui_inbox.ports.channel import Item, News

_LONGEST = 300
_TEMPLATES = ("message_template_status_update", "message_template_quality_update", "template_category_update")
_TEMPLATE_EVENTS = {
    "REJECTED": "template_rejected",
    "PAUSED": "template_paused",
    "FLAGGED": "template_quality",
    "DISABLED": "template_disabled",
    "LOCKED": "template_disabled",
    "LIMIT_EXCEEDED": "template_cap",
}
_BANS = {"DISABLE": "account_banned", "SCHEDULE_FOR_DISABLE": "account_ban_announced"}
_ACCOUNT_EVENTS = {
    "ACCOUNT_VIOLATION": "policy_violation",
    "ACCOUNT_DELETED": "account_deleted",
    "PARTNER_REMOVED": "permissions_withdrawn",
    "PHONE_NUMBER_REMOVED": "number_deleted",
}
_REVIEWS = {
    "REJECTED": "account_review_rejected",
    "PENDING": "account_under_review",
    "DEFERRED": "account_under_review",
}


class _Told(Struct):
    """Our wrapping of one change."""

    field: str
    value: dict[str, Any]
    time: str | int | float | None = None


def read(raw: bytes) -> Sequence[Item]:
    """Raises ``Malformed``; a field that nobody knows says nothing."""
    told = decoded(raw, _Told)
    reader = _READERS.get(told.field)
    if reader is None:
        return ()
    at = moment_of(told.time)
    if at is None:
        raise Malformed("no_date")
    code, text = reader(told.value)
    topic = "templates" if told.field in _TEMPLATES else "account"
    return (News(at, topic, code, text[:_LONGEST]),)


def _template(value: Mapping[str, Any]) -> tuple[str, str]:
    event = _word(value, "event")
    rejection = value.get("rejection_info")
    why = [_word(rejection, "reason"), _word(rejection, "recommendation")] if isinstance(rejection, dict) else []
    reason = _word(value, "reason")
    parts = [_word(value, "message_template_name"), "" if reason == "NONE" else reason, *why]
    return _TEMPLATE_EVENTS.get(event, ""), _joined(parts)


def _template_quality(value: Mapping[str, Any]) -> tuple[str, str]:
    score = _word(value, "new_quality_score")
    return "template_quality" if score == "RED" else "", _joined([_word(value, "message_template_name"), score])


def _template_category(value: Mapping[str, Any]) -> tuple[str, str]:
    was, now = _word(value, "previous_category"), _word(value, "new_category")
    change = " → ".join(part for part in (was, now) if part)
    return "template_recategorised", _joined([_word(value, "message_template_name"), change])


def _account(value: Mapping[str, Any]) -> tuple[str, str]:
    event = _word(value, "event")
    if event == "DISABLED_UPDATE":
        ban = value.get("ban_info")
        state = _word(ban, "waba_ban_state") if isinstance(ban, dict) else ""
        return _BANS.get(state, "" if state == "REINSTATE" else "account_banned"), _joined([event, state])
    if event == "ACCOUNT_RESTRICTION":
        restrictions = value.get("restriction_info")
        kinds = [
            _word(one, "restriction_type")
            for one in (restrictions if isinstance(restrictions, list) else [])
            if isinstance(one, dict)
        ]
        return "account_restricted", _joined([event, *kinds])
    violation = value.get("violation_info")
    kind = _word(violation, "violation_type") if isinstance(violation, dict) else ""
    return _ACCOUNT_EVENTS.get(event, ""), _joined([event, kind])


def _alert(value: Mapping[str, Any]) -> tuple[str, str]:
    inner = value.get("alert_info")
    info = inner if isinstance(inner, dict) else value
    status = _word(info, "alert_status").upper()
    parts = [_word(info, "alert_type"), _word(info, "alert_severity"), _word(info, "alert_description")]
    return "" if status in ("RESOLVED", "NONE") else "account_alert", _joined(parts)


def _review(value: Mapping[str, Any]) -> tuple[str, str]:
    decision = _word(value, "decision")
    return _REVIEWS.get(decision, ""), decision


def _quality(value: Mapping[str, Any]) -> tuple[str, str]:
    event = _word(value, "event")
    code = {"FLAGGED": "quality_low", "DOWNGRADE": "limit_lowered"}.get(event, "")
    return code, _joined([event, _word(value, "current_limit")])


def _name(value: Mapping[str, Any]) -> tuple[str, str]:
    decision, reason = _word(value, "decision"), _word(value, "rejection_reason")
    return "name_not_approved" if decision == "REJECTED" else "", _joined([decision, reason])


def _fault(value: Mapping[str, Any]) -> tuple[str, str]:
    """An error outside of any message."""
    code = value.get("code")
    known = errors.word(code) if isinstance(code, str | int | float) else ""
    return known or "refused", _joined([str(code or ""), _word(value, "title") or _word(value, "message")])


def _capability(value: Mapping[str, Any]) -> tuple[str, str]:
    return "", _word(value, "max_daily_conversations_per_business")


_READERS: Mapping[str, Callable[[Mapping[str, Any]], tuple[str, str]]] = {
    "message_template_status_update": _template,
    "message_template_quality_update": _template_quality,
    "template_category_update": _template_category,
    "account_update": _account,
    "account_alerts": _alert,
    "account_review_update": _review,
    "phone_number_quality_update": _quality,
    "phone_number_name_update": _name,
    "business_capability_update": _capability,
    "errors": _fault,
}


def _word(value: Mapping[str, Any], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else str(found) if isinstance(found, int) else ""


def _joined(parts: Sequence[str]) -> str:
    return " ".join([part for part in parts if part])

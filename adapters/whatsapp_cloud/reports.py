"""What Meta says about the number and its account: whether it works, its templates, and what the month has cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from adapters._graph import Pace, pages
from adapters._json import answered, decoded
from adapters.whatsapp_cloud import errors, templates, wire
from tui_inbox.domain.errors import ChannelError, Malformed, Rejected
from tui_inbox.domain.template import Template
from tui_inbox.ports.channel import Health, HealthState, Usage

if TYPE_CHECKING:
    from adapters._http import Http

_FIELDS = (
    "id,display_phone_number,verified_name,status,quality_rating,name_status,throughput,"
    "whatsapp_business_manager_messaging_limit,health_status,webhook_configuration"
)
_FEWER_FIELDS = "id,display_phone_number,verified_name,quality_rating"
_STATES: Mapping[str, tuple[HealthState, str]] = {
    "BANNED": (HealthState.DISABLED, "account_banned"),
    "DELETED": (HealthState.DISABLED, "number_deleted"),
    "RESTRICTED": (HealthState.RESTRICTED, "account_restricted"),
    "FLAGGED": (HealthState.RESTRICTED, "quality_low"),
    "RATE_LIMITED": (HealthState.RESTRICTED, "limit_lowered"),
    "DISCONNECTED": (HealthState.ERROR, "number_unregistered"),
    "UNVERIFIED": (HealthState.ERROR, "number_unregistered"),
    "MIGRATED": (HealthState.ERROR, "number_unregistered"),
    "PENDING": (HealthState.ERROR, "number_unregistered"),
}
_POINTS = 10_000


class _Trouble(Struct):
    error_code: wire.Number = None
    error_description: str | None = None
    possible_solution: str | None = None


class _Entity(Struct):
    entity_type: str | None = None
    can_send_message: str | None = None
    errors: list[_Trouble] | None = None
    additional_info: list[str] | None = None


class _HealthStatus(Struct):
    can_send_message: str | None = None
    entities: list[_Entity] | None = None


class _Webhook(Struct):
    application: str | None = None
    whatsapp_business_account: str | None = None
    phone_number: str | None = None


class _Number(Struct):
    display_phone_number: str | None = None
    verified_name: str | None = None
    status: str | None = None
    quality_rating: str | None = None
    whatsapp_business_manager_messaging_limit: str | None = None
    health_status: _HealthStatus | None = None
    webhook_configuration: _Webhook | None = None


class _Account(Struct):
    account_review_status: str | None = None
    business_verification_status: str | None = None
    currency: str | None = None


class _Point(Struct):
    volume: wire.Number = None
    cost: wire.Number = None
    pricing_type: str | None = None
    pricing_category: str | None = None
    phone_number: str | None = None


class _Points(Struct):
    data_points: list[_Point] | None = None


class _Series(Struct):
    data: list[_Points] | None = None


class _Analytics(Struct):
    """As an edge, or as a field of the account."""

    data: list[_Points] | None = None
    pricing_analytics: _Series | None = None


class Places(NamedTuple):
    """Where the number and its account are at the vendor's, and what every call carries."""

    number: str
    account: str
    params: Mapping[str, str]


def health(http: Http, places: Places, own: str, *, receives: bool) -> Health:
    """Fetch the number with its state of health, then, where it may, its account."""
    try:
        found = _number(http, places)
    except ChannelError as error:
        return _refused(error)
    details = _details(found, own) | {"receives": int(receives)}
    with suppress(ChannelError):
        details |= _account_details(http, places)
    state, code, text = _worst(found)
    return Health(state, (found.verified_name or "")[:200], code, text, details)


def _number(http: Http, places: Places) -> _Number:
    try:
        return answered(http.read(places.number, {**places.params, "fields": _FIELDS}), _Number)
    except Rejected as error:
        if is_gone(error):
            raise
        # An older or newer Graph may not know one of the fields.
        return answered(http.read(places.number, {**places.params, "fields": _FEWER_FIELDS}), _Number)


def is_gone(error: ChannelError) -> bool:
    """Meta does not know the number any more: it was deleted, or our right to it withdrawn."""
    return error.vendor_code in ("33", "100/33")


def _refused(error: ChannelError) -> Health:
    text = " ".join(part for part in (error.vendor_code, error.vendor_text) if part)
    code = "number_deleted" if is_gone(error) else error.code
    state = HealthState.DISABLED if code in errors.DISABLING else HealthState.ERROR
    return Health(state, code=code, vendor_text=text)


def _worst(found: _Number) -> tuple[HealthState, str, str]:
    """State, code and Meta's words: what is blocked goes before what is limited."""
    known = _STATES.get((found.status or "").upper())
    if known is not None and known[0] is not HealthState.RESTRICTED:
        return (*known, found.status or "")
    told = found.health_status or _HealthStatus()
    entities = [entity for entity in told.entities or () if entity.entity_type != "MESSAGE_TEMPLATE"]
    blocked = [entity for entity in entities if entity.can_send_message == "BLOCKED"]
    if blocked or told.can_send_message == "BLOCKED":
        return HealthState.DISABLED, *_cause(blocked)
    if known is not None:
        return (*known, found.status or "")
    limited = [entity for entity in entities if entity.can_send_message == "LIMITED"]
    if limited or told.can_send_message == "LIMITED":
        words = [f"{one.entity_type}: {' '.join(one.additional_info or ())}" for one in limited]
        return HealthState.RESTRICTED, "sending_limited", " ".join(words)[:500]
    if (found.quality_rating or "").upper() == "RED":
        return HealthState.RESTRICTED, "quality_low", "RED"
    return HealthState.OK, "", ""


def _cause(blocked: Sequence[_Entity]) -> tuple[str, str]:
    troubles = [(entity, trouble) for entity in blocked for trouble in entity.errors or ()]
    words = [
        f"{entity.entity_type} {one.error_code}: {one.error_description or ''} {one.possible_solution or ''}"
        for entity, one in troubles
    ]
    codes = [code for _entity, trouble in troubles if (code := errors.word(trouble.error_code)) not in ("", "refused")]
    return (codes[0] if codes else "sending_blocked"), " ".join(words)[:500]


def _details(found: _Number, own: str) -> dict[str, str | int]:
    shown = "".join(char for char in found.display_phone_number or "" if char.isdigit())
    hook = found.webhook_configuration
    address = (hook.phone_number or hook.whatsapp_business_account or hook.application or "") if hook else ""
    details: dict[str, str | int] = {
        "quality": found.quality_rating or "",
        "messaging_limit": found.whatsapp_business_manager_messaging_limit or "",
        "webhook_url": address,
    }
    if shown:
        details["owns_number"] = int(shown == own.removeprefix("+"))
    return {key: value for key, value in details.items() if value != ""}


def _account_details(http: Http, places: Places) -> dict[str, str | int]:
    found = _account(http, places, "account_review_status,business_verification_status")
    told = {"review": found.account_review_status or "", "verification": found.business_verification_status or ""}
    return {key: value for key, value in told.items() if value}


def _account(http: Http, places: Places, fields: str) -> _Account:
    return answered(http.read(places.account, {**places.params, "fields": fields}), _Account)


def all_templates(http: Http, places: Places, account_name: str, pace: Pace) -> Sequence[Template]:
    """Every template of the account that is not gone; one that cannot be read hides no other."""
    asked = {**places.params, "fields": templates.FIELDS, "limit": "100"}
    found = []
    for raw in pages(http, f"{places.account}/message_templates", asked, pace=pace):
        with suppress(Malformed):
            template = templates.template(decoded(bytes(raw), templates.Listed), account_name)
            if template is not None:
                found.append(template)
    return found


def usage(http: Http, places: Places, own: str, now: datetime, pace: Pace) -> Sequence[Usage]:
    """This month's messages by category, and what Meta bills for them, in the account's currency."""
    start = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    pace.check()
    analytics = _analytics(http, places, int(start.timestamp()), int((now + timedelta(days=1)).timestamp()))
    currency = ""
    with suppress(ChannelError):
        currency = (_account(http, places, "currency").currency or "").upper()
    totals: dict[str, tuple[int, Decimal]] = {}
    for point in _points(analytics):
        if point.phone_number and wire.phone(point.phone_number) != own:
            continue
        count, cost = totals.get(_category(point), (0, Decimal(0)))
        totals[_category(point)] = (count + wire.count(point.volume), cost + _money(point.cost))
    return [
        Usage(category, count, 0, f"{cost:f}", currency) for category, (count, cost) in sorted(totals.items()) if count
    ]


def _analytics(http: Http, places: Places, start: int, end: int) -> _Analytics:
    dimensions = ("PRICING_CATEGORY", "PRICING_TYPE", "PHONE")
    asked = {
        "start": str(start),
        "end": str(end),
        "granularity": "DAILY",
        "metric_types": "COST,VOLUME",
        "dimensions": ",".join(dimensions),
    }
    try:
        return answered(http.read(f"{places.account}/pricing_analytics", {**places.params, **asked}), _Analytics)
    except Rejected:
        # The same figures are documented as an edge and as a field of the account.
        written = ".".join(f"{name}({value})" for name, value in asked.items())
        fields = f"pricing_analytics.{written}"
        return answered(http.read(places.account, {**places.params, "fields": fields}), _Analytics)


def _points(found: _Analytics) -> Iterator[_Point]:
    series = found.data or (found.pricing_analytics.data if found.pricing_analytics else None) or []
    points = (point for one in series for point in one.data_points or ())
    for _number, point in zip(range(_POINTS), points, strict=False):
        yield point


def _category(point: _Point) -> str:
    """``service``, ``marketing/free_entry_point``: as a message's own ``billed_as``."""
    category, kind = (point.pricing_category or "other").lower(), (point.pricing_type or "regular").lower()
    return category[:40] + ("" if kind == "regular" else f"/{kind[:40]}")


def _money(value: wire.Number) -> Decimal:
    try:
        found = Decimal(str(value)) if value is not None else Decimal(0)
    except InvalidOperation:
        return Decimal(0)
    return found if found.is_finite() else Decimal(0)

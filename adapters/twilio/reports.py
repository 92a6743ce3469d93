"""What Twilio says about the account itself: the month's use, and whether it works."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from adapters._json import answered
from adapters.twilio import wire
from tui_inbox.domain.errors import ChannelError
from tui_inbox.ports.channel import Health, HealthState, Usage

if TYPE_CHECKING:
    from adapters._http import Http

_BILLED = ("sms", "mms", "whatsapp", "channels", "calls", "recordings")
_IN_PARTS = ("segments", "messages")


def usage(http: Http, account: str) -> Sequence[Usage]:
    """This month's billed categories of messaging and calls; those without any use are left out."""
    url = f"{account}/Usage/Records/ThisMonth.json?PageSize=1000"
    found: list[Usage] = []
    for _page in range(20):
        page = answered(http.read(url), wire.UsagePage)
        found.extend(_usage(record) for record in page.usage_records if _is_billed(record))
        if not page.next_page_uri:
            break
        url = page.next_page_uri
    return found


def health(http: Http, account: str, messaging: str, number: str, whatsapp: str) -> Health:
    """Fetch the account, then, where it may, its balance, its number and its WhatsApp sender."""
    try:
        found = answered(http.read(f"{account}.json"), wire.Account)
    except ChannelError as error:
        text = " ".join(part for part in (error.vendor_code, error.vendor_text) if part)
        return Health(HealthState.ERROR, code=error.code, vendor_text=text)
    active = (found.status or "active").lower() == "active"
    details: dict[str, str | int] = {"trial": 1} if (found.type or "").lower() == "trial" else {}
    with suppress(ChannelError):
        details.update(_balance(http, account))
    with suppress(ChannelError):
        details.update(_owns_number(http, account, number))
    if whatsapp:
        with suppress(ChannelError):
            details.update(_sender(http, messaging, whatsapp))
    return Health(
        HealthState.OK if active else HealthState.DISABLED,
        account_name=(found.friendly_name or "")[:200],
        code="" if active else "account_suspended",
        details=details,
    )


def _balance(http: Http, account: str) -> dict[str, str | int]:
    found = answered(http.read(f"{account}/Balance.json"), wire.Balance)
    return {} if found.balance is None else {"balance": f"{found.balance} {found.currency or ''}".strip()}


def _owns_number(http: Http, account: str, number: str) -> dict[str, str | int]:
    answer = http.read(f"{account}/IncomingPhoneNumbers.json", {"PhoneNumber": number})
    return {"owns_number": int(bool(answered(answer, wire.Numbers).incoming_phone_numbers))}


def _sender(http: Http, messaging: str, whatsapp: str) -> dict[str, str | int]:
    answer = http.read(f"{messaging}/v2/Channels/Senders?Channel=whatsapp")
    for sender in answered(answer, wire.Senders).senders:
        if sender.sender_id == whatsapp:
            quality = sender.properties.quality_rating if sender.properties else None
            return {"whatsapp": sender.status or "", "quality": quality or ""}
    return {"whatsapp": "absent"}


def _is_billed(record: wire.UsageRecord) -> bool:
    name = record.category.lower()
    return name.startswith(_BILLED) and bool(wire.count(record.count) or wire.count(record.usage))


def _usage(record: wire.UsageRecord) -> Usage:
    return Usage(
        category=record.category,
        count=wire.count(record.count),
        segments=wire.count(record.usage) if (record.usage_unit or "").lower() in _IN_PARTS else 0,
        price=str(record.price) if record.price is not None else "",
        currency=(record.price_unit or "").upper(),
    )

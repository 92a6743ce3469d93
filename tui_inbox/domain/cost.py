"""What a message will cost, as far as the configured price table knows."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import NamedTuple

from tui_inbox.domain.channel import ChannelTraits


class CostKind(StrEnum):
    UNKNOWN = "unknown"
    FREE = "free"
    ESTIMATE = "estimate"


class Cost(NamedTuple):
    kind: CostKind
    amount: Decimal | None = None
    """For the whole message, all parts together."""
    currency: str = ""
    parts: int = 1
    category: str = "service"
    """``service`` for free text, else the template's: ``utility`` or ``marketing``."""
    in_window: bool = False
    """Priced as an answer within the channel's window."""


def cost(
    traits: ChannelTraits,
    prices: Mapping[str, str],
    currency: str,
    *,
    parts: int = 1,
    category: str = "service",
    country: str = "",
    in_window: bool = False,
) -> Cost:
    """``prices`` is the channel's table; its most exact entry counts: ``FR/utility_in_window`` before ``*``.

    "Free" is said of channels that cost nothing by nature and of a price that the hotel wrote as 0, never by habit:
    vendors change what is free.
    """
    if traits.free_of_charge:
        return Cost(CostKind.FREE, parts=parts)
    price = _price(prices, category, country, in_window)
    if price is None:
        return Cost(CostKind.UNKNOWN, None, "", parts, category, in_window)
    if price == 0:
        return Cost(CostKind.FREE, Decimal(0), currency, parts, category, in_window)
    return Cost(CostKind.ESTIMATE, price * max(parts, 1), currency, parts, category, in_window)


def _price(prices: Mapping[str, str], category: str, country: str, in_window: bool) -> Decimal | None:
    kinds = (f"{category}_in_window", category) if in_window else (category,)
    keys = [f"{country}/{kind}" for kind in kinds] + list(kinds) + [country, "*"]
    for key in keys:
        if key and key in prices:
            try:
                return Decimal(prices[key])
            except InvalidOperation:
                return None
    return None

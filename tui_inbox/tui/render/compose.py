"""What the composer says about a text before it is sent."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tui_inbox.domain.cost import Cost, CostKind
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.widgets.composer import Measure
from tui_inbox.wording import _, sentence

if TYPE_CHECKING:
    from tui_inbox.services.composing import Preflight

NEAR = 0.9
"""From this part of the limit on, the counter is amber."""


def measure(head: tuple[Part, ...], flight: Preflight) -> Measure:
    """Cost, counter and the first thing that matters."""
    warning, role = "", "soon"
    if flight.problems:
        code, params = flight.problems[0]
        warning, role = sentence(code, params), "bold urgent"
    elif flight.segments is not None and flight.segments.forcing and flight.segments.count > 1:
        signs = " ".join(flight.segments.forcing[:3])
        warning = _("{signs} makes it {n} SMS").format(signs=signs, n=flight.segments.count)
    elif flight.notices:
        warning = sentence(*flight.notices[0])
    return Measure(head, cost_words(flight.cost), _counter(flight), warning, role)


def _counter(flight: Preflight) -> Part:
    if flight.segments is not None and flight.segments.count:
        words = _("{units} · {n} SMS, {left} left").format(
            units=flight.segments.units, n=flight.segments.count, left=flight.segments.left
        )
    elif flight.limit is not None:
        words = f"{flight.length}/{flight.limit}"
    else:
        words = str(flight.length) if flight.length else ""
    if flight.limit is not None and flight.length > flight.limit:
        return words, "bold urgent"
    return words, "soon" if flight.limit is not None and flight.length > flight.limit * NEAR else "muted"


def cost_words(cost: Cost) -> str:
    """Free, about how much, or that nobody knows; always an estimate."""
    amount = _amount(cost)
    if cost.category != "service":
        return _("template: {price}").format(price=amount)
    return _("free (window)") if cost.kind is CostKind.FREE and cost.in_window else amount


def _amount(cost: Cost) -> str:
    if cost.kind is CostKind.FREE:
        return _("free")
    if cost.kind is CostKind.UNKNOWN or cost.amount is None:
        return _("price unknown")
    return money_words(cost.amount, cost.currency)


def money_words(amount: Decimal, currency: str) -> str:
    """An estimate, as it is written in this language."""
    sign = {"EUR": "€", "USD": "$", "GBP": "£"}.get(currency, currency)
    return f"≈ {amount:.2f} {sign}".replace(".", _("decimal point: .")[-1])

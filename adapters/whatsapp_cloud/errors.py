"""What the Cloud API's error codes mean for the outbox and for the operator.

From Meta's error page (stored copy of 2026), which asks to go by ``code``. The same codes come at once or later, with
a ``failed`` status.
"""

from __future__ import annotations

from adapters._graph import SHARED, Codes, meaning, number
from tui_inbox.domain.errors import AccountBlocked, NotSent, Rejected, Unknown

PAIR_LIMIT = "131056"

CODES: Codes = {
    **SHARED,
    # Refused for now.
    130429: (NotSent, "rate_limited"),
    131056: (NotSent, "rate_limited"),
    131016: (NotSent, "vendor_down"),
    131057: (NotSent, "vendor_down"),
    133016: (NotSent, "rate_limited"),
    # «An unknown error»: Meta may have taken it before it failed; the receipt bears our key and settles it.
    1: (Unknown, "vendor_down"),
    131000: (Unknown, "vendor_down"),
    # Meta holds it back: another try within a day makes it worse.
    130472: (Rejected, "limited_by_vendor"),
    131048: (Rejected, "spam_limited"),
    131049: (Rejected, "limited_by_vendor"),
    131064: (Rejected, "limited_by_vendor"),
    # The window.
    131047: (Rejected, "window_closed"),
    # This address.
    130497: (Rejected, "country_off"),
    131021: (Rejected, "own_number"),
    131026: (Rejected, "whatsapp_undeliverable"),
    131030: (Rejected, "trial_number"),
    131050: (Rejected, "marketing_stopped"),
    131062: (Rejected, "needs_phone"),
    137000: (Rejected, "identity_changed"),
    # The template.
    132000: (Rejected, "template_values"),
    132001: (Rejected, "template_missing"),
    132005: (Rejected, "template_too_long"),
    132007: (Rejected, "template_rejected"),
    132008: (Rejected, "template_values"),
    132012: (Rejected, "template_values"),
    132015: (Rejected, "template_paused"),
    132016: (Rejected, "template_disabled"),
    132068: (Rejected, "template_disabled"),
    132069: (Rejected, "template_disabled"),
    2388019: (Rejected, "template_cap"),
    2388040: (Rejected, "template_too_long"),
    2388047: (Rejected, "template_form"),
    2388072: (Rejected, "template_form"),
    2388073: (Rejected, "template_form"),
    2388293: (Rejected, "template_form"),
    2388299: (Rejected, "template_edge"),
    **{(100, code): (Rejected, "template_form") for code in (2388047, 2388072, 2388073, 2388293)},
    (100, 2388019): (Rejected, "template_cap"),
    (100, 2388024): (Rejected, "template_duplicate"),
    (100, 2388040): (Rejected, "template_too_long"),
    (100, 2388299): (Rejected, "template_edge"),
    (100, 33): (Rejected, "not_found"),
    # The request.
    131008: (Rejected, "refused"),
    131009: (Rejected, "refused"),
    131051: (Rejected, "unsupported_message"),
    131052: (Rejected, "file_gone"),
    131053: (Rejected, "file_refused"),
    # The account: nothing else will leave either.
    33: (AccountBlocked, "number_deleted"),
    368: (AccountBlocked, "account_banned"),
    131005: (AccountBlocked, "permissions_withdrawn"),
    131031: (AccountBlocked, "account_locked"),
    131037: (AccountBlocked, "name_not_approved"),
    131042: (AccountBlocked, "payment_missing"),
    131045: (AccountBlocked, "number_unregistered"),
    131063: (Rejected, "marketing_off"),
    # Only in health reports.
    141006: (AccountBlocked, "payment_missing"),
}

DISABLING = frozenset({"account_banned", "number_deleted", "permissions_withdrawn", "account_locked"})
"""The account is out of use until somebody acts at Meta: banned, number gone, rights withdrawn."""


def word(code: int | str | float | None) -> str:
    """Our code for a vendor's error code; empty when there is none, ``refused`` for one that nobody knows."""
    found = number(code)
    if found is None:
        return ""
    known = meaning(CODES, found)
    return known[1] if known else "refused"

"""Mail addresses that a booking site lends to a stay: they end with it, and name no person."""

from __future__ import annotations

SITES = ("booking.com", "airbnb.com", "expediapartnercentral.com", "expedia.com")
_ENDINGS = tuple(f".{site}" for site in SITES)


def own_mail(text: str | None) -> str:
    """The guest's own address; empty for a booking site's alias, which names a stay and not a person."""
    address = (text or "").strip().lower()
    host = address.rpartition("@")[2]
    alias = host in SITES or host.endswith(_ENDINGS)
    return address if "@" in address and len(address) <= 254 and not alias else ""

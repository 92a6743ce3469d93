"""What Channex says of the account itself: whether the key works, the chat app is there, the sites are connected."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from adapters._json import answered
from adapters._ota import stamp
from adapters.channex import wire
from adapters.channex.settings import AccountSettings
from tui_inbox.domain.errors import ChannelError, Rejected
from tui_inbox.ports.channel import Batch, Envelope, Health, HealthState

if TYPE_CHECKING:
    from adapters._http import Http

_ORDER = ("reauthorise", "not_mapped")
"""Of a site's troubles, the one to be told first."""


def connections(http: Http, settings: AccountSettings, cursor: str, now: datetime) -> Batch:
    """An envelope for each site whose connection changed since the last poll; a key without that right tells none."""
    try:
        states = site_states(http, settings)
    except Rejected:
        return Batch((), cursor)
    before = _states(cursor)
    changed = [site for site, state in states.items() if before.get(site, "active") != state]
    at = stamp(now)
    envelopes = tuple(
        Envelope(f"connection:{site}:{at}", "connection", msgspec.json.encode(wire.Noted(site, states[site], at)))
        for site in changed
    )
    return Batch(envelopes, msgspec.json.encode(states).decode())


def _connections(http: Http, settings: AccountSettings) -> list[wire.Connection]:
    answer = http.read("/channels", {"filter[property_id]": settings.property_id, "pagination[limit]": "100"})
    return [found for found in answered(answer, wire.Connections).data if found.site in settings.sites]


def site_states(http: Http, settings: AccountSettings) -> dict[str, str]:
    """Our channel -> ``active``, ``inactive``, ``reauthorise`` or ``not_mapped``, for the sites that are connected."""
    return {connection.site: connection.state for connection in _connections(http, settings)}


def health(http: Http, settings: AccountSettings) -> Health:
    """The property's name, then the right to read messages, then each site's connection."""
    title = ""
    try:
        found = answered(http.read(f"/properties/{settings.property_id}"), wire.Properties)
        title = (found.data.attributes.title or "")[:200]
        params = {"filter[property_id]": settings.property_id, "pagination[limit]": "1"}
        answered(http.read("/message_threads", params), wire.Page)
    except ChannelError as error:
        # The key works and the property is there, but nobody may read its messages.
        state = HealthState.RESTRICTED if title and error.code == "chat_app_missing" else HealthState.ERROR
        return Health(state, title, error.code, error.vendor_text)
    try:
        connections = _connections(http, settings)
    except ChannelError:
        return Health(HealthState.OK, title)
    states = {connection.site: connection.state for connection in connections}
    details: dict[str, str | int] = {site: states.get(site, "absent") for site in settings.sites}
    code = next((trouble for trouble in _ORDER if trouble in details.values()), "")
    named = ", ".join((one.attributes.title or "")[:100] for one in connections if code and one.state == code)
    return Health(HealthState.RESTRICTED if code else HealthState.OK, title, code, named, details=details)


def _states(cursor: str) -> dict[str, str]:
    try:
        return msgspec.json.decode(cursor, type=dict[str, str]) if cursor else {}
    except msgspec.DecodeError:
        return {}

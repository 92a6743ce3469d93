"""Instagram's own token ends after sixty days: it is exchanged every week, and written back to its vault."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from adapters.meta.graph import Graph
from tui_inbox.domain.errors import ChannelError, Refused
from tui_inbox.ports.channel import Batch, Envelope
from tui_inbox.ports.secrets import RenewsSecrets, Secret

EVERY = timedelta(days=7)
AGAIN = timedelta(days=1)
"""After a refusal: a token less than a day old is not exchanged."""
SOON = timedelta(days=10)
"""Before its end a token that could not be exchanged is told of."""
NOT_RENEWED = "token_not_renewed"


class Cursor(Struct, frozen=True):
    renewed: str = ""
    tried: str = ""
    expires: str = ""


class Exchanged(Struct):
    access_token: str
    expires_in: int = 0
    """Seconds."""


class Renewal:
    """The stream ``token``; its cursor remembers when it was exchanged."""

    def __init__(self, graph: Graph, secrets: RenewsSecrets | None, name: str) -> None:
        """``name``: under which the vault keeps the token; without ``secrets`` nothing can be written back."""
        self._graph = graph
        self._secrets = secrets
        self._name = name

    @property
    def hindered(self) -> bool:
        """Does the token lie where this program may not write?"""
        return self._secrets is not None and not self._secrets.renewable(self._name)

    def fetch(self, cursor: str, now: datetime) -> Batch:
        """Exchange it when a week has gone by. A failure is told when the token's end comes near, never raised."""
        place = _cursor(cursor)
        if not self._due(place, now):
            return Batch((), cursor)
        try:
            if self._secrets is None:
                raise Refused("vault_none")
            if not self._secrets.renewable(self._name):
                raise Refused("vault_read_only")
            found = self._graph.unversioned(
                Exchanged, "/refresh_access_token",
                grant_type="ig_refresh_token", access_token=self._graph.token.secret.reveal(),
            )  # fmt: skip
            fresh = Secret(found.access_token)
            self._secrets.renew(self._name, fresh)
        except (ChannelError, Refused) as error:
            tried = msgspec.structs.replace(place, tried=now.isoformat())
            # A token that is younger than a day is not exchanged: the first refusal says nothing yet.
            waits = isinstance(error, ChannelError) and not place.tried
            return Batch(() if waits else _warned(place, now), _written(tried))
        self._graph.token.replace(fresh)
        ends = now + timedelta(seconds=min(max(found.expires_in, 0), 400 * 86400))
        return Batch((), _written(Cursor(now.isoformat(), now.isoformat(), ends.isoformat())))

    def _due(self, place: Cursor, now: datetime) -> bool:
        renewed, tried = _moment(place.renewed), _moment(place.tried)
        return (renewed is None or now - renewed >= EVERY) and (tried is None or now - tried >= AGAIN)


def _warned(place: Cursor, now: datetime) -> tuple[Envelope, ...]:
    ends = _moment(place.expires)
    if ends is not None and ends - now > SOON:
        return ()
    told = {"code": NOT_RENEWED, "at": now.isoformat()}
    return (Envelope(f"{NOT_RENEWED}:{now.date().isoformat()}", "news", msgspec.json.encode(told)),)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def _cursor(text: str) -> Cursor:
    try:
        return msgspec.json.decode(text, type=Cursor) if text else Cursor()
    except msgspec.DecodeError:
        return Cursor()


def _written(cursor: Cursor) -> str:
    return msgspec.json.encode(cursor).decode()

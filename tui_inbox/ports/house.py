"""What people at the desk leave for each other, and who is at work, as the store keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from tui_inbox.domain.event import Event
from tui_inbox.rows import (
    Change,
    DraftRow,
    EventRow,
    Presence,
    RequestRow,
    TagRow,
    WorkerRow,
)


class Drafts(Protocol):
    """Journal of what is being typed; writing it appends no change."""

    def get(self, conversation_id: int, operator: str) -> DraftRow | None: ...

    def of_others(self, conversation_id: int, operator: str) -> Sequence[DraftRow]: ...

    def put(self, draft: DraftRow) -> None: ...

    def remove(self, conversation_id: int, operator: str) -> None: ...

    def latest(self, operator: str) -> DraftRow | None:
        """Where this operator was typing last."""
        ...


class Tags(Protocol):
    def all(self) -> Sequence[TagRow]: ...

    def ensure(self, name: str, colour: str) -> TagRow: ...

    def add(self, tag_id: int, kind: str, ref: int) -> bool:
        """``kind`` is ``conversation`` or ``guest``; tells whether it was new."""
        ...

    def remove(self, tag_id: int, kind: str, ref: int) -> bool: ...

    def of(self, kind: str, ref: int) -> Sequence[TagRow]: ...


class Requests(Protocol):
    """What guests asked for: room, restaurant, spa, transfer, other."""

    def get(self, request_id: int) -> RequestRow | None: ...

    def add(self, request: RequestRow, *, guest_id: int, reservation_id: int | None, at: datetime) -> RequestRow: ...

    def set_status(self, request_id: int, status: str, at: datetime) -> None: ...

    def of_guest(self, guest_id: int) -> Sequence[RequestRow]: ...

    def reassign(self, request_id: int, guest_id: int, conversation_id: int | None) -> None:
        """When guests are merged, or a merge is undone."""
        ...


class Events(Protocol):
    def add(self, event: Event) -> Event: ...

    def last_undoable(self, operator: str) -> Event | None:
        """This operator's newest event that can be undone and is not."""
        ...

    def undone(self, event_id: int, at: datetime) -> None: ...

    def between(self, conversation_id: int, first: datetime, last: datetime | None) -> Sequence[EventRow]:
        """Events of the thread in (first, last], oldest first."""
        ...

    def activity(self, conversation_id: int, guest_id: int, limit: int) -> Sequence[EventRow]:
        """Newest first."""
        ...


class Operators(Protocol):
    def all(self) -> Sequence[tuple[str, str]]:
        """(code, name) of everybody who ever logged in or was configured."""
        ...

    def seen(self, code: str, name: str, at: datetime) -> bool:
        """Note a login, or that a session is still alive; True the first time. Appends no change."""
        ...

    def last_seen(self) -> datetime | None:
        """When any operator's session was alive last: why a detached worker must not end yet."""
        ...

    def preference(self, operator: str, key: str) -> str: ...

    def set_preference(self, operator: str, key: str, value: str) -> None: ...


class Presences(Protocol):
    """Who looks at or answers what; rows expire and append no change."""

    def put(self, conversation_id: int, operator: str, doing: str, until: datetime) -> None: ...

    def leave(self, operator: str) -> None: ...

    def of(self, conversation_id: int, now: datetime, but: str) -> Sequence[Presence]: ...


class Job(Struct, frozen=True):
    """Something a screen asked the worker to do."""

    id: int
    kind: str
    """``channel_test``, ``channel_connect``, ``sync_templates``, ``older``, ``download`` ..."""
    account: str
    params: dict[str, str | int]
    state: str
    """``queued``, ``done`` or ``failed``."""
    result: dict[str, str | int]
    created_by: str


class Jobs(Protocol):
    def add(self, kind: str, account: str, params: Mapping[str, str | int], by: str, at: datetime) -> int: ...

    def queued(self, limit: int) -> Sequence[Job]: ...

    def finish(self, job_id: int, ok: bool, result: Mapping[str, str | int], at: datetime) -> None: ...

    def get(self, job_id: int) -> Job | None: ...


class Workers(Protocol):
    """The heartbeat row; beating appends no change."""

    def get(self) -> WorkerRow | None: ...

    def beat(self, boot: str, pid: int, started_at: datetime, at: datetime) -> None: ...

    def stopped(self, boot: str, at: datetime) -> None: ...


class Mappings(Protocol):
    """Saved column mappings of CSV imports, and other small settings kept with the hotel's data."""

    def get(self, name: str) -> str: ...

    def put(self, name: str, value: str) -> None: ...

    def keep(self, name: str, value: str) -> str:
        """Set it unless it is set; what holds from now on, whoever was first."""
        ...

    def hold(self, name: str) -> None:
        """Nobody else holds this name until the transaction ends; who wants it, waits."""
        ...


class Changes(Protocol):
    def since(self, seq: int, limit: int) -> Sequence[Change]: ...

    def latest(self) -> int: ...

    def oldest(self) -> int:
        """Sequence number of the oldest line kept: a session behind it reloads everything."""
        ...

    def prune(self, before: datetime) -> int: ...

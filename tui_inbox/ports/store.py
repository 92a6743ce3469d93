"""The store as the services see it: transactions over aggregates, the same on SQLite and PostgreSQL.

Rules that every implementation keeps:

* A write transaction is short: no network, no input, no waiting inside it.
* ``load`` reads a row for change (locked on PostgreSQL; a write transaction is alone on SQLite); ``get`` only reads.
* ``put`` writes a whole entity back; ``add`` ignores the entity's id and returns the entity with its own.
* ``changed`` notes are appended to the change table as the last statement of the transaction, once per (kind, ref).
* Times are aware UTC datetimes here, whatever the columns hold.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from tui_inbox.ports.conversations import Conversations, Inbox, Messages, Unread
from tui_inbox.ports.groups import Campaigns, GuestLists, Offers
from tui_inbox.ports.house import (
    Changes,
    Drafts,
    Events,
    Job,
    Jobs,
    Mappings,
    Operators,
    Presences,
    Requests,
    Tags,
    Workers,
)
from tui_inbox.ports.intake import Accounts, Inbounds, Scores, Visitors
from tui_inbox.ports.outbox import Deeds, Outbox
from tui_inbox.ports.people import Consents, Guests, Lines
from tui_inbox.ports.stays import Reservations, StayEvents
from tui_inbox.ports.texts import Planner, Templates

__all__ = [
    "Accounts",
    "Blobs",
    "Campaigns",
    "Changes",
    "Consents",
    "Conversations",
    "Deeds",
    "Drafts",
    "Events",
    "GuestLists",
    "Guests",
    "Inbounds",
    "Inbox",
    "Job",
    "Jobs",
    "Lease",
    "Lines",
    "Mappings",
    "Messages",
    "Offers",
    "Operators",
    "Outbox",
    "Planner",
    "Presences",
    "Requests",
    "Reservations",
    "Scores",
    "StayEvents",
    "Store",
    "Tags",
    "Templates",
    "Transaction",
    "Unread",
    "Visitors",
    "Workers",
]


class Transaction(Protocol):
    """One consistent view of the store; in a write transaction also one atomic change of it."""

    @property
    def conversations(self) -> Conversations: ...

    @property
    def inbox(self) -> Inbox: ...

    @property
    def unread(self) -> Unread: ...

    @property
    def messages(self) -> Messages: ...

    @property
    def guests(self) -> Guests: ...

    @property
    def lines(self) -> Lines: ...

    @property
    def consents(self) -> Consents: ...

    @property
    def reservations(self) -> Reservations: ...

    @property
    def stay_events(self) -> StayEvents: ...

    @property
    def outbox(self) -> Outbox: ...

    @property
    def inbounds(self) -> Inbounds: ...

    @property
    def accounts(self) -> Accounts: ...

    @property
    def templates(self) -> Templates: ...

    @property
    def planner(self) -> Planner: ...

    @property
    def drafts(self) -> Drafts: ...

    @property
    def tags(self) -> Tags: ...

    @property
    def requests(self) -> Requests: ...

    @property
    def events(self) -> Events: ...

    @property
    def operators(self) -> Operators: ...

    @property
    def presences(self) -> Presences: ...

    @property
    def scores(self) -> Scores: ...

    @property
    def jobs(self) -> Jobs: ...

    @property
    def deeds(self) -> Deeds: ...

    @property
    def visitors(self) -> Visitors: ...

    @property
    def workers(self) -> Workers: ...

    @property
    def mappings(self) -> Mappings: ...

    @property
    def changes(self) -> Changes: ...

    @property
    def guest_lists(self) -> GuestLists: ...

    @property
    def campaigns(self) -> Campaigns: ...

    @property
    def offers(self) -> Offers: ...

    def changed(self, kind: str, ref: int) -> None:
        """Wake the sessions that show this."""
        ...


class Store(Protocol):
    """Opens transactions; safe to use from several threads."""

    @property
    def beside(self) -> bool:
        """On this machine, so that a glance costs less than waking a thread for it."""
        ...

    def sign(self) -> object:
        """Another one after a commit of anybody's, told in some microseconds; None where only a look can tell.

        Two commits within a few milliseconds may have the same.
        """
        ...

    def read(self) -> AbstractContextManager[Transaction]:
        """A snapshot; writing in it is refused."""
        ...

    def write(self) -> AbstractContextManager[Transaction]:
        """Commits durably at the end of the block, rolls back on an exception.

        Raises ``StoreError`` ("busy", "disk_full", "read_only", "schema_newer" ...).
        """
        ...

    def checkpoint(self) -> None:
        """Keep a log of changes short where the engine has one; the worker asks for it now and then."""
        ...

    def close(self) -> None: ...


class Blobs(Protocol):
    """Attachment bytes by their sha256; files of mode 0600 beside the store."""

    def put(self, content: bytes) -> str:
        """Store and return the sha256 in hex; storing the same bytes twice is one file."""
        ...

    def get(self, sha256: str) -> bytes:
        """Raises ``NotFound``."""
        ...

    def path(self, sha256: str) -> str: ...


class Lease(Protocol):
    """One worker at a time."""

    def acquire(self) -> bool:
        """Without waiting; False when another worker holds it."""
        ...

    def release(self) -> None: ...

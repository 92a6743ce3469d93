"""One view of the store: its aggregates, each imported and made when it is first used."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from storage.engine import Connection

if TYPE_CHECKING:
    from tui_inbox.ports import groups, people, stays
    from tui_inbox.ports import store as ports


T = TypeVar("T")


class made(Generic[T]):  # noqa: N801 - a decorator
    """``functools.cached_property`` without its lock, which took longer than making an aggregate (Python 3.11)."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self._name = make.__name__

    def __get__(self, view: Transaction, _owner: object = None) -> T:
        found = view.__dict__[self._name] = self._make(view)
        return found


class Transaction:
    """One view of the store; aggregates are made when first used."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self.notes: dict[tuple[str, int], None] = {}

    def changed(self, kind: str, ref: int) -> None:
        self.notes[kind, ref] = None

    @made
    def conversations(self) -> ports.Conversations:
        from storage.conversations import SqlConversations

        return SqlConversations(self.db)

    @made
    def inbox(self) -> ports.Inbox:
        from storage.inbox import SqlInbox

        return SqlInbox(self.db)

    @made
    def unread(self) -> ports.Unread:
        from storage.unread import SqlUnread

        return SqlUnread(self.db)

    @made
    def messages(self) -> ports.Messages:
        from storage.messages import SqlMessages

        return SqlMessages(self.db)

    @made
    def changes(self) -> ports.Changes:
        from storage.changes import SqlChanges

        return SqlChanges(self.db)

    @made
    def guests(self) -> people.Guests:
        from storage.guests import SqlGuests

        return SqlGuests(self.db)

    @made
    def lines(self) -> people.Lines:
        from storage.lines import SqlLines

        return SqlLines(self.db)

    @made
    def consents(self) -> people.Consents:
        from storage.consents import SqlConsents

        return SqlConsents(self.db)

    @made
    def reservations(self) -> stays.Reservations:
        from storage.reservations import SqlReservations

        return SqlReservations(self.db)

    @made
    def stay_events(self) -> stays.StayEvents:
        from storage.stay_events import SqlStayEvents

        return SqlStayEvents(self.db)

    @made
    def outbox(self) -> ports.Outbox:
        from storage.outbox import SqlOutbox

        return SqlOutbox(self.db)

    @made
    def inbounds(self) -> ports.Inbounds:
        from storage.inbounds import SqlInbounds

        return SqlInbounds(self.db)

    @made
    def accounts(self) -> ports.Accounts:
        from storage.accounts import SqlAccounts

        return SqlAccounts(self.db)

    @made
    def templates(self) -> ports.Templates:
        from storage.templates import SqlTemplates

        return SqlTemplates(self.db)

    @made
    def planner(self) -> ports.Planner:
        from storage.planner import SqlPlanner

        return SqlPlanner(self.db)

    @made
    def drafts(self) -> ports.Drafts:
        from storage.drafts import SqlDrafts

        return SqlDrafts(self.db)

    @made
    def tags(self) -> ports.Tags:
        from storage.tags import SqlTags

        return SqlTags(self.db)

    @made
    def requests(self) -> ports.Requests:
        from storage.requests import SqlRequests

        return SqlRequests(self.db)

    @made
    def events(self) -> ports.Events:
        from storage.events import SqlEvents

        return SqlEvents(self.db)

    @made
    def operators(self) -> ports.Operators:
        from storage.operators import SqlOperators

        return SqlOperators(self.db)

    @made
    def presences(self) -> ports.Presences:
        from storage.presences import SqlPresences

        return SqlPresences(self.db)

    @made
    def visitors(self) -> ports.Visitors:
        from storage.visitors import SqlVisitors

        return SqlVisitors(self.db)

    @made
    def deeds(self) -> ports.Deeds:
        from storage.deeds import SqlDeeds

        return SqlDeeds(self.db)

    @made
    def scores(self) -> ports.Scores:
        from storage.scores import SqlScores

        return SqlScores(self.db)

    @made
    def jobs(self) -> ports.Jobs:
        from storage.jobs import SqlJobs

        return SqlJobs(self.db)

    @made
    def workers(self) -> ports.Workers:
        from storage.workers import SqlWorkers

        return SqlWorkers(self.db)

    @made
    def mappings(self) -> ports.Mappings:
        from storage.mappings import SqlMappings

        return SqlMappings(self.db)

    @made
    def guest_lists(self) -> groups.GuestLists:
        from storage.guest_lists import SqlGuestLists

        return SqlGuestLists(self.db)

    @made
    def campaigns(self) -> groups.Campaigns:
        from storage.campaigns import SqlCampaigns

        return SqlCampaigns(self.db)

    @made
    def offers(self) -> groups.Offers:
        from storage.offers import SqlOffers

        return SqlOffers(self.db)

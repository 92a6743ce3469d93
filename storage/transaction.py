"""One view of the store: its aggregates, each imported and made when it is first used."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from storage.engine import Connection

if TYPE_CHECKING:
    from tui_inbox.ports import groups, people, stays
    from tui_inbox.ports import store as ports


class Transaction:
    """One view of the store; aggregates are made when first used."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self.notes: dict[tuple[str, int], None] = {}

    def changed(self, kind: str, ref: int) -> None:
        self.notes[kind, ref] = None

    @cached_property
    def conversations(self) -> ports.Conversations:
        from storage.conversations import SqlConversations

        return SqlConversations(self.db)

    @cached_property
    def inbox(self) -> ports.Inbox:
        from storage.inbox import SqlInbox

        return SqlInbox(self.db)

    @cached_property
    def unread(self) -> ports.Unread:
        from storage.unread import SqlUnread

        return SqlUnread(self.db)

    @cached_property
    def messages(self) -> ports.Messages:
        from storage.messages import SqlMessages

        return SqlMessages(self.db)

    @cached_property
    def changes(self) -> ports.Changes:
        from storage.changes import SqlChanges

        return SqlChanges(self.db)

    @cached_property
    def guests(self) -> people.Guests:
        from storage.guests import SqlGuests

        return SqlGuests(self.db)

    @cached_property
    def lines(self) -> people.Lines:
        from storage.lines import SqlLines

        return SqlLines(self.db)

    @cached_property
    def consents(self) -> people.Consents:
        from storage.consents import SqlConsents

        return SqlConsents(self.db)

    @cached_property
    def reservations(self) -> stays.Reservations:
        from storage.reservations import SqlReservations

        return SqlReservations(self.db)

    @cached_property
    def stay_events(self) -> stays.StayEvents:
        from storage.stay_events import SqlStayEvents

        return SqlStayEvents(self.db)

    @cached_property
    def outbox(self) -> ports.Outbox:
        from storage.outbox import SqlOutbox

        return SqlOutbox(self.db)

    @cached_property
    def inbounds(self) -> ports.Inbounds:
        from storage.inbounds import SqlInbounds

        return SqlInbounds(self.db)

    @cached_property
    def accounts(self) -> ports.Accounts:
        from storage.accounts import SqlAccounts

        return SqlAccounts(self.db)

    @cached_property
    def templates(self) -> ports.Templates:
        from storage.templates import SqlTemplates

        return SqlTemplates(self.db)

    @cached_property
    def planner(self) -> ports.Planner:
        from storage.planner import SqlPlanner

        return SqlPlanner(self.db)

    @cached_property
    def drafts(self) -> ports.Drafts:
        from storage.drafts import SqlDrafts

        return SqlDrafts(self.db)

    @cached_property
    def tags(self) -> ports.Tags:
        from storage.tags import SqlTags

        return SqlTags(self.db)

    @cached_property
    def requests(self) -> ports.Requests:
        from storage.requests import SqlRequests

        return SqlRequests(self.db)

    @cached_property
    def events(self) -> ports.Events:
        from storage.events import SqlEvents

        return SqlEvents(self.db)

    @cached_property
    def operators(self) -> ports.Operators:
        from storage.operators import SqlOperators

        return SqlOperators(self.db)

    @cached_property
    def presences(self) -> ports.Presences:
        from storage.presences import SqlPresences

        return SqlPresences(self.db)

    @cached_property
    def visitors(self) -> ports.Visitors:
        from storage.visitors import SqlVisitors

        return SqlVisitors(self.db)

    @cached_property
    def deeds(self) -> ports.Deeds:
        from storage.deeds import SqlDeeds

        return SqlDeeds(self.db)

    @cached_property
    def scores(self) -> ports.Scores:
        from storage.scores import SqlScores

        return SqlScores(self.db)

    @cached_property
    def jobs(self) -> ports.Jobs:
        from storage.jobs import SqlJobs

        return SqlJobs(self.db)

    @cached_property
    def workers(self) -> ports.Workers:
        from storage.workers import SqlWorkers

        return SqlWorkers(self.db)

    @cached_property
    def mappings(self) -> ports.Mappings:
        from storage.mappings import SqlMappings

        return SqlMappings(self.db)

    @cached_property
    def guest_lists(self) -> groups.GuestLists:
        from storage.guest_lists import SqlGuestLists

        return SqlGuestLists(self.db)

    @cached_property
    def campaigns(self) -> groups.Campaigns:
        from storage.campaigns import SqlCampaigns

        return SqlCampaigns(self.db)

    @cached_property
    def offers(self) -> groups.Offers:
        from storage.offers import SqlOffers

        return SqlOffers(self.db)

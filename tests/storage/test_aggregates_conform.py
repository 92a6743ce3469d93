"""mypy checks here that every class keeps its Protocol; at run time each is only constructed."""

from __future__ import annotations

from storage.accounts import SqlAccounts
from storage.consents import SqlConsents
from storage.drafts import SqlDrafts
from storage.engine import SQLITE, Connection
from storage.events import SqlEvents
from storage.guests import SqlGuests
from storage.inbounds import SqlInbounds
from storage.jobs import SqlJobs
from storage.lines import SqlLines
from storage.mappings import SqlMappings
from storage.operators import SqlOperators
from storage.outbox import SqlOutbox
from storage.planner import SqlPlanner
from storage.presences import SqlPresences
from storage.requests import SqlRequests
from storage.reservations import SqlReservations
from storage.tags import SqlTags
from storage.templates import SqlTemplates
from storage.workers import SqlWorkers
from tui_inbox.ports import people, stays
from tui_inbox.ports import store as ports


def aggregates(db: Connection) -> tuple[object, ...]:
    guests: people.Guests = SqlGuests(db)
    lines: people.Lines = SqlLines(db)
    consents: people.Consents = SqlConsents(db)
    reservations: stays.Reservations = SqlReservations(db)
    outbox: ports.Outbox = SqlOutbox(db)
    inbounds: ports.Inbounds = SqlInbounds(db)
    accounts: ports.Accounts = SqlAccounts(db)
    templates: ports.Templates = SqlTemplates(db)
    planner: ports.Planner = SqlPlanner(db)
    drafts: ports.Drafts = SqlDrafts(db)
    tags: ports.Tags = SqlTags(db)
    requests: ports.Requests = SqlRequests(db)
    events: ports.Events = SqlEvents(db)
    operators: ports.Operators = SqlOperators(db)
    presences: ports.Presences = SqlPresences(db)
    jobs: ports.Jobs = SqlJobs(db)
    workers: ports.Workers = SqlWorkers(db)
    mappings: ports.Mappings = SqlMappings(db)
    people = (guests, lines, consents, reservations, tags, requests)
    desk = (drafts, events, operators, presences, mappings)
    sending = (outbox, inbounds, accounts, templates, planner, jobs, workers)
    return (*people, *desk, *sending)


def test_constructing_an_aggregate_touches_no_connection() -> None:
    assert len(aggregates(Connection(None, SQLITE, write=True))) == 18

"""``list``, ``show`` and ``status``: the inbox as plain text or JSON."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from typing import Any

from tui_inbox.bootstrap.opening import build_desk, open_store
from tui_inbox.cli.context import configuration, print_json, reader
from tui_inbox.cli.failing import OK, Usage
from tui_inbox.cli.words import account_json, account_lines, ago, conversation_line, guest_name, local, message_lines
from tui_inbox.domain.conversation import Tab
from tui_inbox.domain.display import clean, clean_line
from tui_inbox.domain.reservation import Reservation
from tui_inbox.rows import ConversationRow, MessageRow, View
from tui_inbox.services import inbox, thread, upkeep
from tui_inbox.services.desk import Desk
from tui_inbox.wording import _, ngettext
from tui_inbox.wording.sounds import previewed

_MOST = 10_000


def _limit(options: Namespace) -> int:
    if not 1 <= options.limit <= _MOST:
        raise Usage(_("--limit is from 1 to {most}.").format(most=_MOST))
    return int(options.limit)


def list_(options: Namespace) -> int:
    limit = _limit(options)
    loaded = configuration(options)
    actor, desk, now = reader(options, loaded), build_desk(loaded), datetime.now(UTC)
    view = View(
        tab=Tab(options.tab), unread=options.unread, unanswered=options.unanswered, search=clean_line(options.search)
    )
    with open_store(loaded, create=False) as store, store.read() as tx:
        found = inbox.page(tx, desk, actor, view, now, limit=limit)
    if options.json:
        print_json([conversation_json(desk, row) for row in found.rows])
        return OK
    for row in found.rows:
        print(conversation_line(desk, row, now))
    if found.more:
        print(_("There are more: --limit shows them."))
    if not found.rows:
        print(_("Nothing here. “tui-inbox list --tab all” shows every conversation."))
    return OK


def show(options: Namespace) -> int:
    limit = _limit(options)
    loaded = configuration(options)
    actor, desk, now = reader(options, loaded), build_desk(loaded), datetime.now(UTC)
    with open_store(loaded, create=False) as store, store.read() as tx:
        found = thread.open_thread(tx, desk, actor, options.id, now, limit=limit)
        guest = tx.guests.get(found.conversation.guest_id)
    row = found.conversation
    if options.json:
        document = conversation_json(desk, row)
        document["guest"] = {
            "id": row.guest_id,
            "name": guest_name(desk, row),
            "language": row.language,
            "phone": guest.phone if guest else "",
            "email": guest.email if guest else "",
            "vip": row.vip,
        }
        document["reservations"] = [_stay_json(stay) for stay in found.stays]
        document["messages"] = [message_json(desk, message) for message in found.messages]
        document["older"] = found.older
        print_json(document)
        return OK
    print(conversation_line(desk, row, now))
    for stay in found.stays:
        print("  " + _("Stay {arrival} to {departure}, room {room}").format(
            arrival=stay.arrival, departure=stay.departure, room=clean_line(stay.room) or "–"
        ))  # fmt: skip
    if found.older:
        print(_("There are older messages: --limit shows them."))
    for message in found.messages:
        print("\n".join(message_lines(desk, message, guest_name(desk, row), now)))
    print(ngettext("{n} message", "{n} messages", len(found.messages)))
    return OK


def status(options: Namespace) -> int:
    """Worker, channels, inbox and outbox in one look."""
    loaded = configuration(options)
    desk, now = build_desk(loaded), datetime.now(UTC)
    with open_store(loaded, create=False) as store, store.read() as tx:
        found = upkeep.status(tx, desk, now)
    if options.json:
        print_json(status_json(desk, found))
        return OK
    if found.worker_alive:
        print(_("The worker runs."))
    elif found.worker:
        print(_("No worker runs; the last sign of one was {time}.").format(time=ago(found.worker.beat_at, now)))
    else:
        print(_("No worker has run yet: “tui-inbox worker” starts one."))
    for line in account_lines(desk, {row.name: row for row in found.accounts}, now):
        print(line)
    print(_("Open {open}, unanswered {unanswered}.").format(open=found.open, unanswered=found.unanswered))
    print(_("Outbox: {waiting} waiting, {failed} failed, {unknown} unknown.").format(
        waiting=found.waiting, failed=found.failed, unknown=found.unknown
    ))  # fmt: skip
    if found.quarantined:
        print(ngettext("{n} item in quarantine", "{n} items in quarantine", found.quarantined))
    return OK


def status_json(desk: Desk, found: upkeep.Status) -> dict[str, Any]:
    worker = found.worker
    return {
        "worker": {
            "alive": found.worker_alive,
            "pid": worker.pid if worker else None,
            "started_at": local(desk, worker.started_at) if worker else None,
            "beat_at": local(desk, worker.beat_at) if worker else None,
        },
        "channels": [account_json(desk, row.name, row) for row in found.accounts],
        "open": found.open,
        "unanswered": found.unanswered,
        "outbox": {"waiting": found.waiting, "failed": found.failed, "unknown": found.unknown},
        "quarantined": found.quarantined,
    }


def conversation_json(desk: Desk, row: ConversationRow) -> dict[str, Any]:
    """A row of ``list --json``: the keys are a promise to scripts."""
    return {
        "id": row.id,
        "guest": guest_name(desk, row),
        "channel": row.channel,
        "account": row.account,
        "state": row.state.value,
        "unread": row.unread,
        "unanswered": row.unanswered,
        "last_at": local(desk, row.last_at),
        "preview": clean_line(previewed(row.preview)),
        "deadline": local(desk, row.deadline_at),
        "room": row.stay.room if row.stay else "",
    }


def message_json(desk: Desk, message: MessageRow) -> dict[str, Any]:
    return {
        "id": message.id,
        "at": local(desk, message.at),
        "direction": message.direction.value,
        "channel": message.channel,
        "kind": message.kind.value,
        "origin": message.origin.value,
        "state": message.state.value,
        "author": message.author,
        "subject": clean_line(message.subject),
        "text": clean(message.text),
        "attachments": [
            {"id": file.id, "name": file.name, "type": file.type, "size": file.size, "state": file.state}
            for file in message.attachments
        ],
    }


def _stay_json(stay: Reservation) -> dict[str, Any]:
    return {
        "id": stay.id,
        "arrival": stay.arrival.isoformat(),
        "departure": stay.departure.isoformat(),
        "room": stay.room,
        "status": stay.status.value,
        "source": stay.source,
        "number": stay.external_id,
    }

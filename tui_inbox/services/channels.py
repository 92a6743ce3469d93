"""Channel accounts as operators deal with them: what a screen asks for, the worker does and answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import AcceptedWithoutId, ChannelError, Malformed, NotFound, Refused, Unknown
from tui_inbox.domain.template import Approval, Template
from tui_inbox.ports.bookings import BookingSource
from tui_inbox.ports.channel import (
    Batch,
    Channel,
    FetchesFiles,
    HasTemplates,
    Health,
    HealthState,
    LoadsOlder,
    ManagesTemplates,
    MetersUsage,
)
from tui_inbox.ports.store import Blobs, Job, Store, Transaction
from tui_inbox.rows import AccountRow, UsageRow
from tui_inbox.services import accounts, calling, delivery, stay_sync, vendor_templates
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.files import fetch
from tui_inbox.services.ingest import apply_pending, replay, store_batch

Result = dict[str, str | int]
_NO_SOURCES: Mapping[str, BookingSource] = {}

KINDS = (
    "channel_test",
    "channel_connect",
    "sync_templates",
    "template_submit",
    "template_withdraw",
    "usage",
    "older",
    "download",
    "replay",
    "calls",
    "calls_set",
)
ADMIN_KINDS = frozenset({"channel_connect", "calls_set"})


def ask(tx: Transaction, actor: Actor, kind: str, account: str, params: Mapping[str, str | int], now: datetime) -> int:
    """Queue something for the worker; the job's id, to be looked at until it is done."""
    actor.require_write()
    if kind in ADMIN_KINDS:
        actor.require_admin()
    if kind not in KINDS:
        raise Refused("unknown_job", kind=kind)
    return tx.jobs.add(kind, account, params, actor.code, now)


def answer(tx: Transaction, job_id: int) -> Job | None:
    """The job as it stands."""
    return tx.jobs.get(job_id)


def pause(tx: Transaction, desk: Desk, actor: Actor, account: str, now: datetime) -> None:
    """No polls and no sends until resumed; nothing is deleted."""
    actor.require_write()
    accounts.set_paused(tx, desk, account, True, now)


def resume(tx: Transaction, desk: Desk, actor: Actor, account: str, now: datetime) -> int:
    """Polls and sends go on, and the vendor is asked how the account is.

    Every waiting message is checked again; how many have lost their window, or their use, and went back to the desk.
    """
    actor.require_write()
    accounts.set_paused(tx, desk, account, False, now)
    tx.jobs.add("channel_test", account, {}, actor.code, now)
    return delivery.recheck(tx, desk, account, now)


def rows(tx: Transaction, desk: Desk) -> Sequence[AccountRow]:
    """All configured accounts, then the sources of stays, those never polled included."""
    return [accounts.of(tx, desk, name) for name in (*desk.accounts, *desk.sources)]


def record_poll(tx: Transaction, desk: Desk, account: str, error: ChannelError | None, now: datetime) -> None:
    """Note a poll that went well (no error) or did not."""
    accounts.polled(tx, desk, account, error, now)


def usage(tx: Transaction, account: str) -> Sequence[UsageRow]:
    return tx.accounts.usage(account)


class _Work(NamedTuple):
    store: Store
    desk: Desk
    channel: Channel
    job: Job
    now: datetime
    blobs: Blobs | None


def run_jobs(
    store: Store,
    desk: Desk,
    channels: Mapping[str, Channel],
    now: datetime,
    blobs: Blobs | None = None,
    limit: int = 10,
    sources: Mapping[str, BookingSource] = _NO_SOURCES,
) -> int:
    """Do what the screens asked for; how many jobs were finished, well or not."""
    with store.read() as tx:
        jobs = tx.jobs.queued(limit)
    for job in jobs:
        source = sources.get(job.account)
        if source is not None:
            ok, result = _finished(partial(_of_source, store, desk, source, job, now))
        else:
            ok, result = _run(store, desk, channels.get(job.account), job, now, blobs)
        with store.write() as tx:
            tx.jobs.finish(job.id, ok, result, now)
            tx.changed("job", job.id)
    return len(jobs)


def _run(
    store: Store, desk: Desk, channel: Channel | None, job: Job, now: datetime, blobs: Blobs | None
) -> tuple[bool, Result]:
    handler = _HANDLERS.get(job.kind)
    if channel is None or handler is None:
        return False, {"code": "no_such_account" if channel is None else "unknown_job"}
    return _finished(partial(handler, _Work(store, desk, channel, job, now, blobs)))


def _finished(work: Callable[[], Result]) -> tuple[bool, Result]:
    """(well, what to tell the one who asked)."""
    try:
        return True, work()
    except ChannelError as error:
        return False, {"code": error.code, "vendor_text": clean_line(error.vendor_text)}
    except (Refused, Malformed) as error:
        return False, {"code": error.code, **error.params}
    except NotFound:
        return False, {"code": "not_found"}
    except Exception as error:  # noqa: BLE001 - a job that fails is told to the one who asked, and the others go on
        return False, {"code": "job_failed", "error": type(error).__name__}


def _of_source(store: Store, desk: Desk, source: BookingSource, job: Job, now: datetime) -> Result:
    match job.kind:
        case "channel_test" | "channel_connect":
            return _tested(store, desk, source)
        case "replay":
            applied = stay_sync.replay(store, desk, source, int(job.params["inbound"]), now)
            return {"applied": applied.applied, "quarantined": applied.quarantined}
    raise Refused("unknown_job", kind=job.kind)


def _test(work: _Work) -> Result:
    return _tested(work.store, work.desk, work.channel)


def _tested(store: Store, desk: Desk, found: Channel | BookingSource) -> Result:
    health = found.test()
    with store.write() as tx:
        _note_health(tx, desk, found.name, health)
    if health.state not in (HealthState.OK, HealthState.RESTRICTED):
        raise Refused(health.code or "channel_error", vendor_text=clean_line(health.vendor_text))
    return {"account_name": clean_line(health.account_name), **health.details}


def examine(store: Store, desk: Desk, channel: Channel, *, troubled: bool = False) -> None:
    """Ask the vendor how the account is; with ``troubled`` only while something is wrong that no poll can end."""
    with store.read() as tx:
        state = accounts.of(tx, desk, channel.name).state
    polled = bool(channel.streams())
    troubles = (accounts.RESTRICTED, accounts.DISABLED) if polled else (*_TROUBLES, accounts.NEW)
    if troubled and state not in troubles:
        return
    health = channel.test()
    if polled and (health.state is HealthState.ERROR or (health.state is HealthState.OK and state == accounts.ERROR)):
        return  # A fault of the moment: the polls tell of it, and of its end.
    with store.write() as tx:
        _note_health(tx, desk, channel.name, health)


_TROUBLES = (accounts.RESTRICTED, accounts.DISABLED, accounts.ERROR)


def _note_health(tx: Transaction, desk: Desk, name: str, health: Health) -> None:
    before = accounts.of(tx, desk, name, for_change=True)
    row = accounts.told(before, health)
    if row != before:
        tx.accounts.put(row)
        tx.changed("account", 0)


def _connect(work: _Work) -> Result:
    result = _test(work)
    with work.store.write() as tx:
        accounts.connected(tx, work.desk, work.channel.name, work.now)
    return result


def sync_templates(store: Store, channel: Channel, now: datetime) -> int:
    """Fetch the vendor's templates with their approval; how many there are."""
    if not isinstance(channel, HasTemplates):
        return 0
    found = channel.templates()
    with store.write() as tx:
        vendor_templates.sync(tx, channel.name, found, now)
    return len(found)


def _manages(work: _Work) -> tuple[ManagesTemplates, Template]:
    """The vendor and the template of the job."""
    if not isinstance(work.channel, ManagesTemplates):
        raise Refused("no_template_management", account=work.channel.name)
    with work.store.read() as tx:
        template = tx.templates.get(int(work.job.params["template"]))
    if template is None or template.account not in ("", work.channel.name):
        raise Refused("template_not_there")
    return work.channel, template


def _submit(work: _Work) -> Result:
    vendor, template = _manages(work)
    with work.store.read() as tx:
        held = [one for one in vendor_templates.before_submitting(tx, template) if one.refused]
    if held:
        raise Refused(held[0].code, **held[0].params)
    try:
        told = vendor.submit(template)
    except (Unknown, AcceptedWithoutId):
        # It may be there: the vendor's list says so.
        with work.store.write() as tx:
            tx.jobs.add("sync_templates", work.channel.name, {}, "", work.now)
        raise
    _keep(work, template, told._replace(submitted_at=work.now))
    return {"approval": told.approval.value, "vendor_id": told.vendor_id}


def _withdraw(work: _Work) -> Result:
    vendor, template = _manages(work)
    vendor.withdraw(template)
    _keep(work, template, template._replace(approval=Approval.NONE, approval_reason="", archived=True))
    return {}


def _keep(work: _Work, given: Template, told: Template) -> None:
    """What the vendor said of it; its text may have been written on meanwhile."""
    with work.store.write() as tx:
        stored = tx.templates.get(given.id, for_change=True)
        if stored is None:
            return
        if stored.body == given.body:
            stored = stored._replace(body=told.body, mapping=told.mapping)
        tx.templates.put(
            stored._replace(
                account=work.channel.name,
                vendor_id=told.vendor_id,
                category=told.category or stored.category,
                approval=told.approval,
                approval_reason=clean_line(told.approval_reason),
                submitted_at=told.submitted_at,
                archived=told.archived,
                updated_at=work.now,
                updated_by=work.job.created_by,
            )
        )
        tx.changed("template", given.id)


def meter(store: Store, channel: Channel, now: datetime) -> int:
    """Fetch this month's usage as the vendor bills it; how many categories there are."""
    if not isinstance(channel, MetersUsage):
        return 0
    found = channel.usage()
    with store.write() as tx:
        for one in found:
            tx.accounts.put_usage(
                UsageRow(
                    channel.name, f"{now:%Y-%m}", one.category, one.count, one.segments, one.price, one.currency, now
                )
            )
        tx.changed("account", 0)
    return len(found)


def _older(work: _Work) -> Result:
    if not isinstance(work.channel, LoadsOlder):
        raise Refused("no_older", account=work.channel.name)
    params = work.job.params
    before = datetime.fromtimestamp(int(params["before"]), tz=work.now.tzinfo)
    found = work.channel.older(str(params["address"]), before, int(params.get("limit", 100)))
    with work.store.write() as tx:
        cursor = tx.accounts.cursor(work.channel.name, "older")
        new = store_batch(tx, work.channel.name, "older", Batch(tuple(found), cursor), work.now)
    apply_pending(work.store, work.desk, work.channel, work.now)
    return {"count": new}


def _download(work: _Work) -> Result:
    if not isinstance(work.channel, FetchesFiles) or work.blobs is None:
        raise Refused("no_files", account=work.channel.name)
    with work.store.read() as tx:
        file = tx.messages.attachment(int(work.job.params["attachment"]))
    if file is None:
        raise NotFound("attachment")
    fetched = fetch(work.channel, work.blobs, file)
    if fetched is None:
        raise Refused("unreachable")
    with work.store.write() as tx:
        tx.messages.put_attachment(fetched)
        message = tx.messages.get(file.message_id)
        if message is not None:
            tx.changed("conversation", message.conversation_id)
    if fetched.state != "stored":
        raise Refused(fetched.reason or "not_stored")
    return {"sha256": fetched.sha256, "size": fetched.size or 0}


def _replay(work: _Work) -> Result:
    applied = replay(work.store, work.desk, work.channel, int(work.job.params["inbound"]), work.now)
    return {"applied": applied.applied, "quarantined": applied.quarantined}


_HANDLERS: Mapping[str, Callable[[_Work], Result]] = {
    "channel_test": _test,
    "channel_connect": _connect,
    "sync_templates": lambda work: {"count": sync_templates(work.store, work.channel, work.now)},
    "template_submit": _submit,
    "template_withdraw": _withdraw,
    "usage": lambda work: {"count": meter(work.store, work.channel, work.now)},
    "older": _older,
    "download": _download,
    "replay": _replay,
    "calls": lambda work: calling.read_route(work.channel),
    "calls_set": lambda work: calling.write_route(work.desk, work.channel, work.job.params),
}

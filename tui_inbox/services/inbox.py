"""The list as one operator sees it: their scope is laid over every view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from tui_inbox.domain.conversation import Sort, Tab
from tui_inbox.rows import ConversationRow, Counts, Key, Page, View
from tui_inbox.services.desk import Actor, Desk

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction


def scoped(view: View, actor: Actor) -> View:
    """The view within what this operator may see."""
    if actor.property is None and not actor.accounts:
        return view
    return replace(view, property=actor.property, channels=actor.accounts)


def page(
    tx: Transaction, desk: Desk, actor: Actor, view: View, now: datetime, after: Key | None = None, limit: int = 50
) -> Page:
    return tx.inbox.page(scoped(view, actor), actor.code, desk.today(now), after, limit)


def row(tx: Transaction, desk: Desk, actor: Actor, conversation_id: int, now: datetime) -> ConversationRow | None:
    """None when it is gone or out of the operator's scope."""
    found = tx.inbox.row(conversation_id, actor.code, desk.today(now))
    return found if found is not None and _visible(found, actor) else None


def rows(tx: Transaction, desk: Desk, actor: Actor, ids: Sequence[int], now: datetime) -> tuple[ConversationRow, ...]:
    """In the order of ``ids``, for rows that changed on screen."""
    found = tx.inbox.rows(ids, actor.code, desk.today(now))
    return tuple(one for one in found if _visible(one, actor))


def _visible(found: ConversationRow, actor: Actor) -> bool:
    if actor.property is not None and found.property != actor.property:
        return False
    return not actor.accounts or found.account in actor.accounts


def counts(tx: Transaction, desk: Desk, actor: Actor, view: View) -> Counts:
    """The badges; filters of the view do not change them, the operator's scope does."""
    return tx.inbox.counts(actor.code, scoped(view, actor))


def next_urgent(
    tx: Transaction, desk: Desk, actor: Actor, view: View, now: datetime, skip: Sequence[int] = ()
) -> int | None:
    """What ``n`` opens: the earliest deadline, then who waits longest, then the oldest unread."""
    return tx.inbox.most_urgent(actor.code, scoped(view, actor), now, skip)


class EmptyReason(NamedTuple):
    """Why a list shows nothing: worded by ``wording.sentence``; ``clears`` when taking filters off would help."""

    code: str
    params: Mapping[str, str | int] = {}
    clears: bool = False


def why_empty(tx: Transaction, desk: Desk, actor: Actor, view: View, now: datetime) -> EmptyReason:
    """The nearest cause first: set-up, what was typed, filters, scope, polling, and at last «all done»."""
    if not desk.accounts:
        return EmptyReason("empty_no_channel")
    bare = View(tab=view.tab, sort=Sort.NEWEST)
    filtered = replace(view, sort=Sort.NEWEST) != bare
    scope = scoped(bare, actor)
    if filtered and tx.inbox.page(scope, actor.code, desk.today(now), None, 1).rows:
        if view.search:
            return EmptyReason("empty_search", {"text": view.search}, clears=True)
        return EmptyReason("empty_filters", clears=True)
    if scope != bare and tx.inbox.page(bare, actor.code, desk.today(now), None, 1).rows:
        name = desk.properties.get(actor.property or "", actor.property or "")
        return EmptyReason("empty_scope", {"scope": ", ".join(part for part in (name, *actor.accounts) if part)})
    if not tx.inbox.page(View(tab=Tab.ALL), actor.code, desk.today(now), None, 1).rows:
        return _never_any(tx, desk)
    return EmptyReason(f"empty_{view.tab.value}", clears=filtered)


def _never_any(tx: Transaction, desk: Desk) -> EmptyReason:
    """No conversation at all: is anything listening?"""
    accounts = [account for account in tx.accounts.all() if account.name not in desk.sources]
    if not any(account.poll_ok_at for account in accounts):
        broken = next((account for account in accounts if account.state == "error"), None)
        if broken is not None:
            return EmptyReason("empty_channel_error", {"account": broken.name})
        return EmptyReason("empty_never_polled")
    return EmptyReason("empty_all")

"""What vendors bring instead of being asked: checked by the account's own adapter, then kept before it is answered."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from tui_inbox.domain.errors import Refused
from tui_inbox.ports.channel import Channel, Envelope, Heard, Hook, Receives
from tui_inbox.ports.letterbox import BAD_SIGNATURE
from tui_inbox.ports.store import Store, Transaction
from tui_inbox.services import accounts
from tui_inbox.services.desk import Desk

log = logging.getLogger("tui_inbox.worker")

NO_SUCH_ACCOUNT, HOOK_FAILED = "no_such_account", "hook_failed"
NO_RECEIVER = "no_receiver"
FORGED, FORGED_AT = "bad_signatures", "bad_signature_at"
"""Keys of ``AccountRow.health``: how many requests had a wrong signature, and when the last came (epoch seconds)."""
SHOWN_AGAIN = timedelta(minutes=1)
"""However many forged requests come, the screens are told of them this often."""


class Brought(NamedTuple):
    """One request and the account that its path names."""

    account: str
    hook: Hook


def take(
    store: Store, desk: Desk, channels: Mapping[str, Channel], brought: Sequence[Brought], now: datetime
) -> list[Heard | Refused]:
    """Check and keep requests, all in one commit; for each what its sender is answered, or why it was refused.

    When this returns, what was heard is durable. What came before is kept once: the vendor's id tells. Raises
    ``StoreError``, and then nothing was kept.
    """
    answers = [_heard(channels.get(one.account), one.hook) for one in brought]
    kept: dict[str, list[Envelope]] = {}
    forged: Counter[str] = Counter()
    for one, answer in zip(brought, answers, strict=True):
        if isinstance(answer, Heard):
            kept.setdefault(one.account, []).extend(answer.envelopes)
            for name in sharing(desk, channels, one.account)[1:]:
                other = _heard(channels[name], one.hook)
                kept.setdefault(name, []).extend(other.envelopes if isinstance(other, Heard) else ())
        elif answer.code == BAD_SIGNATURE:
            forged[one.account] += 1
    if forged or any(kept.values()):
        with store.write() as tx:
            for account, envelopes in kept.items():
                tx.inbounds.store(account, [(e.external_id, e.kind, e.raw) for e in envelopes], now)
            for account, count in forged.items():
                _note_forged(tx, desk, account, count, now)
    return answers


def sharing(desk: Desk, channels: Mapping[str, Channel], account: str) -> list[str]:
    """The account, then the others of its vendor: Meta brings what concerns any number or Page of one app to the one
    address that the app has. Each takes out what is its own, and only if its own secret has signed it.
    """
    info = desk.info(account)
    kin = [name for name, other in desk.accounts.items() if info is not None and other.type == info.type]
    return [account, *(name for name in kin if name != account and name in channels)]


def _heard(channel: Channel | None, hook: Hook) -> Heard | Refused:
    if channel is None or not isinstance(channel, Receives):
        return Refused(NO_SUCH_ACCOUNT)
    try:
        return channel.hear(hook)
    except Refused as refusal:
        return refusal
    except Exception as error:  # noqa: BLE001 - one adapter's bug must not stop the post of the others
        log.error("%s: a request could not be heard: %s", channel.name, type(error).__name__)
        return Refused(HOOK_FAILED)


def _note_forged(tx: Transaction, desk: Desk, account: str, count: int, now: datetime) -> None:
    row = accounts.of(tx, desk, account, for_change=True)
    seen = int(row.health.get(FORGED, 0))
    last = int(row.health.get(FORGED_AT, 0))
    health = {**row.health, FORGED: seen + count, FORGED_AT: int(now.timestamp())}
    tx.accounts.put(msgspec.structs.replace(row, health=health))
    if now.timestamp() - last > SHOWN_AGAIN.total_seconds():
        tx.changed("account", 0)


def shortcoming(desk: Desk, account: str) -> str:
    """``no_receiver`` where guests' words cannot come in, so that this account only sends; else empty."""
    info = desk.accounts.get(account)
    if info is None or not info.heard_by or set(info.heard_by) & set(desk.receiving):
        return ""
    return NO_RECEIVER

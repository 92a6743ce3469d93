"""Mail to the hotel's own people, which goes the way of every message: through the outbox, once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tui_inbox.domain.guest import Guest, Handle
from tui_inbox.domain.lifecycle import new_quiet
from tui_inbox.domain.message import Origin
from tui_inbox.ports.store import Transaction
from tui_inbox.services.desk import Desk
from tui_inbox.services.footers import STAFF, takes_footer
from tui_inbox.services.posting import Letter, enqueue, write
from tui_inbox.wording import translated
from tui_inbox.wording.consent import TO_THE_OWNER


def tell_owner(
    tx: Transaction, desk: Desk, subject: str, params: Mapping[str, str | int], key: str, now: datetime
) -> bool:
    """Write ``TO_THE_OWNER[subject]`` to the configured address; False where there is none, or no mailbox."""
    place = next(
        (
            (info.name, code)
            for info in desk.accounts.values()
            for code, traits in info.channels.items()
            if takes_footer(traits) and info.mode == "full"
        ),
        None,
    )
    if not desk.owner or place is None:
        return False
    account, channel = place
    head, text = (translated(words, desk.language).format_map(params) for words in TO_THE_OWNER[subject])
    guest = _member(tx, desk, channel, desk.owner.lower(), now)
    found = tx.conversations.of_guest(guest.id, "")
    conversation = tx.conversations.load(found.id) if found else tx.conversations.add(new_quiet(guest.id, now))
    letter = Letter(
        account, channel, desk.owner.lower(), text, subject=head, origin=Origin.BOT, scheduled=True, dedupe_key=key
    )
    message = write(tx, desk, conversation, letter, now)
    return enqueue(tx, conversation, letter, message, now) is not None


def _member(tx: Transaction, desk: Desk, channel: str, address: str, now: datetime) -> Guest:
    """Kept as a guest is, and known by the label."""
    for known in tx.guests.by_handle(channel, address):
        if any(handle.label == STAFF for handle in tx.guests.handles(known.id)):
            return known
    added = tx.guests.add(Guest(0, desk.hotel, email=address, created_at=now, updated_at=now))
    tx.guests.add_handle(Handle(0, added.id, channel, address, label=STAFF, created_at=now))
    return added

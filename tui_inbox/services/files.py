"""Attachments of guests: fetched after their message, within bounds, and kept by their content's hash."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from random import Random

from tui_inbox.domain.audio import seconds_of
from tui_inbox.domain.errors import AccountBlocked, ChannelError, Malformed, NotSent
from tui_inbox.domain.message import Attachment, Message, preview, sound_told
from tui_inbox.ports.channel import Channel, FetchesFiles
from tui_inbox.ports.store import Blobs, Store, Transaction

MAX_BYTES = 25 * 1024 * 1024
EAGER = timedelta(minutes=1)
"""So long a file is asked for in every round; later the more seldom, the longer it waits."""
GIVE_UP = timedelta(days=7)
"""Vendors keep files about that long."""
_LOOKED_AT = 100


def fetch_remote(
    store: Store, channel: Channel, blobs: Blobs, now: datetime, limit: int = 5, rng: Random | None = None
) -> int:
    """Bring the newest files that are still at the vendor's; how many were settled.

    A refused token or a vendor that is down is waited out: what a guest sent is not lost by it.
    """
    if not isinstance(channel, FetchesFiles):
        return 0
    with store.read() as tx:
        waiting = tx.messages.remote_attachments(channel.name, _LOOKED_AT)
        files = list(islice(_due(tx, waiting, now, rng or Random()), limit))
    settled = 0
    for file, waited in files:
        fetched = fetch(channel, blobs, file, last=waited > GIVE_UP)
        if fetched is None:
            continue
        with store.write() as tx:
            tx.messages.put_attachment(fetched)
            message = tx.messages.get(fetched.message_id)
            if message is not None:
                _show(tx, message)
        settled += 1
    return settled


def _show(tx: Transaction, message: Message) -> None:
    """The list's line of a recording tells its length, now that it is known."""
    conversation = tx.conversations.load(message.conversation_id)
    if conversation.last_message_id == message.id and sound_told(conversation.preview):
        said = preview(message.text, message.subject, message.attachments)
        tx.conversations.put(conversation._replace(preview=said))
    tx.changed("conversation", conversation.id)


def _due(
    tx: Transaction, waiting: Sequence[Attachment], now: datetime, rng: Random
) -> Iterator[tuple[Attachment, timedelta]]:
    """Those whose turn it is, with how long each has waited: some that never come must not keep back the others."""
    for file in waiting:
        message = tx.messages.get(file.message_id)
        since = (message.created_at or message.at) if message else now
        if rng.random() * (now - since) <= EAGER:
            yield file, now - since


def fetch(channel: FetchesFiles, blobs: Blobs, file: Attachment, *, last: bool = False) -> Attachment | None:
    """The file as it is now; None when it is worth another try, unless this was the ``last``."""
    if file.size is not None and file.size > MAX_BYTES:
        return file._replace(state="refused", reason="too_big")
    try:
        content = b"".join(channel.download(file.ref, MAX_BYTES))
    except Malformed as error:
        return file._replace(state="refused", reason=error.code)
    except (NotSent, AccountBlocked) as error:
        return file._replace(state="failed", reason=error.code) if last else None
    except ChannelError as error:
        return file._replace(state="failed", reason=error.code)
    seconds = file.seconds if file.seconds or not file.type.startswith("audio/") else seconds_of(content)
    return file._replace(state="stored", sha256=blobs.put(content), size=len(content), reason="", seconds=seconds)

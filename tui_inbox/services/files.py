"""Attachments of guests: fetched after their message, within bounds, and kept by their content's hash."""

from __future__ import annotations

from tui_inbox.domain.errors import ChannelError, Malformed, NotSent
from tui_inbox.domain.message import Attachment
from tui_inbox.ports.channel import Channel, FetchesFiles
from tui_inbox.ports.store import Blobs, Store

MAX_BYTES = 25 * 1024 * 1024


def fetch_remote(store: Store, channel: Channel, blobs: Blobs, limit: int = 5) -> int:
    """Bring the newest files that are still at the vendor's; how many were settled."""
    if not isinstance(channel, FetchesFiles):
        return 0
    with store.read() as tx:
        files = tx.messages.remote_attachments(channel.name, limit)
    settled = 0
    for file in files:
        fetched = fetch(channel, blobs, file)
        if fetched is None:
            continue
        with store.write() as tx:
            tx.messages.put_attachment(fetched)
            message = tx.messages.get(fetched.message_id)
            if message is not None:
                tx.changed("conversation", message.conversation_id)
        settled += 1
    return settled


def fetch(channel: FetchesFiles, blobs: Blobs, file: Attachment) -> Attachment | None:
    """The file as it is now; None when the vendor could not be reached and it is worth another try."""
    if file.size is not None and file.size > MAX_BYTES:
        return file._replace(state="refused", reason="too_big")
    try:
        content = b"".join(channel.download(file.ref, MAX_BYTES))
    except Malformed as error:
        return file._replace(state="refused", reason=error.code)
    except NotSent:
        return None
    except ChannelError as error:
        return file._replace(state="failed", reason=error.code)
    return file._replace(state="stored", sha256=blobs.put(content), size=len(content), reason="")

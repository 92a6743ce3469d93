"""Pictures to and from Booking.com: base64 inside JSON, in pieces beyond a megabyte."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from adapters._json import answered, decoded
from adapters._ota import checked_id, is_id
from adapters.booking_com import wire
from adapters.booking_com.calls import Calls
from tui_inbox.domain.errors import ChannelError, Malformed, NotSent

WHOLE = 1_000_000
"""Bytes of one upload; more goes in pieces."""
PIECE = 1_000_000
READ = 5_000_000
"""Bytes of one read."""
_TRIES = 2


def upload(calls: Calls, place: str, name: str, type_: str, content: bytes) -> str:
    """The file's id. It alone reaches nobody: when this fails nothing was sent. Raises ``ChannelError``."""
    if len(content) <= WHOLE:
        body = {"attachment": {**_named(name, type_, content), "file_content": _base64(content)}}
        answer = calls.tell("POST", f"{place}/attachments", body)
        return _id(wire.text(answered(answer, wire.UploadAnswer).data.attachment_id))
    for left in reversed(range(_TRIES)):
        try:
            return _in_pieces(calls, place, name, type_, content)
        except NotSent:
            # After any fault the vendor wants the first piece again.
            if not left:
                raise
    raise NotSent("broken_answer")


def _in_pieces(calls: Calls, place: str, name: str, type_: str, content: bytes) -> str:
    path = f"{place}/attachment_chunks"
    started = calls.tell("POST", path, {"action": "start", "attachment": _named(name, type_, content)})
    upload_id = _id(wire.text(answered(started, wire.UploadAnswer).data.upload_id))
    for number, first in enumerate(range(0, len(content), PIECE)):
        piece = content[first : first + PIECE]
        chunk = {"chunk_number": number, "chunk_content": _base64(piece), "chunk_size": len(piece)}
        calls.tell("POST", path, {"action": "resume", "upload_id": upload_id, "chunk": chunk})
    done = calls.tell("POST", path, {"action": "finish", "upload_id": upload_id})
    return _id(wire.text(answered(done, wire.UploadAnswer).data.attachment_id))


def download(calls: Calls, ref: str, max_bytes: int) -> Iterator[bytes]:
    """``ref`` is conversation/attachment. Raises ``ChannelError``, ``Malformed("too_big")``."""
    conversation, _, file = ref.partition("/")
    path = f"{calls.place(checked_id(conversation))}/attachments/{checked_id(file)}"
    first = 0
    while True:
        params = {"from": str(first), "to": str(first + READ - 1)}
        try:
            data = decoded(calls.read(path, params).content, wire.FileAnswer).data
            piece = base64.b64decode(data.file_content or data.attachment or "", validate=True)
        except (binascii.Error, ValueError):
            raise Malformed("file_gone") from None
        except ChannelError:
            if first and first % READ == 0:
                return  # It ended on the border.
            raise
        first += len(piece)
        if first > max_bytes:
            raise Malformed("too_big")
        yield piece
        if len(piece) < READ:
            return


def _named(name: str, type_: str, content: bytes) -> dict[str, str | int]:
    return {"file_name": name, "file_type": type_, "file_size": len(content)}


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _id(text: str) -> str:
    if not is_id(text):
        raise NotSent("unreadable_answer")
    return text

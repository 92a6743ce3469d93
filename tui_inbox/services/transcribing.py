"""What is said in a recording, written down when somebody asks for it: the wish is a row, the worker does it."""

from __future__ import annotations

import logging
from datetime import datetime

from tui_inbox.domain.audio import seconds_of
from tui_inbox.domain.display import clean, clean_line
from tui_inbox.domain.errors import ChannelError, NotFound, Refused, StoreError
from tui_inbox.domain.message import Attachment
from tui_inbox.ports.store import Blobs, Store, Transaction
from tui_inbox.ports.transcriber import Transcriber
from tui_inbox.services.desk import Actor, Desk

log = logging.getLogger("tui_inbox.worker")

LONGEST = 300
"""Seconds; longer recordings are refused before anything is sent."""
ASKED, DONE, FAILED = "asked", "done", "failed"
MOST_TEXT = 20_000


def ask(tx: Transaction, desk: Desk, actor: Actor, attachment_id: int, now: datetime) -> None:
    """Queue a recording. Raises ``Refused``: ``no_engine``, ``not_audio``, ``not_stored``, ``audio_too_long``."""
    actor.require_write()
    if not desk.transcribes:
        raise Refused("no_engine")
    file = tx.messages.attachment(attachment_id)
    if file is None:
        raise NotFound(f"attachment {attachment_id}")
    if not file.type.startswith(("audio/", "video/")):
        raise Refused("not_audio", type=file.type)
    if file.state != "stored":
        raise Refused("not_stored")
    if file.seconds is not None and file.seconds > LONGEST:
        raise Refused("audio_too_long", limit=LONGEST // 60)
    _put(tx, file._replace(transcript_state=ASKED, transcript="", transcript_by=""))


def write_down(store: Store, desk: Desk, blobs: Blobs, engine: Transcriber, now: datetime, limit: int = 3) -> int:
    """Do what was asked for, one after the other; how many recordings were settled, well or not."""
    with store.read() as tx:
        files = tx.messages.to_transcribe(limit)
    for file in files:
        with store.read() as tx:
            language = _language(tx, desk, file)
        settled = _written(blobs, engine, file, language)
        with store.write() as tx:
            current = tx.messages.attachment(file.id)
            if current is not None and current.transcript_state == ASKED:
                _put(tx, settled)
    return len(files)


def _written(blobs: Blobs, engine: Transcriber, file: Attachment, language: str) -> Attachment:
    try:
        content = blobs.get(file.sha256)
        seconds = file.seconds if file.seconds is not None else seconds_of(content)
        if seconds is not None and seconds > LONGEST:
            raise Refused("audio_too_long", limit=LONGEST // 60)
        heard = engine.transcribe(file.name, file.type, content, language)
    except (ChannelError, Refused) as error:
        return file._replace(transcript_state=FAILED, transcript=error.code)
    except NotFound:
        return file._replace(transcript_state=FAILED, transcript="not_stored")
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001 - one recording that breaks an engine must not hold up the others
        log.error("a recording could not be written down: %s", type(error).__name__)
        return file._replace(transcript_state=FAILED, transcript="engine_unreadable")
    text = clean(heard.text).strip()[:MOST_TEXT]
    return file._replace(transcript_state=DONE, transcript=text, transcript_by=clean_line(heard.by), seconds=seconds)


def _language(tx: Transaction, desk: Desk, file: Attachment) -> str:
    """What the guest is known to speak; empty when nobody knows: the engine finds it itself."""
    message = tx.messages.get(file.message_id)
    conversation = tx.conversations.get(message.conversation_id) if message else None
    guest = tx.guests.get(conversation.guest_id) if conversation else None
    return guest.language[:2] if guest is not None else ""


def _put(tx: Transaction, file: Attachment) -> None:
    """With its words in the search."""
    tx.messages.put_attachment(file)
    message = tx.messages.get(file.message_id)
    if message is not None:
        tx.messages.put(message)
        tx.changed("conversation", message.conversation_id)

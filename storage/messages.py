"""Messages, their attachments and their search entries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from storage.engine import Connection, in_list
from storage.message_rows import THREAD_COLUMNS, message_row
from storage.records import packed, words_of
from storage.search import add_messages, move_messages, put_message
from storage.times import micros, moment
from tui_inbox.domain.message import Attachment, Delivery, Direction, Kind, Message, MessageClass, Origin
from tui_inbox.domain.subject import thread_subject
from tui_inbox.rows import AttachmentRow, Key, MessageRow

_COLUMNS = (
    "id, conversation_id, at, direction, kind, origin, text, full_text, subject, message_class, channel, account,"
    " external_id, own_address, address, author, state, delivered_at, read_at, error_code, vendor_text, template,"
    " thread_ref, refs, segments, automated, imported, created_at, quoted, parent, reactions, edited_at, removed_at,"
    " billed_as, seconds, switched"
)
_FILE_COLUMNS = (
    "name, type, size, sha256, state, ref, reason, id, message_id, seconds, transcript, transcript_state, transcript_by"
)


def _entity(row: Sequence[Any], attachments: tuple[Attachment, ...]) -> Message:
    values = list(row)
    values[2] = moment(values[2])
    values[3] = Direction(values[3])
    values[4] = Kind(values[4])
    values[5] = Origin(values[5])
    values[9] = MessageClass(values[9])
    values[16] = Delivery(values[16])
    values[17] = moment(values[17])
    values[18] = moment(values[18])
    values[25] = values[25] == 1
    values[26] = values[26] == 1
    values[27] = moment(values[27])
    values[30] = words_of(values[30])
    values[31] = moment(values[31])
    values[32] = moment(values[32])
    return Message(*[*values, attachments])


def _stored(message: Message) -> dict[str, Any]:
    at = micros(message.at)
    return {
        "conversation_id": message.conversation_id,
        "at": at,
        "direction": message.direction.value,
        "kind": message.kind.value,
        "origin": message.origin.value,
        "text": message.text,
        "full_text": message.full_text,
        "subject": message.subject,
        "subject_key": thread_subject(message.subject) if message.subject else "",
        "message_class": message.message_class.value,
        "channel": message.channel,
        "account": message.account,
        "external_id": message.external_id,
        "own_address": message.own_address,
        "address": message.address,
        "author": message.author,
        "state": message.state.value,
        "delivered_at": micros(message.delivered_at),
        "read_at": micros(message.read_at),
        "error_code": message.error_code,
        "vendor_text": message.vendor_text,
        "template": message.template,
        "thread_ref": message.thread_ref,
        "refs": message.references,
        "segments": message.segments,
        "automated": int(message.automated),
        "imported": int(message.imported),
        "created_at": at if message.created_at is None else micros(message.created_at),
        "quoted": message.quoted,
        "parent": message.parent,
        "reactions": packed(message.reactions) if message.reactions else "{}",
        "edited_at": micros(message.edited_at),
        "removed_at": micros(message.removed_at),
        "billed_as": message.billed_as,
        "seconds": message.seconds,
        "switched": message.switched,
    }


def _searched(message: Message) -> str:
    """The sender's address is with the guest's own words, once, not with every message."""
    files = " ".join(f"{file.name} {file.transcript}" for file in message.attachments)
    return "\n".join((message.text or message.full_text, message.subject, files))


class SqlMessages:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def _one(self, condition: str, **params: object) -> Message | None:
        row = self._db.one(f"SELECT {_COLUMNS} FROM message WHERE {condition} LIMIT 1", **params)
        return None if row is None else _entity(row, self._files(row[0]))

    def _files(self, message_id: int) -> tuple[Attachment, ...]:
        rows = self._db.all(f"SELECT {_FILE_COLUMNS} FROM attachment WHERE message_id = :id ORDER BY id", id=message_id)
        return tuple(Attachment(*row) for row in rows)

    def get(self, message_id: int) -> Message | None:
        return self._one("id = :id", id=message_id)

    def add(self, message: Message, *, indexed: bool = True) -> Message | None:
        identity = self._db.insert_or_ignore("message", **_stored(message))
        if identity is None:
            return None
        files = tuple(self._add_file(file, identity) for file in message.attachments)
        if indexed:
            add_messages(self._db, [(identity, message.conversation_id, _searched(message))])
        return message._replace(id=identity, created_at=message.created_at or message.at, attachments=files)

    def index(self, messages: Sequence[Message]) -> None:
        add_messages(self._db, [(message.id, message.conversation_id, _searched(message)) for message in messages])

    def _add_file(self, file: Attachment, message_id: int) -> Attachment:
        identity = self._db.insert(
            "attachment",
            message_id=message_id,
            name=file.name,
            type=file.type,
            size=file.size,
            sha256=file.sha256,
            state=file.state,
            ref=file.ref,
            reason=file.reason,
            seconds=file.seconds,
            transcript=file.transcript,
            transcript_state=file.transcript_state,
            transcript_by=file.transcript_by,
        )
        return file._replace(id=identity, message_id=message_id)

    def put(self, message: Message) -> None:
        """Writes the row and its words; attachments have their own ``put_attachment``."""
        self._db.update("message", {"id": message.id}, **_stored(message))
        put_message(self._db, message.id, message.conversation_id, _searched(message))

    def revise(self, message: Message, before: str, at: datetime) -> None:
        self._db.insert("revision", message_id=message.id, at=micros(at), text=before)
        self.put(message)

    def revisions(self, message_id: int) -> list[tuple[datetime, str]]:
        rows = self._db.all("SELECT at, text FROM revision WHERE message_id = :id ORDER BY id", id=message_id)
        return [(moment(at), text) for at, text in rows]

    def react(self, message_id: int, by: str, emoji: str, at: datetime) -> bool:
        sql = f"SELECT reactions, reacted_at FROM message WHERE id = :id{self._db.for_update}"
        row = self._db.one(sql, id=message_id)
        if row is None:
            return False
        shown, times = words_of(row[0]), words_of(row[1])
        side, when = "guest" if by == "guest" else "hotel", micros(at)
        mine = {who: said for who, said in shown.items() if (who == "guest") == (side == "guest")}
        if int(times.get(side, 0)) > when or list(mine.values()) == ([emoji] if emoji else []):
            return False
        kept = {who: said for who, said in shown.items() if who not in mine}
        after = {**kept, by: emoji} if emoji else kept
        times[side] = str(when)
        self._db.update("message", {"id": message_id}, reactions=packed(after), reacted_at=packed(times))
        return True

    def answers_until(self, account: str, address: str, until: datetime, limit: int) -> list[int]:
        rows = self._db.all(
            "SELECT m.id FROM message m WHERE m.conversation_id IN (SELECT c.id FROM conversation c JOIN handle h"
            " ON h.guest_id = c.guest_id WHERE h.address = :address) AND m.account = :account"
            " AND m.address = :address AND m.direction = 'out' AND m.at <= :until AND m.state IN ('sent', 'delivered')"
            " ORDER BY m.at DESC, m.id DESC LIMIT :limit",
            account=account,
            address=address,
            until=micros(until),
            limit=limit,
        )
        return [row[0] for row in rows]

    def by_external(self, account: str, external_id: str) -> Message | None:
        if not external_id:
            return None
        return self._one(
            "account = :account AND external_id = :external AND external_id <> ''",
            account=account,
            external=external_id,
        )

    def by_reference(self, account: str, references: Sequence[str]) -> Message | None:
        marks, params = in_list("ref", [reference for reference in references if reference][-100:])
        return self._one(
            f"account = :account AND thread_ref IN ({marks}) AND thread_ref <> '' ORDER BY at DESC, id DESC",
            account=account,
            **params,
        )

    def by_subject(self, account: str, address: str, subject: str, since: datetime) -> Message | None:
        key = thread_subject(subject)
        if not key:
            return None
        return self._one(
            "account = :account AND address = :address AND subject_key = :key AND subject_key <> ''"
            " AND at >= :since ORDER BY at DESC, id DESC",
            account=account,
            address=address,
            key=key,
            since=micros(since),
        )

    def set_state(
        self,
        message_id: int,
        state: Delivery,
        *,
        at: datetime | None = None,
        error_code: str = "",
        vendor_text: str = "",
        external_id: str = "",
        segments: int | None = None,
        billed_as: str = "",
    ) -> None:
        values: dict[str, object] = {"state": state.value, "error_code": error_code, "vendor_text": vendor_text}
        if at is not None and state is Delivery.DELIVERED:
            values["delivered_at"] = micros(at)
        if at is not None and state is Delivery.READ:
            values["read_at"] = micros(at)
        if external_id:
            values["external_id"] = external_id
        if segments is not None:
            values["segments"] = segments
        if billed_as:
            values["billed_as"] = billed_as
        self._db.update("message", {"id": message_id}, **values)

    def page(self, conversation_id: int, before: Key | None, limit: int) -> list[MessageRow]:
        edge = "" if before is None else " AND (m.at, m.id) < (:at, :id)"
        params = {} if before is None else {"at": before.value, "id": before.id}
        rows = self._db.all(
            f"SELECT {THREAD_COLUMNS}"
            " FROM message m LEFT JOIN outbox o ON o.message_id = m.id"
            f" WHERE m.conversation_id = :conversation{edge} ORDER BY m.at DESC, m.id DESC LIMIT :limit",
            conversation=conversation_id,
            limit=limit,
            **params,
        )
        rows.reverse()
        files = self._file_rows([row[0] for row in rows])
        return [message_row(row, files.get(row[0], ())) for row in rows]

    def _file_rows(self, ids: Sequence[int]) -> dict[int, tuple[AttachmentRow, ...]]:
        if not ids:
            return {}
        marks, params = in_list("id", ids)
        found: dict[int, tuple[AttachmentRow, ...]] = {}
        for message_id, *file in self._db.all(
            "SELECT message_id, id, name, type, size, state, sha256, reason, seconds, transcript, transcript_state,"
            " transcript_by FROM attachment"
            f" WHERE message_id IN ({marks}) ORDER BY message_id, id",
            **params,
        ):
            found[message_id] = (*found.get(message_id, ()), AttachmentRow(*file))
        return found

    def full_text(self, message_id: int) -> str:
        row = self._db.one("SELECT full_text, text FROM message WHERE id = :id", id=message_id)
        return "" if row is None else row[0] or row[1]

    def move(self, conversation_id: int, to_conversation_id: int, ids: Sequence[int] = ()) -> list[int]:
        only, params = in_list("id", ids)
        moved = [
            row[0]
            for row in self._db.all(
                "UPDATE message SET conversation_id = :new WHERE conversation_id = :old"
                + (f" AND id IN ({only})" if ids else "")
                + " RETURNING id",
                new=to_conversation_id,
                old=conversation_id,
                **params,
            )
        ]
        for start in range(0, len(moved), 500):
            marks, params = in_list("id", moved[start : start + 500])
            self._db.run(
                f"UPDATE outbox SET conversation_id = :new WHERE message_id IN ({marks})",
                new=to_conversation_id,
                **params,
            )
        move_messages(self._db, sorted(moved), to_conversation_id)
        return sorted(moved)

    def attachment(self, attachment_id: int) -> Attachment | None:
        row = self._db.one(f"SELECT {_FILE_COLUMNS} FROM attachment WHERE id = :id", id=attachment_id)
        return None if row is None else Attachment(*row)

    def put_attachment(self, attachment: Attachment) -> None:
        self._db.update(
            "attachment",
            {"id": attachment.id},
            name=attachment.name,
            type=attachment.type,
            size=attachment.size,
            sha256=attachment.sha256,
            state=attachment.state,
            ref=attachment.ref,
            reason=attachment.reason,
            seconds=attachment.seconds,
            transcript=attachment.transcript,
            transcript_state=attachment.transcript_state,
            transcript_by=attachment.transcript_by,
        )

    def remote_attachments(self, account: str, limit: int) -> list[Attachment]:
        names = ", ".join(f"a.{name}" for name in _FILE_COLUMNS.split(", "))
        rows = self._db.all(
            f"SELECT {names} FROM attachment a JOIN message m ON m.id = a.message_id"
            " WHERE a.state = 'remote' AND m.account = :account ORDER BY a.id DESC LIMIT :limit",
            account=account,
            limit=limit,
        )
        return [Attachment(*row) for row in rows]

    def to_transcribe(self, limit: int) -> list[Attachment]:
        rows = self._db.all(
            f"SELECT {_FILE_COLUMNS} FROM attachment WHERE transcript_state = 'asked' ORDER BY id LIMIT :limit",
            limit=limit,
        )
        return [Attachment(*row) for row in rows]

    def last_answer_at(self, conversation_id: int) -> datetime | None:
        at: int | None = self._db.value(
            "SELECT at FROM message WHERE conversation_id = :id AND (seconds > 0 OR direction = 'out'"
            " AND kind <> 'call' AND origin IN ('manual', 'bot', 'elsewhere')) AND state NOT IN ('failed', 'cancelled')"
            # A call answers when somebody talked. Planned for later and not gone yet: nobody has been answered.
            " AND NOT (state = 'held' AND at > created_at)"
            " ORDER BY at DESC, id DESC LIMIT 1",
            id=conversation_id,
        )
        return moment(at)

    def imported_count(self, conversation_id: int) -> int:
        count: int = self._db.value(
            "SELECT COUNT(*) FROM message WHERE conversation_id = :id AND imported = 1", id=conversation_id
        )
        return count

    def latest(self, conversation_id: int) -> Message | None:
        return self._one("conversation_id = :id AND kind <> 'note' ORDER BY at DESC, id DESC", id=conversation_id)

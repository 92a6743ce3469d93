"""A message as the thread shows it, joined with its row of the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from storage.records import words_of
from storage.times import moment
from tui_inbox.domain.message import Delivery, Direction, Kind, MessageClass, Origin
from tui_inbox.domain.outbox import OutboxState
from tui_inbox.rows import AttachmentRow, MessageRow

THREAD_COLUMNS = (
    "m.id, m.at, m.direction, m.kind, m.origin, m.message_class, m.channel, m.account, m.author, m.subject, m.text,"
    " m.full_text <> '', m.state, m.delivered_at, m.read_at, m.error_code, m.vendor_text, m.template, m.automated,"
    " m.imported, m.segments, m.address, m.own_address, o.id, o.state, o.not_before, m.external_id, m.quoted,"
    " m.parent, m.reactions, m.edited_at, m.removed_at, m.billed_as, m.seconds, m.switched"
)

_DIRECTIONS = {code.value: code for code in Direction}
_KINDS = {code.value: code for code in Kind}
_ORIGINS = {code.value: code for code in Origin}
_CLASSES = {code.value: code for code in MessageClass}
_STATES = {code.value: code for code in Delivery}


def message_row(row: Sequence[Any], files: tuple[AttachmentRow, ...]) -> MessageRow:
    """One row of ``THREAD_COLUMNS`` with its files."""
    return MessageRow(
        id=row[0],
        at=moment(row[1]),
        direction=_DIRECTIONS[row[2]],
        kind=_KINDS[row[3]],
        origin=_ORIGINS[row[4]],
        message_class=_CLASSES[row[5]],
        channel=row[6],
        account=row[7],
        author=row[8],
        subject=row[9],
        text=row[10],
        has_more=bool(row[11]),
        state=_STATES[row[12]],
        delivered_at=moment(row[13]),
        read_at=moment(row[14]),
        error_code=row[15],
        vendor_text=row[16],
        template=row[17],
        automated=row[18] == 1,
        imported=row[19] == 1,
        segments=row[20],
        address=row[21],
        own_address=row[22],
        outbox_id=row[23],
        outbox_state=None if row[24] is None else OutboxState(row[24]),
        not_before=moment(row[25]),
        attachments=files,
        external_id=row[26],
        quoted=row[27],
        parent=row[28],
        reactions=words_of(row[29]) if row[29] != "{}" else {},
        edited_at=moment(row[30]),
        removed_at=moment(row[31]),
        billed_as=row[32],
        seconds=row[33],
        switched=row[34],
    )

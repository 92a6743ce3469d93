"""What somebody is writing in the editor of texts, kept from second to second: a dropped line loses nothing."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from tui_inbox.domain.template import Template
from tui_inbox.ports.store import Transaction
from tui_inbox.services.desk import Actor

_KEY = "text-draft"


class TextDraft(NamedTuple):
    """The editor's fields as they stood, and where the cursor was."""

    fields: dict[str, str]
    cursor: tuple[int, int] = (0, 0)
    version: int = 0
    """The version that was being changed."""


def _key(template: Template) -> str:
    return f"{_KEY}.{template.id or template.kind.value}"


def keep(tx: Transaction, actor: Actor, template: Template, draft: TextDraft) -> None:
    tx.operators.set_preference(actor.code, _key(template), msgspec.json.encode(draft).decode())


def forget(tx: Transaction, actor: Actor, template: Template) -> None:
    tx.operators.set_preference(actor.code, _key(template), "")


def kept(tx: Transaction, actor: Actor, template: Template) -> TextDraft | None:
    """None where nothing was left unsaved."""
    text = tx.operators.preference(actor.code, _key(template))
    return msgspec.json.decode(text, type=TextDraft) if text else None

"""What somebody is writing in an editor of texts, kept from second to second: a dropped line loses nothing."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services.desk import Actor

_KEY = "text-draft"


class TextDraft(NamedTuple):
    """The editor's fields as they stood, and where the cursor was."""

    fields: dict[str, str]
    cursor: tuple[int, int] = (0, 0)
    version: int = 0
    """The version that was being changed."""


def place_of(template: Template) -> str:
    """What is being written: one stored text, one of the program's footers, or the new one of a kind."""
    if template.kind is TemplateKind.FOOTER:
        return f"footer.{template.name}.{template.language}"
    return str(template.id or template.kind.value)


def keep(tx: Transaction, actor: Actor, place: str, draft: TextDraft) -> None:
    tx.operators.set_preference(actor.code, f"{_KEY}.{place}", msgspec.json.encode(draft).decode())


def forget(tx: Transaction, actor: Actor, place: str) -> None:
    tx.operators.set_preference(actor.code, f"{_KEY}.{place}", "")


def kept(tx: Transaction, actor: Actor, place: str) -> TextDraft | None:
    """None where nothing was left unsaved."""
    text = tx.operators.preference(actor.code, f"{_KEY}.{place}")
    return msgspec.json.decode(text, type=TextDraft) if text else None

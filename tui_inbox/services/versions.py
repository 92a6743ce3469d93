"""Former versions of a text: who wrote them when, what each changed, and the way back to one."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tui_inbox.domain.errors import NotFound, Refused
from tui_inbox.domain.revision import changed_lines
from tui_inbox.domain.template import Template, Version
from tui_inbox.ports.store import Transaction
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.templates import save


class Change(NamedTuple):
    """One version, and what it changed in the one before."""

    version: Version
    lines: tuple[tuple[str, str], ...]
    """(``-`` or ``+``, line); of the first version all of it."""


def history(tx: Transaction, template_id: int) -> tuple[Change, ...]:
    """Newest first, beginning with what holds now."""
    template = _load(tx, template_id)
    now = Version(
        template.version, template.subject, template.body, template.forms, template.updated_by, template.updated_at
    )
    rows = [now, *tx.templates.versions(template_id)]
    befores: list[Version | None] = [*rows[1:], None]
    return tuple(
        Change(row, tuple(changed_lines(_whole(before), _whole(row))) if before else (("+", _whole(row)),))
        for row, before in zip(rows, befores, strict=True)
    )


def restore(tx: Transaction, desk: Desk, actor: Actor, template_id: int, version: int, now: datetime) -> Template:
    """Say again what that version said, as a new version; raises ``Refused`` where it could not be saved today."""
    template = _load(tx, template_id)
    found = next((row for row in tx.templates.versions(template_id) if row.version == version), None)
    if found is None:
        raise Refused("version_gone", n=version)
    back = template._replace(subject=found.subject, body=found.body, forms=found.forms)
    return save(tx, desk, actor, back, now)


def _load(tx: Transaction, template_id: int) -> Template:
    template = tx.templates.get(template_id, for_change=True)
    if template is None:
        raise NotFound(f"template {template_id}")
    return template


def _whole(version: Version) -> str:
    """Subject, text and the channels' own forms, as one text to compare."""
    forms = [f"[{channel}]\n{text}" for channel, text in sorted(version.forms.items())]
    return "\n\n".join(part for part in (version.subject, version.body, *forms) if part)

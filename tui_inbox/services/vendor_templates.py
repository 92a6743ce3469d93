"""The vendors' templates: written here, given in for review, taken over with what the vendor decided."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tui_inbox.domain.display import clean, clean_line
from tui_inbox.domain.errors import NotFound, Refused
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.review import Objection, alike, objections
from tui_inbox.domain.template import Approval, Template, TemplateKind, check, variables
from tui_inbox.domain.template_parts import numbered
from tui_inbox.services import templates
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.rendering import NUMBERED

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction

CORRECTABLE = frozenset({Approval.REJECTED, Approval.PAUSED})
"""States in which a vendor takes another text for the same template."""
EDITABLE = CORRECTABLE | {Approval.NONE}
SUBMIT, WITHDRAW = "template_submit", "template_withdraw"
LISTED_AFTER = timedelta(minutes=10)
"""A vendor's list may be older than what it has just been given."""
_NAME = re.compile(r"[a-z0-9_]{1,64}")
"""As Meta takes it; 64 characters at Twilio."""


def keepers(desk: Desk) -> tuple[str, ...]:
    """Accounts whose vendor has templates of its own."""
    return tuple(
        name
        for name, account in desk.accounts.items()
        if any(traits.templates_after_window for traits in account.channels.values())
    )


def keep(tx: Transaction, desk: Desk, actor: Actor, template: Template, now: datetime) -> Template:
    """Store a draft, or another text for what was rejected. Raises ``Refused``.

    What waits for its reviewer or is approved has its vendor's text: a copy of it is changed instead.
    """
    if template.account not in keepers(desk):
        raise Refused("template_account")
    stored = tx.templates.get(template.id, for_change=True) if template.id else None
    if template.id and (stored is None or stored.approval not in EDITABLE):
        raise Refused("template_fixed")
    if not _NAME.fullmatch(template.name):
        raise Refused("template_name_letters", name=template.name)
    if template.category not in ("utility", "marketing"):
        raise Refused("template_category")
    problems = [
        one for one in check(template.body, templates.allowed(template.kind, desk)) if one.code == "unknown_variable"
    ]
    if problems:
        raise templates.refuse(problems[0])
    reason = stored.approval_reason if stored else ""
    return templates.save(
        tx, desk, actor, template._replace(approval=Approval.NONE, approval_reason=reason, submitted_at=None), now
    )


def opted_out(tx: Transaction, guest_id: int, channel: str) -> bool:
    """Has this guest refused marketing on this channel?"""
    refused = ("marketing", channel, False)
    return any((row.topic, row.medium, row.allowed) == refused for row in tx.consents.of_guest(guest_id))


def require_leave(tx: Transaction, guest_id: int, channel: str) -> None:
    """Raises ``Refused`` where a marketing template may not go, even from a person to one guest."""
    if opted_out(tx, guest_id, channel):
        raise Refused("opted_out_of_marketing")


def before_submitting(tx: Transaction, template: Template) -> tuple[Objection, ...]:
    """What a reviewer at the vendor would hold against it; what is ``refused`` cannot be submitted."""
    return objections(template, tx.templates.all(TemplateKind.WHATSAPP))


def submit(tx: Transaction, actor: Actor, template_id: int, now: datetime) -> int:
    """Have the worker give it in; the job's id. Raises ``Refused`` for a certain fault."""
    template = _mine(tx, actor, template_id)
    if template.approval not in EDITABLE:
        raise Refused("template_fixed")
    held = [one for one in before_submitting(tx, template) if one.refused]
    if held:
        raise Refused(held[0].code, **held[0].params)
    return _queued(tx, actor, SUBMIT, template, now)


def withdraw(tx: Transaction, actor: Actor, template_id: int, now: datetime) -> int:
    """Archive what the vendor never had (0), else have the worker take it out of the vendor's list (the job's id)."""
    template = _mine(tx, actor, template_id)
    if template.vendor_id:
        return _queued(tx, actor, WITHDRAW, template, now)
    templates.archive(tx, actor, template_id, now)
    return 0


def _mine(tx: Transaction, actor: Actor, template_id: int) -> Template:
    actor.require_write()
    template = tx.templates.get(template_id, for_change=True)
    if template is None or template.archived:
        raise NotFound(f"template {template_id}")
    return template


def _queued(tx: Transaction, actor: Actor, kind: str, template: Template, now: datetime) -> int:
    """Twice is once: the vendor would make two of it."""
    under_way = [job for job in tx.jobs.queued(100) if job.kind in (SUBMIT, WITHDRAW)]
    if any(job.params.get("template") == template.id for job in under_way):
        raise Refused("template_under_way")
    return tx.jobs.add(kind, template.account, {"template": template.id}, actor.code, now)


def sync(tx: Transaction, account: str, found: Sequence[Template], now: datetime) -> int:
    """Take over the vendor's list: text, category and approval are theirs, the mapping stays ours.

    What the vendor no longer has is archived; what is not given in yet, or was a moment ago, stays. Returns how many
    templates there are.
    """
    kept: set[str] = set()
    for template in found:
        kept.add(template.vendor_id)
        stored = tx.templates.by_vendor(account, template.vendor_id) or _given_in(tx, account, template)
        waiting = template.approval is Approval.SUBMITTED
        fresh = template._replace(
            id=stored.id if stored else 0,
            kind=TemplateKind.WHATSAPP,
            name=stored.name if stored else clean_line(template.name),
            body=clean(template.body),
            account=account,
            message_class=MessageClass.MARKETING if template.category == "marketing" else MessageClass.TRANSACTIONAL,
            approval_reason=clean_line(template.approval_reason),
            quality=clean_line(template.quality),
            submitted_at=(stored.submitted_at if stored else None) or (now if waiting else None),
            mapping=_kept_mapping(stored, template),
            version=stored.version if stored else 1,
            archived=False,
            updated_at=stored.updated_at if stored else now,
            updated_by=stored.updated_by if stored else "",
        )
        if stored is None:
            tx.changed("template", tx.templates.add(_unique(tx, fresh)).id)
        elif not _is_corrected(stored, template) and fresh != stored:
            tx.templates.put(_unique(tx, fresh)._replace(updated_at=now))
            tx.changed("template", stored.id)
    for template in tx.templates.all(TemplateKind.WHATSAPP):
        just_now = template.submitted_at is not None and now - template.submitted_at < LISTED_AFTER
        ours = template.account == account and bool(template.vendor_id)
        if ours and template.vendor_id not in kept and not just_now:
            tx.templates.put(template._replace(archived=True, updated_at=now))
            tx.changed("template", template.id)
    return len(kept)


def _given_in(tx: Transaction, account: str, template: Template) -> Template | None:
    """The draft that the vendor has got although its answer was lost."""
    for draft in tx.templates.named(TemplateKind.WHATSAPP, template.name):
        ends = (draft.account, draft.vendor_id, draft.language) == (account, "", template.language)
        if ends and alike(draft.body, template.body):
            _text, mapping = numbered(draft.body, draft.mapping)
            by_number = all(place.isdigit() for place in NUMBERED.findall(template.body))
            names = {name: name for name in variables(draft.body)}
            return draft._replace(mapping=mapping if by_number else {**names, **draft.mapping})
    return None


def _is_corrected(stored: Template, template: Template) -> bool:
    """Written anew after a rejection, and not given in again yet: the text is ours meanwhile."""
    return stored.approval is Approval.NONE and template.approval in CORRECTABLE


def _kept_mapping(stored: Template | None, template: Template) -> dict[str, str]:
    places = NUMBERED.findall(template.body)
    mapping = {**template.mapping, **(stored.mapping if stored else {})}
    return {number: name for number, name in mapping.items() if number in places}


def _unique(tx: Transaction, template: Template) -> Template:
    """Two of the vendor's templates may bear one name; ours are told apart by it."""
    taken = {
        other.name
        for other in tx.templates.all(TemplateKind.WHATSAPP)
        if (other.account, other.language) == (template.account, template.language) and other.id != template.id
    }
    name, n = template.name, 2
    while name in taken:
        name, n = f"{template.name} ({n})", n + 1
    return template._replace(name=name)

"""Templates: kept, checked when saved, and rendered for one guest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tui_inbox.domain.display import clean, clean_line
from tui_inbox.domain.errors import NotFound, Refused
from tui_inbox.domain.event import Code, Event
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.pasted import markdown
from tui_inbox.domain.reservation import Reservation, is_live, stay_now
from tui_inbox.domain.template import (
    Approval,
    Problem,
    Rendered,
    Template,
    TemplateKind,
    check,
    is_name,
    mentions_variable,
    nearest,
    variables,
)
from tui_inbox.services.design import bad_links
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.footer_texts import shaped
from tui_inbox.services.matching import country_of
from tui_inbox.services.rendering import NUMBERED, filled
from tui_inbox.services.variables import BUILT_IN, allowed, fields, kept, values_of, with_texts

if TYPE_CHECKING:
    from tui_inbox.ports.store import Transaction

__all__ = [
    "Snippet",
    "allowed",
    "approved",
    "archive",
    "fault_in",
    "language_of",
    "listing",
    "preview",
    "render_for",
    "save",
    "snippets",
    "values_for",
    "variant",
]

MAX_BODY = 10_000
_SHORTCUT = re.compile(r"[a-z0-9][a-z0-9_-]{0,19}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?")
_SPOKEN = {
    **dict.fromkeys(("FR", "MC", "LU"), "fr"),
    **dict.fromkeys(("DE", "AT"), "de"),
    **dict.fromkeys(("ES", "MX", "AR", "CL", "CO", "PE"), "es"),
    **dict.fromkeys(("PT", "BR"), "pt"),
    **dict.fromkeys(("GB", "US", "IE", "AU", "NZ"), "en"),
    "IT": "it",
    "NL": "nl",
}
"""Countries whose phone numbers say enough about a language."""


def listing(tx: Transaction, kind: TemplateKind | None = None) -> Sequence[Template]:
    """Not archived, by name and language."""
    return tx.templates.all(kind)


def refuse(problem: Problem) -> Refused:
    """A problem in a text as an answer to the operator, with line and the nearest name."""
    if problem.code == "unknown_variable" and problem.nearest:
        return Refused("unknown_variable_near", name=problem.name, nearest=problem.nearest, line=problem.line)
    if problem.code == "unknown_variable":
        return Refused("unknown_variable_at", name=problem.name, line=problem.line)
    if problem.code == "unclosed_variable":
        return Refused("unclosed_variable", text=problem.name, line=problem.line)
    if problem.code == "missing_variable":
        return Refused("missing_variable", name=problem.name)
    return Refused(problem.code, text=problem.name, name=problem.name, line=problem.line)


def fault_in(text: str, desk: Desk) -> Refused | None:
    """Why a text as it stands would show a guest our braces; None when it does not."""
    if not mentions_variable(text):
        return None
    problems = check(text, allowed(TemplateKind.SNIPPET, desk))
    return refuse(problems[0]) if problems else Refused("unknown_variable", name=", ".join(variables(text)))


def save(tx: Transaction, desk: Desk, actor: Actor, template: Template, now: datetime) -> Template:
    """Add (id 0) or change a template. Raises ``Refused`` for its first fault; nothing is stored then."""
    actor.require_write()
    template = _tidied(template)
    if template.kind is TemplateKind.FOOTER:
        template = shaped(template)
    desk = with_texts(tx, desk)
    names = allowed(template.kind, desk, template.event)
    if template.kind is TemplateKind.WHATSAPP:
        if not template.category and not template.vendor_id:
            raise Refused("template_category")
        _check_mapping(template, names)
    else:
        _check_texts(template, names)
    if template.category == "marketing":
        template = template._replace(message_class=MessageClass.MARKETING)
    for other in tx.templates.all():
        if other.id == template.id:
            continue
        if _identity(other) == _identity(template):
            raise Refused("template_exists", name=template.name, language=template.language)
        if template.shortcut and other.shortcut == template.shortcut and other.name != template.name:
            raise Refused("shortcut_taken", shortcut=template.shortcut, name=other.name)
    stored = template._replace(updated_by=actor.code, updated_at=now)
    if template.id:
        tx.templates.put(stored)
        stored = tx.templates.get(template.id) or stored
    else:
        stored = tx.templates.add(stored)
    tx.changed("template", stored.id)
    return stored


def fault(tx: Transaction, desk: Desk, template: Template) -> Refused | None:
    """The first thing in its words that stands against saving, for the editor."""
    desk = with_texts(tx, desk)
    try:
        if template.kind is TemplateKind.FOOTER:
            template = shaped(template)
        _check_texts(template, allowed(template.kind, desk, template.event))
    except Refused as refused:
        return refused
    return None


def _identity(template: Template) -> tuple[str, ...]:
    place = (template.property, template.room_type.casefold())
    return (template.kind, template.name, template.language, template.account, *place)


def _check_texts(template: Template, names: Sequence[str]) -> None:
    """Every form of the text by itself; what must stay has to be in each."""
    if template.kind is TemplateKind.TEXT and (not is_name(template.name) or template.name in BUILT_IN):
        raise Refused("text_name", name=template.name)
    for text in (template.body, *template.forms.values()):
        problems = check(text, names, kept(template), fields())
        if problems:
            raise refuse(problems[0])
    if template.kind is TemplateKind.REMINDER:
        for url in bad_links(template.body):
            raise Refused("bad_link", text=url, line=template.body.count("\n", 0, template.body.find(url)) + 1)
    for problem in check(template.subject, names, (), fields()):
        raise refuse(problem)


def _tidied(template: Template) -> Template:
    name, shortcut = clean_line(template.name), clean_line(template.shortcut).lstrip(";").lower()
    body = clean(template.body).strip("\n")
    if template.kind is TemplateKind.REMINDER:
        body = markdown(body)
    language = clean_line(template.language)
    if not name or len(name) > 80:
        raise Refused("template_name", limit=80)
    if not body.strip():
        raise Refused("template_empty")
    if len(body) > MAX_BODY:
        raise Refused("template_long", limit=MAX_BODY)
    if not _LANGUAGE.fullmatch(language):
        raise Refused("bad_language", language=language)
    if shortcut and not _SHORTCUT.fullmatch(shortcut):
        raise Refused("bad_shortcut", shortcut=shortcut)
    return template._replace(
        name=name,
        shortcut=shortcut,
        body=body,
        language=language,
        subject=clean_line(template.subject),
        forms={channel: clean(text).strip("\n") for channel, text in template.forms.items() if text.strip()},
        property=clean_line(template.property),
        room_type=clean_line(template.room_type),
    )


def _check_mapping(template: Template, names: Sequence[str]) -> None:
    """The text is the vendor's; only which of our variables fills which of its places is ours."""
    for number, name in template.mapping.items():
        if name and name not in names:
            near = nearest(name, names)
            raise refuse(Problem("unknown_variable", name, nearest=near))
        if number not in NUMBERED.findall(template.body):
            raise Refused("no_such_place", number=number)


def archive(tx: Transaction, actor: Actor, template_id: int, now: datetime) -> None:
    """Out of every list until it is undone; what was sent with it keeps its name."""
    from tui_inbox.services.undo import TextStep, write_events

    actor.require_write()
    template = tx.templates.get(template_id, for_change=True)
    if template is None:
        raise NotFound(f"template {template_id}")
    archived = template._replace(archived=True, updated_by=actor.code, updated_at=now)
    tx.templates.put(archived)
    tx.changed("template", template_id)
    said = {"name": template.name, "language": template.language}
    write_events(tx, [Event(0, now, Code.TEXT_ARCHIVED, actor.code, params=said)], [TextStep(template, archived)])


def last_of_rules(tx: Transaction, template: Template) -> tuple[str, ...]:
    """Names of the rules that would have nothing to send without this one: it is there in no other language."""
    named = tx.templates.named(template.kind, template.name)
    if template.kind is not TemplateKind.REMINDER or any(one.id != template.id and not one.archived for one in named):
        return ()
    return tuple(rule.name for rule in tx.planner.rules() if rule.template == template.name)


def language_of(desk: Desk, guest: Guest) -> tuple[str, str]:
    """The language to write in and why: ``guest``, ``phone``, ``hotel``."""
    if guest.language:
        return guest.language.replace("-", "_").split("_")[0].lower(), "guest"
    spoken = _SPOKEN.get(guest.country or (country_of(guest.phone) if guest.phone else ""), "")
    if spoken:
        return spoken, "phone"
    return desk.language, "hotel"


def variant(found: Sequence[Template], language: str, hotel: str) -> tuple[Template, bool]:
    """The template in the wanted language, else the hotel's, else English, else any; True when it is a stand-in."""
    by_language = {template.language.replace("-", "_").split("_")[0].lower(): template for template in found}
    if language in by_language:
        return by_language[language], False
    for other in (hotel, "en"):
        if other in by_language:
            return by_language[other], True
    return found[0], True


class Snippet(NamedTuple):
    """One choice of the picker, in the guest's language where there is one."""

    template: Template
    rendered: Rendered
    fallback: bool
    """The wanted language is missing: shown with a mark."""


def snippets(tx: Transaction, desk: Desk, actor: Actor, conversation_id: int, now: datetime) -> tuple[Snippet, ...]:
    """Every snippet, rendered for this guest."""
    desk = with_texts(tx, desk)
    guest, stay = _who(tx, desk, conversation_id, now)
    language, _ = language_of(desk, guest)
    by_name: dict[str, list[Template]] = {}
    for template in tx.templates.all(TemplateKind.SNIPPET):
        by_name.setdefault(template.name, []).append(template)
    choices = []
    for found in by_name.values():
        template, fallback = variant(found, language, desk.language)
        choices.append(Snippet(template, filled(desk, template, guest, stay, now, actor), fallback))
    return tuple(choices)


def values_for(tx: Transaction, desk: Desk, actor: Actor, conversation_id: int, now: datetime) -> dict[str, str]:
    """What each variable stands for here, by name; those without a value are left out."""
    desk = with_texts(tx, desk)
    guest, stay = _who(tx, desk, conversation_id, now)
    language, _ = language_of(desk, guest)
    values = values_of(desk, guest, stay, language, now, actor)
    return {name: values[name] for name in allowed(TemplateKind.SNIPPET, desk) if values.get(name)}


def approved(tx: Transaction, account: str) -> tuple[Template, ...]:
    """The vendor's templates that may be sent by this account."""
    return tuple(
        template
        for template in tx.templates.all(TemplateKind.WHATSAPP)
        if template.account == account and template.approval is Approval.APPROVED
    )


def render_for(
    tx: Transaction, desk: Desk, template: Template, conversation_id: int, now: datetime, actor: Actor | None = None
) -> Rendered:
    """The text for this conversation's guest; ``values`` by our names, ``missing`` what blocks the send."""
    desk = with_texts(tx, desk)
    guest, stay = _who(tx, desk, conversation_id, now)
    return filled(desk, template, guest, stay, now, actor)


def preview(desk: Desk, template: Template, now: datetime) -> Rendered:
    """With sample values, for the editor."""
    today = desk.today(now)
    leaving = today + timedelta(days=2)
    stay = Reservation(0, 0, "pms", "SAMPLE-1", today, leaving, room="204", room_type="Double", adults=2, children=1)
    way = {"unsubscribe": f"mailto:{_own_mail(desk)}"} if template.kind is TemplateKind.FOOTER else {}
    return filled(desk, template, Guest(0, name="Claire Martin"), stay, now, Actor("", "Ana"), way)


def _own_mail(desk: Desk) -> str:
    return next((info.own["email"] for info in desk.accounts.values() if "email" in info.own), "")


def _who(tx: Transaction, desk: Desk, conversation_id: int, now: datetime) -> tuple[Guest, Reservation | None]:
    conversation = tx.conversations.get(conversation_id)
    guest = tx.guests.get(conversation.guest_id) if conversation else None
    if guest is None:
        raise NotFound(f"conversation {conversation_id}")
    stay = stay_now(tx.reservations.of_guest(guest.id), desk.today(now))
    return guest, stay if stay is not None and is_live(stay) else None

"""Templates: own texts with ``##{{variables}}``, and the vendor's approved ones."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from tui_inbox.domain import conditions
from tui_inbox.domain.message import MessageClass


class TemplateKind(StrEnum):
    SNIPPET = "snippet"
    """A canned answer that the operator inserts and may still change."""
    REMINDER = "reminder"
    """Sent by a rule."""
    WHATSAPP = "whatsapp"
    """Approved by the vendor, sent outside the window."""
    TEXT = "text"
    """The hotel's own text under a variable's name, in general or for one property or room type."""
    FOOTER = "footer"
    """What stands under the others, one by its name (``domain.footer.FOOTERS``) in each language."""


class Approval(StrEnum):
    NONE = ""
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    PAUSED = "paused"


class Template(NamedTuple):
    id: int
    kind: TemplateKind
    name: str
    language: str
    body: str
    shortcut: str = ""
    """Typed after ``;`` in the composer."""
    subject: str = ""
    category: str = ""
    """``utility`` or ``marketing`` for vendor templates."""
    message_class: MessageClass = MessageClass.TRANSACTIONAL
    account: str = ""
    vendor_id: str = ""
    approval: Approval = Approval.NONE
    approval_reason: str = ""
    quality: str = ""
    """How the vendor rates what guests make of it, in its own word, where it tells."""
    submitted_at: datetime | None = None
    """When it was given in for review the last time."""
    mapping: Mapping[str, str] = {}
    """Vendor's numbered variable -> our variable name ("1" -> "first_name")."""
    version: int = 1
    archived: bool = False
    updated_by: str = ""
    updated_at: datetime | None = None
    event: str = ""
    """The one occasion it is for, whose variables it may use; empty: any."""
    required: tuple[str, ...] = ()
    """Variables that must stay in it."""
    forms: Mapping[str, str] = {}
    """Channel -> its own text where the one for all does not fit."""
    property: str = ""
    """Where a ``TEXT`` holds: a property's code; empty: everywhere."""
    room_type: str = ""


REVIEW_TIME = timedelta(hours=24)
"""How long the vendor says that a review takes at most."""


def is_late(template: Template, now: datetime) -> bool:
    """Has the vendor not decided in the time that it promises?"""
    asked = template.submitted_at if template.approval is Approval.SUBMITTED else None
    return asked is not None and now - asked >= REVIEW_TIME


class Version(NamedTuple):
    """What a template said before it was changed."""

    version: int
    subject: str
    body: str
    forms: Mapping[str, str]
    by: str
    at: datetime | None


_VARIABLE = re.compile(r"##\{\{\s*([^{}\n]*?)\s*\}\}")
_OPENING = re.compile(r"##\{\{?|#\{\{")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Problem(NamedTuple):
    """Why a text cannot be saved or sent."""

    code: str
    """``unknown_variable``, ``unclosed_variable``, ``missing_value``, ``missing_variable``, or of a branch."""
    name: str = ""
    position: int = 0
    """Offset of the opening ``##{{`` in the text."""
    nearest: str = ""
    """The allowed name that was probably meant."""
    line: int = 1


class Rendered(NamedTuple):
    text: str
    problems: tuple[Problem, ...] = ()
    values: Mapping[str, str] = {}
    """Those that were put in, by name."""
    removed: tuple[str, ...] = ()
    """Optional variables without a value: their lines went."""
    source: str = ""
    """The lines and branches that this guest reads, their variables not filled in yet."""
    subject: str = ""
    html: str = ""
    """For mail: the same text with its design; empty where only text is sent."""
    pictures: int = 0
    """How many the channel leaves out."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Required variables without a value."""
        return tuple(problem.name for problem in self.problems if problem.code == "missing_value")


def variables(body: str) -> tuple[str, ...]:
    """The names in a text, each once, in order; those in conditions are not among them."""
    names = (match.group(1) for match in _VARIABLE.finditer(body))
    return tuple(dict.fromkeys(name for name in names if not conditions.is_directive(name)))


def nearest(name: str, allowed: Collection[str]) -> str:
    """The allowed name that is most like ``name``; empty when none is."""
    folded = {candidate.replace("_", ""): candidate for candidate in sorted(allowed)}
    found = difflib.get_close_matches(name.lower().replace("_", "").replace(" ", ""), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else ""


def _problem(code: str, body: str, at: int, name: str = "", suggestion: str = "") -> Problem:
    return Problem(code, name, at, suggestion, body.count("\n", 0, at) + 1)


def check(
    body: str, allowed: Collection[str], required: Collection[str] = (), fields: Collection[str] = ()
) -> tuple[Problem, ...]:
    """What stands against saving: unknown or out-of-scope names, broken braces or branches, a required variable gone.

    ``fields`` may be asked for in a condition besides the ``allowed``, and not be inserted.
    """
    problems: list[Problem] = []
    starts = set()
    for match in _VARIABLE.finditer(body):
        starts.add(match.start())
        name = match.group(1)
        if name not in allowed and not conditions.is_directive(name):
            problems.append(_problem("unknown_variable", body, match.start(), name, nearest(name, allowed)))
    for match in _OPENING.finditer(body):
        if not any(start <= match.start() < start + 4 for start in starts):
            problems.append(_problem("unclosed_variable", body, match.start(), body[match.start() :][:20]))
    parts, faults = conditions.parse(body)
    problems += [_problem(fault.code, body, fault.at, fault.text) for fault in faults]
    askable = {*allowed, *fields}
    for condition, at in conditions.conditions(parts):
        if condition.name not in askable:
            near = nearest(condition.name, askable)
            problems.append(_problem("unknown_variable", body, at, condition.name, near))
    present = variables(" ".join(conditions.certain(parts))) if required else ()
    problems += [Problem("missing_variable", name) for name in sorted(set(required)) if name not in present]
    return tuple(sorted(problems, key=lambda problem: problem.position))


def render(
    body: str,
    values: Mapping[str, str],
    allowed: Collection[str],
    required: Collection[str] = (),
    fields: Collection[str] = (),
) -> Rendered:
    """The text a guest gets; with problems it must not be sent.

    Values are put in once and never read again, so a guest named ``##{{room}}`` stays that. An optional variable
    without a value takes its whole line away; a required one is a problem that names it.
    """
    problems = list(check(body, allowed, (), fields))
    parts, _faults = conditions.parse(body)
    pieces = conditions.chosen(parts, values)
    chosen = "".join(piece.text for piece in pieces)
    removed: list[str] = []
    lines: list[str] = []
    offset = 0
    for line in chosen.split("\n"):
        dropped = False
        for match in _VARIABLE.finditer(line):
            name = match.group(1)
            if name not in allowed or values.get(name, ""):
                continue
            if name in required:
                problems.append(_problem("missing_value", body, _origin(pieces, offset + match.start()), name))
            else:
                removed.append(name)
                dropped = True
        if not dropped:
            lines.append(line)
        offset += len(line) + 1
    source = "\n".join(lines)
    if removed or chosen != body:
        source = re.sub(r"\n{3,}", "\n\n", source).strip("\n")
    if not problems:
        # Two pieces side by side could read as braces that neither has.
        problems += [one._replace(code="unclosed_variable") for one in check(source, allowed)]
    used: dict[str, str] = {}
    text = _VARIABLE.sub(lambda match: _value(match, values, allowed, used), source)
    ordered = sorted(problems, key=lambda problem: problem.position)
    return Rendered(text, tuple(ordered), used, tuple(dict.fromkeys(removed)), source)


def _origin(pieces: Sequence[conditions.Piece], offset: int) -> int:
    """Where in the whole text this place of the chosen pieces stands."""
    for piece in pieces:
        if offset < len(piece.text):
            return piece.at + offset
        offset -= len(piece.text)
    return 0


def replaced(source: str, put: Callable[[str], str]) -> str:
    """The text with each variable as ``put`` writes it, which gets its name."""
    return _VARIABLE.sub(lambda match: put(match.group(1)), source)


def cases(body: str, values: Mapping[str, str]) -> tuple[conditions.Case, ...]:
    """One for each branch of the text."""
    return conditions.cases(conditions.parse(body)[0], values)


def _value(match: re.Match[str], values: Mapping[str, str], allowed: Collection[str], used: dict[str, str]) -> str:
    name = match.group(1)
    if name not in allowed or not values.get(name, ""):
        return match.group()
    used[name] = values[name]
    return values[name]


def mentions_variable(text: str) -> bool:
    """Would a guest see template braces in this text?"""
    return _OPENING.search(text) is not None


def is_name(name: str) -> bool:
    """May a variable be called this?"""
    return _NAME.fullmatch(name) is not None

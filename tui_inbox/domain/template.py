"""Templates: own texts with ``##{{variables}}``, and the vendor's approved ones."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from tui_inbox.domain.message import MessageClass


class TemplateKind(StrEnum):
    SNIPPET = "snippet"
    """A canned answer that the operator inserts and may still change."""
    REMINDER = "reminder"
    """Sent by a rule."""
    WHATSAPP = "whatsapp"
    """Approved by the vendor, sent outside the window."""


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


REVIEW_TIME = timedelta(hours=24)
"""How long the vendor says that a review takes at most."""


def is_late(template: Template, now: datetime) -> bool:
    """Has the vendor not decided in the time that it promises?"""
    asked = template.submitted_at if template.approval is Approval.SUBMITTED else None
    return asked is not None and now - asked >= REVIEW_TIME


_VARIABLE = re.compile(r"##\{\{\s*([^{}\n]*?)\s*\}\}")
_OPENING = re.compile(r"##\{\{?|#\{\{")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Problem(NamedTuple):
    """Why a text cannot be saved or sent."""

    code: str
    """``unknown_variable``, ``unclosed_variable``, ``missing_value`` or ``missing_variable``."""
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
    """The names in a text, each once, in order."""
    return tuple(dict.fromkeys(match.group(1) for match in _VARIABLE.finditer(body)))


def nearest(name: str, allowed: Collection[str]) -> str:
    """The allowed name that is most like ``name``; empty when none is."""
    folded = {candidate.replace("_", ""): candidate for candidate in sorted(allowed)}
    found = difflib.get_close_matches(name.lower().replace("_", "").replace(" ", ""), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else ""


def _problem(code: str, body: str, at: int, name: str = "", suggestion: str = "") -> Problem:
    return Problem(code, name, at, suggestion, body.count("\n", 0, at) + 1)


def check(body: str, allowed: Collection[str], required: Collection[str] = ()) -> tuple[Problem, ...]:
    """What stands against saving: unknown or out-of-scope names, broken braces, a required variable left out."""
    problems: list[Problem] = []
    starts = set()
    for match in _VARIABLE.finditer(body):
        starts.add(match.start())
        name = match.group(1)
        if name not in allowed:
            problems.append(_problem("unknown_variable", body, match.start(), name, nearest(name, allowed)))
    for match in _OPENING.finditer(body):
        if not any(start <= match.start() < start + 4 for start in starts):
            problems.append(_problem("unclosed_variable", body, match.start(), body[match.start() :][:20]))
    present = variables(body)
    problems += [Problem("missing_variable", name) for name in sorted(set(required)) if name not in present]
    return tuple(sorted(problems, key=lambda problem: problem.position))


def render(body: str, values: Mapping[str, str], allowed: Collection[str], required: Collection[str] = ()) -> Rendered:
    """The text a guest gets; with problems it must not be sent.

    Values are put in once and never read again, so a guest named ``##{{room}}`` stays that. An optional variable
    without a value takes its whole line away; a required one is a problem that names it.
    """
    problems = [problem for problem in check(body, allowed) if problem.code != "missing_variable"]
    used: dict[str, str] = {}
    removed: list[str] = []
    lines: list[str] = []
    offset = 0
    for line in body.split("\n"):
        dropped = False
        for match in _VARIABLE.finditer(line):
            name = match.group(1)
            if name not in allowed or values.get(name, ""):
                continue
            if name in required:
                problems.append(_problem("missing_value", body, offset + match.start(), name))
            else:
                removed.append(name)
                dropped = True
        if not dropped:
            lines.append(_VARIABLE.sub(lambda match: _value(match, values, allowed, used), line))
        offset += len(line) + 1
    text = "\n".join(lines)
    if removed:
        text = re.sub(r"\n{3,}", "\n\n", text).strip("\n")
    ordered = sorted(problems, key=lambda problem: problem.position)
    return Rendered(text, tuple(ordered), used, tuple(dict.fromkeys(removed)))


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

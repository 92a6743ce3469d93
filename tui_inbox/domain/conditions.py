"""Parts of a text for some guests only: ``##{{if payment is cash}} ... ##{{else}} ... ##{{end}}``.

A condition knows three things: a field has a value (``if room``, ``if not room``), it is one of a list (``if payment is
cash, card``), or it is none of them (``is not``). Nothing else is evaluated, and no value is read as text of ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

MAX_DEPTH = 2
"""One choice inside another; what goes deeper nobody can proof-read."""

_TAG = re.compile(r"##\{\{\s*((?:else\s+)?if\b[^{}\n]*|else|end)\s*\}\}")
_CONDITION = re.compile(r"(not\s+)?([a-z][a-z0-9_]*)(?:\s*(is\s+not\b|is\b|!=|=)\s*(.+))?", re.DOTALL)


class Condition(NamedTuple):
    name: str
    among: tuple[str, ...] = ()
    """Case is ignored; empty: that the field has any value."""
    negated: bool = False

    def holds(self, values: Mapping[str, str]) -> bool:
        value = values.get(self.name, "").strip().casefold()
        found = value in {one.casefold() for one in self.among} if self.among else bool(value)
        return found is not self.negated


class Piece(NamedTuple):
    text: str
    at: int
    """Offset in the whole text."""


class Branch(NamedTuple):
    condition: Condition | None
    """None: else."""
    words: str
    """As it was written: ``payment is cash``."""
    at: int
    parts: Parts


class Choice(NamedTuple):
    branches: tuple[Branch, ...]

    def taken(self, values: Mapping[str, str]) -> Branch | None:
        """The first whose condition holds."""
        return next((one for one in self.branches if one.condition is None or one.condition.holds(values)), None)


Parts = tuple[Piece | Choice, ...]


class Fault(NamedTuple):
    code: str
    """``bad_condition``, ``else_without_if``, ``end_without_if``, ``if_without_end`` or ``nested_too_deep``."""
    text: str
    at: int


class Case(NamedTuple):
    """One way through a text, for a preview of every branch."""

    words: tuple[str, ...]
    """Conditions as written, the outer one first; an empty one is the else."""
    values: Mapping[str, str]
    """What the fields must be for it."""


class _Open(NamedTuple):
    at: int
    branches: list[Branch]
    condition: Condition | None
    words: str
    begun: int
    parts: list[Piece | Choice]


def is_directive(content: str) -> bool:
    """Is what stands between the braces ``if``, ``else`` or ``end`` and not a variable?"""
    return _TAG.fullmatch(f"##{{{{{content}}}}}") is not None


def parse(body: str) -> tuple[Parts, tuple[Fault, ...]]:
    """The text in pieces; with faults the pieces are as good as could be read."""
    whole: list[Piece | Choice] = []
    stack: list[_Open] = []
    faults: list[Fault] = []
    end = 0
    for match in _TAG.finditer(body):
        start, stop = _line_of(body, match.start(), match.end())
        parts = stack[-1].parts if stack else whole
        if body[end:start]:
            parts.append(Piece(body[end:start], end))
        end = stop
        at, content = match.start(), " ".join(match.group(1).split())
        if content == "end":
            if stack:
                _close(stack, whole)
            else:
                faults.append(Fault("end_without_if", match.group(), at))
        elif content.startswith("else"):
            if stack and stack[-1].words:
                condition = _condition(content[8:], at, faults) if content != "else" else None
                stack[-1] = _next(stack[-1], condition, content.removeprefix("else").removeprefix(" if").strip(), at)
            else:
                faults.append(Fault("else_without_if", match.group(), at))
        else:
            if len(stack) == MAX_DEPTH:
                faults.append(Fault("nested_too_deep", match.group(), at))
            stack.append(_Open(at, [], _condition(content[3:], at, faults), content[3:] or "?", at, []))
    (stack[-1].parts if stack else whole).append(Piece(body[end:], end))
    while stack:
        faults.append(Fault("if_without_end", stack[-1].words, stack[-1].at))
        _close(stack, whole)
    return tuple(whole), tuple(faults)


def _line_of(body: str, start: int, stop: int) -> tuple[int, int]:
    """A directive alone in its line takes the line away with it."""
    first = body.rfind("\n", 0, start) + 1
    last = body.find("\n", stop)
    last = len(body) if last < 0 else last + 1
    alone = not body[first:start].strip() and not body[stop:last].strip()
    return (first, last) if alone else (start, stop)


def _condition(words: str, at: int, faults: list[Fault]) -> Condition | None:
    match = _CONDITION.fullmatch(words.strip())
    among = tuple(part.strip() for part in (match[4] or "").split(",") if part.strip()) if match else ()
    if match is None or (match[1] and match[3]) or (match[3] and not among):
        faults.append(Fault("bad_condition", words.strip(), at))
        return Condition("")
    negated = bool(match[1]) or (match[3] or "").startswith(("is n", "!")) or " not" in (match[3] or "")
    return Condition(match[2], among, negated)


def _next(now: _Open, condition: Condition | None, words: str, at: int) -> _Open:
    branch = Branch(now.condition, now.words, now.begun, tuple(now.parts))
    return _Open(now.at, [*now.branches, branch], condition, words, at, [])


def _close(stack: list[_Open], whole: list[Piece | Choice]) -> None:
    done = stack.pop()
    last = Branch(done.condition, done.words, done.begun, tuple(done.parts))
    (stack[-1].parts if stack else whole).append(Choice((*done.branches, last)))


def chosen(parts: Parts, values: Mapping[str, str]) -> list[Piece]:
    """The pieces that this guest reads, in order."""
    pieces: list[Piece] = []
    for part in parts:
        if isinstance(part, Piece):
            pieces.append(part)
        else:
            branch = part.taken(values)
            pieces += chosen(branch.parts, values) if branch else []
    return pieces


def every(body: str) -> str:
    """All branches one after the other, without what chooses between them."""

    def text(parts: Parts) -> Iterator[str]:
        for part in parts:
            if isinstance(part, Piece):
                yield part.text
            else:
                for branch in part.branches:
                    yield from text(branch.parts)

    return "".join(text(parse(body)[0]))


def conditions(parts: Parts) -> Iterator[tuple[Condition, int]]:
    """Every condition with the place where it stands."""
    for part in parts:
        if isinstance(part, Choice):
            for branch in part.branches:
                if branch.condition is not None and branch.condition.name:
                    yield branch.condition, branch.at
                yield from conditions(branch.parts)


def certain(parts: Parts) -> Iterator[str]:
    """The texts that every guest reads, whatever branch is taken; a choice with an else gives what all have."""
    for part in parts:
        if isinstance(part, Piece):
            yield part.text
        elif part.branches[-1].condition is None:
            every = [" ".join(certain(branch.parts)) for branch in part.branches]
            tags = [set(re.findall(r"##\{\{[^{}\n]*\}\}", text)) for text in every]
            yield " ".join(sorted(set.intersection(*tags)))


def cases(parts: Parts, values: Mapping[str, str]) -> tuple[Case, ...]:
    """One for each branch that can be taken, told by the values that lead there; a text without choices has none."""
    return tuple(_cases(parts, {}, values, ()))


def _cases(parts: Parts, fixed: Mapping[str, str], values: Mapping[str, str], words: tuple[str, ...]) -> Iterator[Case]:
    for part in parts:
        if isinstance(part, Choice):
            ways: Sequence[Branch | None] = part.branches
            if part.branches[-1].condition is not None:
                ways = (*ways, None)
            for branch in ways:
                found = _leading(part, branch, fixed, values)
                if found is None:
                    continue
                named = (*words, branch.words if branch else "")
                yield Case(named, found)
                if branch is not None:
                    yield from _cases(branch.parts, found, values, named)


def _leading(
    choice: Choice, wanted: Branch | None, fixed: Mapping[str, str], values: Mapping[str, str]
) -> dict[str, str] | None:
    """Values that lead to this branch: as few as possible other than the sample's; None when none do."""
    known = [branch.condition for branch in choice.branches if branch.condition is not None]
    open_names = list(dict.fromkeys(one.name for one in known if one.name and one.name not in fixed))[:3]
    for candidates in product(*([None, *_tried(known, name)] for name in open_names)):
        trial = {name: value for name, value in zip(open_names, candidates, strict=True) if value is not None}
        if choice.taken({**values, **fixed, **trial}) is wanted:
            return {**fixed, **trial}
    return None


def _tried(known: Sequence[Condition], name: str) -> list[str]:
    listed = [value for one in known if one.name == name for value in one.among]
    return [*dict.fromkeys(listed), "", "1"]

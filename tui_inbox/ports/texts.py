"""Texts, rules and plans as the store keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from tui_inbox.domain.planner import Planned, PlannedState, Rule, StayDay
from tui_inbox.domain.template import Template, TemplateKind, Version


class Templates(Protocol):
    def get(self, template_id: int, *, for_change: bool = False) -> Template | None: ...

    def named(self, kind: TemplateKind, name: str) -> Sequence[Template]:
        """All language variants."""
        ...

    def all(self, kind: TemplateKind | None = None) -> Sequence[Template]:
        """Not archived, by name and language."""
        ...

    def by_vendor(self, account: str, vendor_id: str) -> Template | None: ...

    def versions(self, template_id: int) -> Sequence[Version]:
        """What it said before, newest first; what it says now is not among them."""
        ...

    def add(self, template: Template) -> Template: ...

    def put(self, template: Template) -> None:
        """Keeps the former version."""
        ...


class Planner(Protocol):
    def rules(self) -> Sequence[Rule]: ...

    def put_rule(self, rule: Rule) -> Rule:
        """Adds when the id is 0."""
        ...

    def planned(self, rule_id: int, reservation_id: int) -> Sequence[Planned]: ...

    def add(self, planned: Planned) -> Planned | None:
        """None when this rule, reservation and local date exist."""
        ...

    def put(self, planned: Planned) -> None: ...

    def due(self, now: datetime, limit: int) -> Sequence[Planned]: ...

    def in_state(self, states: Sequence[PlannedState], until: datetime, limit: int) -> Sequence[Planned]: ...

    def of_reservation(self, reservation_id: int) -> Sequence[Planned]: ...

    def unplanned(self, rule_id: int, of: str, first: date, last: date) -> Sequence[StayDay]:
        """Live stays whose ``of`` (``arrival`` or ``departure``) lies between these days, both included, and for which
        this rule has neither spoken about that day nor waits."""
        ...

    def strayed(self, rule_id: int, of: str, since: datetime) -> Sequence[Planned]:
        """What waits for a stay that is gone, dead, has another ``of`` than it was counted from, or was changed in any
        other way from ``since`` on."""
        ...

    def revived(self, rule_id: int, of: str, since: datetime) -> Sequence[Planned]:
        """Withdrawn ones, due from ``since``, whose stay lives and has the day again that they were counted from."""
        ...

    def waiting(self, rule_id: int) -> Sequence[Planned]:
        """Planned or held by hand."""
        ...

    def add_all(self, rows: Sequence[Planned]) -> None:
        """Those whose rule, reservation and local date exist are passed over."""
        ...

    def move(self, before: Planned, after: Planned) -> bool:
        """False, and nothing is written, when the row is not planned as ``before`` any more."""
        ...

"""Rules switched on and off: one, or all that make a journey; each time one act that can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tui_inbox.domain.errors import NotFound
from tui_inbox.domain.event import Code, Event
from tui_inbox.domain.planner import Rule
from tui_inbox.ports.store import Transaction
from tui_inbox.services.desk import Actor, Desk
from tui_inbox.services.planning import put_rule
from tui_inbox.services.undo import RuleStep, write_events


def switch(tx: Transaction, desk: Desk, actor: Actor, rule_id: int, now: datetime) -> bool:
    """Is this rule on now? Raises ``Refused`` where it cannot be switched on as it stands."""
    rule = next((one for one in tx.planner.rules() if one.id == rule_id), None)
    if rule is None:
        raise NotFound(f"rule {rule_id}")
    _put(tx, desk, actor, [rule], not rule.enabled, rule.name, now)
    return not rule.enabled


def switch_journey(tx: Transaction, desk: Desk, actor: Actor, journey: str, now: datetime) -> tuple[bool, int]:
    """All off while one of them is on, else all on: which it is now, and how many rules the journey has.

    Raises ``Refused`` where one of them cannot be switched on as it stands; none is switched then.
    """
    rules = [rule for rule in tx.planner.rules() if journey and rule.journey == journey]
    if not rules:
        raise NotFound(f"journey {journey}")
    on = not any(rule.enabled for rule in rules)
    _put(tx, desk, actor, rules, on, journey, now)
    return on, len(rules)


def _put(tx: Transaction, desk: Desk, actor: Actor, rules: Sequence[Rule], on: bool, name: str, now: datetime) -> None:
    changed = [rule for rule in rules if rule.enabled is not on]
    for rule in changed:
        put_rule(tx, desk, actor, rule._replace(enabled=on))
    code = Code.RULES_ON if on else Code.RULES_OFF
    note = Event(0, now, code, actor.code, params={"name": name, "count": len(changed)})
    write_events(tx, [note], [RuleStep(rule.id, rule.enabled, on) for rule in changed], len(changed))

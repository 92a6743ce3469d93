"""When which reminder is sent to whom, and how; checked when it is saved."""

from __future__ import annotations

import re
from datetime import time
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from tui_inbox.domain.errors import Refused
from tui_inbox.domain.planner import Late, Mode, Per, Rule, RuleKind
from tui_inbox.services import planning
from tui_inbox.tui.dialogs.form import Field, Form, Values
from tui_inbox.tui.render.rules import KINDS, LATE, MODES, PER
from tui_inbox.wording import _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tui_inbox.domain.guest_list import GuestList
    from tui_inbox.tui.screens.desk_screen import DeskScreen

_NEW = Rule(0, RuleKind.BEFORE_ARRIVAL, "", "", 1, time(10), ())


Code = TypeVar("Code", bound=StrEnum)


def choices(words: Mapping[Code, str]) -> tuple[tuple[str, str], ...]:
    return tuple((code.value, _(text)) for code, text in words.items())


async def ask_rule(screen: DeskScreen, rule: Rule | None, names: list[str], lists: Sequence[GuestList]) -> bool:
    """Make or change a rule; ``names`` are the reminders that there are, ``lists`` whom it can be for."""
    app = screen.desk_app
    desk = app.session.desk
    channels = list(dict.fromkeys(code for account in desk.accounts.values() for code in account.channels))

    async def save(values: Values) -> None:
        await app.gateway.write(planning.put_rule, desk, app.actor, _made(rule, values))

    form = Form(
        app.ink,
        _("New rule") if rule is None else rule.name,
        _fields(rule or _NEW._replace(template=names[0], channels=tuple(channels[:1])), names, channels, lists),
        save,
    )
    saved: bool = await app.push_screen_wait(form)
    return saved


def _fields(rule: Rule, names: list[str], channels: list[str], lists: Sequence[GuestList]) -> list[Field]:
    audience = (("", _("everybody")), *((str(one.id), one.name) for one in lists))
    yes_no = (("1", _("yes")), ("", _("no")))
    hold = _("Wait for the desk when the guest has written meanwhile.")
    return [
        Field("name", _("name"), rule.name),
        Field("template", _("reminder"), rule.template, choices=tuple((name, name) for name in names)),
        Field("kind", _("when"), rule.kind.value, choices=choices(KINDS)),
        Field("days", _("days"), str(rule.days), hint=_("Months since the last stay; 0 is the day itself.")),
        Field("at", _("at"), f"{rule.at:%H:%M}", hint=_("By the hotel's clock: 18:00")),
        Field(
            "channels",
            _("channels"),
            ", ".join(rule.channels),
            hint=_("Tried in this order: {known}").format(known=", ".join(channels)),
        ),
        Field("mode", _("of these"), rule.mode.value, choices=choices(MODES)),
        Field("late", _("booked late"), rule.late.value, choices=choices(LATE), hint=_("When its time was over.")),
        Field("per", _("for"), rule.per.value, choices=choices(PER)),
        Field("audience", _("guest list"), str(rule.audience or ""), choices=audience),
        Field("stagger", _("spread over"), str(rule.stagger), hint=_("Minutes, so that not all leave at once.")),
        Field("journey", _("journey"), rule.journey, hint=_("A name that rules share: they are listed together.")),
        Field("enabled", _("on"), "1" if rule.enabled else "", choices=yes_no),
        Field("hold", _("hold"), "1" if rule.hold_if_guest_writes else "", choices=yes_no[::-1], hint=hold),
    ]


def _made(rule: Rule | None, values: Values) -> Rule:
    """Raises ``Refused`` for an hour that is none."""
    hour = re.fullmatch(r"([01]?\d|2[0-3])[:h]([0-5]\d)?", values["at"].strip())
    if hour is None:
        raise Refused("rule_time", text=values["at"])
    return Rule(
        rule.id if rule else 0,
        RuleKind(values["kind"]),
        values["name"],
        values["template"],
        _number(values["days"]),
        time(int(hour[1]), int(hour[2] or 0)),
        tuple(part.strip() for part in values["channels"].split(",") if part.strip()),
        enabled=bool(values["enabled"]),
        hold_if_guest_writes=bool(values["hold"]),
        mode=Mode(values["mode"]),
        late=Late(values["late"]),
        per=Per(values["per"]),
        stagger=_number(values["stagger"] or "0"),
        journey=values["journey"],
        audience=int(values["audience"]) if values["audience"] else None,
    )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else -1

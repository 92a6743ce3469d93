"""Rules: what is sent to whom at which hour of which day, by journey, and each tried dry over the coming week."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from tui_inbox.domain.guest_list import GuestList
from tui_inbox.domain.planner import Late, Mode, Per, Rule
from tui_inbox.domain.template import TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services import guest_lists, planning, switching, templates, tonight
from tui_inbox.services.tonight import DryRow
from tui_inbox.tui.commands import DRY_RUN, RULES
from tui_inbox.tui.dialogs.rule_form import ask_rule
from tui_inbox.tui.render import when
from tui_inbox.tui.render.columns import column, field
from tui_inbox.tui.render.forecast import cells, lines
from tui_inbox.tui.render.guest_card import dates
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.render.rules import LATE, MODES, PER, when_words
from tui_inbox.tui.screens.table_screen import TableScreen
from tui_inbox.tui.widgets.table import Parts
from tui_inbox.wording import N_, _, labelled, ngettext, sentence

if TYPE_CHECKING:
    from tui_inbox.tui.app import TuiInbox

T = TypeVar("T")


class RulesScreen(TableScreen[Rule]):
    """Rules of one journey stand together."""

    CONTEXTS = frozenset({RULES})
    TITLE_WORDS = N_("Rules")
    HEARS = ("template", "rule")

    def __init__(self, desk_app: TuiInbox) -> None:
        super().__init__(desk_app)
        self.reminders: list[str] = []
        self.lists: Sequence[GuestList] = ()

    def fetch(self, tx: Transaction, after: Rule | None, _limit: int) -> Sequence[Rule]:
        if after is not None:
            return []
        self.reminders = list(dict.fromkeys(one.name for one in templates.listing(tx, TemplateKind.REMINDER)))
        self.lists = guest_lists.listing(tx)
        return sorted(tx.planner.rules(), key=lambda rule: (rule.journey, rule.id))

    def key(self, row: Rule) -> object:
        return row.id

    def why_empty(self) -> Sequence[str]:
        keys = self.desk_app.keymap
        return (
            _("No rule yet. {new} makes one: which reminder, when, by which channels.").format(
                new=keys.shown("rule_new")
            ),
            "",
            _("{key} has the reminders.").format(key=keys.shown("screen_templates")),
        )

    def filter_words(self) -> list[list[Part]]:
        keys = self.desk_app.keymap
        on = sum(rule.enabled for rule in self.table.rows)
        return [
            [
                (ngettext("{n} on", "{n} on", on), "text"),
                ("   ", ""),
                (f"{keys.shown('rule_try')} ", "accent"),
                (_("what the coming week would bring"), "muted"),
            ]
        ]

    def draw(self, row: Rule, width: int) -> Parts:
        state: Part = (_("on"), "ok") if row.enabled else (_("off"), "muted")
        left = [column(row.name, 22, "bold text"), column(when_words(row), 34, "text")]
        return [*left, (row.journey or row.template, "muted")], [state]

    def describe(self, row: Rule) -> list[list[Part]]:
        found: list[list[Part]] = [[(row.name, "bold text")]]
        if row.journey:
            found += self._journey(row.journey)
        found += [
            field(_("when"), when_words(row)),
            field(_("reminder"), row.template, "text" if row.template in self.reminders else "bold urgent"),
            field(_("channels"), ", ".join(self.scene.channel("", code)[1] for code in row.channels)),
        ]
        if len(row.channels) > 1 or row.mode is Mode.BOTH:
            found.append(field(_("of these"), _(MODES[row.mode])))
        if row.late is Late.NOW:
            found.append(field(_("booked late"), _(LATE[row.late])))
        if row.per is Per.BOOKING:
            found.append(field(_("for"), _(PER[row.per])))
        if row.audience is not None:
            named = next((one.name for one in self.lists if one.id == row.audience), "")
            found.append(field(_("guest list"), named or sentence("no_such_list"), "text" if named else "bold urgent"))
        if row.stagger > 1:
            found.append(field(_("spread over"), ngettext("{n} minute", "{n} minutes", row.stagger)))
        found.append(field(_("state"), _("on") if row.enabled else _("off"), "ok" if row.enabled else "muted"))
        if row.hold_if_guest_writes:
            found.append([(_("Waits for the desk when the guest has written meanwhile."), "muted")])
        key = self.desk_app.keymap.shown("screen_planned")
        return [*found, [], [(_("{key} shows what it has planned.").format(key=key), "info")]]

    def _journey(self, name: str) -> list[list[Part]]:
        steps = [rule for rule in self.table.rows if rule.journey == name]
        on = sum(rule.enabled for rule in steps)
        told = _("{on} of {n} rules on").format(on=on, n=len(steps))
        key = self.desk_app.keymap.shown("rule_journey")
        words = _("switches all off") if on else _("switches all on")
        return [
            field(_("journey"), name),
            [(told, "ok" if on else "muted"), ("  ", ""), (f"{key} ", "accent"), (words, "muted")],
        ]

    def allowed(self, row: Rule) -> frozenset[str]:
        return frozenset({"rule", "journey"}) if row.journey else frozenset({"rule"})

    async def opened(self) -> None:
        await self.action_do("rule_edit")

    async def do_rule_new(self) -> None:
        await self._ask(None)

    async def do_rule_edit(self) -> None:
        if self.current is not None:
            await self._ask(self.current)

    async def _ask(self, rule: Rule | None) -> None:
        if not self.reminders:
            app = self.desk_app
            name = _("reminder")
            await self.gateway.write(planning.first_reminder, app.session.desk, app.actor, name, app.now())
            self.reminders = [name]
        if await ask_rule(self, rule, self.reminders, self.lists):
            await self._saved()

    async def do_rule_copy(self) -> None:
        if self.current is not None:
            name = _("{name} (copy)").format(name=self.current.name)
            await self._put(self.current._replace(id=0, name=name, enabled=False))

    async def do_rule_switch(self) -> None:
        if self.current is not None:
            on = await self._write(switching.switch, self.current.id)
            self._say_switched(_("on") if on else _("off"))

    async def do_rule_journey(self) -> None:
        if self.current is not None and self.current.journey:
            name = self.current.journey
            on, count = await self._write(switching.switch_journey, name)
            rules = (
                ngettext("{n} rule is on", "{n} rules are on", count)
                if on
                else ngettext("{n} rule is off", "{n} rules are off", count)
            )
            self._say_switched(labelled(name, rules))

    async def _write(self, act: Callable[..., T], about: int | str) -> T:
        app = self.desk_app
        done = await self.gateway.write(act, app.session.desk, app.actor, about, app.now())
        await self.read_again()
        return done

    def _say_switched(self, words: str) -> None:
        self.say(f"{words}  {self.desk_app.keymap.shown('undo')} {_('undo')}")

    async def _put(self, rule: Rule) -> None:
        app = self.desk_app
        await self.gateway.write(planning.put_rule, app.session.desk, app.actor, rule)
        await self._saved()

    async def _saved(self) -> None:
        await self.read_again()
        self.say(_("saved"))

    def do_rule_try(self) -> None:
        if self.current is not None:
            self.desk_app.push_screen(DryRunScreen(self.desk_app, self.current))

    def do_rule_sends(self) -> None:
        from tui_inbox.tui.screens.sent import SentScreen

        if self.current is not None:
            self.desk_app.push_screen(SentScreen(self.desk_app, template=self.current.template))


class DryRunScreen(TableScreen[DryRow]):
    """What one rule would send in the coming week; nothing is planned or sent by looking."""

    CONTEXTS = frozenset({DRY_RUN})
    TITLE_WORDS = N_("Dry run")
    HEARS = ("rule", "template", "guest")

    def __init__(self, desk_app: TuiInbox, rule: Rule) -> None:
        super().__init__(desk_app)
        self.rule = rule

    def fetch(self, tx: Transaction, after: DryRow | None, _limit: int) -> Sequence[DryRow]:
        if after is not None:
            return []
        return tonight.dry_run(tx, self.desk_app.session.desk, self.rule, self.now())

    def now(self) -> datetime:
        return self.desk_app.now()

    def key(self, row: DryRow) -> object:
        return row.stay.id

    def why_empty(self) -> Sequence[str]:
        return (_("“{rule}” would send nothing in the coming week.").format(rule=self.rule.name),)

    def filter_words(self) -> list[list[Part]]:
        none = sum(bool(row.forecast.reason) for row in self.table.rows)
        told: Part = (ngettext("{n} would go", "{n} would go", len(self.table.rows) - none), "text")
        skipped: Part = (ngettext("{n} would not", "{n} would not", none), "soon" if none else "muted")
        return [[(self.rule.name, "bold accent"), ("   ", ""), told, ("   ", ""), skipped]]

    def draw(self, row: DryRow, width: int) -> Parts:
        left = [
            column(when.ahead(row.due_at, self.scene.now, self.scene.zone), 16, "text"),
            column(row.guest.name or _("Unknown client"), 22, "bold text"),
        ]
        more, right = cells(self.scene, row.forecast)
        return [*left, *more], right

    def describe(self, row: DryRow) -> list[list[Part]]:
        stay = f"{row.stay.room} {dates(self.scene, row.stay)}".strip()
        return [
            [(row.guest.name or _("Unknown client"), "bold text"), ("  ", ""), (stay, "muted")],
            [(when.ahead(row.due_at, self.scene.now, self.scene.zone), "text")],
            *lines(self.scene, row.forecast),
        ]

    async def opened(self) -> None:
        self.do_row_guest()

    def do_row_guest(self) -> None:
        from tui_inbox.tui.screens.guest import GuestScreen

        if self.current is not None:
            self.desk_app.push_screen(GuestScreen(self.desk_app, self.current.guest.id))

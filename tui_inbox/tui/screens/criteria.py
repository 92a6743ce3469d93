"""Building a guest list: one line per criterion, and above them who fits at this moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tui_inbox.config.rules import LANGUAGES
from tui_inbox.domain.errors import TuiInboxError
from tui_inbox.domain.fold import plain
from tui_inbox.domain.footer import DEFAULTS
from tui_inbox.domain.guest_list import CRITERIA, NO, YES, Criterion, GuestList, Shape
from tui_inbox.ports.store import Transaction
from tui_inbox.services import guest_lists
from tui_inbox.services.guest_lists import Fitting
from tui_inbox.tui.commands import CRITERIA as CONTEXT
from tui_inbox.tui.dialogs.chooser import Chooser, Option, narrowed
from tui_inbox.tui.dialogs.form import Field, Form, Values
from tui_inbox.tui.render.columns import column
from tui_inbox.tui.render.criteria import criterion_words, value_words
from tui_inbox.tui.render.languages import language_name
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.screens.guest_lists import names_words
from tui_inbox.tui.screens.table_screen import TableScreen
from tui_inbox.tui.widgets.table import Parts
from tui_inbox.wording import N_, _, ngettext

if TYPE_CHECKING:
    from tui_inbox.tui.app import TuiInbox

HINTS = {
    Shape.TEXT: N_("a word"),
    Shape.NUMBER: N_("a number"),
    Shape.DATE: N_("a date: 2026-11-23"),
}


class CriteriaScreen(TableScreen[Criterion]):
    CONTEXTS = frozenset({CONTEXT})
    TITLE_WORDS = N_("Building a guest list")
    HEARS = ("guest",)

    def __init__(self, desk_app: TuiInbox, made: GuestList) -> None:
        super().__init__(desk_app)
        self.made = made
        self.values: dict[str, str] = dict(made.criteria)
        self.fitting = Fitting(0, ())
        self.tags: tuple[str, ...] = ()

    def fetch(self, tx: Transaction, after: Criterion | None, _limit: int) -> Sequence[Criterion]:
        if after is not None:
            return []
        desk, now = self.desk_app.session.desk, self.desk_app.now()
        self.fitting = guest_lists.fitting(tx, desk, self.desk_app.actor, self.values, now)
        self.tags = tuple(tag.name for tag in tx.tags.all())
        return CRITERIA

    def key(self, row: Criterion) -> object:
        return row.code

    @property
    def labels(self) -> Mapping[str, str]:
        accounts = self.desk_app.session.desk.accounts.values()
        return {code: traits.label for account in accounts for code, traits in account.channels.items()}

    def filter_words(self) -> list[list[Part]]:
        count = ngettext("{n} guest fits", "{n} guests fit", self.fitting.guests)
        shown = names_words(self.fitting.names) + (" …" if self.fitting.guests > len(self.fitting.names) else "")
        name = self.made.name or _("new list")
        return [[(name, "bold text"), ("   ", ""), (count, "bold accent"), ("   ", ""), (shown, "muted")]]

    def draw(self, row: Criterion, width: int) -> Parts:
        value = self.values.get(row.code, "")
        words = value_words(row, value, self.labels) if value else "–"
        return [column(criterion_words(row), 28, "text" if value else "muted"), (words, "bold accent")], []

    def describe(self, row: Criterion) -> list[list[Part]]:
        keys = self.desk_app.keymap
        lines: list[list[Part]] = [[(criterion_words(row), "bold text")]]
        if row.of_stay:
            lines.append([(_("All criteria about a stay must fit one and the same stay."), "muted")])
        line: list[Part] = [(_("Enter"), "bold accent"), (f" {_('choose')}  ", "text")]
        if row.code in self.values:
            line += [(keys.shown("criterion_clear"), "bold accent"), (f" {_('clear')}  ", "text")]
        line += [(keys.shown("criteria_save"), "bold accent"), (f" {_('save')}", "text")]
        return [*lines, line]

    def allowed(self, row: Criterion) -> frozenset[str]:
        return frozenset({"set"} if row.code in self.values else ())

    async def opened(self) -> None:
        if self.current is not None:
            self.run_worker(self.guarded(self._choose(self.current)), exit_on_error=False)

    async def _choose(self, row: Criterion) -> None:
        app = self.desk_app
        question, current = criterion_words(row), self.values.get(row.code, "")
        if row.code == "language":
            options = self._languages()
            find = narrowed(options, also=lambda option: plain(option.label))
            dialog = Chooser(app.ink, question, options, find=find, typing=_("a language"), lines=12)
            chosen = await app.push_screen_wait(dialog)
            value = str(chosen.value) if chosen is not None and chosen.value is not None else None
        elif options := self._options(row):
            chosen = await app.push_screen_wait(Chooser(app.ink, question, options))
            value = str(chosen.value) if chosen is not None else None
        else:
            dialog = Chooser(app.ink, question, typing=_(HINTS[row.shape]), free=True, text=current)
            chosen = await app.push_screen_wait(dialog)
            value = chosen.text.strip() if chosen is not None else None
        if value is not None:
            await self._set({**self.values, row.code: value})

    def _languages(self) -> list[Option]:
        """By name; those that texts are written in come first."""
        first = dict.fromkeys((self.desk_app.session.desk.language, *DEFAULTS))
        others = sorted((code for code in LANGUAGES if code not in first), key=lambda code: plain(language_name(code)))
        return [Option(code, language_name(code)) for code in (*first, *others)]

    def _options(self, row: Criterion) -> list[Option]:
        if row.shape is Shape.YES_NO:
            return [Option(YES, _("yes")), Option(NO, _("no"))]
        if row.shape is Shape.CHOICE:
            return [Option(value, value_words(row, value, self.labels)) for value in row.choices]
        if row.code == "opted_out":
            return [Option(code, label) for code, label in self.labels.items()]
        if row.code == "tag":
            return [Option(tag, tag) for tag in self.tags]
        return []

    async def _set(self, values: dict[str, str]) -> None:
        """The count follows at once; what does not fit is said, and the former value stays."""
        before, self.values = self.values, values
        try:
            await self.read_again()
        except TuiInboxError:
            self.values = before
            raise

    async def do_criterion_clear(self) -> None:
        if self.current is not None:
            await self._set({code: value for code, value in self.values.items() if code != self.current.code})

    async def do_criteria_save(self) -> None:
        app = self.desk_app

        async def save(values: Values) -> None:
            made = self.made._replace(name=values["name"], criteria=self.values)
            self.made = await app.gateway.write(guest_lists.save, app.actor, made, app.now())

        hint = _("It stands above the inbox and beside all guests.")
        form = Form(app.ink, _("Name of the list"), [Field("name", _("name"), self.made.name, hint=hint)], save)
        if await app.push_screen_wait(form):
            # Not waited for: this very worker belongs to the screen that goes.
            app.pop_screen()

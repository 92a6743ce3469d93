"""Texts to insert, reminders, the vendor's templates, and the rules that send reminders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tui_inbox.domain.planner import Rule
from tui_inbox.domain.review import Objection
from tui_inbox.domain.template import Approval, Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services import channels, planning, templates, vendor_templates
from tui_inbox.services.desk import Desk
from tui_inbox.services.vendor_templates import EDITABLE
from tui_inbox.tui.commands import TEMPLATES, Selection
from tui_inbox.tui.dialogs.confirm import confirm
from tui_inbox.tui.dialogs.template_form import ask_rule, ask_template
from tui_inbox.tui.render import vendor_template as vendor
from tui_inbox.tui.render import when
from tui_inbox.tui.render.columns import column, field
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.screens.table_screen import TableScreen
from tui_inbox.tui.widgets.table import Parts
from tui_inbox.wording import N_, _, ngettext

if TYPE_CHECKING:
    from tui_inbox.tui.app import TuiInbox

RULES = "rules"
KINDS: dict[TemplateKind | str, str] = {
    TemplateKind.SNIPPET: N_("Texts"),
    TemplateKind.REMINDER: N_("Reminders"),
    TemplateKind.WHATSAPP: N_("WhatsApp"),
    RULES: N_("Rules"),
}
EMPTY = {
    TemplateKind.SNIPPET: N_(
        "No text yet. {new} makes one: with a shortcut, ; and its name insert it while you answer."
    ),
    TemplateKind.REMINDER: N_("No reminder yet. {new} makes one; a rule then says when it is sent."),
    TemplateKind.WHATSAPP: N_(
        "No WhatsApp template yet. {new} writes one for review, {sync} fetches those that the provider knows."
    ),
    RULES: N_("No rule yet. {new} makes one: so many days before arrival, at this hour, by these channels."),
}

Row = Template | Rule


class TemplatesScreen(TableScreen[Row]):
    """One kind at a time; the line above the list says which."""

    CONTEXTS = frozenset({TEMPLATES})
    TITLE_WORDS = N_("Texts and reminders")
    HEARS = ("template", "rule")

    def __init__(self, desk_app: TuiInbox) -> None:
        super().__init__(desk_app)
        self.kind: TemplateKind | str = TemplateKind.SNIPPET
        self.reminders: list[str] = []
        self.doubts: dict[int, Sequence[Objection]] = {}

    def fetch(self, tx: Transaction, after: Row | None, _limit: int) -> Sequence[Row]:
        if after is not None:
            return []
        self.reminders = list(dict.fromkeys(one.name for one in templates.listing(tx, TemplateKind.REMINDER)))
        if isinstance(self.kind, TemplateKind):
            listed = list(templates.listing(tx, self.kind))
            drafts = [one for one in listed if self.kind is TemplateKind.WHATSAPP and one.approval in EDITABLE]
            self.doubts = {one.id: vendor_templates.before_submitting(tx, one) for one in drafts}
            return listed
        return list(tx.planner.rules())

    def key(self, row: Row) -> object:
        return (type(row), row.id)

    def why_empty(self) -> Sequence[str]:
        keys = self.desk_app.keymap
        words = _(EMPTY[self.kind]).format(new=keys.shown("template_new"), sync=keys.shown("template_sync"))
        return (words, "", _("{key} shows the other kinds.").format(key=keys.shown("template_kind")))

    def filter_words(self) -> list[list[Part]]:
        line: list[Part] = [(f"{self.desk_app.keymap.shown('template_kind')} ", "accent")]
        for kind, words in KINDS.items():
            line += [(_(words), "bold underline text" if kind == self.kind else "muted"), ("   ", "")]
        return [line]

    def draw(self, row: Row, width: int) -> Parts:
        if isinstance(row, Rule):
            days = ngettext("{n} day before", "{n} days before", row.days) if row.days else _("day of arrival")
            state: Part = (_("on"), "ok") if row.enabled else (_("off"), "muted")
            left = [
                column(row.name, 24, "bold text"),
                column(f"{days}, {row.at:%H:%M}", 24, "text"),
                (row.template, "muted"),
            ]
            return left, [state]
        if row.kind is TemplateKind.WHATSAPP:
            return vendor.cells(row, self.scene)
        left = [column(row.name, 22, "bold text"), column(row.language, 4, "muted")]
        if row.shortcut:
            left.append(column(f";{row.shortcut}", 11, "accent"))
        return [*left, (row.body.replace("\n", " "), "muted")], []

    def describe(self, row: Row) -> list[list[Part]]:
        return self._rule_lines(row) if isinstance(row, Rule) else self._template_lines(row)

    def _template_lines(self, row: Template) -> list[list[Part]]:
        scene, desk_app = self.scene, self.desk_app
        rendered = templates.preview(desk_app.session.desk, row, desk_app.now())
        lines: list[list[Part]] = [[(row.name, "bold text"), ("  ", ""), (row.language, "muted")]]
        if row.kind is TemplateKind.WHATSAPP:
            lines += vendor.review_lines(row, scene, self.doubts.get(row.id, ()))
        if row.updated_at is not None:
            said = f"{when.ago(row.updated_at, scene.now, scene.zone)} {scene.operator(row.updated_by)}"
            lines.append(field(_("changed"), f"{said}  ({_('version {n}').format(n=row.version)})"))
        read = vendor.shown(rendered.text) if row.kind is TemplateKind.WHATSAPP else [[(rendered.text, "text")]]
        lines += [[], [(_("as Claire Martin reads it:"), "muted")], *read]
        lines += _plain_lines(rendered.text, desk_app.session.desk) if row.kind is TemplateKind.REMINDER else []
        for problem in rendered.problems[:3]:
            from tui_inbox.wording import sentence

            lines.append([(sentence(problem.code, {"name": problem.name, "line": problem.line}), "soon")])
        return [*lines, [], [(row.body, "muted")]]

    def _rule_lines(self, row: Rule) -> list[list[Part]]:
        days = (
            ngettext("{n} day before arrival", "{n} days before arrival", row.days) if row.days else _("day of arrival")
        )
        lines: list[list[Part]] = [
            [(row.name, "bold text")],
            field(_("when"), f"{days}, {row.at:%H:%M}"),
            field(_("reminder"), row.template, "text" if row.template in self.reminders else "bold urgent"),
            field(_("channels"), ", ".join(row.channels)),
            field(_("state"), _("on") if row.enabled else _("off"), "ok" if row.enabled else "muted"),
        ]
        if row.hold_if_guest_writes:
            lines.append([(_("Waits for the desk when the guest has written meanwhile."), "muted")])
        key = self.desk_app.keymap.shown("screen_planned")
        return [*lines, [], [(_("{key} shows what it has planned.").format(key=key), "info")]]

    def allowed(self, row: Row) -> frozenset[str]:
        if isinstance(row, Rule):
            return frozenset({"edit", "switch", "copy"})
        more = {"submit"} if row.kind is TemplateKind.WHATSAPP and row.approval in EDITABLE else set()
        return frozenset({"edit", "archive", "copy"} | more)

    def selection(self) -> Selection:
        """The provider's templates can be fetched while none is there."""
        known = super().selection()
        more = frozenset({"sync", "guide"} if self.kind is TemplateKind.WHATSAPP else ())
        return replace(known, can=known.can | more)

    async def opened(self) -> None:
        await self.action_do("template_edit")

    def do_template_kind(self) -> None:
        kinds = list(KINDS)
        self.kind = kinds[(kinds.index(self.kind) + 1) % len(kinds)]
        self.table.index = self.table.top = 0
        self.table.rows = []
        self.reload()

    async def do_template_new(self) -> None:
        if self.kind is TemplateKind.WHATSAPP:
            language = self.desk_app.session.desk.language
            await self._written(Template(0, TemplateKind.WHATSAPP, "", language, ""))
        elif isinstance(self.kind, TemplateKind):
            language = self.desk_app.session.desk.language
            await self._saved(await ask_template(self, Template(0, self.kind, "", language, "")))
        else:
            await self._rule(None)

    async def do_template_edit(self) -> None:
        row = self.current
        if isinstance(row, Rule):
            await self._rule(row)
        elif row is not None and row.kind is TemplateKind.WHATSAPP:
            await self._written(row)
        elif row is not None:
            await self._saved(await ask_template(self, row))

    async def _written(self, template: Template) -> None:
        from tui_inbox.tui.dialogs.vendor_template import write

        kept = await write(self, template)
        if kept:
            await self.read_again()
            self.table.move_to(next((at for at, row in enumerate(self.table.rows) if row.id == kept), 0))

    async def do_template_submit(self) -> None:
        from tui_inbox.tui.dialogs.vendor_template import submit

        if isinstance(self.current, Template):
            await submit(self, self.current)
            await self.read_again()

    def do_template_guide(self) -> None:
        from tui_inbox.tui.dialogs.vendor_template import Guide

        self.desk_app.push_screen(Guide(self.desk_app.ink))

    async def do_template_copy(self) -> None:
        """A copy keeps the name for another language, and needs another shortcut only under another name."""
        row = self.current
        if isinstance(row, Rule):
            name = _("{name} (copy)").format(name=row.name)
            app = self.desk_app
            copy = row._replace(id=0, name=name, enabled=False)
            await self.gateway.write(planning.put_rule, app.session.desk, app.actor, copy)
            await self._saved(True)
        elif row is not None and row.kind is TemplateKind.WHATSAPP:
            await self._written(vendor.copied(row))
        elif row is not None:
            copied = row._replace(
                id=0, language="", vendor_id="", approval=Approval.NONE, approval_reason="", mapping={}, version=1
            )
            await self._saved(await ask_template(self, copied))

    async def _rule(self, rule: Rule | None) -> None:
        if not self.reminders:
            self.say(_("first write a reminder: a rule needs a text to send"), "soon")
            return
        await self._saved(await ask_rule(self, rule, self.reminders))

    async def do_rule_switch(self) -> None:
        row, app = self.current, self.desk_app
        if isinstance(row, Rule):
            switched = row._replace(enabled=not row.enabled)
            await self.gateway.write(planning.put_rule, app.session.desk, app.actor, switched)
            await self._saved(True)

    async def do_template_archive(self) -> None:
        row, app = self.current, self.desk_app
        if not isinstance(row, Template):
            return
        if row.kind is TemplateKind.WHATSAPP:
            from tui_inbox.tui.dialogs.vendor_template import withdraw

            await withdraw(self, row)
            await self.read_again()
            return
        question = _("Archive “{name}” ({language})? What was sent with it keeps its name.")
        words = question.format(name=row.name, language=row.language)
        if await confirm(self, words, _("Archive"), _("Keep")):
            await self.gateway.write(templates.archive, app.actor, row.id, app.now())
            await self._saved(True)

    def do_template_sends(self) -> None:
        from tui_inbox.tui.screens.sent import SentScreen

        row = self.current
        if row is not None:
            name = row.template if isinstance(row, Rule) else row.name
            self.desk_app.push_screen(SentScreen(self.desk_app, template=name))

    async def do_template_sync(self) -> None:
        """Ask the worker; what it found comes as news."""
        app = self.desk_app
        accounts = vendor_templates.keepers(app.session.desk)
        if not accounts:
            self.say(_("no connected channel has templates of its own"), "soon")
            return
        for name in accounts:
            await self.gateway.write(channels.ask, app.actor, "sync_templates", name, {}, app.now())
        self.say(_("asked the worker; the list follows by itself"))

    async def _saved(self, saved: bool) -> None:
        if saved:
            await self.read_again()
            self.say(_("saved"))


def _plain_lines(text: str, desk: Desk) -> list[list[Part]]:
    """The same where a site shows plain text only, when that reads differently."""
    channels = {t.label: t for info in desk.accounts.values() for t in info.channels.values()}
    shown = {label: templates.for_channel(text, traits) for label, traits in channels.items()}
    other = {label: plain for label, plain in shown.items() if plain.text != text or plain.pictures}
    if not other:
        return []
    plain = next(iter(other.values()))
    lines: list[list[Part]] = [[], [(_("as {channels} shows it:").format(channels=", ".join(other)), "muted")]]
    lines.append([(plain.text, "text")])
    if plain.pictures:
        left_out = ngettext("{n} picture is left out there.", "{n} pictures are left out there.", plain.pictures)
        lines.append([(left_out, "soon")])
    return lines

"""Texts to insert, reminders that rules send, and the vendor's templates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tui_inbox.domain.review import Objection
from tui_inbox.domain.template import Approval, Rendered, Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services import channels, footer_texts, templates, vendor_templates
from tui_inbox.services.desk import Desk
from tui_inbox.services.rendering import shown_on
from tui_inbox.services.text_preview import missing_languages
from tui_inbox.services.vendor_templates import EDITABLE
from tui_inbox.tui.commands import TEMPLATES, Command, Selection
from tui_inbox.tui.dialogs.confirm import confirm
from tui_inbox.tui.dialogs.template_form import ask_template
from tui_inbox.tui.dialogs.text_fields import FOOTERS
from tui_inbox.tui.render import vendor_template as vendor
from tui_inbox.tui.render import when
from tui_inbox.tui.render.columns import column, field
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.screens.table_screen import TableScreen
from tui_inbox.tui.widgets.table import Parts
from tui_inbox.wording import N_, _, ngettext

if TYPE_CHECKING:
    from tui_inbox.tui.app import TuiInbox

KINDS: dict[TemplateKind, str] = {
    TemplateKind.SNIPPET: N_("Texts"),
    TemplateKind.REMINDER: N_("Reminders"),
    TemplateKind.WHATSAPP: N_("WhatsApp"),
    TemplateKind.TEXT: N_("Own texts"),
    TemplateKind.FOOTER: N_("Footers"),
}
EMPTY = {
    TemplateKind.SNIPPET: N_(
        "No text yet. {new} makes one: with a shortcut, ; and its name insert it while you answer."
    ),
    TemplateKind.REMINDER: N_("No reminder yet. {new} makes one; a rule then says when it is sent."),
    TemplateKind.WHATSAPP: N_(
        "No WhatsApp template yet. {new} writes one for review, {sync} fetches those that the provider knows."
    ),
    TemplateKind.TEXT: N_(
        "No text of the house yet. {new} makes one: a variable of your own, for every room or one type of room."
    ),
}

Row = Template


class TemplatesScreen(TableScreen[Row]):
    """One kind at a time; the line above the list says which."""

    CONTEXTS = frozenset({TEMPLATES})
    TITLE_WORDS = N_("Texts and reminders")
    HEARS = ("template",)

    def __init__(self, desk_app: TuiInbox) -> None:
        super().__init__(desk_app)
        self.kind: TemplateKind = TemplateKind.SNIPPET
        self.doubts: dict[int, Sequence[Objection]] = {}
        self.several = False
        """Do the rows belong to more than one account?"""

    def fetch(self, tx: Transaction, after: Row | None, _limit: int) -> Sequence[Row]:
        if after is not None:
            return []
        if self.kind is TemplateKind.FOOTER:
            return footer_texts.listing(tx, self.desk_app.session.desk)
        listed = list(templates.listing(tx, self.kind))
        drafts = [one for one in listed if self.kind is TemplateKind.WHATSAPP and one.approval in EDITABLE]
        self.several = len({one.account for one in listed}) > 1
        self.doubts = {one.id: vendor_templates.before_submitting(tx, one) for one in drafts}
        return listed

    def key(self, row: Row) -> object:
        return row.id or (row.name, row.language)

    def why_empty(self) -> Sequence[str]:
        if self.kind not in EMPTY:
            return ()
        keys = self.desk_app.keymap
        words = _(EMPTY[self.kind]).format(new=keys.shown("template_new"), sync=keys.shown("template_sync"))
        return (words, "", _("{key} shows the other kinds.").format(key=keys.shown("template_kind")))

    def filter_words(self) -> list[list[Part]]:
        line: list[Part] = [(f"{self.desk_app.keymap.shown('template_kind')} ", "accent")]
        for kind, words in KINDS.items():
            line += [(_(words), "bold underline text" if kind == self.kind else "muted"), ("   ", "")]
        return [line]

    def draw(self, row: Row, width: int) -> Parts:
        if row.kind is TemplateKind.WHATSAPP:
            return vendor.cells(row, self.scene, account=self.several)
        left = [column(_named(row), 28 if row.kind is TemplateKind.FOOTER else 22, "bold text")]
        left.append(column(row.language, 4, "muted"))
        if row.kind is TemplateKind.FOOTER:
            left.append(column(_("the hotel's") if row.id else _("ours"), 12, "accent" if row.id else "muted"))
        if place := " ".join(part for part in (row.property, row.room_type) if part):
            left.append(column(place, 14, "accent"))
        if row.shortcut:
            left.append(column(f";{row.shortcut}", 11, "accent"))
        return [*left, (row.body.replace("\n", " "), "muted")], []

    def describe(self, row: Row) -> list[list[Part]]:
        scene, desk_app = self.scene, self.desk_app
        rendered = templates.preview(desk_app.session.desk, row, desk_app.now())
        lines: list[list[Part]] = [[(_named(row), "bold text"), ("  ", ""), (row.language, "muted")]]
        if row.kind is TemplateKind.WHATSAPP:
            lines += vendor.review_lines(row, scene, self.doubts.get(row.id, ()))
        if row.updated_at is not None:
            said = f"{when.ago(row.updated_at, scene.now, scene.zone)} {scene.operator(row.updated_by)}"
            lines.append(field(_("changed"), f"{said}  ({_('version {n}').format(n=row.version)})"))
        missing = missing_languages(self.table.rows, row)
        if missing and row.kind is not TemplateKind.WHATSAPP:
            lines.append(field(_("missing"), ", ".join(missing), "soon"))
        read = vendor.shown(rendered.text) if row.kind is TemplateKind.WHATSAPP else [[(rendered.text, "text")]]
        lines += [[], [(_("as Claire Martin reads it:"), "muted")], *read]
        lines += _plain_lines(rendered, desk_app.session.desk) if row.kind is TemplateKind.REMINDER else []
        for problem in rendered.problems[:3]:
            from tui_inbox.wording import sentence

            lines.append([(sentence(problem.code, {"name": problem.name, "line": problem.line}), "soon")])
        return [*lines, [], [(row.body, "muted")]]

    def allowed(self, row: Row) -> frozenset[str]:
        more = {"submit"} if row.kind is TemplateKind.WHATSAPP and row.approval in EDITABLE else set()
        kept = {"archive", "versions"} if row.id else set()
        return frozenset({"edit", "copy"} | kept | more)

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
        if self.kind is TemplateKind.FOOTER:
            await self.do_template_copy()  # There are three, each in as many languages as one likes.
        elif self.kind is TemplateKind.WHATSAPP:
            language = self.desk_app.session.desk.language
            await self._written(Template(0, TemplateKind.WHATSAPP, "", language, ""))
        else:
            language = self.desk_app.session.desk.language
            await self._saved(await ask_template(self, Template(0, self.kind, "", language, "")))

    async def do_template_edit(self) -> None:
        row = self.current
        if row is not None and row.kind is TemplateKind.WHATSAPP:
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

        if self.current is not None:
            await submit(self, self.current)
            await self.read_again()

    def do_template_guide(self) -> None:
        from tui_inbox.tui.dialogs.vendor_template import Guide

        self.desk_app.push_screen(Guide(self.desk_app.ink))

    async def do_template_copy(self) -> None:
        """A copy keeps the name for another language, and needs another shortcut only under another name."""
        row = self.current
        if row is not None and row.kind is TemplateKind.WHATSAPP:
            await self._written(vendor.copied(row))
        elif row is not None:
            copied = row._replace(
                id=0, language="", vendor_id="", approval=Approval.NONE, approval_reason="", mapping={}, version=1
            )
            await self._saved(await ask_template(self, copied))

    async def do_template_archive(self) -> None:
        row, app = self.current, self.desk_app
        if row is None:
            return
        if row.kind is TemplateKind.WHATSAPP:
            from tui_inbox.tui.dialogs.vendor_template import withdraw

            await withdraw(self, row)
            await self.read_again()
            return
        question = _("Archive “{name}” ({language})? What was sent with it keeps its name.")
        if row.kind is TemplateKind.FOOTER:
            question = _("Archive “{name}” ({language})? From then on ours is sent again.")
        rules = await self.gateway.read(templates.last_of_rules, row)
        if rules:
            question = _("Archive “{name}” ({language})? These rules will have nothing to send: {rules}.")
        words = question.format(name=_named(row), language=row.language, rules=", ".join(rules))
        if await confirm(self, words, _("Archive"), _("Keep")):
            await self.gateway.write(templates.archive, app.actor, row.id, app.now())
            await self.read_again()
            self.say(_("archived  {key} undoes it").format(key=app.keymap.shown("undo")))

    async def do_template_versions(self) -> None:
        from tui_inbox.tui.dialogs.versions import ask_version

        if self.current is not None:
            await self._saved(await ask_version(self, self.current))

    def do_template_sends(self) -> None:
        from tui_inbox.tui.screens.sent import SentScreen

        row = self.current
        if row is not None:
            self.desk_app.push_screen(SentScreen(self.desk_app, template=row.name))

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
        """The cursor goes to what was written."""
        if saved:
            await self.read_again()
            rows = enumerate(self.table.rows)
            written = [(row.updated_at, row.id, at) for at, row in rows if row.updated_at is not None]
            if written:
                self.table.move_to(max(written)[2])
            self.say(_("saved"))

    def label(self, command: Command) -> str:
        """So much is named here that there is no room for undoing, which is said when there is something to undo."""
        return "" if command.id == "undo" else super().label(command)


def _named(row: Template) -> str:
    return _(FOOTERS[row.name]) if row.kind is TemplateKind.FOOTER else row.name


def _plain_lines(rendered: Rendered, desk: Desk) -> list[list[Part]]:
    """The same where plain text is all that is shown, when that reads differently."""
    channels = {t.label: t for info in desk.accounts.values() for t in info.channels.values()}
    shown = {label: shown_on(rendered, traits, desk.language) for label, traits in channels.items()}
    other = {label: one for label, one in shown.items() if not one.html and (one.text != rendered.text or one.pictures)}
    if not other:
        return []
    plain = next(iter(other.values()))
    lines: list[list[Part]] = [[], [(_("as {channels} shows it:").format(channels=", ".join(other)), "muted")]]
    lines.append([(plain.text, "text")])
    if plain.pictures:
        left_out = ngettext("{n} picture is left out there.", "{n} pictures are left out there.", plain.pictures)
        lines.append([(left_out.format(n=plain.pictures), "soon")])
    return lines

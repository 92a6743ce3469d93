"""What the editors of texts share: fields, completion, the preview beside the text, and a draft that nothing loses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, TextArea

from tui_inbox.domain.errors import Refused, TuiInboxError
from tui_inbox.domain.template import Template
from tui_inbox.ports.store import Transaction
from tui_inbox.services import footers, templates, text_drafts, text_preview
from tui_inbox.services.desk import Desk
from tui_inbox.services.text_drafts import TextDraft
from tui_inbox.services.text_preview import Preview, Recipient
from tui_inbox.services.variables import with_texts
from tui_inbox.tui.commands import EDITOR
from tui_inbox.tui.dialogs.form import Choice, Field
from tui_inbox.tui.dialogs.text_blocks import (
    FROM_FILE,
    ask_block,
    ask_picture,
    ask_variable,
    insert_block,
    opened_before,
)
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.render.text_preview import Lines, preview_lines
from tui_inbox.tui.screens.desk_screen import DeskScreen
from tui_inbox.tui.widgets.lines import LinesPane
from tui_inbox.wording import _, explain

if TYPE_CHECKING:
    from tui_inbox.tui.app import TuiInbox

KEEP_SECONDS = 1.0
LOOK_SECONDS = 0.15


class Shown(Struct, frozen=True):
    """One way to look at the text."""

    channel: str
    label: str
    design: bool = False


def views(desk: Desk) -> tuple[Shown, ...]:
    """Every channel once, a mailbox with its design and its text part."""
    found: dict[tuple[str, bool], Shown] = {}
    for info in desk.accounts.values():
        for code, traits in info.channels.items():
            if traits.has_subject and "plain_text_only" not in traits.content_rules:
                found.setdefault((code, True), Shown(code, traits.label, design=True))
            found.setdefault((code, False), Shown(code, traits.label))
    return tuple(found.values()) or (Shown("", _("as written")),)


class WritingScreen(DeskScreen):
    """Ends with True when something was saved. What is not saved stays as this operator's draft.

    Subclasses say what is written (``written``), where the cursor is (``box``) and how it is stored (``store``).
    """

    CONTEXTS = frozenset({EDITOR})
    CSS_PATH = "text_editor.tcss"
    place = ""
    """Name of the draft."""

    def __init__(self, desk_app: TuiInbox) -> None:
        super().__init__(desk_app)
        self.gateway = desk_app.gateway
        self.desk = desk_app.session.desk
        self.fields: Mapping[str, Field] = {}
        self.views = views(self.desk)
        self.view = self.guest = self.branch = self.scrolled = 0
        self.guests: Sequence[Recipient] = (text_preview.sample(self.desk, desk_app.now()),)
        self.lines: Lines = []
        self.pauses: list[Timer] = []
        self.fault: Refused | None = None
        self.picked_up = self.done = self.offering = False
        self.preview = LinesPane(desk_app.ink, id="editor-preview")
        self.foot = LinesPane(desk_app.ink, depth="base", id="editor-foot")

    # Of the subclass.

    @property
    def box(self) -> TextArea:
        """The text that a variable or a block goes into."""
        raise NotImplementedError

    def written(self) -> Template:
        """The text as it stands in the fields."""
        raise NotImplementedError

    def unchanged(self) -> bool:
        """Is everything as it is stored?"""
        raise NotImplementedError

    def draft(self) -> TextDraft:
        raise NotImplementedError

    def take_up(self, draft: TextDraft) -> bool:
        """Go on where the line dropped; True where somebody saved another version meanwhile."""
        raise NotImplementedError

    async def store(self) -> None:
        """Save it all. Raises ``TuiInboxError``."""
        raise NotImplementedError

    def hint(self) -> list[Part]:
        """The last line."""
        name = (self.focused.id or "").removeprefix("field-") if self.focused is not None else ""
        if name in self.fields:
            return [(" " + self.fields[name].hint, "muted")]
        words = _("##{{ opens the list of variables; ##{{if payment is cash}} … ##{{else}} … ##{{end}} chooses.")
        return [(" " + words, "muted")]

    def looked(self, tx: Transaction, who: Recipient, template: Template) -> None:
        """Read what else follows the text."""

    def missing(self, tx: Transaction, template: Template) -> Sequence[str]:
        """Languages that other texts have and this one has not."""
        return text_preview.missing_languages(tx.templates.all(template.kind), template)

    # Fields.

    def row(self, field: Field, role: str = "muted") -> ComposeResult:
        """One line to fill in."""
        with Horizontal(classes="form-row"):
            label = LinesPane(self.desk_app.ink, depth="base")
            label.add_class("form-label")
            label.lines = [[(field.label, role), ("", "")]]  # of two parts, so that a long name is cut and not wrapped
            yield label
            yield self._widget(field)

    def _widget(self, field: Field) -> Widget:
        if field.choices:
            return Choice(self.desk_app.ink, field)
        line = Input(field.value, id=f"field-{field.name}", classes="form-line", compact=True, select_on_focus=False)
        line.cursor_blink = False
        return line

    def area(self, name: str, text: str) -> TextArea:
        """Several lines to write in."""
        box = TextArea(text, id=f"field-{name}", compact=True, tab_behavior="focus", soft_wrap=True)
        box.cursor_blink = False
        box.highlight_cursor_line = False
        return box

    def values(self) -> dict[str, str]:
        found = {}
        for name in self.fields:
            widget = self.query_one(f"#field-{name}")
            found[name] = widget.value if isinstance(widget, Input | Choice) else ""
        return found

    def put(self, name: str, value: str) -> None:
        widget = self.query_one(f"#field-{name}")
        if isinstance(widget, Input):
            widget.value = value
        elif isinstance(widget, Choice):
            places = [code for code, _words in widget.choices]
            widget.place = places.index(value) if value in places else 0
            widget.repaint()

    # What was begun.

    def on_mount(self) -> None:
        self.show_keys()
        self.run_worker(self.guarded(self._begin()), group="begin", exit_on_error=False)

    async def _begin(self) -> None:
        """The guests who come, the hotel's own texts, and what was left unsaved."""
        app = self.desk_app

        def read(tx: Transaction) -> tuple[Desk, Sequence[Recipient], TextDraft | None]:
            desk = with_texts(tx, self.desk)
            return desk, text_preview.recipients(tx, desk, app.now()), text_drafts.kept(tx, app.actor, self.place)

        self.desk, self.guests, draft = await self.gateway.read(read)
        if not await self.gateway.read(footers.known_key):
            # Links to unsubscribe are shown as they will be sent.
            await self.gateway.write(footers.signing_key)
        if draft is not None:
            older = self.take_up(draft)
            self.picked_up = True
            words = _("taken up where you left it; meanwhile somebody saved another version")
            self.say(words if older else _("taken up where you left it"), "soon" if older else "ok")
        await self._look()

    @property
    def dirty(self) -> bool:
        """Is there something that only the draft has?"""
        return not self.done and (self.picked_up or not self.unchanged())

    async def on_key(self, event: events.Key) -> None:
        """Enter and the arrows go from line to line; in the text they are the text's."""
        inside = isinstance(self.focused, TextArea)
        if event.key in ("down", "up", "enter") and not inside and self.focused is not None:
            event.stop()
            event.prevent_default()
            (self.focus_previous if event.key == "up" else self.focus_next)()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(Choice.Turned)
    def _typed(self) -> None:
        for timer in self.pauses:
            timer.stop()
        self.pauses = [self.set_timer(LOOK_SECONDS, self.look), self.set_timer(KEEP_SECONDS, self.keep)]
        if isinstance(self.focused, TextArea) and not self.offering and self._just_opened(self.focused):
            self._run(self._offer())

    @staticmethod
    def _just_opened(box: TextArea) -> bool:
        """The braces, or the word of a condition, were typed this moment."""
        opened = opened_before(box)
        return opened is not None and not opened[2]

    def _run(self, work: object) -> None:
        self.run_worker(self.guarded(work), group="dialog", exit_on_error=False)  # type: ignore[arg-type]

    def keep(self) -> None:
        """To the journal; the newest text wins."""
        if self.dirty and self.is_attached:
            self.run_worker(self.guarded(self._keep()), group="keep", exclusive=True, exit_on_error=False)

    async def _keep(self) -> None:
        await self.gateway.write(text_drafts.keep, self.desk_app.actor, self.place, self.draft())

    def save(self) -> None:
        if self.dirty:
            self.gateway.write_now(text_drafts.keep, self.desk_app.actor, self.place, self.draft())

    # The preview.

    def look(self) -> None:
        if self.is_attached:
            self.run_worker(self.guarded(self._look()), group="look", exclusive=True, exit_on_error=False)

    async def _look(self) -> None:
        app, template = self.desk_app, self.written()
        who, view = self.guests[self.guest % len(self.guests)], self.views[self.view % len(self.views)]

        def read(tx: Transaction) -> tuple[Preview, Refused | None, Sequence[str]]:
            shown = text_preview.preview(tx, self.desk, template, who, view.channel, app.now(), app.actor, self.branch)
            self.looked(tx, who, template)
            return shown, templates.fault(tx, self.desk, template), self.missing(tx, template)

        shown, self.fault, missing = await self.gateway.read(read)
        if self.branch and not shown.cases:
            self.branch = 0
            self.say(_("this text is the same for everybody: it has no branches"))
        place = f"{self.guest % len(self.guests) + 1}/{len(self.guests)}"
        self.lines = preview_lines(shown, who, view.label, place, design=view.design)
        if missing and template.name:
            words = _("Not written in: {languages}").format(languages=", ".join(missing))
            self.lines += [[], [(words, "muted")]]
        self.paint()

    def paint(self) -> None:
        self.scrolled = min(self.scrolled, max(0, len(self.lines) - 1))
        self.preview.show(self.lines[self.scrolled :])
        first: list[Part] = [(" " + explain(self.fault), "bold urgent")] if self.fault else [("", "")]
        self.foot.show([first, self.hint()])

    def on_descendant_focus(self) -> None:
        self.paint()

    # Commands.

    def do_editor_preview(self) -> None:
        self.toggle_class("-previewing")
        if not self.has_class("-previewing"):
            self.box.focus()
        self.look()

    def do_editor_channel(self) -> None:
        self.view, self.scrolled = (self.view + 1) % len(self.views), 0
        self.look()

    def do_editor_guest(self, by: int = 1) -> None:
        self.guest, self.scrolled = (self.guest + by) % len(self.guests), 0
        self.look()

    def do_editor_guest_before(self) -> None:
        self.do_editor_guest(-1)

    def do_editor_branch(self) -> None:
        """One after the other; the preview says which, and the count begins anew after the last."""
        self.branch += 1
        self.look()

    def do_editor_down(self, by: int = 5) -> None:
        self.scrolled = max(0, self.scrolled + by)
        self.paint()

    def do_editor_up(self) -> None:
        self.do_editor_down(-5)

    async def do_editor_variable(self) -> None:
        self._run(self._offer())

    async def _offer(self) -> None:
        if self.offering:
            return
        self.offering = True
        try:
            template = self.written()
            await ask_variable(self.app, self.desk_app.ink, self.desk, template.kind, template.event, self.box)
        finally:
            self.offering = False

    async def do_editor_block(self) -> None:
        self._run(self._block())

    async def _block(self) -> None:
        block = await ask_block(self.app, self.desk_app.ink, self.written().kind)
        if block == FROM_FILE:
            block = await ask_picture(self, self.desk_app.session.export_dir or Path.home())
        if block:
            insert_block(self.box, block)

    async def do_editor_save(self) -> None:
        try:
            await self.store()
        except TuiInboxError as error:
            self.foot.show([[(" " + explain(error), "bold urgent")], [("", "")]])
            return
        await self._ends(True)

    async def do_editor_drop(self) -> None:
        await self._ends(False)

    async def _ends(self, saved: bool) -> None:
        self.done = True
        await self.gateway.write(text_drafts.forget, self.desk_app.actor, self.place)
        self.dismiss(saved)

    async def do_editor_back(self) -> None:
        if self.has_class("-previewing"):
            self.do_editor_preview()
            return
        if self.dirty:
            await self._keep()
            self.done = True
        self.dismiss(False)

    async def action_do(self, command_id: str) -> None:
        """Another screen is reached from below, with the draft kept."""
        if not command_id.startswith("screen_"):
            await super().action_do(command_id)
            return
        if self.dirty:
            await self._keep()
        below = self.desk_app.screen_stack[-2]
        self.dismiss(False)
        if isinstance(below, DeskScreen):
            self.desk_app.call_later(below.action_do, command_id)

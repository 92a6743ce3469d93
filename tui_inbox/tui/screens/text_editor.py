"""The editor of one text: what is written on one side, on the other how this guest reads it on this channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widgets import TextArea

from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.services import rendering, templates, text_drafts
from tui_inbox.services.footers import takes_footer
from tui_inbox.services.text_drafts import TextDraft
from tui_inbox.tui.dialogs.text_fields import FOOTERS, fields_of, filled
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.screens.writing import Shown, WritingScreen
from tui_inbox.wording import N_, _

if TYPE_CHECKING:
    from tui_inbox.tui.app import TuiInbox


class TextEditor(WritingScreen):
    """One text in one language, with a form of its own for each channel that wants one."""

    TITLE_WORDS = N_("Text")

    def __init__(self, desk_app: TuiInbox, template: Template) -> None:
        super().__init__(desk_app)
        self.template = template
        self.place = text_drafts.place_of(template)
        self.fields = {field.name: field for field in fields_of(template, self.desk)}
        self.forms = {"": template.body, **template.forms}
        self.form = ""
        """Channel whose own text is in the box; empty: the one for all."""
        self.text = self.area("body", template.body)
        if template.kind is TemplateKind.FOOTER:
            self.top.title_words = _(FOOTERS[template.name])
            self.views = tuple(view for view in self.views if self._under(view)) or self.views

    def _under(self, view: Shown) -> bool:
        """Does this footer stand under what goes by this channel?"""
        traits = rendering.traits_of(self.desk, view.channel)
        if traits is None or view.design:
            return False
        return takes_footer(traits) if self.template.event else traits.stop_words

    def compose(self) -> ComposeResult:
        yield self.top
        with Vertical(id="editor-fields"):
            for field in self.fields.values():
                yield from self.row(field)
        with Container(id="editor-panes"):
            yield self.text
            yield self.preview
        yield self.foot
        yield self.bottom

    def on_mount(self) -> None:
        ours = self.template.kind is TemplateKind.FOOTER and self.template.language
        first = "body" if self.template.id or ours else next(iter(self.fields))
        self.query_one(f"#field-{first}").focus()

    @property
    def box(self) -> TextArea:
        return self.text

    def take_up(self, draft: TextDraft) -> bool:
        fields = dict(draft.fields)
        self.forms = {name.partition(":")[2]: fields.pop(name) for name in list(fields) if name.startswith("form:")}
        for name, value in fields.items():
            if name in self.fields:
                self.put(name, value)
        self.text.load_text(self.forms.setdefault("", ""))
        self.text.move_cursor(draft.cursor)
        return bool(self.template.id) and draft.version < self.template.version

    def written(self) -> Template:
        self.forms[self.form] = self.text.text
        own = {channel: text for channel, text in self.forms.items() if channel and text.strip()}
        return filled(self.template, self.values())._replace(body=self.forms[""], forms=own)

    def unchanged(self) -> bool:
        self.forms[self.form] = self.text.text
        before = {name: field.value for name, field in self.fields.items()}
        return self.values() == before and self.forms == {"": self.template.body, **self.template.forms}

    def draft(self) -> TextDraft:
        self.forms[self.form] = self.text.text
        forms = {f"form:{channel}": text for channel, text in self.forms.items()}
        return TextDraft({**self.values(), **forms}, self.text.cursor_location, self.template.version)

    def hint(self) -> list[Part]:
        if not self.form:
            return super().hint()
        label = next((view.label for view in self.views if view.channel == self.form), self.form)
        words = _("The text for {channel} alone; the others keep theirs.").format(channel=label)
        return [(" " + words, "soon")]

    def do_editor_form(self) -> None:
        """Write the previewed channel's own text; emptied, it follows the one for all again."""
        channel = self.views[self.view % len(self.views)].channel
        if self.template.kind is not TemplateKind.REMINDER or not channel:
            self.say(_("this kind of text has one form for all"), "soon")
            return
        self.forms[self.form] = self.text.text
        self.form = "" if self.form else channel
        self.text.load_text(self.forms.get(self.form) or self.forms[""])
        self.text.focus()
        self.look()

    async def store(self) -> None:
        app = self.desk_app
        await self.gateway.write(templates.save, self.desk, app.actor, self.written(), app.now())

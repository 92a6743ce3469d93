"""A text with its variables, checked when it is saved."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.widgets import TextArea

from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.services import templates
from tui_inbox.services.desk import Desk
from tui_inbox.tui.dialogs.form import Field, Form, Save, Values
from tui_inbox.tui.dialogs.text_blocks import ask_variable, opened_before
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.theme import Ink
from tui_inbox.tui.widgets.lines import LinesPane
from tui_inbox.wording import _

if TYPE_CHECKING:
    from tui_inbox.tui.screens.desk_screen import DeskScreen


class TemplateForm(Form):
    """A form with a text in it: Ctrl+T inserts a variable, ``##{{`` offers them, the sample guest reads along."""

    def __init__(
        self, ink: Ink, title: str, fields: list[Field], save: Save, desk: Desk, kind: TemplateKind, now: datetime
    ) -> None:
        super().__init__(ink, title, fields, save)
        self.desk, self.kind, self.now = desk, kind, now
        self.preview = LinesPane(ink, depth="raised", id="form-preview")

    def extras(self) -> ComposeResult:
        yield self.preview

    def on_mount(self) -> None:
        self.edited()

    def edited(self) -> None:
        values = self.values
        template = Template(0, self.kind, "preview", values.get("language") or "en", values["body"])
        rendered = templates.preview(self.desk, template, self.now)
        lines: list[list[Part]] = [[(" " + _("as Claire Martin reads it:"), "muted")]]
        lines += [[(" " + line, "info")] for line in rendered.text.split("\n")]
        self.preview.show(lines[:5])
        if self._opened():
            self._offer()

    def more_keys(self) -> list[Part]:
        return [("  ", ""), ("Ctrl+T", "bold accent"), (f" {_('variable')}", "muted")]

    async def on_key(self, event: events.Key) -> None:
        if event.key == "ctrl+t":
            event.stop()
            self._offer()

    @property
    def box(self) -> TextArea:
        box = self.widget("body")
        assert isinstance(box, TextArea)
        return box

    def _opened(self) -> bool:
        """Was a variable begun before the cursor?"""
        return self.focused is self.box and opened_before(self.box) is not None

    def _offer(self) -> None:
        work = ask_variable(self.app, self.ink, self.desk, self.kind, "", self.box)
        self.run_worker(work, group="pick", exclusive=True, exit_on_error=False)


async def ask_template(screen: DeskScreen, template: Template) -> bool:
    """Make (id 0) or change a text of ours. The vendor's are changed in one thing: which variable fills what."""
    if template.vendor_id:
        return await _ask_mapping(screen, template)
    from tui_inbox.tui.screens.text_editor import TextEditor

    return bool(await screen.desk_app.push_screen_wait(TextEditor(screen.desk_app, template)))


async def _ask_mapping(screen: DeskScreen, template: Template) -> bool:
    """Which of our variables fills which place of the vendor's text."""
    app = screen.desk_app
    desk = app.session.desk
    places = list(dict.fromkeys(re.findall(r"\{\{\s*(\w+)\s*\}\}", template.body)))
    names = (("", _("nothing yet")), *((name, name) for name in templates.allowed(template.kind, desk)))
    if not places:
        screen.say(_("this template has no variables; its text is the provider's"))
        return False
    fields = [
        Field(f"p{place}", f"{{{{{place}}}}}", template.mapping.get(place, ""), choices=names) for place in places
    ]

    async def save(values: Values) -> None:
        mapping = {place: values[f"p{place}"] for place in places if values[f"p{place}"]}
        await app.gateway.write(templates.save, desk, app.actor, template._replace(mapping=mapping), app.now())

    form = Form(app.ink, _("What fills the places of {name}?").format(name=template.name), fields, save)
    saved: bool = await app.push_screen_wait(form)
    return saved

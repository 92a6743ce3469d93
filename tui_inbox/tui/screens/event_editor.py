"""The editor of one booking message: who is told, and one section per kind of channel, e-mail above SMS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.widgets import TextArea

from tui_inbox.domain.booking import BookingEvent, EventMessage
from tui_inbox.domain.channel import ChannelTraits
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.planner import Mode
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services import event_texts, templates, text_preview
from tui_inbox.services.booking_texts import guest_texts
from tui_inbox.services.event_texts import says
from tui_inbox.services.footers import takes_footer
from tui_inbox.services.text_drafts import TextDraft
from tui_inbox.services.text_preview import Recipient
from tui_inbox.tui.dialogs.form import Choice, Field
from tui_inbox.tui.dialogs.rule_form import choices
from tui_inbox.tui.render.compose import cost_words
from tui_inbox.tui.render.languages import language_name
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.render.rules import EVENTS, MODES
from tui_inbox.tui.screens.writing import WritingScreen
from tui_inbox.tui.widgets.lines import LinesPane
from tui_inbox.wording import _, ngettext

if TYPE_CHECKING:
    from tui_inbox.tui.app import TuiInbox

Place = tuple[str, str]
"""Which text is in the boxes: its name (empty: the one that comes with the program) and its language."""


class EventEditor(WritingScreen):
    """Every language and both sections are saved together; what a language lacks is left out."""

    def __init__(
        self, desk_app: TuiInbox, event: BookingEvent, setting: EventMessage, reminders: Sequence[Template]
    ) -> None:
        super().__init__(desk_app)
        self.top.title_words = _(EVENTS[event])
        self.event, self.setting = event, setting
        self.place = f"event.{event.value}"
        found = {code: traits for info in self.desk.accounts.values() for code, traits in info.channels.items()}
        self.mails = {code: traits for code, traits in found.items() if takes_footer(traits)}
        self.shorts = {code: traits for code, traits in found.items() if traits.counts_segments}
        self.others = {
            code: traits for code, traits in found.items() if not (code in self.mails or code in self.shorts)
        }
        self.channels = (*self.mails, *self.shorts, *self.others)
        self.stored: dict[Place, Template] = {("", text.language): text for text in guest_texts(event)}
        self.stored |= {(text.name, text.language): text for text in reminders}
        self.texts = dict(self.stored)
        """What is written, in every language that was opened."""
        self.at: Place = (setting.template, self._first_language(setting.template))
        self.fields = {field.name: field for field in self._fields()}
        self.body = self.area("body", "")
        self.boxes = {code: self.area(f"form-{code}", "") for code in self.shorts}
        self.counters = {code: LinesPane(desk_app.ink, depth="base", id=f"note-{code}") for code in self.shorts}
        self.followed = ""
        """The text for all as it was when a section last followed it."""
        self.cursor_in = self.body

    def _first_language(self, name: str) -> str:
        """The hotel's if it is written in that."""
        written = [place[1] for place in self.stored if place[0] == name]
        return self.desk.language if self.desk.language in written or not written else written[0]

    def _fields(self) -> Iterator[Field]:
        on_off = (("1", _("on")), ("", _("off")))
        names = dict.fromkeys((self.setting.template, *(name for name, _language in self.stored if name)))
        spoken = dict.fromkeys((self.desk.language, *(language for _name, language in self.stored)))
        ours = _("the one that comes with the program")
        yield Field("guest", _("guests"), "1" if self.setting.guest else "", choices=on_off)
        yield Field("staff", _("staff"), "1" if self.setting.staff else "", choices=on_off)
        texts = (("", ours), *((name, name) for name in names if name))
        hint = _("What you change in ours becomes the hotel's own, in every language.")
        yield Field("template", _("text"), self.setting.template, choices=texts, hint=hint)
        languages = tuple((code, language_name(code)) for code in spoken)
        yield Field("language", _("language"), self.at[1], choices=languages, hint=_("Arrows: another language."))
        for code, traits in self._traits().items():
            value = "1" if code in self.setting.channels else ""
            yield Field(f"by-{code}", traits.label, value, choices=on_off)
        if self.mails:
            yield Field("subject", _("subject"))
        yield Field("mode", _("of these"), self.setting.mode.value, choices=choices(MODES))
        labels = tuple((code, traits.label) for code, traits in self._traits().items())
        first = next((code for code in self.setting.channels if code in self.channels), "")
        yield Field("first", _("tried first"), first, choices=labels)

    def _traits(self) -> Mapping[str, ChannelTraits]:
        return {**self.mails, **self.shorts, **self.others}

    def compose(self) -> ComposeResult:
        yield self.top
        scroll = VerticalScroll(id="event-scroll")
        scroll.can_focus = False
        with Container(id="editor-panes"):
            with scroll:
                for name in ("guest", "staff", "template", "language"):
                    yield from self.row(self.fields[name])
                yield from self._mail_section()
                for code in self.shorts:
                    yield from self._heading(code)
                    self.counters[code].add_class("section-note")
                    yield self.counters[code]
                    yield self.boxes[code]
                if self.others:
                    yield self._title(_("Others: the text of the e-mail, without its design"))
                    for code in self.others:
                        yield from self.row(self.fields[f"by-{code}"])
                yield self._title(_("When several are on"))
                yield from self.row(self.fields["mode"])
                yield from self.row(self.fields["first"])
            yield self.preview
        yield self.foot
        yield self.bottom

    def _mail_section(self) -> ComposeResult:
        if not self.mails:
            yield self._title(_("The text"))
        for code in self.mails:
            yield from self._heading(code)
        if self.mails:
            yield from self.row(self.fields["subject"])
        yield self.body

    def _heading(self, code: str) -> ComposeResult:
        """A section begins with its switch."""
        field = self.fields[f"by-{code}"]
        yield self._title("")
        yield from self.row(field, "bold accent")

    def _title(self, words: str) -> LinesPane:
        pane = LinesPane(self.desk_app.ink, depth="base")
        pane.lines = [[], [(words, "bold accent")]] if words else [[]]
        pane.add_class("section-title", "-named" if words else "-blank")
        return pane

    def on_mount(self) -> None:
        self._fill()
        (self.body if self.setting.guest else self.query_one("#field-guest")).focus()

    @property
    def box(self) -> TextArea:
        return self.cursor_in

    def on_descendant_focus(self) -> None:
        """The preview follows the cursor into another section; while it hides them, it stays."""
        if self.has_class("-previewing"):
            return
        box = self.focused
        if not isinstance(box, TextArea):
            name = (box.id or "").removeprefix("field-") if box is not None else ""
            if not name.startswith("by-") and name != "subject":
                return
            code = name.removeprefix("by-") if name.startswith("by-") else next(iter(self.mails))
        else:
            self.cursor_in = box
            code = next((one for one, area in self.boxes.items() if area is box), next(iter(self.mails), ""))
        if code and self.views[self.view % len(self.views)].channel != code:
            self.view = next((at for at, view in enumerate(self.views) if view.channel == code), self.view)
            self.scrolled = 0
            self.look()

    # What is written.

    def _fill(self) -> None:
        """The text of this place into the boxes."""
        text = self.texts.get(self.at) or self._empty()
        if self.mails:
            self.put("subject", text.subject)
        self.body.load_text(text.body)
        self.followed = text.body
        for code, box in self.boxes.items():
            box.load_text(text.forms.get(code) or text.body)

    def _empty(self) -> Template:
        name, language = self.at
        event = next((text.event for text in self.stored.values() if text.name == name), self.event.value)
        return Template(0, TemplateKind.REMINDER, name, language, "", event=event)

    def _gather(self) -> None:
        """What stands in the boxes is the text of this place; one that says what the e-mail says follows it."""
        values, body = self.values(), self.body.text
        before = self.texts.get(self.at) or self._empty()
        kept = {code: text for code, text in before.forms.items() if code not in self.boxes}
        own = {code: box.text for code, box in self.boxes.items() if box.text.strip() and box.text != body}
        text = before._replace(subject=values.get("subject", before.subject), body=body, forms={**kept, **own})
        if text.body.strip() or self.at in self.texts:
            self.texts[self.at] = text

    def written(self) -> Template:
        self._gather()
        text = self.texts.get(self.at) or self._empty()
        return text if text.name else text._replace(name=event_texts.own_name(self.event))

    def unchanged(self) -> bool:
        self._gather()
        before = {name: field.value for name, field in self.fields.items() if name not in ("language", "subject")}
        now = self.values()
        return not self._changed() and all(now[name] == value for name, value in before.items())

    def _changed(self) -> list[Place]:
        return [
            place
            for place, text in self.texts.items()
            if place not in self.stored or says(text) != says(self.stored[place])
        ]

    def draft(self) -> TextDraft:
        self._gather()
        fields = {name: value for name, value in self.values().items() if name != "subject"}
        for name, language in self._changed():
            text = self.texts[name, language]
            parts = {
                "subject": text.subject,
                "body": text.body,
                **{f"={code}": own for code, own in text.forms.items()},
            }
            fields |= {f"text:{language}:{part}:{name}": words for part, words in parts.items()}
        fields["cursor"] = self.cursor_in.id or ""
        return TextDraft(fields, self.cursor_in.cursor_location, self._version())

    def _version(self) -> int:
        """Of all that could be changed here: it grows with each of them."""
        return sum(text.version for place, text in self.stored.items() if place[0])

    def take_up(self, draft: TextDraft) -> bool:
        for name, value in draft.fields.items():
            if name in self.fields:
                self.put(name, value)
            elif name.startswith("text:"):
                self._restore(name, value)
        values = self.values()
        self.at = (values["template"], values["language"])
        self._fill()
        boxes = {box.id: box for box in (self.body, *self.boxes.values())}
        box = boxes.get(draft.fields.get("cursor", ""), self.body)
        box.move_cursor(draft.cursor)
        box.focus()
        return draft.version < self._version()

    def _restore(self, key: str, value: str) -> None:
        _text, language, part, name = key.split(":", 3)
        place = (name, language)
        empty = Template(0, TemplateKind.REMINDER, name, language, "", event=self.event.value)
        text = self.texts.get(place, empty)
        if part == "body":
            # Forms that the draft has not were emptied; those it has come after.
            self.texts[place] = text._replace(body=value, forms={})
        elif part == "subject":
            self.texts[place] = text._replace(subject=value)
        else:
            self.texts[place] = text._replace(forms={**text.forms, part.removeprefix("="): value})

    # What follows.

    @on(Choice.Turned, "#field-template")
    @on(Choice.Turned, "#field-language")
    def _elsewhere(self, event: Choice.Turned) -> None:
        """Another text or language comes into the boxes; what was written in the former is kept."""
        event.prevent_default()
        self._gather()
        values = self.values()
        if values["template"] != self.at[0]:
            self.put("language", self._first_language(values["template"]))
        self._show((values["template"], self.values()["language"]))

    def _show(self, place: Place) -> None:
        self.at = place
        self.put("template", place[0])
        self.put("language", place[1])
        self._fill()
        self.look()

    @on(TextArea.Changed, "#field-body")
    def _follow(self) -> None:
        """Sections that said what the e-mail says go on saying it."""
        body = self.body.text
        for box in self.boxes.values():
            if box.text == self.followed and box.text != body:
                box.load_text(body)
        self.followed = body

    def looked(self, tx: Transaction, who: Recipient, template: Template) -> None:
        """The counters: what each of these sections costs this guest's message."""
        app = self.desk_app
        for code, counter in self.counters.items():
            shown = text_preview.preview(tx, self.desk, template, who, code, app.now(), app.actor, self.branch)
            own = _("a text of its own") if code in template.forms else _("as the e-mail")
            parts: list[Part] = [(" ", ""), (own, "info" if code in template.forms else "muted")]
            if (counted := shown.segments) is not None:
                count = ngettext("{n} SMS", "{n} SMS", counted.count).format(n=counted.count)
                price = f", {cost_words(shown.cost)}" if shown.cost is not None else ""
                dear = counted.forcing and counted.count > 1
                left = "" if dear else ", " + _("{n} left").format(n=counted.left)
                parts.append((f"  {counted.units} · {count}{left}{price}", "soon" if counted.forcing else "text"))
                if dear:
                    signs = " ".join(counted.forcing[:3])
                    parts.append(("  " + _("{signs} makes it {n} SMS").format(signs=signs, n=counted.count), "soon"))
            app.call_later(counter.show, [parts])

    def missing(self, tx: Transaction, template: Template) -> Sequence[str]:
        """The text of the program is not stored, so what is opened here counts."""
        same = [text for (name, _language), text in self.texts.items() if name == self.at[0]]
        return text_preview.missing_languages(
            [*tx.templates.all(template.kind), *(text._replace(name=template.name) for text in same)], template
        )

    def hint(self) -> list[Part]:
        if self.focused in self.boxes.values():
            words = _("Says what the e-mail says until you write in it; emptied, it does so again.")
            return [(" " + words, "muted")]
        return super().hint()

    def do_editor_form(self) -> None:
        self.say(_("SMS has its own text below; other channels get one under {key}").format(key=self._texts_key()))

    def _texts_key(self) -> str:
        return self.desk_app.keymap.shown("screen_templates")

    # Saving.

    def _setting(self) -> EventMessage:
        values = self.values()
        on = [code for code in _ordered(self.setting.channels, self.channels) if values[f"by-{code}"]]
        on.sort(key=lambda code: code != values["first"])
        return EventMessage(
            bool(values["guest"]), bool(values["staff"]), values["template"], tuple(on), Mode(values["mode"])
        )

    async def store(self) -> None:
        """Every text that was changed under the name that is chosen; a fault is shown where it is."""
        app, setting = self.desk_app, self._setting()
        self._gather()
        changed = [place for place in self._changed() if place[0] == setting.template]
        texts = [self.texts[place] for place in changed]

        def faults(tx: Transaction) -> list[Refused | None]:
            return [templates.fault(tx, self.desk, text) for text in texts]

        for place, fault in zip(changed, await self.gateway.read(faults), strict=True):
            if fault is not None:
                if place != self.at:
                    self._show(place)
                raise fault
        await self.gateway.write(event_texts.save, self.desk, app.actor, self.event, setting, texts, app.now())


def _ordered(channels: Sequence[str], known: Sequence[str]) -> list[str]:
    """Those that are on in their order, then the others."""
    return [*(code for code in channels if code in known), *(code for code in known if code not in channels)]

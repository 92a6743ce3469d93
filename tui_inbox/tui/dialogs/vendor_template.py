"""A template of the vendor's: written, given in for review, corrected, withdrawn."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual import events

from tui_inbox.domain.errors import Refused
from tui_inbox.domain.review import Objection
from tui_inbox.domain.template import Template
from tui_inbox.domain.template_parts import Button, TemplateParts, button_line, joined, parted
from tui_inbox.services import templates, vendor_templates
from tui_inbox.services.desk import Desk
from tui_inbox.tui.dialogs.chooser import Chooser, Option
from tui_inbox.tui.dialogs.confirm import confirm
from tui_inbox.tui.dialogs.form import Field, Save, Values
from tui_inbox.tui.dialogs.reader import Reader
from tui_inbox.tui.dialogs.template_form import TemplateForm
from tui_inbox.tui.dialogs.template_form import ask_template as ask_own
from tui_inbox.tui.jobs import answer, answer_words
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.render.vendor_template import objection, shown
from tui_inbox.tui.theme import Ink
from tui_inbox.wording import N_, _

if TYPE_CHECKING:
    from tui_inbox.tui.screens.desk_screen import DeskScreen

CATEGORIES = {"": N_("choose one"), "utility": N_("utility"), "marketing": N_("marketing")}
GUIDELINES = "https://developers.facebook.com/docs/whatsapp/message-templates/guidelines"
LABEL_LIMIT = 25
PREVIEW_LINES = 3
_BUTTON = re.compile(r"\[([^\[\]\n]{1,60})\]\s*([^\s\[\]]+)?")
_NUMBER = re.compile(r"(?<!#)\{\{\s*(\d+)\s*\}\}")
GUIDE = (
    N_("utility: about something this guest has asked for or booked."),
    N_("Confirmation, reminder, a change of the stay, a bill, the way to the hotel."),
    "",
    N_("marketing: everything else."),
    N_("Offers, news, invitations, a greeting without an occasion. A mixture is marketing too."),
    "",
    N_("Why reviewers reject:"),
    N_("1. The category does not fit the text: an offer inside utility."),
    N_("2. Variables: unclosed braces, a number without a sample, one at the very beginning or end."),
    N_("3. It asks for what nobody may ask for: card numbers, passports, passwords."),
    N_("4. There is a template that says the same."),
    "",
    N_("A review takes minutes, at most 24 hours."),
)


class VendorTemplateForm(TemplateForm):
    """Besides the text a category with its help, a footer and buttons; the preview shows what a guest will see."""

    def __init__(
        self, ink: Ink, title: str, fields: list[Field], save: Save, desk: Desk, like: Template, now: datetime
    ):
        super().__init__(ink, title, fields, save, desk, like.kind, now)
        self.like = like
        self.preview.styles.height = PREVIEW_LINES

    def edited(self) -> None:
        try:
            written = filled(self.like, self.values)
        except Refused:
            return
        rendered = templates.preview(self.desk, written, self.now)
        lines = [line for part in shown(rendered.text) if part for line in _single(part)]
        self.preview.show([[(" " + words, role)] for words, role in lines][:PREVIEW_LINES])
        if self._opened():
            self._offer()

    def more_keys(self) -> list[Part]:
        return [*super().more_keys(), ("  ", ""), ("Ctrl+G", "bold accent"), (f" {_('which category?')}", "muted")]

    async def on_key(self, event: events.Key) -> None:
        if event.key == "ctrl+g":
            event.stop()
            self.app.push_screen(Guide(self.ink))


class Guide(Reader):
    """What the categories mean and what reviewers look at; c copies the link."""

    def __init__(self, ink: Ink) -> None:
        lines: list[list[Part]] = [[(_(line) if line else "", "text")] for line in GUIDE]
        lines += [[], [(GUIDELINES, "info")]]
        super().__init__(ink, _("What templates may say (c copies the guidelines’ link)"), lines=lines)

    def on_key(self, event: events.Key) -> None:
        if event.key == "c":
            event.stop()
            self.app.copy_to_clipboard(GUIDELINES)
            self.app.notify(_("copied: {link}").format(link=GUIDELINES))


def _single(line: Sequence[Part]) -> list[Part]:
    return [(words, role) for text, role in line for words in text.split("\n")]


def filled(template: Template, values: Values) -> Template:
    """With what was typed. Raises ``Refused`` for buttons that are none."""
    buttons = tuple(Button(label.strip(), target) for label, target in _BUTTON.findall(values["buttons"]))
    if _BUTTON.sub("", values["buttons"]).strip():
        raise Refused("template_button", limit=LABEL_LIMIT)
    before = parted(template.body)
    body = joined(TemplateParts(values["body"], before.header, values["footer"].strip(), buttons))
    names = [name.strip() for name in values["places"].split(",")]
    numbers = sorted(set(_NUMBER.findall(body)), key=int)
    named = {key: name for key, name in template.mapping.items() if not key.isdigit() and f"{{{{{key}}}}}" in body}
    return template._replace(
        name=values["name"].strip(),
        account=values.get("account", template.account),
        language=values["language"].strip().replace("-", "_"),
        category=values["category"],
        body=body,
        mapping=named | {number: name for number, name in zip(numbers, names, strict=False) if name},
    )


async def write(screen: DeskScreen, template: Template) -> int:
    """Make, change or correct one, and offer to give it in; of one that is fixed only the variables are ours.

    Its id; 0 when nothing was kept.
    """
    app = screen.desk_app
    desk = app.session.desk
    accounts = vendor_templates.keepers(desk)
    if not accounts:
        screen.say(_("no connected channel has templates of its own"), "soon")
        return 0
    if template.id and template.approval not in vendor_templates.EDITABLE:
        return template.id if await ask_own(screen, template) else 0
    kept: list[Template] = []
    begun = template._replace(account=template.account or accounts[0])

    async def save(values: Values) -> None:
        made = filled(begun, values)
        kept.append(await app.gateway.write(vendor_templates.keep, desk, app.actor, made, app.now()))

    title = template.name if template.id else _("New template for review")
    form = VendorTemplateForm(app.ink, title, _fields(begun, accounts), save, desk, begun, app.now())
    if not await app.push_screen_wait(form) or not kept:
        return 0
    await submit(screen, kept[-1])
    return kept[-1].id


def _fields(template: Template, accounts: Sequence[str]) -> list[Field]:
    parts = parted(template.body)
    numbers = sorted(set(_NUMBER.findall(template.body)), key=int)
    fields = [Field("name", _("name"), template.name, hint=_("Small letters, digits and _ only: room_ready"))]
    if len(accounts) > 1 and not template.vendor_id:
        choices = tuple((name, name) for name in accounts)
        fields.append(Field("account", _("account"), template.account, choices=choices))
    kinds = tuple((code, _(words)) for code, words in CATEGORIES.items())
    return [
        *fields,
        Field("language", _("language"), template.language, hint=_("As the provider writes it: fr, en_US, pt_BR.")),
        Field("category", _("category"), template.category, choices=kinds, hint=_("Ctrl+G says which is which.")),
        Field("body", _("text"), parts.body, long=True, hint=_("##{{ opens the list of variables.")),
        Field(
            "places",
            "{{1}}, {{2}}",
            ", ".join(template.mapping.get(number, "") for number in numbers),
            hint=_("Where the text has numbers: which variables fill them, in order: first_name, arrival"),
        ),
        Field("footer", _("footer"), parts.footer, hint=_("Small, under the text; at most 60 characters.")),
        Field(
            "buttons",
            _("buttons"),
            "  ".join(button_line(one) for one in parts.buttons),
            hint=_("[Call us] +33…  [Map] https://…  [Yes, please]"),
        ),
    ]


async def submit(screen: DeskScreen, template: Template) -> None:
    """Say what a reviewer would hold against it, ask, and have the worker give it in."""
    app = screen.desk_app
    doubts = await app.gateway.read(vendor_templates.before_submitting, template)
    held = [one for one in doubts if one.refused]
    if held:
        words, role = objection(held[0])
        screen.say(" ".join((_("kept here, not submitted:"), words)), role)
        return
    question = _("Submit “{name}” for review? It takes minutes, at most 24 hours.").format(name=template.name)
    if not await _agreed(screen, question, doubts):
        screen.say(_("kept here, not submitted"))
        return
    job_id = await app.gateway.write(vendor_templates.submit, app.actor, template.id, app.now())
    await _await(screen, job_id, _("submitted: {name}").format(name=template.name))


async def _agreed(screen: DeskScreen, question: str, doubts: Sequence[Objection]) -> bool:
    """With warnings the safe answer is the first."""
    app = screen.desk_app
    if not doubts:
        later = Option(False, _("Later; it is kept here"))
        chosen = await app.push_screen_wait(Chooser(app.ink, question, [Option(True, _("Submit")), later]))
        return chosen is not None and chosen.value is True
    warned = "  ".join([*(objection(one)[0] for one in doubts), question])
    return await confirm(screen, warned, _("Submit all the same"), _("Later; it is kept here"))


async def withdraw(screen: DeskScreen, template: Template) -> None:
    """Out of the vendor's list and ours; what was never given in only out of ours."""
    app = screen.desk_app
    question = _("Archive “{name}” ({language})? What was sent with it keeps its name.")
    yes = _("Archive")
    if template.vendor_id:
        question = _("Withdraw “{name}” ({language}) at the provider? The name cannot be used there again for a while.")
        yes = _("Withdraw")
    words = question.format(name=template.name, language=template.language)
    if not await confirm(screen, words, yes, _("Keep")):
        return
    job_id = await app.gateway.write(vendor_templates.withdraw, app.actor, template.id, app.now())
    if job_id:
        await _await(screen, job_id, _("withdrawn: {name}").format(name=template.name))
    else:
        screen.say(_("archived: {name}").format(name=template.name))


async def _await(screen: DeskScreen, job_id: int, fine: str) -> None:
    """The row follows by itself; the vendor's own words stand where it refused."""
    screen.say(_("asked the worker…"))
    screen.go_on()
    job = await answer(screen.desk_app.gateway, job_id)
    if job is None:
        screen.say(_("the worker does not answer; is it running?"), "bold soon")
    else:
        screen.say(*answer_words(job, fine))

"""What is told of a text besides its words, as lines to fill in."""

from __future__ import annotations

from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.services.desk import Desk
from tui_inbox.tui.dialogs.form import Field
from tui_inbox.tui.render.sending import CLASSES
from tui_inbox.wording import N_, _

FOOTERS = {
    "transactional": N_("under mails about a booking"),
    "marketing": N_("under offers by mail"),
    "sms": N_("under offers by SMS"),
}
OCCASIONS = {
    "": N_("any"),
    "pending": N_("booking received"),
    "confirmed": N_("booking confirmed"),
    "declined": N_("booking declined"),
    "cancelled": N_("booking cancelled"),
    "rescheduled": N_("dates changed"),
    "offer": N_("offer with a reply-by time"),
    "terms": N_("changed terms"),
}


def fields_of(template: Template, desk: Desk) -> list[Field]:
    """The lines above the text, by its kind."""
    language = Field("language", _("language"), template.language or desk.language, hint=_("Two letters: fr, en, de."))
    if template.kind is TemplateKind.TEXT:
        places = (("", _("all")), *desk.properties.items())
        return [
            Field("name", _("variable"), template.name, hint=_("Its name in other texts: a-z, 0-9 and _.")),
            language,
            *([Field("property", _("property"), template.property, choices=places)] if desk.properties else []),
            Field("room_type", _("type of room"), template.room_type, hint=_("Empty: for every type of room.")),
        ]
    if template.kind is TemplateKind.FOOTER:
        return [language]
    name = Field("name", _("name"), template.name, hint=_("The same name in several languages is one text."))
    if template.kind is TemplateKind.SNIPPET:
        return [
            name,
            language,
            Field("shortcut", _("shortcut"), template.shortcut, hint=_("Typed after ; in the composer.")),
        ]
    kinds = tuple((topic.value, _(words)) for topic, words in CLASSES.items())
    hint = _("What stands under it, and who has unsubscribed from it, go by this.")
    occasions = tuple((code, _(words)) for code, words in OCCASIONS.items())
    return [
        name,
        language,
        Field("subject", _("subject"), template.subject, hint=_("For mail.")),
        Field("event", _("occasion"), template.event, choices=occasions),
        Field("class", _("kind"), template.message_class.value, choices=kinds, hint=hint),
        Field(
            "required",
            _("must keep"),
            ", ".join(template.required),
            hint=_("Variables that nobody may take out of it: {names} ...").format(names="link, room"),
        ),
    ]


def filled(template: Template, values: dict[str, str]) -> Template:
    """The template with what was filled in."""
    names = (part.strip() for part in values.get("required", ", ".join(template.required)).split(","))
    return template._replace(
        name=values.get("name", template.name),
        language=values["language"],
        shortcut=values.get("shortcut", template.shortcut),
        subject=values.get("subject", template.subject),
        event=values.get("event", template.event),
        message_class=MessageClass(values.get("class", template.message_class)),
        property=values.get("property", template.property),
        room_type=values.get("room_type", template.room_type),
        required=tuple(name for name in names if name),
    )

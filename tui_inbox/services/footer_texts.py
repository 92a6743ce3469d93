"""Footers as texts of F7: what the hotel wrote there, else in its configuration, else ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tui_inbox.domain.consent import keyword
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.footer import DEFAULTS, FOOTERS, OCCASION, PLACE, Footer, footer_for
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.template import Template, TemplateKind, render, variables
from tui_inbox.ports.store import Transaction
from tui_inbox.services.desk import Desk
from tui_inbox.services.variables import allowed, values_of, with_texts


def shaped(template: Template) -> Template:
    """With occasion and class of its name. Raises ``Refused`` where there is no such footer, or no word that stops."""
    if template.name not in FOOTERS:
        raise Refused("footer_unknown", name=template.name)
    event, message_class = FOOTERS[template.name]
    stops = (word for part in template.body.split() if (word := keyword(part)) is not None)
    if not event and not any(word.stops for word in stops):
        raise Refused("footer_stop_word")
    return template._replace(event=event, message_class=message_class)


def listing(tx: Transaction, desk: Desk) -> Sequence[Template]:
    """Every footer in every language, the hotel's language first; without a number: not written here."""
    stored = {(text.name, _base(text.language)): text for text in tx.templates.all(TemplateKind.FOOTER)}
    own = {**desk.footers}
    spoken = dict.fromkeys((desk.language, *DEFAULTS, *own, *(language for _name, language in stored)))
    found = []
    for language in spoken:
        texts = footer_for(language, own, desk.language)
        for name, text in texts._asdict().items():
            event, message_class = FOOTERS[name]
            made = Template(0, TemplateKind.FOOTER, name, language, text, message_class=message_class, event=event)
            known = language in DEFAULTS or language in own or language == desk.language
            if (name, language) in stored or known:
                found.append(stored.get((name, language), made))
    return found


def of_guest(tx: Transaction, desk: Desk, guest: Guest | None, now: datetime) -> Footer:
    """In the guest's language, the hotel's values filled in; one that cannot be filled gives way to ours."""
    from tui_inbox.services.templates import language_of

    language = language_of(desk, guest)[0] if guest is not None else desk.language
    own = _own(tx, desk)
    footer = footer_for(language, own, desk.language)
    if not any(name != "unsubscribe" for text in footer for name in variables(text)):
        return footer
    desk = with_texts(tx, desk)
    values = {**values_of(desk, Guest(0), None, language, now), "unsubscribe": PLACE}
    names = allowed(TemplateKind.FOOTER, desk, OCCASION)
    ours = footer_for(language, {}, desk.language)
    filled = [render(text, values, names) for text in footer]
    return Footer(*(one.text if not one.problems else text for one, text in zip(filled, ours, strict=True)))


def _own(tx: Transaction, desk: Desk) -> Mapping[str, Footer]:
    """What was written on the screen goes before the configuration, text by text."""
    own = dict(desk.footers)
    for text in tx.templates.all(TemplateKind.FOOTER):
        if text.name in FOOTERS:
            language = _base(text.language)
            own[language] = own.get(language, Footer())._replace(**{text.name: text.body})
    return own


def _base(language: str) -> str:
    return language.lower().replace("_", "-").split("-")[0]

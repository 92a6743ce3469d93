"""Words: the only place where a stored code becomes a sentence, in the language of the one who reads.

``_`` and ``ngettext`` resolve when they are called, so a language can be changed without a restart; ``N_`` only
marks a text for the catalogue. Area modules beside this one hold ``SENTENCES``: code -> marked sentence.
"""

from __future__ import annotations

import gettext
import importlib
import os
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from functools import cache
from pathlib import Path

from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import ChannelError, NotFound, StoreError, TuiInboxError

LANGUAGES = ("en", "fr")
LOCALE = Path(__file__).resolve().parent.parent / "locale"
_AREAS = (
    "events",
    "channels",
    "calls",
    "store",
    "config",
    "cli",
    "delivery",
    "mail",
    "desk",
    "texts",
    "receiver",
    "ota",
    "stays",
    "vendor_templates",
    "whatsapp_cloud",
    "meta",
    "consent",
    "groups",
    "planner",
)


class _Current:
    """The catalogue in use; English needs none."""

    language = "en"
    catalogue: gettext.NullTranslations = gettext.NullTranslations()
    zone: tzinfo = UTC


def use(language: str) -> str:
    """Switch to ``language`` (``fr``, ``fr_FR.UTF-8``...); unknown ones fall back to English. Returns what is used."""
    code = language.replace("-", "_").split("_")[0].split(".")[0].lower()
    _Current.language = code if code in LANGUAGES else "en"
    _Current.catalogue = (
        gettext.NullTranslations()
        if _Current.language == "en"
        else gettext.translation("tui_inbox", LOCALE, [_Current.language], fallback=True)
    )
    return _Current.language


def use_zone(zone: tzinfo) -> None:
    """The hotel's clock, for times in sentences."""
    _Current.zone = zone


SETTING, HOTEL = "setting", "hotel"


def language() -> str:
    """The language in use: one of ``LANGUAGES``."""
    return _Current.language


def choose(setting: str, hotel: str, environment: Mapping[str, str] | None = None) -> str:
    """The screen's language: operator's setting, then LANGUAGE, LC_ALL, LC_MESSAGES, LANG, then the hotel's."""
    return decide(setting, hotel, environment)[0]


def decide(setting: str, hotel: str, environment: Mapping[str, str] | None = None) -> tuple[str, str]:
    """(language, what decided it): ``SETTING``, ``HOTEL`` or the name of a variable."""
    if setting in LANGUAGES:
        return setting, SETTING
    variables = os.environ if environment is None else environment
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = variables.get(name, "").split(":")[0]
        code = value.replace("-", "_").split("_")[0].split(".")[0]
        if code in ("C", "POSIX"):
            return hotel, HOTEL
        if code:
            return code, name
    return hotel, HOTEL


def _(text: str) -> str:
    return _Current.catalogue.gettext(text)


def translated(text: str, language: str) -> str:
    """``text`` in a language that need not be the one in use: a guest's page is not a member of staff's screen."""
    return gettext.translation("tui_inbox", LOCALE, [language], fallback=True).gettext(text)


def ngettext(one: str, many: str, n: int) -> str:
    """The form for ``n``, already filled: both texts may use ``{n}``."""
    return _Current.catalogue.ngettext(one, many, n).format(n=n)


def labelled(label: str, text: str) -> str:
    """``label: text``, with the space before the colon that French wants."""
    return _("{label}: {text}").format(label=label, text=text)


def N_(text: str) -> str:  # noqa: N802 - the gettext convention
    return text


@cache
def _sentences() -> dict[str, str]:
    merged: dict[str, str] = {}
    for area in _AREAS:
        merged.update(importlib.import_module(f"{__name__}.{area}").SENTENCES)
    return merged


def sentence(code: str, params: Mapping[str, str | int] | None = None) -> str:
    """The sentence for a stored code; an unknown code is shown as itself, never as nothing."""
    template = _sentences().get(code)
    if template is None:
        return clean_line(code)
    values = {key: _worded(key, value) for key, value in (params or {}).items()}
    try:
        return _(template).format_map(values)
    except (KeyError, IndexError):
        return _(template)


def advice(code: str, params: Mapping[str, str | int] | None = None) -> str:
    """What to do about a trouble (``advice.CODE`` of any area), empty where nothing is known."""
    return sentence(f"advice.{code}", params) if f"advice.{code}" in _sentences() else ""


def _worded(key: str, value: str | int) -> str:
    """A parameter as it is read: times (``..._at``) by the hotel's clock, codes that have words in those words."""
    if key.endswith("_at") and isinstance(value, int):
        return f"{datetime.fromtimestamp(value, _Current.zone):%d/%m %H:%M}"
    known = _sentences()
    words = known.get(f"{key}.{value}") or (known.get(str(value)) if key == "reason" else None)
    return clean_line(str(value)) if words is None else _(words).rstrip(".")


def explain(error: TuiInboxError) -> str:
    """The sentence for an error of ours: a store's codes stand apart, for channels use the same words."""
    if isinstance(error, StoreError):
        return sentence(f"store_{error.code}", error.params)
    if isinstance(error, NotFound):
        return _("This is not there any more: {name}.").format(name=clean_line(str(error)))
    if isinstance(error, ChannelError):
        number = f"({clean_line(error.vendor_code)})" if error.vendor_code else ""
        return " ".join(part for part in (sentence(error.code), number, clean_line(error.vendor_text)) if part)
    code, params = getattr(error, "code", ""), getattr(error, "params", {})
    return sentence(code, params) if code else clean_line(str(error))

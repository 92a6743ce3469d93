"""Names of languages, in the language of the screen."""

from __future__ import annotations

from functools import lru_cache

from tui_inbox.wording import language


def language_name(code: str) -> str:
    """``français (fr)`` for ``fr``; a code that nobody knows stays as it is."""
    return _named(code, language())


@lru_cache(maxsize=256)
def _named(code: str, shown_in: str) -> str:
    from babel import Locale, UnknownLocaleError

    try:
        name = Locale.parse(code.replace("-", "_")).get_display_name(shown_in)
    except (UnknownLocaleError, ValueError):
        name = None
    return f"{name} ({code})" if name else code

"""Names of languages, in the language of the screen."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from tui_inbox.wording import language


def language_name(code: str) -> str:
    """``français (fr)`` for ``fr``; a code that nobody knows stays as it is."""
    name = _names(language()).get(code.replace("-", "_").split("_")[0].lower())
    return f"{name} ({code})" if name else code


@cache
def _names(shown_in: str) -> Mapping[str, str]:
    """By code."""
    from babel import Locale

    return {code: str(name) for code, name in Locale.parse(shown_in).languages.items()}

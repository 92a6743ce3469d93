"""Keys: how the framework, the table of commands and a person name them."""

from __future__ import annotations

from tui_inbox.wording import N_, _

_NAMES = {
    "slash": "/", "question_mark": "?", "exclamation_mark": "!", "asterisk": "*", "colon": ":", "ampersand": "&",
    "quotation_mark": '"', "apostrophe": "'", "left_parenthesis": "(", "space": N_("Space"), "enter": N_("Enter"),
    "escape": N_("Esc"), "pagedown": N_("PgDn"), "pageup": N_("PgUp"), "home": N_("Home"), "end": N_("End"),
    "up": "↑", "down": "↓",
}  # fmt: skip
_LONG = {short: long for long, short in _NAMES.items()}


def long_key(key: str) -> str:
    """The table's name of a key that a person may have written as its sign."""
    return _LONG.get(key, key if len(key) == 1 else key.lower())


def is_typed(key: str) -> bool:
    """Is this key a character in a text?"""
    return len(key) == 1 or (key in _NAMES and len(_NAMES[key]) == 1) or key == "space"


def textual_key(key: str) -> str:
    """The framework's name of a key of the table."""
    if len(key) == 1 and not key.isascii():
        from textual.keys import _character_to_key

        return _character_to_key(key)
    return key


_MODIFIERS = {"ctrl": N_("Ctrl"), "alt": N_("Alt"), "shift": N_("Shift"), "super": N_("Super"), "meta": N_("Meta")}


def key_words(key: str) -> str:
    """As it stands on the key: ``Ctrl+K``, ``?``, ``F2``."""
    if key in _NAMES:
        return _(_NAMES[key])
    if "+" in key:
        modifiers, _plus, last = key.rpartition("+")
        last = last.upper() if len(last) == 1 else key_words(last)
        return "+".join([*(_(_MODIFIERS.get(part, part)) for part in modifiers.split("+")), last])
    return key.upper() if len(key) > 1 else key

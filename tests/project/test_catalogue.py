"""French is complete, its placeholders are those of the source, and every marked text is in it."""

from __future__ import annotations

import ast
import string
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from tools.catalogue import extract

ROOT = Path(__file__).parents[2]
FRENCH = ROOT / "tui_inbox" / "locale" / "fr" / "LC_MESSAGES" / "tui_inbox.po"
PACKAGES = ("tui_inbox", "adapters", "storage")
MARKS = {"_": None, "N_": None, "ngettext": (1, 2)}
Key = str | tuple[str, ...]


def key_of(message: Message) -> Key:
    return message.id if isinstance(message.id, str) else tuple(message.id)


@cache
def catalogue() -> dict[Key, Message]:
    with FRENCH.open("rb") as file:
        found: Catalog = read_po(file, locale="fr")
    return {key_of(message): message for message in found if message.id}


@cache
def marked() -> dict[Key, str]:
    """Every text to translate -> where it stands."""
    found: dict[Key, str] = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            with path.open("rb") as file:
                for line, function, texts, _comments in extract(file, MARKS, (), {}):
                    key = texts[:2] if function == "ngettext" else texts if isinstance(texts, str) else texts[0]
                    found.setdefault(key, f"{path.relative_to(ROOT)}:{line}")
    return found


def fields(text: str) -> list[str]:
    """The placeholders of both kinds that are in use: ``{name}`` and argparse's ``%(name)s``."""
    try:
        braces = [name for _literal, name, _spec, _conversion in string.Formatter().parse(text) if name is not None]
    except ValueError:
        braces = ["not a format"]
    percent = [part.split(")")[0] for part in text.split("%(")[1:]]
    return sorted({*braces, *(f"%{name}" for name in percent)})


def test_every_marked_text_is_in_the_catalogue_and_nothing_else() -> None:
    lost = {where for key, where in marked().items() if key not in catalogue()}
    assert not lost, "run: make catalogue"
    assert not set(catalogue()) - set(marked()), "run: make catalogue"


def test_french_is_complete() -> None:
    bare = [
        f"{marked().get(key, '')} {key!r}"
        for key, message in catalogue().items()
        if not (message.string if isinstance(message.string, str) else all(message.string)) or message.fuzzy
    ]
    assert not bare


def test_placeholders_are_those_of_the_source() -> None:
    wrong = []
    for key, message in catalogue().items():
        sources = (key,) if isinstance(key, str) else key
        texts = (message.string,) if isinstance(message.string, str) else message.string
        for number, text in enumerate(filter(None, texts)):
            if fields(text) != fields(sources[min(number, len(sources) - 1)]):
                wrong.append(f"{key!r} -> {text!r}")
    assert not wrong


def test_edges_are_kept_for_what_is_glued_together() -> None:
    wrong = []
    for key, message in catalogue().items():
        source, text = (key, message.string) if isinstance(key, str) else (key[0], message.string[0])
        if not text:
            continue
        if source.startswith("\n") != text.startswith("\n") or source.endswith("\n") != text.endswith("\n"):
            wrong.append(source)
        if source.endswith(" ") != text.endswith(" "):
            wrong.append(source)
    assert not wrong


def test_a_text_to_translate_is_a_literal() -> None:
    """``_(f"…")`` would look for a text that no catalogue has."""
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in MARKS
        and any(isinstance(arg, ast.JoinedStr) for arg in node.args)
    ]
    assert not wrong


@pytest.mark.parametrize("area", sorted(path.stem for path in (ROOT / "tui_inbox/wording").glob("[a-z]*.py")))
def test_sentences_of_codes_are_formats(area: str) -> None:
    from importlib import import_module

    for code, text in import_module(f"tui_inbox.wording.{area}").SENTENCES.items():
        assert "not a format" not in fields(text), code
        assert text != code

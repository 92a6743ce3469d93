"""What a guest writes can never act on a terminal, and ordinary text is left alone."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_inbox.domain.display import MAX_BYTES, MAX_CHARS, clean, clean_line, is_cut, is_mixed_script, safe_name

HOSTILE = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from("\x1b\x9b\x9d\x90\x9c\x07[]\\;m031\n\r\t\u200d\u200c\u202e\u0301\ufe0f\U0001f468\U0001f3fd"),
        st.sampled_from("\ud800\ufffe\U0001ffff\u2028\x85\u064a\u0915\u094d\u3164\U0001fae8\U0001f1eb"),
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour, à bientôt !",
        "l’été « 12 € » – oui…",
        "Спасибо",
        "ありがとう 東京",
        "안녕하세요",
        "",
        "a\nb",
        "~^{}[]|\\",
        "naïve œuvre",
    ],
)
def test_ordinary_text_is_untouched(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("hostile", "printed"),
    [
        ("a\x1b[31mred\x1b[0mb", "aredb"),
        ("a\x1b[2", "a"),
        ("a\x1b[12;5\nb", "a\nb"),
        ("a\x1b]52;c;aGVsbG8=\x07b", "ab"),
        ("a\x1b]52;c;aGVsbG8=\x1b\\b", "ab"),
        ("a\x1b]0;title\nnext line stays", "a\nnext line stays"),
        ("a\x9b31mb", "ab"),
        ("a\x9d0;t\x9cb", "ab"),
        ("a\x1bP1$r\x1b\\b", "ab"),
        ("a\x1b(0b", "ab"),
        ("a\x1b", "a"),
        ("\x1b\x1b[31m[x", "[x"),
        ("a\x00b\x7fc\x08d\x0ee\x81", "a·b·c·d·e·"),
        ("a\tb", "a    b"),
        ("a\r\nb\rc\x0bd\x0ce\x85f\u2028g\u2029h", "a\nb\nc\nd\ne\nf\ng\nh"),
        ("pay \u202e001\u202c EUR\u2066x\u2069\u200e\u061c", "pay 001 EURx"),
        ("in\u200bvis\u2060ib\ufeffle\u00ad", "invisible"),
        ("tag\U000e0041\U000e007f", "tag"),
        ("\u3164\uffa0\u115f", ""),
        ("lone \ud800 \ufffe \ue000", "lone \ufffd \ufffd \ufffd"),
        ("e\u0301", "é"),
        ("z" + "\u0336" * 30 + "x", "z" + "\u0336" * 4 + "x"),
        ("\u0301x", "◌\u0301x"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("Wi\u200cFi", "WiFi"),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467!", "\U0001f468!"),
        ("\u2764\ufe0f\u200d\U0001f525", "\u2764"),
        ("\U0001f44d\U0001f3fd", "\U0001f44d"),
        ("1\ufe0f\u20e3", "1"),
        ("\U0001f1eb\U0001f1f7", "FR"),
        ("new \U0001fae8 \U0001f979", "new □ □"),
        ("[@click=app.bell]x[/]", "[@click=app.bell]x[/]"),
    ],
)
def test_hostile_text_is_made_printable(hostile: str, printed: str) -> None:
    assert clean(hostile) == printed


def test_one_line_has_no_breaks_and_no_double_blanks() -> None:
    assert clean_line("  Claire\r\nMartin\t(204)  ") == "Claire Martin (204)"


@pytest.mark.parametrize(
    "text", ["é" * 30_000, "x" * 30_000, "東" * 30_000, "\U0001f600" * 19_000, "\U000a0000" * 90_000]
)
def test_long_text_ends_with_a_mark_and_fits(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) <= MAX_CHARS
    assert len(cleaned.encode()) <= MAX_BYTES
    assert cleaned.endswith("…")
    assert is_cut(text)
    assert not is_cut(cleaned)


def test_unterminated_sequences_take_linear_time() -> None:
    assert clean("\x9d\n" * 50_000).strip("\n") in ("", "…")


@given(HOSTILE)
def test_nothing_that_acts_is_left(text: str) -> None:
    for char in clean(text):
        category = unicodedata.category(char)
        assert char == "\n" or category not in ("Cc", "Cs", "Cn", "Co", "Zl", "Zp")
        assert unicodedata.bidirectional(char) not in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


@given(HOSTILE)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    line = clean_line(text)
    assert clean_line(line) == line
    assert "\n" not in line


@given(st.lists(st.sampled_from("ab\n\u0301\u0336\u20dd\u064b\u093c"), max_size=40))
def test_marks_never_pile_up(chars: list[str]) -> None:
    run = 0
    for char in clean("".join(chars)):
        run = run + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        assert run <= 4


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("menu.pdf", "menu.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\evil.exe", "evil.exe"),
        (".bashrc", "bashrc"),
        ("-rf", "_-rf"),
        ("con.txt", "_con.txt"),
        ("a\x00b\x1b[31m.png", "a_b.png"),
        ("facture\u202efdp.exe", "facturefdp.exe"),
        ("..", "file"),
        ("", "file"),
        ("$(reboot).sh", "_(reboot).sh"),
        ("été.jpg", "été.jpg"),
    ],
)
def test_file_names_are_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(HOSTILE)
def test_any_name_becomes_one_path_part(name: str) -> None:
    safe = safe_name(name)
    assert safe not in ("", ".", "..")
    assert not set(safe) & set('/\\\n\0:*?"<>|')
    assert len(safe.encode()) <= 121


def test_a_long_name_keeps_its_extension() -> None:
    assert safe_name("é" * 300 + ".jpeg").endswith("é.jpeg")


@pytest.mark.parametrize(
    ("name", "mixed"),
    [
        ("Ana", False),
        ("Аna", True),
        ("Анна", False),
        ("Élodie Œuvre", False),
        ("Ana Анна", False),
        ("田中 Tanaka", False),
        ("Ηotel", True),
    ],
)
def test_look_alike_letters_in_one_word_are_flagged(name: str, mixed: bool) -> None:
    assert is_mixed_script(name) is mixed


def test_a_no_break_space_in_a_file_name_is_a_space() -> None:
    assert safe_name("facture\xa012.pdf") == "facture 12.pdf"

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_inbox.domain.sms import Encoding, cheaper, segments, split


@pytest.mark.parametrize(
    ("text", "encoding", "units", "count", "left"),
    [
        ("", Encoding.GSM7, 0, 0, 160),
        ("a" * 160, Encoding.GSM7, 160, 1, 0),
        ("a" * 161, Encoding.GSM7, 161, 2, 145),
        ("a" * 306, Encoding.GSM7, 306, 2, 0),
        ("a" * 307, Encoding.GSM7, 307, 3, 152),
        ("a" * 158 + "€", Encoding.GSM7, 160, 1, 0),
        ("a" * 159 + "€", Encoding.GSM7, 161, 2, 145),
        ("a" * 152 + "€" + "a" * 152, Encoding.GSM7, 306, 3, 152),
        ("ê" * 70, Encoding.UCS2, 70, 1, 0),
        ("ê" * 71, Encoding.UCS2, 71, 2, 63),
        ("ê" * 134, Encoding.UCS2, 134, 2, 0),
        ("ê" * 135, Encoding.UCS2, 135, 3, 66),
        ("😀" * 35, Encoding.UCS2, 70, 1, 0),
        ("😀" * 67, Encoding.UCS2, 134, 3, 65),
        ("a\r\nb", Encoding.GSM7, 4, 1, 156),
    ],
)
def test_both_sides_of_every_limit(text: str, encoding: Encoding, units: int, count: int, left: int) -> None:
    got = segments(text)
    assert (got.encoding, got.units, got.count, got.left) == (encoding, units, count, left)


def test_a_curly_quote_at_150_characters_makes_three_parts_and_is_named() -> None:
    got = segments("a" * 149 + "’")
    assert got.count == 3
    assert got.forcing == ("’",)


def test_only_what_french_needs_is_inside_the_alphabet() -> None:
    assert segments("é è à ù Ç É €").encoding is Encoding.GSM7
    assert segments("ê ç ô î û œ À È ’").forcing == ("ê", "ç", "ô", "î", "û", "œ", "À", "È", "’")


def test_a_cheaper_text_is_offered_only_when_it_saves() -> None:
    dear = "Votre chambre sera prête à 15 h. Le petit-déjeuner coûte 18\u202f€ ; l’accès au spa est compris. À bientôt"
    plain = cheaper(dear)
    assert plain is not None
    assert "prete" in plain
    assert "l'acces" not in plain
    assert "l'accès" in plain
    assert segments(dear).count == 2
    assert segments(plain).count == 1
    assert cheaper("prêt") is None
    assert cheaper("你好" * 40) is None


@given(st.text())
def test_counting_never_fails_and_parts_hold_the_units(text: str) -> None:
    got = segments(text)
    room = 153 if got.encoding is Encoding.GSM7 else 67
    assert got.count >= -(-got.units // max(room, 1)) or got.count == 1
    assert 0 <= got.left <= 160
    assert (got.encoding is Encoding.UCS2) == bool(got.forcing)


@given(st.text(min_size=1, max_size=400), st.integers(min_value=10, max_value=200))
def test_a_cut_loses_nothing_but_space(text: str, limit: int) -> None:
    first, rest = split(text, limit)
    assert len(first) <= limit
    assert "".join((first + rest).split()) == "".join(text.split())
    if len(text) > limit:
        assert rest or not text[limit:].strip()


def test_a_cut_prefers_the_sentence() -> None:
    first, rest = split("Bonjour Claire. Le parking est ouvert toute la nuit.", 40)
    assert first == "Bonjour Claire. Le parking est ouvert"
    assert rest == "toute la nuit."
    assert split("Un mot de bienvenue. Puis le reste.", 30) == ("Un mot de bienvenue.", "Puis le reste.")

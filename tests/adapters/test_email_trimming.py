"""Quotes below an answer are hidden, and nothing else ever is."""

from __future__ import annotations

import pytest

from adapters.email.charsets import decode
from adapters.email.html_text import html_to_text, link_target
from adapters.email.trim import newest

QUOTE = "\n\n> Bonjour,\n> à quelle heure ?\n"
HEADS = [
    "Le 21 nov. 2026 à 18:04, Hôtel <desk@hotel.example> a écrit :",
    "Le 21 nov. 2026 à 18:04,\nHôtel Lumière et Spa <desk@hotel.example>\na écrit :",
    "On Sat, Nov 21, 2026 at 6:04 PM Hotel <desk@hotel.example> wrote:",
    "On Sat, Nov 21, 2026 at 6:04 PM Hotel\n<desk@hotel.example> wrote:",
    "Am Sa., 21. Nov. 2026 um 18:04 Uhr schrieb Hotel <desk@hotel.example>:",
    "El sáb, 21 nov 2026 a las 18:04, Hotel (<desk@hotel.example>) escribió:",
    "Il giorno sab 21 nov 2026 alle ore 18:04 Hotel <desk@hotel.example> ha scritto:",
    "Em sáb., 21 de nov. de 2026 às 18:04, Hotel <desk@hotel.example> escreveu:",
    "Op za 21 nov. 2026 om 18:04 schreef Hotel <desk@hotel.example>:",
    "2026-11-21 18:04 GMT+01:00 Hotel <desk@hotel.example>:",
    "-----Original Message-----",
    "-----Message d'origine-----",
    "-----Ursprüngliche Nachricht-----",
    "From: Hotel <desk@hotel.example>\nSent: Saturday, 21 November 2026 18:04\nTo: Claire\nSubject: Stay",
    "Von: Hotel <desk@hotel.example>\nGesendet: Samstag, 21. November 2026 18:04\nAn: Claire\nBetreff: Aufenthalt",
    "De: Hotel <desk@hotel.example>\nEnviado el: sábado, 21 de noviembre de 2026\nPara: Claire\nAsunto: Estancia",
    "##- Répondez au-dessus de cette ligne -##",
]


@pytest.mark.parametrize("head", HEADS)
def test_a_quote_is_hidden_whatever_program_wrote_its_head(head: str) -> None:
    assert newest(f"Oui, à 22 heures.\n\n{head}{QUOTE}") == "Oui, à 22 heures."


def test_a_short_answer_over_a_long_quote_is_still_only_the_answer() -> None:
    assert newest(f"Oui.\n\n{HEADS[0]}\n" + "> ligne\n" * 200) == "Oui."


@pytest.mark.parametrize(
    "text",
    [
        "Le 22 nous serons trois : deux adultes et un enfant.",
        "On Friday we arrive late, as my husband wrote: after ten.",
        "From: the station\nhow do we come to you?",
        "> only a quote\n> and nothing else",
        f"{HEADS[0]}{QUOTE}",
        "Voir ci-dessous.\n\n---------- Message transféré ---------\nDe : x <x@example.org>\n\nL'offre.",
        "---------- Forwarded message ---------\nFrom: x <x@example.org>\n\nSee the offer.",
    ],
)
def test_nothing_is_hidden_that_may_be_the_message(text: str) -> None:
    assert newest(text) == text.strip()


def test_the_line_that_a_phone_adds_is_hidden_but_a_text_of_one_such_line_is_not() -> None:
    assert newest("Merci !\n\nEnvoyé de mon iPhone") == "Merci !"
    assert newest("Envoyé de mon iPhone") == "Envoyé de mon iPhone"


def test_everything_is_shown_where_the_guest_answered_inside_the_quote() -> None:
    answers = "> À quelle heure ?\nVers dix heures du soir.\n> Un parking ?\nOui, une voiture."
    text = f"Voir plus bas.\n\n{HEADS[0]}\n{answers}"
    assert newest(text) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a<p>b", "a\n\nb"),
        ("a<br>b<div>c</div>d", "a\nb\nc\nd"),
        ("<blockquote>x<blockquote>y</blockquote></blockquote>z", "> x\n>\n> > y\n\nz"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<ul><li>a<li>b</ul>", "• a\n• b"),
        ("<p style='DISPLAY : none'>a<p>b", "b"),
        ("<div hidden><div>a</div>b</div>c", "c"),
        ("<span style='font-size:0px'>a</span>b", "b"),
        ("<div style='display:none'>only this</div>", "only this"),
        ("&eacute;&#233;&nbsp;&amp;&lt;b&gt;", "éé &<b>"),
        ("<img src=x alt='Plan du quartier'><img width=1 alt='pixel'>", "[Plan du quartier]"),
        ("<a href='mailto:a@b.example'>a@b.example</a>", "a@b.example"),
        ("<a href='tel:+33612345678'>call</a>", "call → +33612345678"),
        ("<a href='javascript:alert(1)'>x</a>", "x"),
        ("<unclosed <b>x", "x"),
        ("", ""),
    ],
)
def test_html_becomes_plain_text(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_a_quote_in_html_is_hidden_too() -> None:
    html = (
        '<div dir="ltr">Oui, <b>à 22 heures</b>.</div><br><div class="gmail_quote"><div>Le sam. 21 nov. 2026 à 18:04, '
        'Hôtel &lt;<a href="mailto:desk@hotel.example">desk@hotel.example</a>&gt; a écrit&nbsp;:<br></div>'
        "<blockquote><div>Bonjour,</div><div>à quelle heure ?</div></blockquote></div>"
    )
    assert newest(html_to_text(html)) == "Oui, à 22 heures."
    outlook = (
        "<p>Oui.</p><div style='border-top:solid'><p><b>De :</b> Hôtel &lt;desk@hotel.example&gt;<br>"
        "<b>Envoyé :</b> samedi 21 novembre 2026<br><b>À :</b> Claire<br><b>Objet :</b> Séjour</p></div><p>Bonjour</p>"
    )
    assert newest(html_to_text(outlook)) == "Oui."


def test_a_long_address_is_shown_by_its_host() -> None:
    assert link_target("here", "https://track.example/" + "x" * 200) == "track.example/…"
    assert link_target("www.Hotel.example", "https://hotel.example/book") == ""


def test_twenty_thousand_nested_elements_are_no_trouble() -> None:
    assert html_to_text("<div>" * 20_000 + "x") == "x"


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        ("é".encode(), "utf-8", "é"),
        ("é".encode(), "iso-8859-15-lies", "é"),
        ("é".encode("cp1252"), "utf-8", "é"),
        (b"\x80 5", "iso-8859-1", "€ 5"),
        ("é".encode(), "us-ascii", "é"),
        (b"caf\xe9", "", "café"),
        ("日本".encode("cp932"), "shift_jis", "日本"),
        (b"abc", "unicode_escape", "abc"),
        (b"abc", "zlib", "abc"),
        (b"abc", "\0", "abc"),
        (b"x\x81\x8d", "windows-1252http-equiv", "x\ufffd\ufffd"),
    ],
)
def test_text_is_decoded_whatever_its_label_says(data: bytes, label: str, text: str) -> None:
    assert decode(data, label) == text

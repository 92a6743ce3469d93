from tui_inbox.domain.footer import DEFAULTS, PLACE, Footer, footer_for, under_mail, under_sms, without_hint
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.sms import Encoding, segments

OWN = {"fr": Footer(marketing="Nos offres : ##{{unsubscribe}}")}


def test_each_text_is_the_hotel_s_own_else_ours_in_the_same_language() -> None:
    found = footer_for("fr_CA", OWN, "en")
    assert found.marketing == OWN["fr"].marketing
    assert found.sms == DEFAULTS["fr"].sms


def test_a_language_without_texts_is_written_to_in_the_hotel_s() -> None:
    assert footer_for("ja", OWN, "fr").marketing == OWN["fr"].marketing
    assert footer_for("ja", {}, "tr") == DEFAULTS["en"]


def test_every_default_names_the_way_out_and_no_hint_makes_an_sms_dear() -> None:
    for texts in DEFAULTS.values():
        assert PLACE in texts.marketing
        assert PLACE in texts.transactional
        assert "STOP" in texts.sms
        assert segments(texts.sms).encoding is Encoding.GSM7


def test_a_text_that_forgot_its_place_has_the_way_out_on_a_line_of_its_own() -> None:
    footer = Footer("Why.", "Offers.", "")
    assert under_mail("Hi\n", footer, MessageClass.MARKETING, "https://x") == "Hi\n\n-- \nOffers.\nhttps://x"
    assert under_mail("Hi", footer, MessageClass.TRANSACTIONAL, "https://x").endswith("Why.\nhttps://x")


def test_the_hint_is_said_once_and_taken_off_for_a_mail() -> None:
    footer = Footer(sms="Reply STOP to end.")
    once = under_sms("Spring!", footer)
    assert under_sms(once, footer) == once
    assert without_hint(once, footer) == "Spring!"
    assert under_sms("Spring!", Footer()) == "Spring!"

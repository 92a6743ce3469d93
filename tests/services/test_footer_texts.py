"""Footers that the hotel writes under F7: each with the way out in it, and ours until then."""

from __future__ import annotations

import pytest

from storage.store import SqlStore
from tests.builders import NOW, a_guest
from tests.fakes import hotel
from tests.services.conftest import ANA
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.footer import DEFAULTS, FOOTERS, Footer
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services import footer_texts, footers, templates
from tui_inbox.services.desk import Desk


def footer(name: str, body: str, language: str = "fr") -> Template:
    return Template(0, TemplateKind.FOOTER, name, language, body)


def save(t: Transaction, template: Template, desk: Desk | None = None) -> Template:
    return templates.save(t, desk or hotel(), ANA, template, NOW)


def of_guest(t: Transaction, desk: Desk, language: str) -> Footer:
    return footers.footer_of(t, desk, a_guest(t, language=language), NOW)


@pytest.mark.parametrize("name", ["transactional", "marketing"])
def test_a_mail_s_footer_without_the_way_out_cannot_be_saved(sqlite_store: SqlStore, name: str) -> None:
    with sqlite_store.write() as t, pytest.raises(Refused) as refused:
        save(t, footer(name, "Bonne route."))
    assert (refused.value.code, refused.value.params["name"]) == ("missing_variable", "unsubscribe")
    with sqlite_store.write() as t:
        # Nor where only some guests would see it.
        with pytest.raises(Refused):
            save(t, footer(name, "##{{if hotel is X}}##{{unsubscribe}}##{{end}}"))
        assert save(t, footer(name, "Assez ? ##{{unsubscribe}}")).message_class is MessageClass(name)


def test_an_sms_footer_names_a_word_that_stops(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        with pytest.raises(Refused) as refused:
            save(t, footer("sms", "Appelez-nous."))
        assert refused.value.code == "footer_stop_word"
        with pytest.raises(Refused):
            save(t, footer("sms", "STOP ou ##{{unsubscribe}}"))
        assert save(t, footer("sms", "Plus rien : ARRET.")).message_class is MessageClass.MARKETING


def test_no_other_text_can_use_the_way_out_or_be_called_so(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        for template in (
            Template(0, TemplateKind.REMINDER, "x", "fr", "##{{unsubscribe}}"),
            Template(0, TemplateKind.TEXT, "unsubscribe", "fr", "x"),
            footer("other", "##{{unsubscribe}}"),
        ):
            with pytest.raises(Refused):
                save(t, template)


def test_what_is_written_here_goes_before_the_configuration_and_ours_text_by_text(sqlite_store: SqlStore) -> None:
    desk = hotel()._replace(footers={"fr": Footer("Réglé : ##{{unsubscribe}}", "Réglé aussi : ##{{unsubscribe}}")})
    with sqlite_store.write() as t:
        save(t, footer("marketing", "Assez ? ##{{unsubscribe}}", "fr-FR"))
        found = of_guest(t, desk, "fr")
        assert found == Footer("Réglé : ##{{unsubscribe}}", "Assez ? ##{{unsubscribe}}", DEFAULTS["fr"].sms)
        assert of_guest(t, desk, "de") == DEFAULTS["de"]


def test_the_hotel_s_values_are_filled_in_and_what_cannot_be_gives_way_to_ours(sqlite_store: SqlStore) -> None:
    desk = hotel()._replace(variables={"wifi": "Lumiere"})
    with sqlite_store.write() as t:
        save(t, footer("marketing", "##{{hotel}} ##{{wifi}} ##{{unsubscribe}}"), desk)
        assert of_guest(t, desk, "fr").marketing == f"{desk.hotel} Lumiere ##{{{{unsubscribe}}}}"
        assert of_guest(t, hotel(), "fr").marketing == DEFAULTS["fr"].marketing


def test_every_footer_is_listed_in_every_language_and_an_archived_one_is_ours_again(sqlite_store: SqlStore) -> None:
    desk = hotel()
    with sqlite_store.write() as t:
        listed = footer_texts.listing(t, desk)
        assert {(one.name, one.language) for one in listed} == {(n, code) for n in FOOTERS for code in DEFAULTS}
        assert listed[0].language == desk.language
        assert all(save(t, one._replace(id=0), desk).id for one in listed), "ours can be saved as they are"
        own = next(one for one in footer_texts.listing(t, desk) if (one.name, one.language) == ("sms", "nl"))
        templates.archive(t, ANA, own.id, NOW)
        assert of_guest(t, desk, "nl").sms == DEFAULTS["nl"].sms
        assert len(footer_texts.listing(t, desk)) == len(listed)


def test_a_language_that_we_do_not_write_can_be_added(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        save(t, footer("marketing", "Nok? ##{{unsubscribe}}", "da"))
        assert [one.name for one in footer_texts.listing(t, hotel()) if one.language == "da"] == ["marketing"]
        assert of_guest(t, hotel(), "da").marketing == "Nok? ##{{unsubscribe}}"
        assert of_guest(t, hotel(), "da").sms == DEFAULTS[hotel().language].sms


def test_the_hotel_s_own_language_is_listed_with_what_is_sent_in_its_place(sqlite_store: SqlStore) -> None:
    with sqlite_store.read() as t:
        listed = footer_texts.listing(t, hotel()._replace(language="ja"))
    assert [(one.language, one.body) for one in listed[:3]] == [("ja", text) for text in DEFAULTS["en"]]

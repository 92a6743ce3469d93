"""A text seen before it is saved: for each guest, channel, branch and language; its versions and its draft."""

from __future__ import annotations

import pytest

from storage.store import SqlStore
from tests.builders import NOW, a_guest, a_reservation, at
from tests.fakes import hotel
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.services import templates, text_drafts, text_preview, versions
from tui_inbox.services.desk import Actor
from tui_inbox.services.text_drafts import TextDraft

ANA = Actor("ana", "Ana Lopez")
BODY = """Dear ##{{first_name}},

##{{if payment is package}}
A night more.
##{{else if payment is cash}}
In cash.
##{{else}}
To your card.
##{{end}}"""


def reminder(body: str = BODY, language: str = "en", **values: object) -> Template:
    return Template(0, TemplateKind.REMINDER, "refund", language, body, **values)  # type: ignore[arg-type]


def test_one_text_has_a_preview_for_each_branch(sqlite_store: SqlStore) -> None:
    desk = hotel()
    with sqlite_store.read() as t:
        who = text_preview.sample(desk, NOW)
        shown = [text_preview.preview(t, desk, reminder(), who, "sms", NOW, ANA, branch) for branch in range(4)]
    assert [one.rendered.text.split("\n")[-1] for one in shown] == [
        "To your card.",
        "A night more.",
        "In cash.",
        "To your card.",
    ]
    assert [one.case.words if one.case else None for one in shown] == [
        None,
        ("payment is package",),
        ("payment is cash",),
        ("",),
    ]
    assert all(one.rendered.problems == () for one in shown)


def test_one_steps_through_the_guests_who_come(sqlite_store: SqlStore) -> None:
    desk = hotel()
    with sqlite_store.write() as t:
        for name, first in (("Zoé Blanc", 3), ("Ana Diaz", 1), ("Gone Guest", -9), ("Far Guest", 40)):
            a_reservation(t, a_guest(t, name), first, first + 1, payment="cash")
        found = text_preview.recipients(t, desk, NOW)
        texts = [text_preview.preview(t, desk, reminder(), one, "email", NOW, ANA).rendered.text for one in found]
    assert [one.guest.name for one in found] == ["Claire Martin", "Ana Diaz", "Zoé Blanc"]
    assert found[0].sample
    assert [text.split("\n")[0] for text in texts] == ["Dear Claire,", "Dear Ana,", "Dear Zoé,"]
    assert texts[1].startswith("Dear Ana,\n\nIn cash.\n\n-- \n")


def test_each_channel_shows_its_own_form_with_parts_and_price(sqlite_store: SqlStore) -> None:
    desk = hotel()
    source = "# Hi ##{{first_name}}\n\n![Pool](https://h.example/p.jpg)\n\n[Book] https://h.example/b"
    template = reminder(source, subject="For ##{{first_name}}", forms={"whatsapp": "Hi!"})
    with sqlite_store.read() as t:
        who = text_preview.sample(desk, NOW)
        mail, text, chat = (
            text_preview.preview(t, desk, template, who, channel, NOW, ANA) for channel in ("email", "sms", "whatsapp")
        )
    assert "<h1" in mail.rendered.html
    assert (mail.rendered.subject, mail.rendered.pictures) == ("For Claire", 0)
    assert (text.rendered.text, text.rendered.html) == ("Hi Claire\n\nBook: https://h.example/b", "")
    assert text.rendered.pictures == 1
    assert text.segments is not None
    assert text.segments.count == 1
    assert text.cost is not None
    assert str(text.cost.amount) == "0.08"
    assert (chat.rendered.text, chat.own_form) == ("Hi!", True)


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", ("en", "en", "guest", False)), ("de", ("fr", "de", "guest", True)), ("", ("fr", "fr", "hotel", False))],
)
def test_the_language_is_chosen_and_explained(
    sqlite_store: SqlStore, language: str, expected: tuple[str, str, str, bool]
) -> None:
    desk = hotel()
    with sqlite_store.write() as t:
        templates.save(t, desk, ANA, reminder("Cher ##{{first_name}}", "fr"), NOW)
        written = reminder("Dear ##{{first_name}}")
        who = text_preview.Recipient(a_guest(t, language=language), None)
        found = text_preview.preview(t, desk, written, who, "sms", NOW, ANA).variant
    assert (found.language, found.wanted, found.why, found.stand_in) == expected


def test_missing_languages_are_those_that_other_texts_have(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        one = templates.save(t, hotel(), ANA, reminder("a"), NOW)
        for language in ("en", "fr", "de"):
            templates.save(t, hotel(), ANA, reminder("b", language)._replace(name="other"), NOW)
        assert text_preview.missing_languages(templates.listing(t), one) == ("de", "fr")


def test_versions_say_who_changed_what_and_one_of_them_holds_again(store: SqlStore) -> None:
    leo = Actor("leo", "Leo")
    with store.write() as t:
        first = templates.save(t, hotel(), ANA, reminder("Dear guest\nBye"), NOW)
        second = templates.save(t, hotel(), leo, first._replace(body="Dear ##{{first_name}}\nBye", subject="S"), at(5))
        templates.save(t, hotel(), ANA, second._replace(forms={"sms": "Short"}), at(9))
        found = versions.history(t, first.id)
        assert [(one.version.version, one.version.by, one.version.at) for one in found] == [
            (3, "ana", at(9)),
            (2, "leo", at(5)),
            (1, "ana", NOW),
        ]
        assert found[1].lines == (("-", "Dear guest"), ("+", "S"), ("+", ""), ("+", "Dear ##{{first_name}}"))
        assert found[0].lines == (("+", ""), ("+", "[sms]"), ("+", "Short"))
        back = versions.restore(t, hotel(), leo, first.id, 1, at(12))
        assert (back.body, back.subject, back.forms, back.version, back.updated_by) == (
            "Dear guest\nBye",
            "",
            {},
            4,
            "leo",
        )
        assert len(versions.history(t, first.id)) == 4
        with pytest.raises(Refused, match="version_gone"):
            versions.restore(t, hotel(), leo, first.id, 99, at(13))


def test_a_version_that_could_not_be_saved_today_is_not_restored(sqlite_store: SqlStore) -> None:
    text = Template(0, TemplateKind.TEXT, "parking", "en", "Behind the house")
    with sqlite_store.write() as t:
        made = templates.save(t, hotel(), ANA, text, NOW)
        first = templates.save(t, hotel(), ANA, reminder("##{{parking}}"), NOW)
        templates.save(t, hotel(), ANA, first._replace(body="plain"), at(1))
        templates.archive(t, ANA, made.id, at(2))
        with pytest.raises(Refused, match="unknown_variable"):
            versions.restore(t, hotel(), ANA, first.id, 1, at(3))


def test_what_is_being_written_is_kept_for_its_writer(store: SqlStore) -> None:
    draft = TextDraft({"name": "x", "body": "Half a sen"}, (0, 10), 2)
    with store.write() as t:
        text_drafts.keep(t, ANA, reminder(), draft)
        assert text_drafts.kept(t, ANA, reminder()) == draft
        assert text_drafts.kept(t, Actor("leo", "Leo"), reminder()) is None
        assert text_drafts.kept(t, ANA, reminder()._replace(id=7)) is None
        text_drafts.forget(t, ANA, reminder())
        assert text_drafts.kept(t, ANA, reminder()) is None


def test_what_is_made_up_makes_no_sms_dearer_than_it_will_be(sqlite_store: SqlStore) -> None:
    template = reminder("Gone. ##{{note}}")._replace(event="cancelled")
    with sqlite_store.read() as t:
        found = text_preview.preview(t, hotel(), template, text_preview.sample(hotel(), NOW), "sms", NOW, ANA)
    assert found.rendered.text == "Gone. ..."
    assert found.segments is not None
    assert found.segments.forcing == ()

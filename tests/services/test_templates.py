"""Templates: refused when wrong, rendered for one guest, fetched from the vendor."""

from __future__ import annotations

import pytest

from storage.store import SqlStore
from tests.builders import NOW, PHONE, a_conversation, a_guest, a_reservation, at
from tests.fakes import hotel
from tui_inbox.domain.errors import Refused
from tui_inbox.domain.guest import Guest
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.template import Approval, Template, TemplateKind
from tui_inbox.services import templates, vendor_templates
from tui_inbox.services.desk import Actor
from tui_inbox.services.rendering import rendered_for

ANA = Actor("ana", "Ana Lopez")
GUARD = Actor("guard", "Guard", role="read-only")


def snippet(body: str, language: str = "en", name: str = "wifi", **values: object) -> Template:
    return Template(0, TemplateKind.SNIPPET, name, language, body, **values)  # type: ignore[arg-type]


def approved(vendor_id: str = "HX1", body: str = "Hello {{1}}, see you on {{2}}.", **values: object) -> Template:
    fields = {"vendor_id": vendor_id, "approval": Approval.APPROVED, "category": "utility", **values}
    return Template(0, TemplateKind.WHATSAPP, "arrival", "en", body, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("template", "code", "params"),
    [
        (
            snippet("Hi\n##{{firstname}}"),
            "unknown_variable_near",
            {"name": "firstname", "nearest": "first_name", "line": 2},
        ),
        (snippet("##{{xyzzy}}"), "unknown_variable_at", {"name": "xyzzy", "line": 1}),
        (snippet("##{{room"), "unclosed_variable", {"text": "##{{room", "line": 1}),
        (snippet("ok", subject="##{{romm}}"), "unknown_variable_near", {"name": "romm", "nearest": "room", "line": 1}),
        (snippet(" \n "), "template_empty", {}),
        (snippet("ok", name=" "), "template_name", {"limit": 80}),
        (snippet("ok", language="English"), "bad_language", {"language": "English"}),
        (snippet("ok", shortcut="wi fi"), "bad_shortcut", {"shortcut": "wi fi"}),
        (snippet("##{{operator}}")._replace(kind=TemplateKind.REMINDER), "unknown_variable_at", None),
        (approved(mapping={"1": "firstname"}), "unknown_variable_near", None),
        (approved(mapping={"7": "first_name"}), "no_such_place", {"number": "7"}),
        (approved(vendor_id="", category=""), "template_category", {}),
    ],
)
def test_a_wrong_template_is_not_saved(
    sqlite_store: SqlStore, template: Template, code: str, params: dict[str, object] | None
) -> None:
    with sqlite_store.write() as t:
        with pytest.raises(Refused) as refused:
            templates.save(t, hotel(), ANA, template, NOW)
        assert refused.value.code == code
        assert params is None or refused.value.params == params
        assert templates.listing(t) == []


def test_saving_keeps_versions_and_refuses_doubles(store: SqlStore) -> None:
    with store.write() as t:
        first = templates.save(t, hotel(), ANA, snippet("Code ##{{room}}", shortcut=";WiFi"), NOW)
        assert (first.shortcut, first.updated_by, first.version) == ("wifi", "ana", 1)
        changed = templates.save(t, hotel(), ANA, first._replace(body="New"), at(1))
        assert changed.version == 2
        with pytest.raises(Refused, match="template_exists"):
            templates.save(t, hotel(), ANA, snippet("other"), at(2))
        with pytest.raises(Refused, match="shortcut_taken"):
            templates.save(t, hotel(), ANA, snippet("x", name="parking", shortcut="wifi"), at(2))
        templates.save(t, hotel(), ANA, snippet("Le code", "fr", shortcut="wifi"), at(2))
        with pytest.raises(Refused, match="read_only"):
            templates.save(t, hotel(), GUARD, snippet("x", name="y"), NOW)
        templates.archive(t, ANA, first.id, at(3))
        assert [one.language for one in templates.listing(t, TemplateKind.SNIPPET)] == ["fr"]


def test_snippets_come_in_the_guests_language_and_mark_a_stand_in(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        for template in (
            snippet("Hello ##{{first_name}}"),
            snippet("Hallo ##{{first_name}}", "de"),
            snippet("Garage", "fr", name="parking"),
        ):
            templates.save(t, hotel(), ANA, template, NOW)
        row = a_conversation(t, a_guest(t, "Jonas Weber", language="de"))
        found = {one.template.name: one for one in templates.snippets(t, hotel(), ANA, row.id, NOW)}
    assert (found["wifi"].rendered.text, found["wifi"].fallback) == ("Hallo Jonas", False)
    assert (found["parking"].rendered.text, found["parking"].fallback) == ("Garage", True)


@pytest.mark.parametrize(
    ("guest", "expected"),
    [
        (Guest(0, language="pt-BR"), ("pt", "guest")),
        (Guest(0, phone="+4915123456789"), ("de", "phone")),
        (Guest(0, country="ES"), ("es", "phone")),
        (Guest(0, phone="+81312345678"), ("fr", "hotel")),
        (Guest(0), ("fr", "hotel")),
    ],
)
def test_the_language_says_where_it_comes_from(guest: Guest, expected: tuple[str, str]) -> None:
    assert templates.language_of(hotel(), guest) == expected


def test_values_come_from_guest_stay_and_hotel(sqlite_store: SqlStore) -> None:
    body = "##{{first_name}} ##{{last_name}}, ##{{arrival}}, ##{{nights}}, ##{{room}}, "
    body += "##{{hotel}}, ##{{operator}}, ##{{wifi}}"
    desk = hotel()._replace(variables={"wifi": "Lumiere-Guest"})
    with sqlite_store.write() as t:
        guest = a_guest(t, "Martin, Claire")
        a_reservation(t, guest, 2, 5)
        row = a_conversation(t, guest)
        template = templates.save(t, desk, ANA, snippet(body, "fr"), NOW)
        rendered = templates.render_for(t, desk, template, row.id, NOW, ANA)
    expected = "Claire Martin, mercredi 25 novembre 2026, 3, 204, Hôtel Lumière, Ana Lopez, Lumiere-Guest"
    assert (rendered.text, rendered.problems) == (expected, ())


def test_without_a_stay_required_values_are_named_and_optional_lines_go(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        row = a_conversation(t, a_guest(t, ""))
        template = templates.save(t, hotel(), ANA, snippet("Dear ##{{last_name}}\nRoom ##{{room}}\nBye"), NOW)
        rendered = templates.render_for(t, hotel(), template, row.id, NOW)
    assert rendered.missing == ("last_name",)
    assert rendered.removed == ("room",)


def test_a_cancelled_stay_fills_nothing(sqlite_store: SqlStore) -> None:
    from tui_inbox.domain.reservation import ReservationStatus

    with sqlite_store.write() as t:
        guest = a_guest(t)
        a_reservation(t, guest, status=ReservationStatus.CANCELLED)
        template = templates.save(t, hotel(), ANA, snippet("##{{arrival}}"), NOW)
        assert templates.render_for(t, hotel(), template, a_conversation(t, guest).id, NOW).missing == ("arrival",)


def test_the_vendors_list_is_taken_over_and_the_mapping_kept(store: SqlStore) -> None:
    with store.write() as t:
        assert (
            vendor_templates.sync(
                t,
                "desk-sms",
                [approved(approval=Approval.SUBMITTED), approved("HX2", "Sale {{1}}", category="marketing")],
                NOW,
            )
            == 2
        )
        first = t.templates.by_vendor("desk-sms", "HX1")
        second = t.templates.by_vendor("desk-sms", "HX2")
        assert first is not None
        assert second is not None
        assert (first.name, second.name, second.message_class) == ("arrival", "arrival (2)", MessageClass.MARKETING)
        assert templates.approved(t, "desk-sms") == (second,)
        templates.save(t, hotel(), ANA, first._replace(mapping={"1": "first_name", "2": "arrival"}), at(1))
        assert vendor_templates.sync(t, "desk-sms", [approved(body="Hi {{1}}", approval_reason="")], at(2)) == 1
        (kept,) = templates.listing(t)
        assert (kept.body, kept.approval, kept.mapping) == ("Hi {{1}}", Approval.APPROVED, {"1": "first_name"})
        assert templates.approved(t, "desk-mail") == ()


def test_a_vendors_template_is_filled_by_its_mapping_and_loses_no_line(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        vendor_templates.sync(t, "desk-sms", [approved(body="Hello {{1}}\nRoom {{2}}")], NOW)
        guest = a_guest(t, "Claire Martin", phone=PHONE)
        row = a_conversation(t, guest)
        (template,) = templates.approved(t, "desk-sms")
        assert [p.code for p in templates.render_for(t, hotel(), template, row.id, NOW).problems] == [
            "unmapped_variable"
        ] * 2
        mapped = templates.save(t, hotel(), ANA, template._replace(mapping={"1": "first_name", "2": "room"}), NOW)
        assert templates.render_for(t, hotel(), mapped, row.id, NOW).missing == ("room",)
        a_reservation(t, guest)
        rendered = templates.render_for(t, hotel(), mapped, row.id, NOW)
        assert (rendered.text, rendered.values) == ("Hello Claire\nRoom 204", {"first_name": "Claire", "room": "204"})


def test_the_editor_shows_every_variable_filled() -> None:
    body = "\n".join(f"##{{{{{name}}}}}" for name in templates.allowed(TemplateKind.SNIPPET) if "number" not in name)
    assert templates.preview(hotel(), snippet(body), NOW).problems == ()


def reminder(body: str, language: str = "en", **values: object) -> Template:
    return Template(0, TemplateKind.REMINDER, "before", language, body, **values)  # type: ignore[arg-type]


def house_text(body: str, language: str = "fr", **values: object) -> Template:
    return Template(0, TemplateKind.TEXT, "welcome_drink", language, body, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("place", "language", "read"),
    [
        ({}, "fr", "Un verre au bar."),
        ({}, "en", "A drink at the bar."),
        ({"room_type": "suite"}, "en", "Champagne dans la suite."),
        ({"property": "annex"}, "fr", "Un thé à l'annexe."),
        ({"property": "annex", "room_type": "Suite"}, "fr", "Champagne dans la suite."),
    ],
)
def test_the_hotels_own_text_is_the_one_for_this_room_type_or_property(
    sqlite_store: SqlStore, place: dict[str, str], language: str, read: str
) -> None:
    with sqlite_store.write() as t:
        for text in (
            house_text("Un verre au bar."),
            house_text("A drink at the bar.", "en"),
            house_text("Champagne dans la suite.", room_type="Suite"),
            house_text("Un thé à l'annexe.", property="annex"),
        ):
            templates.save(t, hotel(), ANA, text, NOW)
        template = templates.save(t, hotel(), ANA, reminder("Hi\n##{{welcome_drink}}", language), NOW)
        guest = a_guest(t)
        stay = a_reservation(t, guest, **place)
        rendered = rendered_for(t, hotel(), template, guest, stay, "", NOW)
    assert (rendered.text, rendered.problems) == (f"Hi\n{read}", ())


def test_the_hotels_own_text_is_no_template_and_takes_no_name_of_ours(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        for text, code in (
            (house_text("x ##{{room}}"), "unknown_variable_at"),
            (house_text("x")._replace(name="room"), "text_name"),
            (house_text("x")._replace(name="Welcome drink"), "text_name"),
        ):
            with pytest.raises(Refused, match=code):
                templates.save(t, hotel(), ANA, text, NOW)
        with pytest.raises(Refused, match="unknown_variable"):
            templates.save(t, hotel(), ANA, reminder("##{{welcome_drink}}"), NOW)


def test_a_template_keeps_the_variables_that_it_must_have(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        kept = templates.save(t, hotel(), ANA, reminder("Code ##{{room}}", required=("room",)), NOW)
        for fault in (kept._replace(body="Code"), kept._replace(forms={"sms": "short"})):
            with pytest.raises(Refused, match="missing_variable"):
                templates.save(t, hotel(), ANA, fault, NOW)
        terms = reminder("New terms: ##{{terms_link}}", event="terms")._replace(name="terms")
        templates.save(t, hotel(), ANA, terms, NOW)
        with pytest.raises(Refused, match="missing_variable"):
            templates.save(t, hotel(), ANA, terms._replace(name="other", body="New terms"), NOW)
        with pytest.raises(Refused, match="unknown_variable"):
            templates.save(t, hotel(), ANA, terms._replace(event="cancelled"), NOW)


def test_the_refund_reads_as_the_stay_is_paid_and_a_foreign_field_is_refused(sqlite_store: SqlStore) -> None:
    body = (
        "##{{if payment is package}}A night more.##{{else if payment is cash}}In cash.##{{else}}To your card.##{{end}}"
    )
    with sqlite_store.write() as t:
        template = templates.save(t, hotel(), ANA, reminder(body), NOW)
        guest = a_guest(t)
        read = [
            rendered_for(t, hotel(), template, guest, a_reservation(t, guest, payment=means), "sms", NOW).text
            for means in ("package", "cash", "card")
        ]
        assert read == ["A night more.", "In cash.", "To your card."]
        with pytest.raises(Refused) as refused:
            templates.save(t, hotel(), ANA, template._replace(body="x\n##{{if paymnt is cash}}a##{{end}}"), NOW)
    assert (refused.value.code, refused.value.params) == (
        "unknown_variable_near",
        {"name": "paymnt", "nearest": "payment", "line": 2},
    )


def test_the_whatsapp_number_and_its_link_stand_in_any_text(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        template = templates.save(t, hotel(), ANA, reminder("##{{whatsapp_number}} ##{{whatsapp_link}}"), NOW)
        guest = a_guest(t)
        text = rendered_for(t, hotel(), template, guest, None, "email", NOW).text
    number = hotel().accounts["desk-sms"].own["whatsapp"]
    assert text == f"{number} https://wa.me/{number.lstrip('+')}"


def test_a_channel_may_have_a_form_of_its_own(sqlite_store: SqlStore) -> None:
    with sqlite_store.write() as t:
        body, short = "Dear ##{{first_name}}, a long text.", "Hi ##{{first_name}}"
        template = templates.save(t, hotel(), ANA, reminder(body, forms={"sms": short}), NOW)
        guest = a_guest(t)
        shown = {c: rendered_for(t, hotel(), template, guest, None, c, NOW).text for c in ("email", "sms")}
        assert shown == {"email": "Dear Claire, a long text.", "sms": "Hi Claire"}
        with pytest.raises(Refused, match="unknown_variable"):
            templates.save(t, hotel(), ANA, template._replace(forms={"sms": "##{{firstname}}"}), NOW)

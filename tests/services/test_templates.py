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

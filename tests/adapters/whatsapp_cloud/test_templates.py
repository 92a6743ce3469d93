"""WhatsApp's templates: listed, sent, submitted, withdrawn."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.sandbox.whatsapp_cloud import SandboxWhatsApp
from adapters.sandbox.whatsapp_cloud_account import CloudTemplate
from adapters.whatsapp_cloud.account import WhatsAppCloud
from tests.adapters.rig_whatsapp_cloud import (
    whatsapp,
)
from tests.adapters.whatsapp_cloud.words import items, last_sent, message
from tui_inbox.domain.errors import (
    Refused,
    Rejected,
)
from tui_inbox.domain.outbox import Way


def template(name: str, body: str, **more: Any) -> CloudTemplate:
    components = more.pop("components", [{"type": "BODY", "text": body}])
    return CloudTemplate(more.pop("id", "7"), name, "fr", "UTILITY", components, **more)


FULL = [
    {"type": "HEADER", "format": "TEXT", "text": "Chambre {{1}}", "example": {"header_text": ["204"]}},
    {
        "type": "BODY",
        "text": "Bonjour {{1}}, votre chambre {{2}} est prête.",
        "example": {"body_text": [["first_name", "204"]]},
    },
    {"type": "FOOTER", "text": "Hôtel Lumière"},
    {
        "type": "BUTTONS",
        "buttons": [
            {"type": "QUICK_REPLY", "text": "Merci"},
            {
                "type": "URL",
                "text": "Plan",
                "url": "https://hotel.example/{{1}}",
                "example": ["https://hotel.example/a"],
            },
            {"type": "PHONE_NUMBER", "text": "Appeler", "phone_number": "+33700000001"},
        ],
    },
]
FULL_TEXT = (
    "*Chambre {{header_1}}*\n\nBonjour {{1}}, votre chambre {{2}} est prête.\n\n_Hôtel Lumière_\n\n"
    "[Merci]\n[Plan] https://hotel.example/{{button_1}}\n[Appeler] +33700000001"
)


def test_templates_come_page_by_page_with_their_state(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    box.account.templates = [template(f"t{n}", "Bonjour", id=str(n + 1)) for n in range(250)]
    box.account.templates[3].status = "DELETED"
    found = desk.templates()
    assert len(found) == 249
    first = found[0]
    assert (first.name, first.category, first.approval, first.account) == ("t0", "utility", "approved", "desk")
    assert first.vendor_id == "1:fr:t0"


@pytest.mark.parametrize(
    ("status", "reason", "quality", "state", "told"),
    [
        ("PENDING", "NONE", "UNKNOWN", "submitted", ""),
        ("IN_APPEAL", "NONE", "UNKNOWN", "submitted", ""),
        ("REJECTED", "INCORRECT_CATEGORY", "UNKNOWN", "rejected", "INCORRECT_CATEGORY"),
        ("PAUSED", "NONE", "RED", "paused", "PAUSED"),
        ("DISABLED", "NONE", "GREEN", "paused", "DISABLED"),
        ("APPROVED", "NONE", "YELLOW", "approved", ""),
        ("SOMETHING_NEW", "NONE", "GREEN", "", ""),
    ],
)
def test_a_state_is_told_with_its_reason(
    box: SandboxWhatsApp, desk: WhatsAppCloud, status: str, reason: str, quality: str, state: str, told: str
) -> None:
    box.account.templates.append(template("t", "Bonjour", status=status, reason=reason, quality=quality))
    (found,) = desk.templates()
    assert (found.approval, found.approval_reason) == (state, told)
    assert found.quality == ("" if quality == "UNKNOWN" else quality)


def test_a_whole_template_is_one_text_and_its_variables_are_told_apart(
    box: SandboxWhatsApp, desk: WhatsAppCloud
) -> None:
    box.account.templates.append(template("ready", "", components=FULL))
    (found,) = desk.templates()
    assert found.body == FULL_TEXT
    assert found.mapping == {"header_1": "", "1": "first_name", "2": "", "button_1": ""}
    values = {"header_1": "204", "1": "Ana", "2": "204\n et\tvue", "button_1": "plan"}
    desk.send(message(template_id=found.vendor_id, template_values=values, way=Way.QUOTE, target="wamid.IN"))
    sent = last_sent(box)
    assert sent.text == "Chambre 204\n\nBonjour Ana, votre chambre 204 et vue est prête."
    assert "context" not in sent.body
    assert sent.body["template"]["components"][-1] == {
        "type": "button",
        "sub_type": "url",
        "index": "1",
        "parameters": [{"type": "text", "text": "plan"}],
    }


def test_named_variables_are_sent_by_name_and_offered_as_ours(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    box.account.templates.append(template("hello", "Bonjour {{first_name}} !", format="NAMED"))
    (found,) = desk.templates()
    assert found.mapping == {"first_name": "first_name"}
    desk.send(message(template_id=found.vendor_id, template_values={"first_name": "Ana"}))
    assert last_sent(box).text == "Bonjour Ana !"
    with pytest.raises(Rejected, match="template_values"):
        desk.send(message(template_id=found.vendor_id))


def test_a_file_with_a_template_is_its_header(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    box.account.templates.append(template("hello", "Bonjour"))
    row = message(template_id="7:fr:hello", attachments=("a",), attachment_names=("a.pdf",))
    desk.send(row, [("a.pdf", "application/pdf", b"x")])
    (header,) = last_sent(box).body["template"]["components"]
    assert header["parameters"][0]["document"]["filename"] == "a.pdf"


def ours(body: str, **more: Any) -> Any:
    from tui_inbox.domain.template import Template, TemplateKind

    fields = {"category": "utility", "name": "Arrivée du soir", "language": "fr", **more}
    return Template(0, TemplateKind.WHATSAPP, body=body, **fields)


def test_a_template_is_submitted_with_samples_and_answers_its_state(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    made = desk.submit(ours("Bonjour ##{{first_name}}, chambre ##{{room}} prête."))
    (stored,) = box.account.templates
    assert (stored.name, stored.language) == ("arrivee_du_soir", "fr")
    assert (stored.category, stored.format) == ("UTILITY", "NAMED")
    assert stored.components == [
        {
            "type": "BODY",
            "text": "Bonjour {{first_name}}, chambre {{room}} prête.",
            "example": {
                "body_text_named_params": [
                    {"param_name": "first_name", "example": "Claire"},
                    {"param_name": "room", "example": "204"},
                ]
            },
        }
    ]
    assert (made.vendor_id, made.approval) == (f"{stored.id}:fr:arrivee_du_soir", "submitted")
    assert made.mapping == {"first_name": "first_name", "room": "room"}
    with pytest.raises(Rejected):
        desk.submit(ours("Bonjour à tous."))


def test_a_template_comes_back_as_it_was_written(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    mapping = {"header_1": "room", "1": "first_name", "2": "room", "button_1": "booking_number"}
    made = desk.submit(ours(FULL_TEXT, mapping=mapping))
    box.account.review("arrivee_du_soir", "APPROVED")
    (found,) = desk.templates()
    assert (found.body, found.vendor_id, found.approval) == (FULL_TEXT, made.vendor_id, "approved")
    assert [item.topic for item in items(desk, box)] == ["templates"]
    assert box.account.templates[0].components[3]["buttons"][1]["example"] == ["https://hotel.example/AB1234"]


def test_a_rejected_template_is_corrected_and_submitted_again(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    made = desk.submit(ours("Bonjour ##{{first_name}} !"))
    with pytest.raises(Rejected, match="refused"):
        desk.submit(made)
    box.account.review("arrivee_du_soir", "REJECTED", "SCAM")
    (found,) = desk.templates()
    assert found.approval_reason == "SCAM"
    again = desk.submit(found._replace(body="Bienvenue {{first_name}} !"))
    assert (again.approval, again.vendor_id) == ("submitted", made.vendor_id)
    assert box.account.templates[0].components[0]["text"] == "Bienvenue {{first_name}} !"


@pytest.mark.parametrize(
    ("body", "more", "code"),
    [
        ("{{1}} bonjour.", {}, "template_edge"),
        ("Bonjour {{1}}", {}, "template_edge"),
        ("Bonjour {{1}} et {{3}}.", {}, "template_order"),
        ("Bonjour {{1}} et {{name}}.", {}, "template_mixed"),
        ("Bonjour {{1}.", {}, "template_form"),
        ("Bonjour {{Nom}}.", {}, "template_form"),
        ("x" * 1025, {}, "template_long"),
        ("[Oui]", {}, "template_empty"),
        ("Bonjour.", {"category": ""}, "template_category"),
        ("Bonjour.", {"name": "¡¿"}, "template_name"),
        ("*Chambre {{a}} {{b}}*\n\nBonjour.", {}, "template_header"),
        ("Bonjour.\n\n[Un libellé bien trop long pour un bouton]", {}, "template_button"),
        ("Bonjour.\n\n[Plan] http://hotel.example", {}, "template_button"),
        ("Bonjour.\n\n" + "[Oui]\n" * 11, {}, "template_buttons"),
    ],
)
def test_what_the_rules_forbid_is_refused_unasked(body: str, more: dict[str, str], code: str) -> None:
    with pytest.raises(Refused, match=code):
        whatsapp("http://127.0.0.1:9").submit(ours(body, **more))


def test_a_template_is_withdrawn_by_name_and_id(box: SandboxWhatsApp, desk: WhatsAppCloud) -> None:
    made = desk.submit(ours("Bonjour."))
    box.account.templates.append(template("arrivee_du_soir", "Hello", id="8"))
    desk.withdraw(made)
    assert [one.id for one in box.account.templates] == ["8"]
    with pytest.raises(Refused, match="template_missing"):
        desk.withdraw(made._replace(vendor_id="../x"))

"""Templates at Twilio: made, given in for WhatsApp's review, corrected, withdrawn."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.sandbox.door import Fault
from adapters.sandbox.twilio import SandboxTwilio
from adapters.sandbox.twilio_account import ContentTemplate, TwilioAccount
from adapters.twilio.account import Twilio
from tests.adapters.rigging import outgoing
from tests.fakes import StillClock
from tui_inbox.domain.errors import AcceptedWithoutId, NotSent, Refused, Rejected
from tui_inbox.domain.template import Approval, Template, TemplateKind

BUTTONS = "[Appeler] +33700000001\n[Plan] https://hotel.example/plan"
ENDS = ("whatsapp", "+33612345678")


def ours(body: str, **more: Any) -> Template:
    fields = {"category": "utility", "name": "room_ready", "language": "fr", **more}
    return Template(0, TemplateKind.WHATSAPP, body=body, **fields)


def given(box: SandboxTwilio) -> ContentTemplate:
    (one,) = box.account.templates
    return one


def test_our_variables_become_numbers_with_samples_and_the_answer_is_its_state(
    box: SandboxTwilio, desk: Twilio
) -> None:
    made = desk.submit(ours("Bonjour ##{{first_name}}, la ##{{room}} est prête, ##{{first_name}} !"))
    stored = given(box)
    assert stored.types == {"twilio/text": {"body": "Bonjour {{1}}, la {{2}} est prête, {{1}} !"}}
    assert (stored.variables, stored.category, stored.asked_as) == (
        {"1": "Claire", "2": "204"},
        "UTILITY",
        "room_ready",
    )
    assert (made.vendor_id, made.approval, made.mapping) == (
        stored.sid,
        Approval.SUBMITTED,
        {"1": "first_name", "2": "room"},
    )


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("Bonjour, à ce soir.\n\n" + BUTTONS, "twilio/call-to-action"),
        ("Bonjour, à ce soir.\n\n[Merci]\n[Non]", "twilio/quick-reply"),
        ("Bonjour, à ce soir.\n\n[Merci]\n" + BUTTONS, "whatsapp/card"),
        ("*Votre chambre*\n\nBonjour, à ce soir.\n\n_Hôtel Lumière_", "whatsapp/card"),
    ],
)
def test_a_template_with_parts_takes_the_plainest_type_that_has_room_and_reads_back_the_same(
    box: SandboxTwilio, desk: Twilio, body: str, kind: str
) -> None:
    desk.submit(ours(body))
    assert list(given(box).types) == [kind]
    (read,) = desk.templates()
    assert read.body == body


def test_the_buttons_stand_in_what_was_posted(box: SandboxTwilio, desk: Twilio) -> None:
    desk.submit(ours("Bonjour, à ce soir.\n\n" + BUTTONS))
    assert given(box).types["twilio/call-to-action"]["actions"] == [
        {"type": "PHONE_NUMBER", "title": "Appeler", "phone": "+33700000001"},
        {"type": "URL", "title": "Plan", "url": "https://hotel.example/plan"},
    ]


def test_an_approved_one_is_sent_with_its_values(box: SandboxTwilio, desk: Twilio) -> None:
    made = desk.submit(ours("Bonjour ##{{first_name}}, à ce soir."))
    box.account.review("room_ready", "approved")
    (read,) = desk.templates()
    assert (read.vendor_id, read.approval, read.category) == (made.vendor_id, Approval.APPROVED, "utility")
    desk.send(outgoing(*ENDS, "x", template_id=made.vendor_id, template_values={"1": "Ana"}))
    assert box.account.messages()[0].body == "Bonjour Ana, à ce soir."


def test_a_corrected_one_is_made_anew_and_the_rejected_one_goes(box: SandboxTwilio, desk: Twilio) -> None:
    first = desk.submit(ours("Bonjour, -20 % ce soir."))
    box.account.review("room_ready", "rejected", "INCORRECT_CATEGORY")
    (read,) = desk.templates()
    assert (read.approval, read.approval_reason) == (Approval.REJECTED, "INCORRECT_CATEGORY")
    again = desk.submit(first._replace(body="Bonjour, à ce soir.", version=2))
    assert given(box).asked_as == "room_ready_2", "WhatsApp keeps the first name reserved"
    assert again.vendor_id == given(box).sid != first.vendor_id


def test_what_could_not_be_given_in_is_taken_away(box: SandboxTwilio, desk: Twilio) -> None:
    box.account.reserved.add(("room_ready", "fr"))
    with pytest.raises(Rejected) as refused:
        desk.submit(ours("Bonjour, à ce soir."))
    assert refused.value.vendor_text
    assert box.account.templates == []


class Faulty(TwilioAccount):
    """Something goes wrong with the request after the one that made the template."""

    def make_template(
        self, name: str, language: str, types: dict[str, Any], variables: dict[str, str]
    ) -> ContentTemplate:
        self.faults.append(Fault("lost_answer" if name == "lost" else "html"))
        return super().make_template(name, language, types, variables)


def test_an_answer_lost_while_giving_in_leaves_nothing_behind(box: SandboxTwilio, desk: Twilio) -> None:
    box.account = Faulty(clock=box.account.clock)
    with pytest.raises(NotSent):
        desk.submit(ours("Bonjour, à ce soir.", name="lost"))
    assert box.account.templates == []


def test_an_unreadable_answer_counts_as_given_in(box: SandboxTwilio, desk: Twilio) -> None:
    box.account = Faulty(clock=box.account.clock)
    assert desk.submit(ours("Bonjour, à ce soir.")).approval is Approval.SUBMITTED
    assert given(box).status == "received"


def test_one_that_was_made_without_a_readable_answer_is_not_made_again(box: SandboxTwilio, desk: Twilio) -> None:
    box.account.faults.append(Fault("html"))
    with pytest.raises(AcceptedWithoutId):
        desk.submit(ours("Bonjour, à ce soir."))
    assert given(box).status == "unsubmitted"


def test_a_lost_template_message_is_found_though_its_buttons_are_not_in_its_body(
    box: SandboxTwilio, desk: Twilio
) -> None:
    made = desk.submit(ours("Bonjour ##{{first_name}}, à ce soir.\n\n" + BUTTONS))
    said = outgoing(*ENDS, "Bonjour Ana, à ce soir.\n\n" + BUTTONS, template_id=made.vendor_id)
    desk.send(said._replace(template_values={"1": "Ana"}))
    assert len(desk.find(said._replace(created_at=box.account.clock.now())).candidates) == 1


def test_withdrawing_twice_is_harmless(box: SandboxTwilio, desk: Twilio) -> None:
    made = desk.submit(ours("Bonjour, à ce soir."))
    desk.withdraw(made)
    assert box.account.templates == []
    desk.withdraw(made)
    box.account.faults.append(Fault("down"))
    with pytest.raises(NotSent):
        desk.withdraw(made)


@pytest.mark.parametrize(
    ("body", "more", "code"),
    [
        ("##{{first_name}}, bonjour.", {}, "template_edge"),
        ("Bonjour ##{{first_name}}", {}, "template_edge"),
        ("x" * 1025, {}, "template_long"),
        ("Bonjour.\n\n[Plan] http://hotel.example", {}, "template_button"),
        ("Bonjour.\n\n[" + "x" * 26 + "]", {}, "template_button"),
        ("Bonjour.\n\n" + "[Oui]\n" * 11, {}, "template_buttons"),
        ("[Oui]", {}, "template_empty"),
        ("Bonjour.", {"name": "x" * 65}, "template_name"),
    ],
)
def test_what_the_rules_forbid_is_refused_unasked(
    box: SandboxTwilio, desk: Twilio, body: str, more: dict[str, str], code: str
) -> None:
    with pytest.raises(Refused, match=code):
        desk.submit(ours(body, **more))
    assert box.account.templates == []


def test_the_simulated_reviewer_decides_by_the_words(box: SandboxTwilio, desk: Twilio, clock: StillClock) -> None:
    box.account.review_seconds = 20
    desk.submit(ours("Bonjour, à ce soir."))
    desk.submit(ours("Bonjour, -20 % de remise ce soir.", name="sale"))
    assert [one.approval for one in desk.templates()] == [Approval.SUBMITTED] * 2
    clock.forward(seconds=21)
    assert [(one.approval, one.approval_reason) for one in desk.templates()] == [
        (Approval.APPROVED, ""),
        (Approval.REJECTED, "INCORRECT_CATEGORY"),
    ]

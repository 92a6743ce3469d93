"""Answers, files and marks through Channex."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.channex import AIRBNB, BOOKING, Settings
from adapters.channex.account import Channex
from adapters.sandbox.channex import SandboxChannex
from adapters.sandbox.channex_account import Said
from adapters.sandbox.door import Fault
from tests.adapters.channex.conftest import NOW, everything, refused
from tests.adapters.rig_channex import channex_settings, in_sandbox
from tests.adapters.rigging import outgoing
from tui_inbox.domain.deed import Act, Deed
from tui_inbox.domain.errors import AccountBlocked, NotSent, Refused, Rejected, Unknown
from tui_inbox.domain.guest import Line
from tui_inbox.domain.window import Allowed, may_send


def test_an_answer_goes_into_the_thread(box: SandboxChannex, desk: Channex) -> None:
    heard: list[Said] = []
    box.account.on_sent.append(heard.append)
    stay = box.account.book("BookingCom", "3812391309", "Claire", "Martin")
    box.account.write(stay, "Is there parking?")
    thread = box.account.thread_of(stay).id
    receipt = desk.send(outgoing("booking", thread, "Yes, free."))
    assert [(said.id, said.thread, said.text) for said in heard] == [(receipt.provider_id, thread, "Yes, free.")]


def test_a_first_planned_message_goes_to_the_booking_and_lands_in_its_thread(
    box: SandboxChannex, desk: Channex
) -> None:
    stay = box.account.book("AirBNB", "HMABC12345", "Andrew", "Poe")
    assert box.account.talks == {}
    first = desk.send(outgoing("airbnb", "HMABC12345", "See you on Friday."))
    box.account.write(stay, "At ten?")
    found, _cursor = everything(desk)
    assert {item.text for item in found} == {"See you on Friday.", "At ten?"}
    assert {item.external_id for item in found if item.outbound} == {first.provider_id}
    assert len({item.address for item in found}) == 1
    assert {item.also for item in found} == {("HMABC12345",)}, "the code that was written to is the same guest's"


def test_airbnb_lets_a_plan_begin_and_a_person_only_answer() -> None:
    fresh, heard = None, Line("desk", "airbnb", "t", last_in_at=NOW)
    assert may_send(AIRBNB, fresh, NOW).kind is Allowed.NONE
    assert may_send(AIRBNB, fresh, NOW).code == "planned_first"
    assert may_send(AIRBNB, fresh, NOW, planned=True).kind is Allowed.FREE
    assert may_send(AIRBNB, heard, NOW + timedelta(days=40)).kind is Allowed.FREE
    assert may_send(BOOKING, fresh, NOW).kind is Allowed.FREE


def test_an_unknown_reservation_is_refused_for_good(desk: Channex) -> None:
    with pytest.raises(Rejected, match="no_such_booking"):
        desk.send(outgoing("booking", "4711471147"))


def test_text_or_a_file_and_never_both(box: SandboxChannex, desk: Channex) -> None:
    thread = box.account.thread_of(box.account.book("AirBNB", "HMABC12345", "Andrew", "Poe")).id
    assert refused(desk, thread, site="airbnb", attachments=("sha",)) == "text_or_file"
    assert refused(desk, thread, "", site="airbnb") == "empty_text"
    picture = outgoing("airbnb", thread, "", attachments=("sha",), attachment_names=("map.png",))
    sent = desk.send(picture, [("map.png", "image/png", b"\x89PNG")])
    (said,) = box.account.said(thread)
    assert said.id == sent.provider_id
    (link,) = said.attachments
    assert b"".join(desk.download(link, 100)) == b"\x89PNG"
    for file, code in (
        (("a.pdf", "application/pdf", b"x"), "file_type"),
        (("a.png", "image/png", b"x" * 5_000_001), "file_too_big"),
    ):
        with pytest.raises(Refused, match=code):
            desk.send(picture, [file])
    assert len(box.account.said(thread)) == 1


def test_an_upload_that_fails_sent_nothing(box: SandboxChannex, desk: Channex) -> None:
    thread = box.account.thread_of(box.account.book("AirBNB", "HMABC12345", "Andrew", "Poe")).id
    box.account.faults.append(Fault("lost_answer"))
    with pytest.raises(NotSent):
        desk.send(outgoing("airbnb", thread, "", attachments=("sha",)), [("a.png", "image/png", b"x")])
    assert box.account.said(thread) == []


def test_a_lost_answer_is_found_again(box: SandboxChannex, desk: Channex) -> None:
    thread = box.account.thread_of(box.account.book("BookingCom", "3812391309", "Claire", "Martin")).id
    box.account.say(thread, "property", "Yes,  free.", at=NOW - timedelta(hours=1))
    box.account.faults.append(Fault("lost_answer"))
    row = outgoing("booking", thread, "Yes, free.")
    with pytest.raises(Unknown):
        desk.send(row)
    found = desk.find(row)
    assert found.authoritative
    assert found.candidates == (box.account.said(thread)[0].id,)
    assert desk.find(row._replace(text="Something else")).candidates == ()


def test_no_reply_needed_and_closing_are_told_to_the_vendor(box: SandboxChannex, desk: Channex) -> None:
    stay = box.account.book("BookingCom", "3812391309", "Claire", "Martin")
    thread = box.account.thread_of(stay).id
    desk.act(Deed(Act.NO_REPLY_NEEDED, "booking", thread, value="on"))
    assert box.account.talks[thread].no_reply_needed
    desk.act(Deed(Act.NO_REPLY_NEEDED, "booking", thread, value="off"))
    desk.act(Deed(Act.CLOSE, "booking", "3812391309", value="off", conversation_ref=thread))
    assert not box.account.talks[thread].closed
    desk.act(Deed(Act.CLOSE, "booking", thread, value="on"))
    assert box.account.talks[thread].closed
    for act, site in ((Act.NO_REPLY_NEEDED, "airbnb"), (Act.REACT, "booking")):
        with pytest.raises(Refused, match="act_not_supported"):
            desk.act(Deed(act, site, thread))


@pytest.mark.parametrize(
    ("status", "code", "text", "kind", "ours"),
    [
        (401, "unauthorized", "Unauthorized", AccountBlocked, "auth"),
        (401, "unauthorized", "Access token is expired", AccountBlocked, "reauthorise"),
        (422, "token_expired", "", AccountBlocked, "reauthorise"),
        (403, "forbidden", "Forbidden", AccountBlocked, "chat_app_missing"),
        (404, "resource_not_found", "Resource Not Found", Rejected, "not_found"),
        (422, "not_supported", "Method not supported", Rejected, "no_messaging"),
        (422, "validation_error", "message can't be blank", Rejected, "refused"),
    ],
)
def test_the_vendors_errors_have_their_class(
    box: SandboxChannex, desk: Channex, status: int, code: str, text: str, kind: type[Exception], ours: str
) -> None:
    thread = box.account.thread_of(box.account.book("BookingCom", "3812391309", "Claire", "Martin")).id
    box.account.faults.append(Fault("refuse", status=status, code=code, text=text))
    with pytest.raises(kind, match=ours):
        desk.send(outgoing("booking", thread))
    assert box.account.said(thread) == []


@pytest.mark.parametrize(
    ("to", "code"),
    [("+33612345678", "no_thread"), ("", "no_thread"), ("a@b.example", "no_thread"), ("a/../b", "no_thread")],
)
def test_an_address_that_is_none_at_a_site_is_refused(desk: Channex, to: str, code: str) -> None:
    assert refused(desk, to) == code


def test_an_account_that_only_looks_sends_and_closes_nothing(box: SandboxChannex) -> None:
    looking = in_sandbox(box, mode="view-only")
    thread = box.account.thread_of(box.account.book("BookingCom", "3812391309", "Claire", "Martin")).id
    assert refused(looking, thread) == "view_only"
    with pytest.raises(Refused, match="view_only"):
        looking.act(Deed(Act.CLOSE, "booking", thread))
    assert not any(traits.acts or traits.can_send for traits in looking.traits.values())
    looking.close()
    assert isinstance(channex_settings(), Settings)

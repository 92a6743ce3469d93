"""Answers, files and marks through Booking.com."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.booking_com.account import Booking
from adapters.booking_com.tokens import Tokens
from adapters.sandbox.booking_com import SandboxBooking
from adapters.sandbox.booking_com_account import Told
from adapters.sandbox.door import Fault
from tests.adapters.booking_com.conftest import NOW, OTHER
from tests.adapters.faults import answer, answering
from tests.adapters.rig_booking_com import CONVERSATION, PROPERTY, booking, in_sandbox, tokens
from tests.adapters.rigging import outgoing
from tui_inbox.domain.deed import Act, Deed
from tui_inbox.domain.errors import AccountBlocked, Malformed, Refused, Rejected, Unknown


def test_an_answer_goes_into_the_conversation_and_a_first_word_to_the_reservation(
    box: SandboxBooking, desk: Booking
) -> None:
    heard: list[Told] = []
    box.account.on_sent.append(heard.append)
    talk = box.account.book("3812391309", "A. Guest")
    first = desk.send(outgoing("booking", "3812391309", "See you on Friday."))
    second = desk.send(outgoing("booking", talk.id, "At ten?"))
    assert [(told.id, told.conversation) for told in heard] == [
        (first.provider_id, talk.id),
        (second.provider_id, talk.id),
    ]
    with pytest.raises(Rejected, match="no_such_booking"):
        desk.send(outgoing("booking", "4711471147"))


def test_the_property_of_a_conversation_is_found(box: SandboxBooking) -> None:
    box.account.properties = (OTHER, PROPERTY)
    both = in_sandbox(box)
    talk = box.account.book("3812391309", "A. Guest", PROPERTY)
    both.send(outgoing("booking", talk.id, "Welcome"))
    assert [told.text for told in box.account.thread(talk.id)] == ["Welcome"]
    with pytest.raises(Rejected, match="not_found"):
        both.send(outgoing("booking", CONVERSATION))
    both.close()


def test_a_lost_answer_is_found_again(box: SandboxBooking, desk: Booking) -> None:
    talk = box.account.book("3812391309", "A. Guest")
    box.account.tell(talk, "property", "Yes, free.", at=NOW - timedelta(hours=1))
    box.account.write(talk, "Yes, free.")
    desk.test()
    box.account.faults.append(Fault("lost_answer"))
    row = outgoing("booking", talk.id, "Yes, free.")
    with pytest.raises(Unknown):
        desk.send(row)
    (mine,) = [told for told in box.account.thread(talk.id) if told.by == "property" and told.at == NOW]
    assert desk.find(row).candidates == (mine.id,)
    assert desk.find(row).authoritative


def test_pictures_go_whole_or_in_pieces_and_never_without_words(box: SandboxBooking, desk: Booking) -> None:
    talk = box.account.book("3812391309", "A. Guest")
    small, big = b"\x89PNG" * 10, bytes(range(256)) * 10_000
    row = outgoing("booking", talk.id, "Two maps", attachments=("a", "b"))
    desk.send(row, [("a.png", "image/png", small), ("b.jpg", "image/jpeg", big)])
    (told,) = box.account.thread(talk.id)
    assert [box.account.files[file] for file in told.files] == [small, big]
    assert b"".join(desk.download(f"{talk.id}/{told.files[1]}", 3_000_000)) == big
    for file, code in (
        (("a.gif", "image/gif", b"x"), "file_type"),
        (("a.png", "image/png", b"x" * 10_000_001), "file_too_big"),
    ):
        with pytest.raises(Refused, match=code):
            desk.send(row, [file])
    with pytest.raises(Refused, match="text_with_file"):
        desk.check(row._replace(text=" "))
    assert len(box.account.thread(talk.id)) == 1


def test_after_a_fault_the_pieces_begin_again(box: SandboxBooking, desk: Booking) -> None:
    talk = box.account.book("3812391309", "A. Guest")
    desk.test()
    big = b"x" * 2_500_000
    started = len(box.account.uploads)
    box.account.faults.append(Fault("lost_answer", on="send"))
    desk.send(outgoing("booking", talk.id, "Map", attachments=("a",)), [("a.jpg", "image/jpeg", big)])
    (told,) = box.account.thread(talk.id)
    assert box.account.files[told.files[0]] == big
    assert len(box.account.uploads) == started + 2


def test_a_file_that_is_too_big_or_not_there_is_refused(box: SandboxBooking, desk: Booking) -> None:
    talk = box.account.book("3812391309", "A. Guest")
    box.account.files["big"] = b"x" * 6_000_000
    with pytest.raises(Malformed, match="too_big"):
        b"".join(desk.download(f"{talk.id}/big", 5_500_000))
    assert len(b"".join(desk.download(f"{talk.id}/big", 7_000_000))) == 6_000_000
    with pytest.raises(Rejected, match="not_found"):
        b"".join(desk.download(f"{talk.id}/none", 100))
    with pytest.raises(Malformed):
        b"".join(desk.download("../../x", 100))


def test_tags_are_set_and_taken_back(box: SandboxBooking, desk: Booking) -> None:
    talk = box.account.book("3812391309", "A. Guest")
    first, second = (box.account.write(talk, text, at=NOW + timedelta(seconds=n)) for n, text in enumerate("ab"))
    own = box.account.tell(talk, "property", "c")
    desk.act(Deed(Act.NO_REPLY_NEEDED, "booking", talk.id, value="on"))
    assert talk.no_reply_needed
    desk.act(Deed(Act.NO_REPLY_NEEDED, "booking", "3812391309", value="off"))
    assert not talk.no_reply_needed
    desk.act(Deed(Act.READ, "booking", talk.id, ref=first.id))
    assert (first.read, second.read, own.read) == (True, False, False)
    desk.act(Deed(Act.READ, "booking", talk.id, ref=second.id))
    assert (first.read, second.read, own.read) == (True, True, False)
    with pytest.raises(Refused, match="act_not_supported"):
        desk.act(Deed(Act.CLOSE, "booking", talk.id))


@pytest.mark.parametrize(
    ("status", "kind", "ours"),
    [
        (403, AccountBlocked, "property_forbidden"),
        (404, Rejected, "not_found"),
        (410, Rejected, "not_found"),
        (400, Rejected, "refused"),
        (500, Unknown, "vendor_down"),
    ],
)
def test_the_vendors_errors_have_their_class_and_bear_their_number(
    box: SandboxBooking, desk: Booking, status: int, kind: type[Exception], ours: str
) -> None:
    talk = box.account.book("3812391309", "A. Guest")
    desk.test()
    box.account.faults.append(Fault("refuse", status=status, code=str(status), text="no"))
    with pytest.raises(kind, match=ours) as caught:
        desk.send(outgoing("booking", talk.id))
    assert getattr(caught.value, "vendor_text", "") == f"{status} no; ruid R-refused"


def test_a_200_that_says_no_is_a_refusal() -> None:
    for body in (b'{"data":{"ok":"false"}}', b'{"errors":[{"message":"x"}],"data":{}}', b'{"data":{"ok":false}}'):
        with answering(answer("200 OK", body)) as server:
            desk = booking(server.url)
            with pytest.raises(Rejected):
                desk.send(outgoing("booking", CONVERSATION))
            desk.close()


def test_an_account_that_only_looks_sends_and_marks_nothing(box: SandboxBooking) -> None:
    looking = in_sandbox(box, mode="view-only")
    talk = box.account.book("3812391309", "A. Guest")
    with pytest.raises(Refused, match="view_only"):
        looking.check(outgoing("booking", talk.id))
    with pytest.raises(Refused, match="view_only"):
        looking.act(Deed(Act.READ, "booking", talk.id))
    assert not any(traits.acts for traits in looking.traits.values())
    looking.close()
    assert isinstance(tokens(box), Tokens)

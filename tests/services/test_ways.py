"""What may be sent how: quotes, answers to comments, tags, hands only, bytes, and what the vendor would change."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.fakes import told, written
from tests.services.conftest import ANA, GUEST, Front
from tui_inbox.domain.channel import AttachmentLimits, ChannelTraits, HandleKind, MessageTag
from tui_inbox.domain.errors import Refused, Unknown
from tui_inbox.domain.message import Attachment, Kind, Origin
from tui_inbox.domain.outbox import OutboxState, Way
from tui_inbox.domain.window import Allowed
from tui_inbox.ports.channel import Found
from tui_inbox.services import composing, delivery, replying
from tui_inbox.services.admission import admission
from tui_inbox.services.posting import Letter, enqueue, write

PAGE = ChannelTraits(
    code="page",
    mark="PG",
    label="Page",
    handle=HandleKind.OPAQUE,
    can_start=False,
    free_window=timedelta(hours=24),
    human_window=timedelta(days=7),
    templates_after_window=True,
    max_bytes=20,
    text_with_files=False,
    quotes=True,
    comments=True,
    attachments=AttachmentLimits(1, 1000),
    tags=(MessageTag("human_agent"), MessageTag("account_update", allowed=False, instead="utility_template")),
    content_rules=("links_stripped", "contacts_blocked", "plain_text_only"),
)
STAYS = ChannelTraits("stays", "ST", "Stays", HandleKind.OPAQUE, can_start=False, planned_may_start=True)
WHO = "psid-1"


@pytest.fixture
def page(front: Front) -> Front:
    """A guest wrote in the chat and under a post."""
    info = front.desk.accounts["desk-sms"]
    info = info._replace(channels={**info.channels, "page": PAGE, "stays": STAYS})
    front.desk = front.desk._replace(accounts={**front.desk.accounts, "desk-sms": info})
    front.guest_writes("Bonjour", channel="page", address=WHO)
    comment = {"kind": "comment", "parent": "post-1", "subject": "Terrasse"}
    front.arrives(written("Joli !", key="C1", channel="page", address=WHO, at=front.now, **comment))
    return front


def reply(front: Front, text: str = "Merci !", **more: object) -> int:
    return front.reply(text, channel="page", address=WHO, **{"send_now": True, **more}).outbox_id  # type: ignore[arg-type]


def refusal(front: Front, text: str = "Merci !", **more: object) -> str:
    with pytest.raises(Refused) as refused:
        reply(front, text, **more)
    return refused.value.code


def sent(front: Front, outbox_id: int):  # type: ignore[no-untyped-def]
    front.deliver()
    assert front.row(outbox_id).state is OutboxState.ACCEPTED
    return front.channel.sent[-1][1]


def test_the_adapter_learns_way_target_and_the_zone_at_the_attempt(page: Front) -> None:
    outgoing = sent(page, reply(page, way=Way.QUOTE, target="IN1", tag="human_agent"))
    assert (outgoing.way, outgoing.target, outgoing.tag, outgoing.zone) == (Way.QUOTE, "IN1", "human_agent", "free")
    with page.store.read() as tx:
        assert tx.messages.get(outgoing.message_id).quoted == "IN1"


@pytest.mark.parametrize(("way", "target"), [(Way.QUOTE, "gone"), (Way.PUBLIC, "IN1"), (Way.PRIVATE, "gone")])
def test_what_is_not_there_cannot_be_answered(page: Front, way: Way, target: str) -> None:
    expected = "cannot_quote" if way is Way.QUOTE else "no_such_comment"
    assert refusal(page, way=way, target=target) == expected


def test_a_public_answer_stands_under_its_comment_and_needs_no_window(page: Front) -> None:
    page.clock.forward(days=30)
    outgoing = sent(page, reply(page, way=Way.PUBLIC, target="C1"))
    with page.store.read() as tx:
        message = tx.messages.get(outgoing.message_id)
        assert (message.kind, message.parent) == (Kind.COMMENT, "C1")
        assert tx.lines.get("desk-sms", "page", WHO).last_out_at is None
    assert sent(page, reply(page, "Encore", way=Way.PUBLIC, target="C1")).text == "Encore"


def test_a_comment_has_one_private_answer_for_seven_days(page: Front) -> None:
    page.clock.forward(days=6)
    first = reply(page, way=Way.PRIVATE, target="C1", send_now=False)
    assert refusal(page, "Encore", way=Way.PRIVATE, target="C1") == "private_once"
    with page.store.write() as tx:
        back = replying.take_back(tx, ANA, page.now, first)
    assert (back.way, back.target) == (Way.PRIVATE, "C1")
    assert sent(page, reply(page, way=Way.PRIVATE, target="C1")).way is Way.PRIVATE
    comment = {"kind": "comment", "parent": "post-1"}
    page.arrives(written("Deux", key="C2", channel="page", address=WHO, at=page.now, **comment))
    page.clock.forward(days=7)
    assert refusal(page, way=Way.PRIVATE, target="C2") == "private_too_late"


def test_after_the_window_only_a_person_who_types_now_is_let_through(page: Front) -> None:
    page.clock.forward(days=3)
    assert refusal(page, send_at=page.now + timedelta(hours=1)) == "human_only"
    assert sent(page, reply(page)).zone == Allowed.HUMAN_ONLY
    page.clock.forward(days=5)
    assert refusal(page, "Trop tard") == "window_closed"


def test_what_was_planned_in_the_window_does_not_leave_when_only_hands_may(page: Front) -> None:
    outbox_id = reply(page, send_at=page.now + timedelta(hours=1), send_now=False)
    page.clock.forward(days=2)
    page.deliver()
    row = page.row(outbox_id)
    assert (row.state, row.reason) == (OutboxState.FAILED, "human_only")


def test_a_rule_may_say_the_first_word_where_an_operator_may_not(page: Front) -> None:
    guest_id = page.conversation(WHO, "page").guest_id
    place = {"account": "desk-sms", "channel": "stays", "address": "thread-1", "guest_id": guest_id, "now": page.now}
    with page.store.write() as tx:
        assert admission(tx, page.desk, **place).verdict.code == "planned_first"
        assert admission(tx, page.desk, **place, planned=True).verdict.kind is Allowed.FREE
        conversation = tx.conversations.load(page.conversation(WHO, "page").id)
        letter = Letter("desk-sms", "stays", "thread-1", "À jeudi", origin=Origin.SCHEDULED, scheduled=True)
        letter = letter._replace(dedupe_key="rule-1")
        row = enqueue(tx, conversation, letter, write(tx, page.desk, conversation, letter, page.now), page.now)
    page.deliver()
    assert page.row(row.id).state is OutboxState.ACCEPTED


def test_once_the_guest_has_written_anybody_may(page: Front) -> None:
    page.guest_writes("À quelle heure ?", channel="stays", address="thread-1")
    outbox_id = page.reply("Dès 15 h", channel="stays", address="thread-1", send_now=True).outbox_id
    page.deliver()
    assert page.row(outbox_id).state is OutboxState.ACCEPTED


def test_a_refused_tag_is_refused_before_the_wire_with_what_replaces_it(page: Front) -> None:
    with pytest.raises(Refused) as refused:
        reply(page, tag="account_update")
    assert (refused.value.code, dict(refused.value.params)) == (
        "tag_refused",
        {"tag": "account_update", "instead": "utility_template"},
    )
    assert refusal(page, tag="nonsense") == "tag_unknown"
    assert page.channel.calls == 0


def test_bytes_are_counted_where_the_vendor_counts_them(page: Front) -> None:
    with pytest.raises(Refused) as refused:
        reply(page, "é" * 11)
    assert (refused.value.code, refused.value.params["limit"], refused.value.params["length"]) == (
        "too_many_bytes",
        20,
        22,
    )
    assert sent(page, reply(page, "é" * 10)).text == "é" * 10


def test_text_or_a_file_never_both_where_the_vendor_says_so(page: Front) -> None:
    file = Attachment("plan.pdf", "application/pdf", 10, "a" * 64, "stored")
    assert refusal(page, attachments=(file,)) == "text_or_file"


def test_the_line_under_the_text_tells_what_would_be_stripped_or_refused(page: Front) -> None:
    with page.store.read() as tx:
        (choice,) = composing.composer(tx, page.desk, ANA, page.conversation(WHO, "page").id, page.now).choices

    def codes(text: str, days: float = 0, files: int = 0) -> tuple[list[str], list[str]]:
        now = page.now + timedelta(days=days)
        found = composing.preflight(None, page.desk, ANA, 1, choice, text, now, files=files)
        return [code for code, _ in found.problems], [code for code, _ in found.notices]

    assert codes("Oui") == ([], [])
    assert codes("www.hotel.fr") == ([], ["links_stripped"])
    assert codes("+33 6 12 34 56 78")[1] == ["contacts_blocked"]
    assert codes("a@b.example")[1] == ["contacts_blocked"]
    assert codes("Chambre 204, 12/03") == ([], [])
    assert codes("é" * 11)[0] == ["too_many_bytes"]
    assert codes("Oui", files=1)[0] == ["text_or_file"]
    assert codes("Oui", days=2) == ([], [])
    assert codes("Oui", days=8)[0] == ["window_closed"]


def test_the_ways_to_answer_are_sorted_with_hands_only_before_templates(page: Front) -> None:
    page.clock.forward(days=2)
    with page.store.write() as tx:
        guest = page.conversation(WHO, "page").guest_id
        tx.guests.put(tx.guests.load(guest)._replace(phone=GUEST))
        choices = composing.composer(tx, page.desk, ANA, page.conversation(WHO, "page").id, page.now).choices
    kinds = [choice.verdict.kind for choice in choices]
    assert kinds == [Allowed.FREE, Allowed.HUMAN_ONLY, Allowed.TEMPLATE_ONLY]


def test_a_closed_line_is_refused_with_the_vendor_s_reason(page: Front) -> None:
    page.arrives(told("access", key="A1", channel="page", address=WHO, closed_code="no_messaging", at=page.now))
    assert refusal(page) == "no_messaging"


def test_what_is_said_in_the_chat_does_not_prove_what_was_said_under_a_post(page: Front) -> None:
    """The same words to the same guest, both without an answer."""
    page.channel.faults.extend([Unknown("timeout"), Unknown("timeout")])
    public = reply(page, way=Way.PUBLIC, target="C1")
    page.deliver()
    chat = reply(page, repeat=True)
    page.deliver()
    assert {page.row(public).state, page.row(chat).state} == {OutboxState.UNKNOWN}
    page.arrives(written("Merci !", key="OUT1", channel="page", address=WHO, at=page.now, outbound=True))
    assert (page.row(public).state, page.row(chat).provider_id) == (OutboxState.UNKNOWN, "OUT1")
    more = {"kind": "comment", "parent": "C1", "outbound": True}
    page.arrives(written("Merci !", key="OUT2", channel="page", address=WHO, at=page.now, **more))
    assert page.row(public).provider_id == "OUT2"


def test_each_way_is_looked_up_by_itself(page: Front) -> None:
    page.channel.faults.extend([Unknown("timeout"), (Unknown("timeout"), True)])
    public = reply(page, way=Way.PUBLIC, target="C1")
    page.deliver()
    chat = reply(page, repeat=True)
    page.deliver()
    found = {public: (), chat: ("SM0001",)}
    page.channel.find = lambda row: Found(found[row.id])  # type: ignore[method-assign]
    page.clock.forward(minutes=5)
    delivery.reconcile(page.store, page.desk, page.channel, page.now)
    assert [page.row(one).provider_id for one in found] == ["", "SM0001"]

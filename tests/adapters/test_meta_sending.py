"""What leaves for Messenger and Instagram: kinds of message, files, comments, acts, templates, and looking it up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from adapters.meta.account import Instagram, Messenger
from adapters.sandbox.door import Fault
from adapters.sandbox.meta import SandboxMeta
from adapters.sandbox.meta_account import UtilityTemplate
from tests.adapters.faults import answer, answering
from tests.adapters.meta import ANA, LEO, NOW, everything, opened, read
from tests.adapters.rig_meta import messenger
from tests.adapters.rigging import outgoing
from tests.fakes import StillClock
from tui_inbox.domain.deed import Act, Deed
from tui_inbox.domain.errors import AccountBlocked, ChannelError, NotSent, Refused, Rejected, Unknown
from tui_inbox.domain.outbox import Outgoing, Way
from tui_inbox.domain.template import Approval, Template, TemplateKind
from tui_inbox.domain.window import Allowed
from tui_inbox.ports.channel import Found, Inbound

PDF = ("voucher.pdf", "application/pdf", b"%PDF-1.7")


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxMeta]:
    with SandboxMeta() as running:
        yield running


@pytest.fixture
def clock() -> StillClock:
    return StillClock(NOW)


@pytest.fixture
def page(server: SandboxMeta, clock: StillClock) -> Iterator[Messenger]:
    channel = opened(server, clock, comments=True)
    assert isinstance(channel, Messenger)
    server.account.receive(ANA, "Bonjour", name="Ana")
    yield channel
    channel.close()


@pytest.fixture
def gram(server: SandboxMeta, clock: StillClock) -> Iterator[Instagram]:
    channel = opened(server, clock, "instagram", comments=True)
    server.account.receive(ANA, "Hola", name="ana")
    yield channel
    channel.close()


def to_ana(text: str = "Bonjour Ana", channel: str = "messenger", **more: object) -> Outgoing:
    more.setdefault("zone", Allowed.FREE.value)
    return outgoing(channel, ANA, text, **more)


def last_body(server: SandboxMeta) -> dict[str, object]:
    return next(body for method, path, body in reversed(server.account.asked) if path.endswith("/messages"))


def test_an_answer_within_a_day_is_a_response_with_our_key(server: SandboxMeta, page: Messenger) -> None:
    receipt = page.send(to_ana())
    found = server.account.find_said(receipt.provider_id)
    assert found is not None
    assert (found[1].text, found[1].kind) == ("Bonjour Ana", "RESPONSE")
    assert last_body(server) == {
        "recipient": {"id": ANA},
        "messaging_type": "RESPONSE",
        "message": {"text": "Bonjour Ana", "metadata": "tui-inbox:01KEY"},
    }


def test_after_a_day_a_persons_words_go_as_human_agent_and_after_a_week_nothing(
    server: SandboxMeta, page: Messenger, clock: StillClock
) -> None:
    clock.forward(hours=23)
    assert page.send(to_ana())
    clock.forward(days=2)
    with pytest.raises(Rejected, match="window_closed"):
        page.send(to_ana())
    receipt = page.send(to_ana(zone=Allowed.HUMAN_ONLY.value))
    assert server.account.find_said(receipt.provider_id)[1].kind == "HUMAN_AGENT"  # type: ignore[index]
    assert last_body(server)["tag"] == "HUMAN_AGENT"
    clock.forward(days=5)
    with pytest.raises(Rejected, match="window_closed"):
        page.send(to_ana(zone=Allowed.HUMAN_ONLY.value))
    asked = len(server.account.asked)
    with pytest.raises(Refused, match="window_closed"):
        page.send(to_ana(zone=Allowed.TEMPLATE_ONLY.value))
    assert len(server.account.asked) == asked, "refused before the wire"


@pytest.mark.parametrize("tag", ["confirmed_event_update", "account_update", "post_purchase_update"])
def test_a_tag_that_meta_took_back_is_refused_before_the_wire_with_what_replaces_it(
    server: SandboxMeta, page: Messenger, tag: str
) -> None:
    with pytest.raises(Refused, match="tag_refused") as caught:
        page.check(to_ana(tag=tag, zone=Allowed.HUMAN_ONLY.value))
    assert caught.value.params == {"tag": tag, "instead": "utility_template"}
    assert server.account.asked == []


def test_only_what_a_person_sends_now_bears_their_tag(server: SandboxMeta, page: Messenger) -> None:
    page.send(to_ana("À 8 h", tag="human_agent", zone=Allowed.FREE.value))
    assert last_body(server)["tag"] == "HUMAN_AGENT"
    page.send(to_ana("À demain", tag="human_agent", zone=Allowed.FREE.value, scheduled=True))
    assert last_body(server)["messaging_type"] == "RESPONSE"
    assert "tag" not in last_body(server)


def test_a_dead_tag_that_reaches_meta_is_known_by_its_code(server: SandboxMeta, page: Messenger) -> None:
    server.account.faults.append(Fault("refuse", code=100, subcode=1893061))
    with pytest.raises(Rejected, match="tag_refused"):
        page.send(to_ana())


def test_instagrams_own_login_names_no_kind_inside_the_window(server: SandboxMeta, clock: StillClock) -> None:
    channel = opened(server, clock, "instagram", own_login=True)
    server.account.receive(ANA, "Hola")
    channel.send(to_ana("¡Hola!", "instagram"))
    assert last_body(server) == {"recipient": {"id": ANA}, "message": {"text": "¡Hola!"}}
    clock.forward(days=3)
    channel.send(to_ana("¡Hola!", "instagram", zone=Allowed.HUMAN_ONLY.value))
    assert last_body(server)["tag"] == "HUMAN_AGENT"
    channel.close()


def test_an_answer_can_quote_what_it_answers(server: SandboxMeta, page: Messenger) -> None:
    asked = server.account.receive(ANA, "À quelle heure ?")
    receipt = page.send(to_ana("À 8 h", way=Way.QUOTE, target=asked.id))
    assert server.account.find_said(receipt.provider_id)[1].reply_to == asked.id  # type: ignore[index]


def test_instagram_counts_bytes_and_messenger_characters(page: Messenger, gram: Instagram) -> None:
    page.check(to_ana("é" * 2000))
    with pytest.raises(Refused, match="too_long"):
        page.check(to_ana("é" * 2001))
    gram.check(to_ana("é" * 500, "instagram"))
    with pytest.raises(Refused, match="too_many_bytes") as caught:
        gram.check(to_ana("é" * 501, "instagram"))
    assert caught.value.params == {"limit": 1000, "length": 1002, "channel": "Instagram"}


def test_a_file_goes_ahead_and_the_message_names_it(server: SandboxMeta, page: Messenger) -> None:
    row = to_ana("", attachments=("sha",), attachment_names=("voucher.pdf",))
    receipt = page.send(row, [PDF])
    (file,) = server.account.find_said(receipt.provider_id)[1].files  # type: ignore[index]
    assert (file.name, file.type, file.content) == PDF
    with pytest.raises(Refused, match="text_or_file"):
        page.check(to_ana("see", attachments=("sha",)))
    with pytest.raises(Refused, match="too_many_files"):
        page.check(to_ana("", attachments=("a", "b")))


def test_instagram_takes_only_some_files_and_smaller_pictures(gram: Instagram) -> None:
    row = to_ana("", "instagram", attachments=("sha",), attachment_names=("x",))
    assert gram.send(row, [("a.png", "image/png", b"png")]).provider_id
    with pytest.raises(Refused, match="file_not_taken"):
        gram.send(row, [("a.zip", "application/zip", b"zip")])
    with pytest.raises(Refused, match="file_over_limit") as caught:
        gram.send(row, [("a.png", "image/png", bytes(8 * 1024 * 1024 + 1))])
    assert caught.value.params["limit"] == 8


def test_an_upload_that_is_lost_sent_nothing_to_the_guest(server: SandboxMeta, page: Messenger) -> None:
    row = to_ana("", attachments=("sha",), attachment_names=("voucher.pdf",))
    for fault in ("lost_answer", "html"):
        server.account.faults.append(Fault(fault, path="message_attachments"))
        with pytest.raises(NotSent):
            page.send(row, [PDF])
    assert all(not said.outbound for said in server.account.talks[ANA].said)


CODES = [
    (400, 1, 1357046, Unknown, "may_have_arrived"),
    (400, 1, 0, Unknown, "vendor_down"),
    (503, 2, 0, Unknown, "vendor_down"),
    (400, 4, 0, NotSent, "rate_limited"),
    (400, 613, 2534040, NotSent, "rate_limited"),
    (400, 613, 2018338, NotSent, "slow_down"),
    (400, 10, 2018278, Rejected, "window_closed"),
    (400, 10, 2534022, Rejected, "window_closed"),
    (400, 551, 1545041, Rejected, "guest_unavailable"),
    (400, 200, 1545041, Rejected, "guest_unavailable"),
    (400, 10, 2018108, Rejected, "blocked_by_guest"),
    (400, 100, 2018001, Rejected, "bad_address"),
    (400, 100, 2534037, Rejected, "other_app"),
    (400, 100, 2018109, Rejected, "too_big"),
    (400, 100, 2534025, Rejected, "private_reply_over"),
    (401, 190, 463, AccountBlocked, "auth"),
    (403, 10, 0, AccountBlocked, "permissions_withdrawn"),
    (403, 200, 2534041, AccountBlocked, "access_off"),
    (403, 10, 1893063, AccountBlocked, "page_restricted"),
    (400, 100, 2534029, AccountBlocked, "page_restricted"),
    (403, 368, 0, AccountBlocked, "page_restricted"),
    (400, 99999, 0, Rejected, "refused"),
]


@pytest.mark.parametrize(("status", "number", "subcode", "kind", "code"), CODES)
def test_a_code_of_meta_has_one_meaning(
    server: SandboxMeta, page: Messenger, status: int, number: int, subcode: int, kind: type[ChannelError], code: str
) -> None:
    server.account.faults.append(Fault("refuse", status=status, code=number, subcode=subcode))
    with pytest.raises(ChannelError) as caught:
        page.send(to_ana())
    assert (type(caught.value), caught.value.code) == (kind, code)
    assert caught.value.vendor_code == (f"{number}/{subcode}" if subcode else str(number))


def test_a_lost_answer_is_looked_up_in_the_conversation(server: SandboxMeta, page: Messenger) -> None:
    row = to_ana("Oui, à 8 h")
    assert page.find(row).candidates == ()
    assert page.find(row).authoritative, "the whole conversation was shown"
    server.account.faults.append(Fault("lost_answer"))
    with pytest.raises(Unknown):
        page.send(row)
    server.account.faults.append(Fault("refuse_after", code=1, subcode=1357046, status=500))
    with pytest.raises(Unknown, match="may_have_arrived"):
        page.send(row)
    first, second = page.find(row).candidates
    assert [said.id for said in server.account.talks[ANA].said if said.outbound] == [first, second]
    assert page.find(row._replace(text="autre chose")).candidates == ()
    assert page.find(row._replace(created_at=NOW + timedelta(minutes=1))).candidates == (), "written before the row"


def test_absence_proves_nothing_where_the_list_does_not_reach_back(
    server: SandboxMeta, page: Messenger, clock: StillClock
) -> None:
    row = to_ana("Oui", created_at=NOW)
    for n in range(25):
        server.account.receive(ANA, f"n{n}", at=clock.forward(seconds=1))
    assert not page.find(row).authoritative
    assert page.find(row._replace(created_at=clock.now())).authoritative


@pytest.mark.parametrize(
    "shown",
    [
        b'{"data":[]}',
        b'{"data":[{"id":"t_1","messages":{"data":[{"id":["m"]},{"id":"m_2","created_time":"2026-11-22T08:00:00+0000"}]}}]}',
        b'{"data":[{"id":"t_1"}]}',
    ],
)
def test_absence_proves_nothing_where_meta_shows_nothing_or_something_else(shown: bytes) -> None:
    with answering(answer("200 OK", shown, "Content-Type: application/json")) as vendor:
        channel = messenger(vendor.url)
        assert channel.find(to_ana("Oui")) == Found()
        channel.close()


def test_a_file_is_looked_up_by_its_name(server: SandboxMeta, page: Messenger) -> None:
    row = to_ana("", attachments=("sha",), attachment_names=("voucher.pdf",))
    receipt = page.send(row, [PDF])
    assert page.find(row).candidates == (receipt.provider_id,)
    assert page.find(row).authoritative is False
    renamed = page.find(row._replace(attachment_names=("other.pdf",)))
    assert (renamed.candidates, renamed.authoritative) == ((), False), "Meta may call the same file otherwise"
    assert not page.find(to_ana("", template_id="arrival/fr")).authoritative


def test_a_comment_is_answered_in_public_as_often_as_one_likes(server: SandboxMeta, page: Messenger) -> None:
    remark = server.account.remark(server.account.publish("Terrasse"), "Ouvert ?", LEO, name="Leo")
    row = outgoing("messenger", LEO, "Oui !", way=Way.PUBLIC, target=remark.id, zone=Allowed.NONE.value)
    ids = [page.send(row).provider_id, page.send(row._replace(text="Et en hiver")).provider_id]
    assert [one.id for one in server.account.remarks if one.parent == remark.id] == ids
    back = [item for item in read(page, everything(page, "comments")[0]) if isinstance(item, Inbound)]
    assert [item.external_id for item in back if item.outbound] == ids, "the poll gives them the same ids"
    assert page.find(row).candidates == (ids[0],)


def test_instagram_answers_comments_by_its_own_edge(server: SandboxMeta, gram: Instagram) -> None:
    remark = server.account.remark(server.account.publish("Jardín"), "¿precio?", LEO, name="leo")
    row = outgoing("instagram", LEO, "90 €", way=Way.PUBLIC, target=remark.id)
    receipt = gram.send(row)
    assert server.account.asked[-1][1] == f"/v25.0/{remark.id}/replies"
    assert gram.find(row).candidates == (receipt.provider_id,)


def test_a_comment_has_one_private_answer_within_a_week(
    server: SandboxMeta, page: Messenger, clock: StillClock
) -> None:
    post = server.account.publish("Terrasse")
    first, late = (server.account.remark(post, text, LEO) for text in ("Ouvert ?", "Prix ?"))
    row = outgoing("messenger", LEO, "En privé : oui", way=Way.PRIVATE, target=first.id)
    assert page.send(row).provider_id
    assert last_body(server)["recipient"] == {"comment_id": first.id}
    with pytest.raises(Rejected, match="private_reply_over"):
        page.send(row)
    clock.forward(days=7)
    with pytest.raises(Rejected, match="private_reply_over"):
        page.send(row._replace(target=late.id))


def test_a_missing_right_to_comments_does_not_stop_the_messages(server: SandboxMeta, page: Messenger) -> None:
    remark = server.account.remark(server.account.publish("Terrasse"), "Ouvert ?", LEO)
    server.account.rights.discard("comments")
    row = outgoing("messenger", LEO, "Oui", way=Way.PUBLIC, target=remark.id)
    with pytest.raises(Rejected, match="comments_not_permitted"):
        page.send(row)
    with pytest.raises(Rejected, match="comments_not_permitted"):
        page.act(Deed(Act.HIDE, "messenger", LEO, remark.id, "on"))


def test_a_right_that_only_some_messages_need_stops_only_those(
    server: SandboxMeta, page: Messenger, clock: StillClock
) -> None:
    server.account.rights -= {"human_agent", "templates"}
    clock.forward(days=2)
    with pytest.raises(Rejected, match="human_agent_not_granted"):
        page.send(to_ana(zone=Allowed.HUMAN_ONLY.value))
    server.account.faults.append(Fault("refuse", status=403, code=200))
    with pytest.raises(Rejected, match="templates_not_permitted"):
        page.send(to_ana("", template_id="arrival/fr"))
    server.account.faults.append(Fault("refuse", status=401, code=190))
    with pytest.raises(AccountBlocked, match="auth"):
        page.send(to_ana(zone=Allowed.HUMAN_ONLY.value))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"address": "comment:1_2"}, "comment_only"),
        ({"address": "ana@hotel.example"}, "bad_address"),
        ({"way": Way.PUBLIC}, "no_target"),
        ({"way": Way.PRIVATE, "target": "1_2", "attachments": ("sha",)}, "text_only"),
        ({"text": "  "}, "empty_text"),
    ],
)
def test_what_cannot_work_is_refused_before_the_wire(
    server: SandboxMeta, page: Messenger, change: dict[str, object], code: str
) -> None:
    with pytest.raises(Refused, match=code):
        page.send(to_ana()._replace(**change))  # type: ignore[arg-type]
    assert server.account.asked == []


def test_comments_that_are_switched_off_are_not_answered(server: SandboxMeta, clock: StillClock) -> None:
    quiet = opened(server, clock)
    with pytest.raises(Refused, match="comments_off"):
        quiet.check(to_ana(way=Way.PUBLIC, target="1_2"))
    quiet.close()


def test_acts_reach_meta(server: SandboxMeta, page: Messenger) -> None:
    talk, (said, *_) = server.account.talks[ANA], server.account.talks[ANA].said
    for deed in (
        Deed(Act.READ, "messenger", ANA, said.id),
        Deed(Act.TYPING, "messenger", ANA, value="on"),
        Deed(Act.REACT, "messenger", ANA, said.id, "❤️"),
        Deed(Act.SPAM, "messenger", ANA),
    ):
        page.act(deed)
        page.act(deed)
    assert (talk.seen_at, talk.typing, talk.spam, said.reaction) == (NOW, True, True, "love")
    page.act(Deed(Act.REACT, "messenger", ANA, said.id, ""))
    page.act(Deed(Act.TYPING, "messenger", ANA, value="off"))
    assert (talk.typing, said.reaction) == (False, "")
    with pytest.raises(Refused, match="reaction_not_served"):
        page.act(Deed(Act.REACT, "messenger", ANA, said.id, "🦔"))


def test_a_comment_is_hidden_and_shown_again(server: SandboxMeta, page: Messenger) -> None:
    remark = server.account.remark(server.account.publish("Terrasse"), "Bof", LEO)
    page.act(Deed(Act.HIDE, "messenger", LEO, remark.id, "on"))
    assert remark.hidden
    page.act(Deed(Act.HIDE, "messenger", LEO, remark.id, "off"))
    assert not remark.hidden


def test_instagram_has_no_read_mark_and_one_reaction(server: SandboxMeta, gram: Instagram) -> None:
    (said,) = server.account.talks[ANA].said
    with pytest.raises(Refused, match="act_not_served"):
        gram.act(Deed(Act.READ, "instagram", ANA, said.id))
    gram.act(Deed(Act.REACT, "instagram", ANA, said.id, "❤"))
    assert said.reaction == "love"
    with pytest.raises(Refused, match="reaction_not_served"):
        gram.act(Deed(Act.REACT, "instagram", ANA, said.id, "👍"))
    remark = server.account.remark(server.account.publish("Jardín"), "meh", LEO)
    gram.act(Deed(Act.HIDE, "instagram", LEO, remark.id, "on"))
    assert remark.hidden


def template(body: str, name: str = "arrival", **more: object) -> Template:
    return Template(0, TemplateKind.WHATSAPP, name, "fr", body, **more)  # type: ignore[arg-type]


def test_a_utility_template_is_submitted_listed_sent_after_the_window_and_withdrawn(
    server: SandboxMeta, page: Messenger, clock: StillClock
) -> None:
    made = page.submit(template("Bonjour {{first_name}}, votre chambre est prête."))
    assert (made.approval, made.vendor_id, made.category) == (Approval.APPROVED, "arrival/fr", "utility")
    (listed,) = page.templates()
    assert (listed.vendor_id, listed.body, listed.approval) == (made.vendor_id, made.body, Approval.APPROVED)
    assert listed.mapping == {"first_name": "first_name"}
    clock.forward(days=30)
    row = to_ana("", template_id=listed.vendor_id, template_values={"first_name": "Ana"}, zone="template")
    receipt = page.send(row)
    said = server.account.find_said(receipt.provider_id)[1]  # type: ignore[index]
    assert (said.kind, said.text) == ("UTILITY", "Bonjour Ana, votre chambre est prête.")
    with pytest.raises(Rejected):
        page.send(row._replace(template_values={}))
    page.withdraw(listed)
    assert page.templates() == []


def test_a_numbered_template_has_its_values_in_order(server: SandboxMeta, page: Messenger) -> None:
    server.account.templates.append(UtilityTemplate("eleven", "fr", "{{1}} {{2}} {{3}}"))
    values = {"3": "c", "1": "a", "2": "b"}
    receipt = page.send(to_ana("", template_id="eleven/fr", template_values=values))
    assert server.account.find_said(receipt.provider_id)[1].text == "a b c"  # type: ignore[index]


def test_what_meta_says_of_a_template_is_told(server: SandboxMeta, page: Messenger) -> None:
    assert page.submit(template("Promo !!!")).approval is Approval.REJECTED
    server.account.templates.append(UtilityTemplate("held", "en_US", "x", "PAUSED"))
    found = {one.name: one for one in page.templates()}
    assert (found["arrival"].approval, found["arrival"].approval_reason) == (Approval.REJECTED, "PROMOTIONAL")
    assert (found["held"].approval, found["held"].language) == (Approval.PAUSED, "en_US")
    with pytest.raises(Refused, match="template_name_letters"):
        page.submit(template("x", name="Ma Réservation"))
    for n in range(150):
        server.account.templates.append(UtilityTemplate(f"t{n}", "fr", "x"))
    assert len(page.templates()) == 152, "all pages"


def test_instagram_takes_no_templates(gram: Instagram) -> None:
    with pytest.raises(Refused, match="no_templates"):
        gram.check(to_ana("", "instagram", template_id="arrival/fr"))


def test_an_account_that_only_looks_sends_nothing(server: SandboxMeta, clock: StillClock) -> None:
    quiet = opened(server, clock, mode="view-only")
    with pytest.raises(Refused, match="view_only"):
        quiet.send(to_ana())
    quiet.close()

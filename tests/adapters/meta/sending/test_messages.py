"""Messages and files to a Page's or an Instagram account's guests, and what Meta says of them."""

from __future__ import annotations

import pytest

from adapters.meta.account import Instagram, Messenger
from adapters.sandbox.door import Fault
from adapters.sandbox.meta import SandboxMeta
from tests.adapters.meta.sending.conftest import PDF, last_body, to_ana
from tests.adapters.meta.words import ANA, opened
from tests.fakes import StillClock
from tui_inbox.domain.errors import AccountBlocked, ChannelError, NotSent, Refused, Rejected, Unknown
from tui_inbox.domain.outbox import Way
from tui_inbox.domain.window import Allowed


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


def test_an_account_that_only_looks_sends_nothing(server: SandboxMeta, clock: StillClock) -> None:
    quiet = opened(server, clock, mode="view-only")
    with pytest.raises(Refused, match="view_only"):
        quiet.send(to_ana())
    quiet.close()

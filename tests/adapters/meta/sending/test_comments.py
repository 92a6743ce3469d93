"""Comments answered and hidden, and other acts."""

from __future__ import annotations

import pytest

from adapters.meta.account import Instagram, Messenger
from adapters.sandbox.meta import SandboxMeta
from tests.adapters.meta.sending.conftest import last_body, to_ana
from tests.adapters.meta.words import ANA, LEO, NOW, everything, opened, read
from tests.adapters.rigging import outgoing
from tests.fakes import StillClock
from tui_inbox.domain.deed import Act, Deed
from tui_inbox.domain.errors import Refused, Rejected
from tui_inbox.domain.outbox import Way
from tui_inbox.domain.window import Allowed
from tui_inbox.ports.channel import Inbound


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

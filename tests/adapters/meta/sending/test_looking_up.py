"""Was it sent after all? Looked up at Meta."""

from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.meta.account import Messenger
from adapters.sandbox.door import Fault
from adapters.sandbox.meta import SandboxMeta
from tests.adapters.faults import answer, answering
from tests.adapters.meta.sending.conftest import PDF, to_ana
from tests.adapters.meta.words import ANA, NOW
from tests.adapters.rig_meta import messenger
from tests.fakes import StillClock
from tui_inbox.domain.errors import Unknown
from tui_inbox.ports.channel import Found


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

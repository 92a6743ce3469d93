"""Messages to many, and two who act at the same moment: nobody waits for ever, and each word is kept once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Thread

import pytest

from tests.builders import a_guest
from tests.fakes import written
from tests.services.conftest import ANA, Front
from tests.services.test_at_once import MOMENT, both
from tui_inbox.domain.campaign import Campaign, CampaignKind, Recipient, RecipientState
from tui_inbox.domain.errors import Refused, TuiInboxError
from tui_inbox.domain.guest_list import GuestList
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.offer import Asked, AskedState, Offer, OfferMode
from tui_inbox.domain.optout import token
from tui_inbox.ports.store import Transaction
from tui_inbox.services import campaigns, guest_lists, guests, offers, terms, unsubscribing
from tui_inbox.services.accept_links import link_for
from tui_inbox.services.campaigns import GroupSend
from tui_inbox.services.footers import signing_key
from tui_inbox.services.group_letters import Wording
from tui_inbox.services.ingest import ingest_page

PHONES = ("+33612000001", "+33612000002")


class Meeting:
    """What somebody else does while a transaction is open; their fault is told, not lost in a thread."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._work, self.faults = work, list[TuiInboxError]()
        self._thread = Thread(target=self._run)

    def _run(self) -> None:
        try:
            self._work()
        except TuiInboxError as fault:
            self.faults.append(fault)

    def begin(self) -> None:
        """It comes as far as it can."""
        self._thread.start()
        self._thread.join(MOMENT)

    @property
    def over(self) -> bool:
        return not self._thread.is_alive()

    def end(self) -> None:
        self._thread.join(10)
        assert self.over
        assert self.faults == []


def people(front: Front) -> list[int]:
    """Two guests who have written once, so that they have conversations."""
    for number, phone in enumerate(PHONES):
        front.guest_writes(f"Bonjour {number}", address=phone)
    with front.store.read() as tx:
        return [tx.guests.by_handle("sms", phone)[0].id for phone in PHONES]


def asked_for_terms(tx: Transaction, front: Front, ids: Sequence[int]) -> Campaign:
    """Changed terms that the first has and the others wait for."""
    made = tx.campaigns.add(
        Campaign(0, "Terms", "Terms: ##{{terms_link}}", ("sms",), CampaignKind.TERMS, created_at=front.now,
                 message_class=MessageClass.TRANSACTIONAL, values={"terms_link": "https://h.example"}),
        ids,
    )  # fmt: skip
    sent = Recipient(made.id, ids[0], 0, RecipientState.QUEUED, queued_at=front.now)
    tx.campaigns.put_recipient(sent)
    signing_key(tx)
    return made


def test_a_yes_that_arrives_while_the_worker_writes_to_the_same_guest_makes_neither_fail(front: Front) -> None:
    ids = people(front)
    with front.store.write() as tx:
        made = asked_for_terms(tx, front, ids)
        wanted = GroupSend(Wording(("sms",), "Bonjour"), tuple(ids))
        campaigns.start(tx, front.desk, ANA, wanted, front.now)
    front.clock.forward(seconds=30)
    yes = written("OUI", key="Y1", at=front.now, address=PHONES[0])
    guest = Meeting(lambda: ingest_page(front.store, front.desk, front.channel, [yes], front.now))
    with front.store.write() as tx:
        tx.campaigns.running()
        guest.begin()
        assert campaigns.advance(tx, front.desk, front.now) == 3
    guest.end()
    with front.store.read() as tx:
        recipient = tx.campaigns.recipient(made.id, ids[0])
    assert recipient is not None
    assert (recipient.accepted_at, recipient.accepted_how) == (front.now, "keyword")


def test_guests_who_write_while_the_worker_writes_to_them_are_heard_in_whatever_order(front: Front) -> None:
    """The page takes its conversations by guest; a send goes by the list's order, here the other way round."""
    ids = people(front)
    with front.store.write() as tx:
        wanted = GroupSend(Wording(("sms",), "Bonjour"), tuple(reversed(ids)))
        campaigns.start(tx, front.desk, ANA, wanted, front.now)
    front.clock.forward(seconds=30)

    def sends() -> None:
        with front.store.write() as tx:
            assert campaigns.advance(tx, front.desk, front.now) == 2

    worker = Meeting(sends)
    with front.store.write() as tx:
        tx.conversations.of_guests(ids[:1], "")
        worker.begin()
        tx.conversations.of_guests(ids[1:], "")
    worker.end()


def test_a_send_waits_for_nobody_who_writes_a_guest_s_card(front: Front) -> None:
    ids = people(front)

    def starts() -> None:
        with front.store.write() as tx:
            campaigns.start(tx, front.desk, ANA, GroupSend(Wording(("sms",), "Bonjour"), tuple(ids)), front.now)

    other = Meeting(starts)
    with front.store.write() as tx:
        tx.guests.load(ids[0])
        other.begin()
        # SQLite has one writer at a time.
        assert other.over or front.store.dialect == "sqlite"
    other.end()


@pytest.mark.parametrize("first", ["link", "keyword", "by_hand"])
def test_terms_that_are_accepted_in_two_ways_at_the_same_moment_are_accepted_once(front: Front, first: str) -> None:
    ids = people(front)
    desk = front.desk._replace(public_url="https://chat.hotel.example")
    with front.store.write() as tx:
        made = asked_for_terms(tx, front, ids[:1])
        code = link_for(tx, desk, made.id, ids[0], front.now).rpartition("/")[2]
    yes = written("OUI", key="Y1", at=front.now, address=PHONES[0])

    def by_hand(tx: Transaction) -> None:
        terms.accept(tx, ANA, made.id, ids[0], terms.BY_HAND, front.now)

    def by_link(tx: Transaction) -> None:
        terms.by_page(tx, desk, code, front.now)

    def by_word() -> None:
        assert ingest_page(front.store, desk, front.channel, [yes], front.now).applied == 1

    ways: dict[str, Callable[[Transaction], object]] = {
        "link": by_link,
        "by_hand": by_hand,
        "keyword": lambda tx: terms.heard(tx, ids[0], front.now, front.now),
    }
    others = [Meeting(by_word)] if first != "keyword" else []
    if first != "link":
        others.append(Meeting(lambda: _committed(front, by_link)))
    with front.store.write() as tx:
        ways[first](tx)
        for other in others:
            other.begin()
    for other in others:
        other.end()
    with front.store.read() as tx:
        recipient = tx.campaigns.recipient(made.id, ids[0])
        told = [one for one in tx.events.activity(0, ids[0], 99) if one.code == "terms_accepted"]
    assert recipient is not None
    assert (recipient.accepted_how, len(told)) == (first, 1)
    with pytest.raises(Refused, match="terms_accepted_already"):
        _committed(front, by_hand)


def _committed(front: Front, work: Callable[[Transaction], object]) -> None:
    with front.store.write() as tx:
        work(tx)


def test_of_two_who_say_yes_at_the_same_moment_one_has_the_offer(front: Front) -> None:
    ids = people(front)
    with front.store.write() as tx:
        made = tx.offers.add(
            Offer(0, "Table", "##{{offer}} ?", ("sms",), 30, OfferMode.FIRST, created_at=front.now), ids
        )
        for place, guest_id in enumerate(ids):
            tx.offers.put_asked(Asked(made.id, guest_id, place, AskedState.ASKED, asked_at=front.now))
    pages = [[written("OUI", key=f"Y{n}", at=front.now, address=phone)] for n, phone in enumerate(PHONES)]
    second = Meeting(lambda: ingest_page(front.store, front.desk, front.channel, pages[1], front.now))
    with front.store.write() as tx:
        offers.answer(tx, front.desk, ANA, made.id, ids[0], front.now, yes=True)
        second.begin()
    second.end()
    with front.store.read() as tx:
        ended = tx.offers.get(made.id)
        assert ended is not None
        assert ended.taken_by == ids[0]
        assert [one.state for one in tx.offers.asked(made.id)] == [AskedState.YES, AskedState.LATE]


def test_an_offer_that_is_withdrawn_while_the_next_is_asked_asks_nobody(front: Front) -> None:
    ids = people(front)
    with front.store.write() as tx:
        made = offers.make(tx, front.desk, ANA, Offer(0, "Table", "##{{offer}} ?", ("sms",), 30), ids, front.now)
    both(
        front,
        lambda tx: offers.withdraw(tx, ANA, made.id, front.now),
        lambda tx: offers.advance(tx, front.desk, made.id, front.now),
    )
    with front.store.read() as tx:
        assert [one.state for one in tx.offers.asked(made.id)] == [AskedState.WAITING] * 2


def test_an_unsubscribe_that_is_pressed_while_the_desk_subscribes_the_guest_again_stands(front: Front) -> None:
    (guest_id, _other) = people(front)
    with front.store.write() as tx:
        guests.set_consent(tx, ANA, guest_id, "marketing", "email", False, "by phone", front.now)
        code = token(signing_key(tx), guest_id, MessageClass.MARKETING, front.now.date())
    both(
        front,
        lambda tx: guests.set_consent(tx, ANA, guest_id, "marketing", "email", True, "asked for it", front.now),
        lambda tx: unsubscribing.by_page(tx, front.desk, code, front.now),
    )
    with front.store.read() as tx:
        assert [(row.medium, row.allowed) for row in tx.consents.of_guest(guest_id)] == [("email", False)]


def test_a_list_that_is_moved_while_it_is_edited_keeps_its_new_criteria(front: Front) -> None:
    with front.store.write() as tx:
        one, two = (guest_lists.save(tx, ANA, GuestList(0, name, {"vip": "yes"}), front.now) for name in ("One", "Two"))
    edited = two._replace(criteria={"vip": "no"})
    both(
        front,
        lambda tx: guest_lists.save(tx, ANA, edited, front.now),
        lambda tx: guest_lists.move(tx, ANA, two.id, -1),
    )
    with front.store.read() as tx:
        assert [(row.name, row.criteria) for row in guest_lists.listing(tx)] == [
            ("Two", {"vip": "no"}),
            (one.name, {"vip": "yes"}),
        ]


def test_a_guest_who_is_blocked_after_the_send_began_gets_nothing(front: Front) -> None:
    with front.store.write() as tx:
        guest = a_guest(tx, "Ana", phone="+33612000099", channel="sms")
        campaigns.start(tx, front.desk, ANA, GroupSend(Wording(("sms",), "Bonjour"), (guest.id,)), front.now)
        tx.guests.put(tx.guests.load(guest.id)._replace(blocked=True))
    front.clock.forward(seconds=30)
    with front.store.write() as tx:
        assert campaigns.advance(tx, front.desk, front.now) == 0
        assert tx.campaigns.progress(1).left_out == 1

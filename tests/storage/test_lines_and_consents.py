from __future__ import annotations

import msgspec

from tests.storage.rows import at
from tui_inbox.domain.guest import Guest, Handle, Line
from tui_inbox.ports.store import Store
from tui_inbox.rows import ConsentRow


def test_a_line_is_one_per_account_channel_and_address(store: Store) -> None:
    line = Line("desk-sms", "sms", "+33600000001", last_in_at=at(0))
    with store.write() as t:
        t.lines.put(line)
        t.lines.put(line._replace(last_out_at=at(5)))
        t.lines.put(line._replace(account="annex-sms"))
        assert t.lines.get("desk-sms", "sms", "+33600000001") == line._replace(last_out_at=at(5))
        assert t.lines.get("desk-sms", "whatsapp", "+33600000001") is None


def test_lines_of_a_guest_are_those_of_their_handles(store: Store) -> None:
    with store.write() as t:
        guest = t.guests.add(Guest(0, "Ana"))
        t.guests.add_handle(Handle(0, guest.id, "sms", "+33600000001"))
        t.lines.put(Line("desk-sms", "sms", "+33600000001", last_in_at=at(0)))
        t.lines.put(Line("desk-wa", "whatsapp", "+33600000001", last_in_at=at(0)))
        (row,) = t.lines.of_guest(guest.id)
        assert (row.account, row.channel, row.last_in_at) == ("desk-sms", "sms", at(0))


def test_a_stop_on_any_account_is_found_and_can_end(store: Store) -> None:
    stopped = Line("annex", "sms", "+33600000001", stopped_at=at(0), stop_word="STOP", stop_source="guest")
    with store.write() as t:
        t.lines.put(Line("desk-sms", "sms", "+33600000001", last_in_at=at(0)))
        assert t.lines.stopped("sms", "+33600000001") is None
        t.lines.put(stopped)
        assert t.lines.stopped("sms", "+33600000001") == stopped
        assert stopped in t.lines.of_handle("sms", "+33600000001")
        assert {line.account for line in t.lines.of_handle("sms", "+33600000001")} == {"desk-sms", "annex"}
        assert t.lines.stopped("sms", "+33600000002") is None
        t.lines.put(stopped._replace(stopped_at=None))
        assert t.lines.stopped("sms", "+33600000001") is None


def test_a_consent_is_one_per_topic_and_medium(store: Store) -> None:
    given = ConsentRow("marketing", "sms", True, at(0), "ana", "desk")
    taken = msgspec.structs.replace(given, allowed=False, at=at(9), by="", source="link")
    other = ConsentRow("marketing", "email", True, None, "", "import")
    with store.write() as t:
        t.consents.put(5, given)
        t.consents.put(5, other)
        t.consents.put(5, taken)
        t.consents.put(6, given)
        assert t.consents.of_guest(5) == [other, taken]
        assert t.consents.refused(5, "sms") == {"marketing"}
        assert t.consents.refused(5, "email") == t.consents.refused(6, "sms") == frozenset()

"""A designed text on its way into the outbox: text, design, footer and pictures belong together."""

from __future__ import annotations

from storage.store import SqlStore
from tests.builders import NOW, a_conversation, a_guest, a_reservation
from tests.fakes import hotel
from tui_inbox.domain.message import Origin
from tui_inbox.domain.outbox import Outgoing
from tui_inbox.domain.template import Template, TemplateKind
from tui_inbox.services.desk import Desk
from tui_inbox.services.posting import Letter, enqueue, write
from tui_inbox.services.rendering import rendered_for

SHA = "b" * 64
SOURCE = f"# Dear ##{{{{first_name}}}}\n\n![House](cid:{SHA})\n\n[Book] https://hotel.example/t?room=##{{{{room}}}}"


def queued(store: SqlStore, desk: Desk, account: str, channel: str, source: str = SOURCE) -> Outgoing:
    template = Template(0, TemplateKind.REMINDER, "x", "en", source, subject="For ##{{first_name}}")
    with store.write() as t:
        guest = a_guest(t, "<b>Claire</b> Martin")
        rendered = rendered_for(t, desk, template, guest, a_reservation(t, guest), channel, NOW)
        letter = Letter(account, channel, "claire@guest.example", rendered.text, rendered.subject, html=rendered.html)
        letter = letter._replace(origin=Origin.SCHEDULED, scheduled=True, dedupe_key="k1")
        row = a_conversation(t, guest)
        outgoing = enqueue(t, row, letter, write(t, desk, row, letter, NOW), NOW)
        assert outgoing is not None
        stored = t.outbox.get(outgoing.id)
        assert stored is not None
        return stored


def test_a_mail_carries_text_and_design_with_one_footer_and_its_pictures(store: SqlStore) -> None:
    outgoing = queued(store, hotel(), "desk-mail", "email")
    assert outgoing.text.startswith("Dear <b>Claire</b>\n\nBook: https://hotel.example/t?room=204\n\n-- \n")
    footer = outgoing.text.partition("\n-- \n")[2].strip().split("\n")[0].split(" ")[0]
    assert "Dear &lt;b&gt;Claire&lt;/b&gt;" in outgoing.html
    assert footer in outgoing.html
    assert outgoing.html.count("mailto:") == outgoing.html.count('href="mailto:') * 2
    assert outgoing.attachments == (SHA,)
    assert outgoing.subject == "For <b>Claire</b>"


def test_other_channels_get_the_words_alone(sqlite_store: SqlStore) -> None:
    outgoing = queued(sqlite_store, hotel(), "desk-sms", "sms")
    assert outgoing.text == "Dear <b>Claire</b>\n\nBook: https://hotel.example/t?room=204"
    assert (outgoing.html, outgoing.attachments) == ("", ())


def test_a_mail_without_a_design_is_plain_as_before(sqlite_store: SqlStore) -> None:
    outgoing = queued(sqlite_store, hotel(), "desk-mail", "email", "Dear ##{{first_name}},\nsee you.")
    assert outgoing.html == ""

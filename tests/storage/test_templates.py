from __future__ import annotations

import pytest

from storage.store import SqlStore
from tests.storage.rows import NOW
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.template import Approval, Template, TemplateKind
from tui_inbox.ports.store import Store

WELCOME = Template(0, TemplateKind.SNIPPET, "welcome", "fr", "Bonjour ##{{first_name}}", shortcut="w", updated_at=NOW)


def test_a_template_comes_back_as_written(store: Store) -> None:
    entity = Template(
        0,
        TemplateKind.WHATSAPP,
        "late_arrival",
        "en_GB",
        "Hello {{1}}",
        subject="",
        category="utility",
        message_class=MessageClass.MARKETING,
        account="desk-wa",
        vendor_id="HX1",
        approval=Approval.REJECTED,
        approval_reason="typo",
        quality="GREEN",
        submitted_at=NOW,
        mapping={"1": "first_name"},
        updated_by="ana",
    )
    with store.write() as t:
        added = t.templates.add(entity)
        assert t.templates.get(added.id) == entity._replace(id=added.id)
        assert t.templates.by_vendor("desk-wa", "HX1") == added
        assert t.templates.by_vendor("annex", "HX1") is None


def test_variants_and_lists_leave_archived_ones_out(store: Store) -> None:
    with store.write() as t:
        french = t.templates.add(WELCOME)
        english = t.templates.add(WELCOME._replace(language="en", body="Hello"))
        t.templates.add(WELCOME._replace(language="de", archived=True))
        parking = t.templates.add(WELCOME._replace(name="parking"))
        rule = t.templates.add(WELCOME._replace(kind=TemplateKind.REMINDER))
        assert t.templates.named(TemplateKind.SNIPPET, "welcome") == [english, french]
        assert t.templates.all(TemplateKind.SNIPPET) == [parking, english, french]
        assert t.templates.all(TemplateKind.REMINDER) == [rule]
        assert len(t.templates.all()) == 4


def test_a_name_and_language_are_used_once_per_kind(store: Store) -> None:
    with store.write() as t:
        t.templates.add(WELCOME)
    with pytest.raises(Exception, match=r"(?i)unique"), store.write() as t:
        t.templates.add(WELCOME)


def test_the_name_of_an_archived_one_is_free_again(store: Store) -> None:
    with store.write() as t:
        added = t.templates.add(WELCOME)
        t.templates.put(added._replace(archived=True))
        again = t.templates.add(WELCOME._replace(body="Salut"))
        assert t.templates.named(TemplateKind.SNIPPET, "welcome") == [again]


def test_changing_the_text_keeps_the_former_one_and_counts(store: SqlStore) -> None:
    with store.write() as t:
        added = t.templates.add(WELCOME)
        t.templates.put(added._replace(body="Bonsoir"))
        t.templates.put(added._replace(body="Salut", version=2))
        found = t.templates.get(added.id)
        assert found is not None
        assert (found.body, found.version) == ("Salut", 3)
        former = t.db.all(
            "SELECT version, body FROM template_version WHERE template_id = :id ORDER BY version", id=added.id
        )
        assert former == [(1, "Bonjour ##{{first_name}}"), (2, "Bonsoir")]


def test_changing_anything_else_makes_no_version(store: Store) -> None:
    with store.write() as t:
        added = t.templates.add(WELCOME)
        t.templates.put(added._replace(shortcut="wel", archived=True))
        assert t.templates.get(added.id) == added._replace(shortcut="wel", archived=True)

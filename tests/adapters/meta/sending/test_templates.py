"""Messenger's utility templates."""

from __future__ import annotations

import pytest

from adapters.meta.account import Instagram, Messenger
from adapters.sandbox.meta import SandboxMeta
from adapters.sandbox.meta_account import UtilityTemplate
from tests.adapters.meta.sending.conftest import to_ana
from tests.fakes import StillClock
from tui_inbox.domain.errors import Refused, Rejected
from tui_inbox.domain.template import Approval, Template, TemplateKind


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

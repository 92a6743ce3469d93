"""A guest has written, so that there is somebody to answer."""

from __future__ import annotations

import pytest

from adapters.meta.account import Instagram, Messenger
from adapters.sandbox.meta import SandboxMeta
from tests.adapters.meta.words import ANA
from tests.adapters.rigging import outgoing
from tui_inbox.domain.outbox import Outgoing
from tui_inbox.domain.window import Allowed

PDF = ("voucher.pdf", "application/pdf", b"%PDF-1.7")


@pytest.fixture
def page(server: SandboxMeta, page: Instagram) -> Messenger:
    server.account.receive(ANA, "Bonjour", name="Ana")
    assert isinstance(page, Messenger)
    return page


@pytest.fixture
def gram(server: SandboxMeta, gram: Instagram) -> Instagram:
    server.account.receive(ANA, "Hola", name="ana")
    return gram


def to_ana(text: str = "Bonjour Ana", channel: str = "messenger", **more: object) -> Outgoing:
    more.setdefault("zone", Allowed.FREE.value)
    return outgoing(channel, ANA, text, **more)


def last_body(server: SandboxMeta) -> dict[str, object]:
    return next(body for method, path, body in reversed(server.account.asked) if path.endswith("/messages"))

from datetime import UTC, datetime, timedelta

import pytest

from tui_inbox.domain.channel import ChannelTraits, HandleKind
from tui_inbox.domain.guest import Line
from tui_inbox.domain.window import Allowed, later, may_send

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SMS = ChannelTraits("sms", "SM", "SMS", HandleKind.PHONE)
WHATSAPP = ChannelTraits(
    "whatsapp",
    "WA",
    "WhatsApp",
    HandleKind.PHONE,
    can_start=False,
    free_window=timedelta(hours=24),
    templates_after_window=True,
)
AIRBNB = ChannelTraits("airbnb", "AB", "Airbnb", HandleKind.OPAQUE, can_start=False)
INSTAGRAM = ChannelTraits(
    "instagram", "IG", "Instagram", HandleKind.OPAQUE, can_start=False, free_window=timedelta(hours=24)
)


def line(hours: float | None, out_hours: float | None = None) -> Line:
    ago = lambda h: None if h is None else NOW - timedelta(hours=h)  # noqa: E731
    return Line("desk", "whatsapp", "+33612345678", last_in_at=ago(hours), last_out_at=ago(out_hours))


@pytest.mark.parametrize(
    ("traits", "known", "kind", "code"),
    [
        (SMS, None, Allowed.FREE, ""),
        (SMS, line(1000), Allowed.FREE, ""),
        (WHATSAPP, None, Allowed.TEMPLATE_ONLY, "never_wrote"),
        (WHATSAPP, line(None, 1), Allowed.TEMPLATE_ONLY, "never_wrote"),
        (WHATSAPP, line(23.99), Allowed.FREE, ""),
        (WHATSAPP, line(24), Allowed.TEMPLATE_ONLY, "window_closed"),
        (WHATSAPP, line(25, 0.1), Allowed.TEMPLATE_ONLY, "window_closed"),
        (AIRBNB, None, Allowed.NONE, "never_wrote"),
        (AIRBNB, line(10_000), Allowed.FREE, ""),
        (INSTAGRAM, line(25), Allowed.NONE, "window_closed"),
    ],
)
def test_the_last_inbound_of_the_line_decides(
    traits: ChannelTraits, known: Line | None, kind: Allowed, code: str
) -> None:
    verdict = may_send(traits, known, NOW)
    assert (verdict.kind, verdict.code) == (kind, code)


def test_an_open_window_says_when_it_ends() -> None:
    assert may_send(WHATSAPP, line(23), NOW).until == NOW + timedelta(hours=1)


def test_a_view_only_account_sends_nothing() -> None:
    verdict = may_send(SMS, line(1), NOW, view_only=True)
    assert verdict.kind is Allowed.READ_ONLY
    assert not verdict.allows(template=True)


def test_a_template_passes_where_free_text_does_not() -> None:
    verdict = may_send(WHATSAPP, line(30), NOW)
    assert not verdict.allows()
    assert verdict.allows(template=True)


MESSENGER = ChannelTraits(
    "messenger",
    "ME",
    "Messenger",
    HandleKind.OPAQUE,
    can_start=False,
    free_window=timedelta(hours=24),
    human_window=timedelta(days=7),
    templates_after_window=True,
)


@pytest.mark.parametrize("traits", [SMS, WHATSAPP, AIRBNB, INSTAGRAM, MESSENGER])
@pytest.mark.parametrize("hours", [0, 23.9, 24, 100, 168, 400])
def test_a_verdict_grows_old_as_a_new_one_would_be(traits: ChannelTraits, hours: float) -> None:
    asked, now = may_send(traits, line(0), NOW), NOW + timedelta(hours=hours)
    assert later(traits, asked, now) == may_send(traits, line(0), now)


@pytest.mark.parametrize(
    ("hours", "kind", "typed", "planned"),
    [
        (23, Allowed.FREE, True, True),
        (72, Allowed.HUMAN_ONLY, True, False),
        (192, Allowed.TEMPLATE_ONLY, False, False),
    ],
)
def test_messenger_s_zones(hours: float, kind: Allowed, typed: bool, planned: bool) -> None:
    verdict = may_send(MESSENGER, line(hours), NOW)
    assert (verdict.kind, verdict.allows(), verdict.allows(human=False)) == (kind, typed, planned)
    assert verdict.allows(template=True)


def test_a_line_that_the_vendor_closes_takes_nothing_and_one_it_opens_until_then_takes_all() -> None:
    closed = line(1)._replace(closed_code="read_only")
    assert may_send(WHATSAPP, closed, NOW) == (Allowed.NONE, None, "read_only", {})
    told = closed._replace(access_at=NOW)
    assert may_send(WHATSAPP, told, NOW).kind is Allowed.NONE
    wrote = told._replace(last_in_at=NOW + timedelta(seconds=1))
    assert may_send(WHATSAPP, wrote, NOW + timedelta(minutes=1)).kind is Allowed.FREE, "the guest wrote after it"
    until = line(1)._replace(open_until=NOW + timedelta(hours=1))
    assert may_send(AIRBNB, until, NOW).until == NOW + timedelta(hours=1)
    ended = later(AIRBNB, may_send(AIRBNB, until, NOW), NOW + timedelta(hours=1))
    assert (ended.kind, ended.code) == (Allowed.NONE, "vendor_closed")
    assert may_send(AIRBNB, until, NOW + timedelta(hours=1)).code == "vendor_closed"

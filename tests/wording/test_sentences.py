"""Every stored code has its words, once, and no sentence is shown with a hole."""

from __future__ import annotations

import importlib
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest

import tui_inbox
from tui_inbox import wording
from tui_inbox.domain.event import Code
from tui_inbox.services.guests import REQUEST_KINDS, REQUEST_STATES

SOURCES = sorted(Path(tui_inbox.__file__).parent.rglob("*.py"))
AREAS = {name: importlib.import_module(f"tui_inbox.wording.{name}").SENTENCES for name in wording._AREAS}
RAISED = re.compile(r"""(?:Refused|EmptyReason|LineProblem)\(\s*(?:line, )?"([a-z_]+)\"""")


@pytest.fixture(autouse=True)
def _paris() -> object:
    wording.use_zone(ZoneInfo("Europe/Paris"))
    yield
    wording.use_zone(UTC)


@pytest.mark.parametrize("code", list(Code))
def test_every_event_has_a_sentence(code: Code) -> None:
    assert f"event.{code}" in AREAS["events"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_every_refusal_has_a_sentence(source: Path) -> None:
    known = set().union(*AREAS.values())
    assert [code for code in RAISED.findall(source.read_text()) if code not in known] == []


def test_no_code_is_worded_twice() -> None:
    counts = Counter(code for sentences in AREAS.values() for code in sentences)
    assert [code for code, count in counts.items() if count > 1] == []


def test_codes_among_the_parameters_are_worded() -> None:
    for key, values in (("kind", REQUEST_KINDS), ("status", REQUEST_STATES), ("topic", ("transactional", "marketing"))):
        for value in values:
            assert f"{key}.{value}" in AREAS["events"]


def test_placeholders_are_names() -> None:
    for sentences in AREAS.values():
        for text in sentences.values():
            assert all(name is None or re.fullmatch(r"[a-z_]+", name) for _, name, _, _ in Formatter().parse(text))


def test_times_and_codes_are_read_in_words() -> None:
    at = int(datetime(2026, 11, 24, 7, 0, tzinfo=UTC).timestamp())
    assert wording.sentence("event.woke_late", {"due_at": at}) == "woke 24/11 08:00 (late)"
    assert (
        wording.sentence("event.snoozed", {"by": "Ana", "until_at": "reply"}) == "snoozed by Ana until the guest writes"
    )
    assert wording.sentence("event.undone", {"by": "Ana", "what": "closed_without_reply"}) == "undone by Ana: close"
    assert (
        wording.sentence("event.send_failed", {"reason": "bad_number"}) == "message failed: This number does not exist"
    )


def test_what_a_guest_put_into_a_parameter_stays_text() -> None:
    words = wording.sentence("event.stopped", {"channel": "SMS", "word": "STOP\x1b[2J{by}"})
    assert words == "SMS stopped by guest: STOP{by}"


def test_an_unknown_code_is_shown_as_itself() -> None:
    assert wording.sentence("from_a_newer_version", {"a": 1}) == "from_a_newer_version"


def test_what_decided_the_language_is_known() -> None:
    assert wording.decide("fr", "en", {"LANG": "en_US.UTF-8"}) == ("fr", wording.SETTING)
    assert wording.decide("auto", "en", {"LC_ALL": "fr_FR.UTF-8", "LANG": "en_US.UTF-8"}) == ("fr", "LC_ALL")
    assert wording.decide("auto", "fr", {"LANG": "C.UTF-8"}) == ("fr", wording.HOTEL)

"""Damaged mails through the parser child: each is read or set aside, in little time, and the next one is read as ever.

``TUI_INBOX_MUTANTS`` says how many; every original has its share.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from adapters.email.account import external_id
from adapters.email.parsed import MAX_FILES, MAX_TEXT, Parsed
from adapters.email.pipe import CPU_SECONDS, MailParser
from adapters.email.reading import MAIL, items
from tests.adapters.mail import MAILS, OWN
from tests.adapters.mutator import damaged_mails
from tui_inbox.domain.errors import Malformed
from tui_inbox.ports.channel import Envelope

MUTANTS = int(os.environ.get("TUI_INBOX_MUTANTS", "2000"))
ORIGINALS = sorted(MAILS.rglob("*.eml"))
SET_ASIDE = {"mail_no_sender", "mail_too_deep"}
"""Why a damaged mail may be set aside. Neither its time nor its memory runs out, and nothing is unforeseen."""
KEPT = 4 * MAX_TEXT
"""Bytes of all that is kept of a mail: its text with and without what it quotes, and the rest."""


@pytest.fixture(scope="module")
def parser() -> Iterator[MailParser]:
    found = MailParser()
    yield found
    found.close()


def read(parser: MailParser, raw: bytes) -> Parsed | str:
    """What stands in it, or why it was set aside."""
    try:
        parsed = parser.parse(raw)
        found = items(Envelope(external_id(raw), MAIL, raw), parsed, OWN)
    except Malformed as error:
        return error.code
    assert all(item.at.tzinfo is not None for item in found)
    return parsed


@pytest.mark.parametrize("original", ORIGINALS, ids=lambda file: str(file.relative_to(MAILS).with_suffix("")))
def test_a_damaged_mail_is_read_or_set_aside_and_the_next_one_is_read_as_ever(
    parser: MailParser, original: Path
) -> None:
    raw, others = original.read_bytes(), [file.read_bytes() for file in ORIGINALS]
    whole = read(parser, raw)
    count = MUTANTS // len(ORIGINALS) + 1
    outcomes: Counter[str] = Counter()
    times: list[float] = []
    for mutant in damaged_mails(raw, others, count, seed=ORIGINALS.index(original)):
        started = time.perf_counter()
        parsed = read(parser, mutant)
        times.append(time.perf_counter() - started)
        outcomes[parsed if isinstance(parsed, str) else "read"] += 1
        if isinstance(parsed, Parsed):
            assert len(msgspec.json.encode(parsed)) < KEPT
            assert len(parsed.files) <= MAX_FILES
    assert set(outcomes) <= SET_ASIDE | {"read"}
    assert outcomes.total() == count
    assert outcomes["read"]
    assert max(times) < CPU_SECONDS + 8, "killed at the latest"
    # Not the slowest few of a few dozen: a busy machine may pause for as long.
    assert sorted(times)[int(count * 0.9)] < 0.25
    assert read(parser, raw) == whole

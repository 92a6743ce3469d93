"""The whole town under SIGKILL, for minutes: ``TOWN_KILLS=60 TOWN_SEED=2 pytest tests/e2e/test_town_crash.py``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("TOWN_KILLS", "0"))
SEED = os.environ.get("TOWN_SEED", "1")

pytestmark = [
    pytest.mark.crash,
    pytest.mark.timeout(240 + 8 * KILLS),
    pytest.mark.skipif(not KILLS, reason="takes minutes: TOWN_KILLS says how many workers die"),
]

BROKEN = (
    *("guest_lost", "guest_doubled", "lost", "doubled", "told_without_reason", "foreign", "quarantined"),
    *("told_failed_but_arrived", "told_absent_but_arrived", "open", "not_applied", "orphans", "traces"),
)
"""What must be nought or empty."""


def test_no_channel_loses_or_doubles_when_workers_die_lines_are_cut_and_vendors_fail() -> None:
    command = [sys.executable, "-m", "tests.e2e.town_harness", "--kills", str(KILLS), "--seed", SEED]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    assert {name: report[name] for name in BROKEN if report[name]} == {}, report
    assert report["damaged"] == "ok"
    assert report["refused"] == {}
    # The run was one: on every channel somebody wrote, and most answers came through.
    assert report["kills"] == KILLS
    assert report["asked"] > 5 * report["channels"]
    assert report["arrived"] > 0.8 * report["answers"] > 0

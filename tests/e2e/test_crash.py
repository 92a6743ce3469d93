"""Promises of the outbox and of the post under SIGKILL, and proof that the harness would see them broken."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.crash, pytest.mark.timeout(300)]


def crashes(sender: str, kills: int, seed: int) -> dict[str, int]:
    """In a process of its own, for the harness forks."""
    command = [sys.executable, "-m", "tests.e2e.crash_harness", "--sender", sender]
    done = subprocess.run(
        [*command, "--kills", str(kills), "--seed", str(seed)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    report: dict[str, int] = json.loads(done.stdout)
    return report


def test_a_hundred_kills_lose_nothing_and_double_nothing() -> None:
    report = crashes("ours", 100, seed=7)
    promised = {
        "lost": 0,
        "duplicated": 0,
        "unfinished": 0,
        "without_attempt": 0,
        "bound_twice": 0,
        "inbound_lost": 0,
        "inbound_doubled": 0,
        "taken_for_foreign": 0,
        "damaged": 0,
    }
    assert {name: report[name] for name in promised} == promised, report
    assert report["kills"] == 100
    assert report["at_points"] >= 20, "too few died at a named point"
    assert report["accepted"] > report["queued"] * 0.8
    assert report["stored"] == report["offered"] > 0


def test_the_harness_sees_what_send_then_mark_doubles() -> None:
    assert crashes("retry", 20, seed=7)["duplicated"] > 0


def test_the_harness_sees_what_mark_then_send_loses() -> None:
    assert crashes("mark", 20, seed=7)["lost"] > 0

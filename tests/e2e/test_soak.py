"""Twelve people and the worker on one SQLite file: nobody is told "busy", and nobody's work is lost."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.e2e.test_crash import ROOT


@pytest.mark.crash
@pytest.mark.timeout(150)
def test_twelve_sessions_and_a_worker_lose_nothing_and_wait_for_nobody() -> None:
    command = [sys.executable, "-m", "tests.e2e.soak_harness", "--sessions", "12", "--seconds", "15"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=140)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    promised = {
        "failures": [],
        "sessions": 12,
        "busy": 0,
        "lost_counts": 0,
        "lost_notes": 0,
        "lost_messages": 0,
        "lost_drafts": 0,
        "wrong_unread": 0,
        "integrity": "ok",
    }
    assert {name: report[name] for name in promised} == promised, report
    assert report["log_bytes"] < 64 * 1024 * 1024
    assert report["writes"] > 200
    assert report["reads"] > 200
    assert report["taken_in"] > 200

"""A group send under SIGKILL: nobody gets it twice, nobody is forgotten."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.crash, pytest.mark.timeout(200)]


def test_two_hundred_guests_get_it_once_though_the_worker_is_killed_again_and_again() -> None:
    command = [sys.executable, "-m", "tests.e2e.campaign_harness", "--kills", "15", "--seed", "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, done.stderr
    report: dict[str, int] = json.loads(done.stdout)
    promised = {"guests": 200, "total": 200, "waiting": 0, "twice": 0, "lost": 0, "failed_yet_there": 0}
    assert {name: report[name] for name in promised} == promised, report
    assert report["got_it"] > 160
    assert report["asked_later"] > 0, "the vendor never asked to be tried later"

"""One worker leads at all times; when it is killed, the one standing by leads within seconds and repeats nothing."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import emptied
from tests.e2e.test_crash import ROOT

pytestmark = [pytest.mark.crash, pytest.mark.timeout(150)]


def taken_over(rounds: int, *more: str) -> dict[str, float]:
    """In a process of its own, for the harness forks."""
    command = [sys.executable, "-m", "tests.e2e.takeover_harness", "--rounds", str(rounds), *more]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=140)
    assert done.returncode == 0, done.stderr
    report: dict[str, float] = json.loads(done.stdout)
    return report


def kept_every_promise(report: dict[str, float], rounds: int) -> None:
    promised = {"leaders": rounds + 1, "too_early": 0, "doubled": 0, "missing": 0}
    assert {name: report[name] for name in promised} == promised, report
    assert report["slowest"] < 5.0, report
    assert report["accepted"] > report["queued"] * 0.6, report


def test_a_file_s_lock_passes_on_when_the_leader_is_killed() -> None:
    kept_every_promise(taken_over(20), 20)


@pytest.mark.postgres
def test_a_server_s_lock_passes_on_when_the_leader_is_killed(postgres_url: str) -> None:
    emptied(postgres_url)
    kept_every_promise(taken_over(4, "--url", postgres_url), 4)

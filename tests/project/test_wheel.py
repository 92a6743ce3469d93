"""The wheel holds the three packages, the styles, the statements of a new store and the compiled catalogues."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_it_holds_the_three_packages_and_nothing_beside(names: list[str]) -> None:
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"tui_inbox", "adapters", "storage"}


def test_it_holds_what_is_no_python(names: list[str]) -> None:
    assert "tui_inbox/locale/fr/LC_MESSAGES/tui_inbox.mo" in names
    assert "storage/migrations/head.sql" in names
    assert "tui_inbox/worker/receiver/chat.html" in names
    styles = {str(path.relative_to(ROOT)) for path in (ROOT / "tui_inbox").rglob("*.tcss")}
    assert styles
    assert styles <= set(names)


def test_every_source_is_in_it(names: list[str]) -> None:
    sources = {
        str(path.relative_to(ROOT))
        for package in ("tui_inbox", "adapters", "storage")
        for path in (ROOT / package).rglob("*.py")
    }
    assert sources <= set(names)


def test_the_lock_names_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    requirements = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert len(requirements) > 50
    assert text.count("--hash=sha256:") >= len(requirements)

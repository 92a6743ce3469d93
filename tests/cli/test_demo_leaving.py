"""What the demo leaves on the disk."""

from __future__ import annotations

from pathlib import Path

from tui_inbox.bootstrap.demo import clear
from tui_inbox.tui.crash import write_crash


def filled(folder: Path) -> Path:
    (folder / "files").mkdir(parents=True)
    (folder / "files" / "one").write_text("")
    (folder / "inbox.db").write_text("")
    return folder


def test_the_demo_leaves_nothing(tmp_path: Path) -> None:
    folder = filled(tmp_path / "demo")
    clear(folder)
    assert not folder.exists()


def test_the_record_of_a_fault_outlives_the_demo_for_its_path_was_told(tmp_path: Path) -> None:
    folder = filled(tmp_path / "demo")
    write_crash(folder, ValueError())
    clear(folder)
    assert [path.name for path in folder.iterdir()] == ["crash.log"]

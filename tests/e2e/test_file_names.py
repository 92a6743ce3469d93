"""A guest's file names, saved for the desk: inside the folder, short, printable, and nothing is overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui_inbox.domain.display import safe_name
from tui_inbox.tui.exporting import written as saved

EVIL = [
    "", ".", "..", "...", "/", "\\", "~", "-rf", "--help", "../../etc/passwd", "/etc/shadow", "..\\..\\boot.ini",
    "C:\\Windows\\system32\\cmd.exe", "a/../../b", "\0", "a\0.png", "a\n.png", "\x1b]0;x\x07.png", "\x9b31m.txt",
    "CON", "con.txt", "nul", "COM1.log", "LPT9", "aux.c", "facture\u202efdp.exe", "\u2066x\u2069.pdf", "\u200b",
    "\ufeff.txt", "\ud800.png", "é" * 300, "x" * 5000 + ".pdf", "." * 300, "a" * 119 + ".é", "日本語" * 80 + ".jpeg",
    "👩‍👩‍👧‍👦" * 30 + ".gif", "a" * 300 + "." + "b" * 300, "$(reboot).sh", "`id`", "a;rm -rf .", "a|b", "a&b", "a>b<c",
    "%00", "%2e%2e%2f", "desktop.ini", ".bashrc", ".ssh", "authorized_keys", "trailing. ", " .. ", "file:///etc/passwd",
    "\\\\server\\share", "a" * 116 + ".pdf", "Ω" * 60 + ".pdf", "\u0301" * 50, "[@click=app.quit]x[/].png",
]  # fmt: skip
NAMES = st.one_of(
    st.sampled_from(EVIL),
    st.text(max_size=200),
    st.text(st.sampled_from("./\\\0\n\x1b\u202e~-é👩.a"), max_size=200),
    st.tuples(st.sampled_from(EVIL), st.sampled_from(EVIL)).map("".join),
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NAMES)
def test_a_name_is_one_short_printable_part(name: str) -> None:
    safe = safe_name(name)
    assert safe not in ("", ".", "..")
    assert len(safe.encode()) <= 120
    assert safe.isprintable(), ascii(safe)
    assert not set(safe) & set('/\\:*?"<>|')
    assert safe[0] not in "-~."


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NAMES)
def test_a_saved_file_lies_in_the_folder_and_takes_nobody_s_place(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "saved"
    before = {path: path.read_bytes() for path in folder.glob("*")} if folder.exists() else {}
    first, second = saved(folder, name, b"one"), saved(folder, name, b"two")
    assert first.parent == second.parent == folder
    assert first.resolve().parent == folder.resolve()
    assert (first.read_bytes(), second.read_bytes()) == (b"one", b"two")
    assert max(len(path.name.encode()) for path in (first, second)) <= 120
    assert {path: path.read_bytes() for path in before} == before
    assert [path.name for path in tmp_path.iterdir()] == ["saved"]
    for path in (first, second):
        path.unlink()


def test_a_link_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder, outside = tmp_path / "saved", tmp_path / "precious"
    folder.mkdir()
    outside.write_bytes(b"precious")
    (folder / "menu.pdf").symlink_to(outside)
    (folder / "menu-2.pdf").symlink_to(tmp_path / "not there")
    assert saved(folder, "menu.pdf", b"x").name == "menu-3.pdf"
    assert outside.read_bytes() == b"precious"
    assert not (tmp_path / "not there").exists()


def test_no_half_file_stays_when_it_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        saved(tmp_path, "menu.pdf", None)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []

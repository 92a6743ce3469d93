"""Folders and files that refuse: a sentence and exit code 4, no traceback, and nothing is changed.

Root passes every mode; these commands give that privilege up, as the service's own user never has it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage import sqlite
from tests.cli.conftest import Run, house, run  # noqa: F401 - fixtures
from tests.e2e.test_crash import ROOT

SCRIPT = """
import contextlib, io, json, sys
from tui_inbox.cli import main
found = {}
for folder in sys.argv[1:]:
    commands = {"list": [], "worker": ["--once"], "doctor": [], "backup": [folder + "/store/copy.db"]}
    for name, more in commands.items():
        words = ["db", name, *more] if name == "backup" else [name, *more]
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = main(["--config", folder + ".toml", *words])
            except SystemExit as end:
                code = int(end.code or 0)
        found.setdefault(folder, {})[name] = [code, out.getvalue(), err.getvalue()]
json.dump(found, sys.stdout)
"""
ALL = frozenset({"list", "worker", "doctor", "backup"})


def _folder_read_only(folder: Path) -> None:
    folder.chmod(0o500)


def _folder_closed(folder: Path) -> None:
    folder.chmod(0o000)


def _folder_missing(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.parent.chmod(0o500)


def _file_read_only(folder: Path) -> None:
    (folder / "inbox.db").chmod(0o400)


def _file_closed(folder: Path) -> None:
    (folder / "inbox.db").chmod(0o000)


def _somebody_elses(folder: Path) -> None:
    if os.geteuid() == 0:
        os.chown(folder / "inbox.db", 12345, 12345)
        (folder / "inbox.db").chmod(0o600)


def _a_folder_in_its_place(folder: Path) -> None:
    (folder / "inbox.db").unlink()
    (folder / "inbox.db").mkdir()


def _another_file_in_its_place(folder: Path) -> None:
    (folder / "inbox.db").write_bytes(b"Dear sirs, " * 1000)


def _cut_short(folder: Path) -> None:
    with (folder / "inbox.db").open("r+b") as file:
        file.truncate(5000)


SITUATIONS: list[tuple[Callable[[Path], None], frozenset[str]]] = [
    # Even reading needs a file for the lock beside the store.
    (_folder_read_only, ALL),
    (_folder_closed, ALL),
    (_folder_missing, ALL - {"doctor"}),
    (_file_read_only, frozenset({"worker"})),
    (_file_closed, ALL),
    (_somebody_elses, ALL),
    (_a_folder_in_its_place, ALL),
    (_another_file_in_its_place, ALL),
    (_cut_short, ALL),
]
"""Each, and the commands that cannot do their work then."""
NAMES = [one.__name__.strip("_") for one, _ in SITUATIONS]


def unprivileged() -> list[str]:
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv is missing")
    gone = "-dac_override,-dac_read_search,-fowner"
    return ["setpriv", f"--bounding-set={gone}", f"--inh-caps={gone}"]


def contents(folder: Path) -> dict[str, bytes]:
    kept = {path.name: path for path in folder.glob("*") if path.is_file()} if folder.exists() else {}
    return {name: path.read_bytes() for name, path in kept.items() if not name.endswith("-shm")}


@dataclass
class Told:
    """One situation: what each command answered, and the files before and after."""

    commands: dict[str, tuple[int, str, str]]
    before: dict[str, bytes]
    after: dict[str, bytes]


@pytest.fixture(scope="module")
def told(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Told]:
    """Every situation, in one process without root's privileges."""
    root = tmp_path_factory.mktemp("denied")
    before = {}
    for name, (damage, _) in zip(NAMES, SITUATIONS, strict=True):
        folder = root / name / "store"
        folder.mkdir(parents=True)
        shutil.copy(sqlite_template, folder / "inbox.db")
        (root / f"{name}.toml").write_text(
            f'[hotel]\nname = "x"\ntime_zone = "UTC"\n[store]\nurl = "sqlite:///{folder}/inbox.db"\n'
            "[secrets]\nkeyring = false\n"
        )
        damage(folder)
        before[name] = contents(folder)
    homes = {f"XDG_{name}_HOME": str(root / name.lower()) for name in ("CONFIG", "DATA", "STATE")}
    try:
        done = subprocess.run(
            [*unprivileged(), sys.executable, "-c", SCRIPT, *(str(root / name) for name in NAMES)],
            cwd=ROOT,
            env={**os.environ, **homes, "HOME": str(root), "LANG": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        for name in NAMES:
            for place in (root / name, root / name / "store"):
                if place.exists():
                    place.chmod(0o700)
    assert done.returncode == 0, done.stderr
    assert not list(root.glob("state/**/error-*.log")), "nothing was unforeseen"
    found = json.loads(done.stdout)
    return {name: Told(found[str(root / name)], before[name], contents(root / name / "store")) for name in NAMES}


@pytest.mark.parametrize(("name", "refused"), [(name, one[1]) for name, one in zip(NAMES, SITUATIONS, strict=True)])
def test_what_cannot_be_used_is_said_and_left_alone(told: dict[str, Told], name: str, refused: frozenset[str]) -> None:
    if name == "somebody_elses" and os.geteuid() != 0:
        pytest.skip("only root can give a file away")
    found = told[name]
    assert {command for command, (code, _, _) in found.commands.items() if code == 4} == refused, found.commands
    for command in refused:
        _, out, err = found.commands[command]
        assert "Traceback" not in out + err
        assert "{" not in out + err
        assert len((err or out).strip()) > 20
    assert {file: found.after.get(file) for file in found.before} == found.before


def test_a_closed_folder_is_not_taken_for_a_missing_store(told: dict[str, Told]) -> None:
    assert "There is no store" in told["folder_missing"].commands["list"][2]
    assert "owner and mode" in told["folder_closed"].commands["list"][2]


def test_doctor_tells_of_a_library_with_the_race_and_what_is_done_about_it(
    run: Run,  # noqa: F811
    house: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run("init", "--no-input", "--name", "x", "--time-zone", "UTC")
    for version, level in (((3, 40, 1), "warning"), ((3, 51, 3), "ok"), ((3, 44, 6), "ok"), ((3, 50, 4), "warning")):
        monkeypatch.setattr(sqlite, "version", lambda version=version: version)
        checks = json.loads(run("doctor", "--json").out)["checks"]
        (told,) = [check for check in checks if "SQLite" in check["text"]]
        assert ".".join(map(str, version)) in told["text"]
        assert told["level"] == level
        assert ("works around" in told["next"]) == (level == "warning")

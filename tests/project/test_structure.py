"""The layers hold, names say what a thing is, and nothing grows out of one sitting."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("tui_inbox", "adapters", "storage")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
BANNED = re.compile(r"(Manager|Helper|Utils?|Util|Impl|Base|Mixin|Processor|Handler)$|^(Manager|Helper|Utils|Base)")
MAX_FILE, MAX_FUNCTION = 400, 60
"""Lines that can be read in one sitting."""


def trees() -> list[tuple[Path, ast.Module]]:
    return [(path, ast.parse(path.read_bytes())) for path in SOURCES]


def test_the_layers_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_no_class_or_module_is_named_after_nothing() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and BANNED.search(node.name)
    ]
    found += [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if path.stem.lower() in {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}
    ]
    assert not found


def test_files_and_functions_can_be_read_in_one_sitting() -> None:
    long = {str(path.relative_to(ROOT)): path.read_bytes().count(b"\n") for path in SOURCES}
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and "versions" not in path.parts:
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MAX_FUNCTION:
                    long[f"{path.relative_to(ROOT)}:{node.name}"] = MAX_FILE + lines
    grown = {name: lines for name, lines in long.items() if lines > ACCEPTED.get(name, MAX_FILE)}
    assert not grown


ACCEPTED = {
    # One revision of all tables: a list, not code.
    "storage/migrations/versions/v0001.py": 1200,
}


def test_no_note_is_left_in_the_code() -> None:
    notes = re.compile(rb"\b(TO" + rb"DO|FIX" + rb"ME|XX" + rb"X)\b")
    assert not [str(path.relative_to(ROOT)) for path in SOURCES if notes.search(path.read_bytes())]


@pytest.mark.parametrize("words", [["--version"], ["--help"]])
def test_version_and_help_import_next_to_nothing(words: list[str]) -> None:
    script = (
        "import sys\nfrom tui_inbox.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print(sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, check=True)
    heavy = {"textual", "rich", "msgspec", "sqlalchemy", "sqlmodel", "pydantic", "httpx", "keyring", "babel", "asyncio"}
    assert not heavy & set(ast.literal_eval(done.stderr.strip().splitlines()[-1]))

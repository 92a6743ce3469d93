"""Every test that docs/capabilities.md names exists, and no capability is listed twice."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
_ROW = re.compile(r"^\| *((?:S\d-\d\d|[CE]-?\d+|rule [^|]+?)) *\|(.+)\|(.+)\|$")
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def listed() -> list[tuple[str, str, str]]:
    """(id, what, tests) of each row."""
    text = (ROOT / "docs" / "capabilities.md").read_text(encoding="utf-8")
    rows = [_ROW.match(line) for line in text.splitlines()]
    return [(row[1], row[2].strip(), row[3]) for row in rows if row]


@cache
def functions_of(path: str) -> frozenset[str]:
    """Names of the test functions of a module."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_row_is_understood() -> None:
    text = (ROOT / "docs" / "capabilities.md").read_text(encoding="utf-8")
    body = [line for line in text.splitlines() if line.startswith("|") and not re.match(r"^\|( id |-)", line)]
    assert len(body) == len(listed())


def test_every_named_test_exists() -> None:
    missing = [
        f"{row_id}: {path}::{name}"
        for row_id, _what, tests in listed()
        for path, name in _TEST.findall(tests)
        if not (ROOT / path).is_file() or name not in functions_of(path)
    ]
    assert not missing


def test_every_capability_has_a_test_and_is_listed_once() -> None:
    without = [row_id for row_id, _what, tests in listed() if not _TEST.search(tests)]
    assert not without
    assert [row_id for row_id, times in Counter(row_id for row_id, _, _ in listed()).items() if times > 1] == []

"""No transaction waits: inside a ``with …read()`` or ``with …write()`` nothing is awaited, asked of a vendor or slept.

And nobody opens the store's file but the library: closing it would drop the library's locks in the whole process.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project.test_structure import ROOT, SOURCES

WAITS = {
    "sleep", "wait", "join", "result", "input", "fetch", "send_one", "find", "follow", "download", "older", "test",
    "poll_account", "reconcile", "follow_sent", "fetch_remote", "sync_templates", "meter", "push_screen_wait",
    "act", "perform", "urlopen", "getaddrinfo", "create_connection", "Popen", "check_output",
    "system", "put_blob", "outside",
}  # fmt: skip
"""Calls that take as long as somebody else wants."""
TEXT = {"join", "find"}
"""Of these, harmless on a text: told apart by the name before the dot."""
WAITERS = {"channel", "thread", "process", "pool", "future", "event", "stop", "box"}
OPENERS = {"open", "read_bytes", "read_text", "write_bytes", "write_text", "copy", "copyfile", "copy2"}
KNOWS_THE_FILE = {
    # Creates an empty file where none is, before any connection exists.
    "storage/files.py": {"open"},
    # The lock file beside the store.
    "storage/lease.py": {"open"},
    # An adapter opens an account.
    "tui_inbox/bootstrap/opening.py": {"open"},
}


def opens_transaction(node: ast.AST) -> bool:
    """``with store.read() as tx`` and its like."""
    if not isinstance(node, ast.With | ast.AsyncWith):
        return False
    return any(
        isinstance(item.context_expr, ast.Call)
        and isinstance(item.context_expr.func, ast.Attribute)
        and item.context_expr.func.attr in ("read", "write")
        and item.optional_vars is not None
        for item in node.items
    )


def owner(call: ast.Call) -> str:
    """The name right before the last dot: ``channel`` in ``self._channel.find()`` and ``channels[x].find()``."""
    node = call.func.value if isinstance(call.func, ast.Attribute) else None
    while isinstance(node, ast.Subscript | ast.Call):
        node = node.value if isinstance(node, ast.Subscript) else node.func
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name.strip("_").removesuffix("s")


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def waiting(block: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(block):
        if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith):
            yield node
        elif isinstance(node, ast.Call) and called(node) in WAITS:
            if called(node) not in TEXT or owner(node) in WAITERS:
                yield node
        elif isinstance(node, ast.Call) and owner(node) == "channel":
            yield node


def held_open(tree: ast.AST) -> Iterator[int]:
    """Lines at which a transaction waits."""
    for node in ast.walk(tree):
        if isinstance(node, ast.With | ast.AsyncWith) and opens_transaction(node):
            for line in node.body:
                yield from (getattr(found, "lineno", 0) for found in waiting(line))


def file_openings(tree: ast.AST) -> set[str]:
    """Openers in a module that knows where the store's file is."""
    return {called(node) for node in ast.walk(tree) if isinstance(node, ast.Call)} & OPENERS


def test_no_transaction_waits_for_anybody() -> None:
    found = [f"{path.relative_to(ROOT)}:{line}" for path in SOURCES for line in held_open(ast.parse(path.read_bytes()))]
    assert not found


def test_nobody_but_the_library_opens_the_file_of_the_store() -> None:
    knowing = [path for path in SOURCES if "sqlite_path" in path.read_text()]
    assert len(knowing) >= 3, "the rule must look at something"
    opened = {str(path.relative_to(ROOT)): file_openings(ast.parse(path.read_bytes())) for path in knowing}
    assert {name: calls for name, calls in opened.items() if calls - KNOWS_THE_FILE.get(name, set())} == {}


@pytest.mark.parametrize(
    "code",
    [
        "async def f():\n    with store.write() as tx:\n        await g(tx)",
        "with parts.store.read() as tx:\n    channel.send(row)",
        "with parts.store.read() as tx:\n    parts.channels[name].find(row)",
        "with store.write() as tx:\n    time.sleep(1)",
        "with store.read() as tx:\n    for row in rows:\n        if row:\n            future.result()",
    ],
)
def test_the_rule_sees_what_it_is_for(code: str) -> None:
    assert list(held_open(ast.parse(code)))


def test_the_rule_leaves_texts_alone() -> None:
    assert not list(held_open(ast.parse("with store.read() as tx:\n    ', '.join(names).find('x')")))


def test_it_looks_at_all_that_ships() -> None:
    assert {Path(path).relative_to(ROOT).parts[0] for path in SOURCES} == {"tui_inbox", "adapters", "storage"}

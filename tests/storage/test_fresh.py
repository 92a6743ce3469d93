"""A store made from the kept text is the store that the tables describe, and takes no SQLAlchemy to make."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from storage.check import check
from storage.migrations.fresh import SCHEMA, compiled
from storage.store import open_store


def test_the_kept_text_is_what_the_tables_compile_to() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == compiled(), "run: python -m storage.migrations.fresh"


def test_a_fresh_store_has_no_fault(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'inbox.db'}"
    open_store(url).close()
    assert check(url, full=True) == []


def test_making_a_store_imports_no_table_class(tmp_path: Path) -> None:
    script = (
        "import sys; from storage.store import open_store; open_store(sys.argv[1]).close(); "
        "print(sorted({'sqlalchemy', 'sqlmodel', 'alembic', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, f"sqlite:///{tmp_path / 'inbox.db'}"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"

"""Runs the real screen on a store for tests that watch the terminal's bytes: ``run_inbox FOLDER [sketch]``."""

from __future__ import annotations

import sys
from pathlib import Path

from storage.store import open_store
from tests.tui.hotel import a_session
from tui_inbox.tui.app import TuiInbox


def main() -> int:
    folder = Path(sys.argv[1])
    with open_store(f"sqlite:///{folder / 'inbox.db'}") as store:
        return TuiInbox(a_session(store, folder)).run() or 0


if __name__ == "__main__":
    raise SystemExit(main())

"""What the start of the screen may cost: the libraries of the worker are not read before the first frame."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from storage.store import open_store
from tests.tui.hotel import sketch

FORBIDDEN = {
    "sqlmodel", "sqlalchemy", "pydantic", "alembic", "babel", "typer", "httpx", "keyring", "apscheduler",
    "phonenumbers", "cryptography", "tomlkit",
}  # fmt: skip

PROGRAM = """
import sys
from pathlib import Path
from storage.store import open_store
from tests.tui.hotel import a_session
from tui_inbox.tui.app import TuiInbox

async def look(pilot):
    while not any("Claire Martin" in strip.text for strip in pilot.app.screen._compositor.render_strips()):
        await pilot.pause(0)
    print(sorted({name.partition(".")[0] for name in sys.modules} & set(sys.argv[2].split(","))))
    pilot.app.exit(0)

folder = Path(sys.argv[1])
with open_store(f"sqlite:///{folder / 'inbox.db'}") as store:
    TuiInbox(a_session(store, folder)).run(headless=True, size=(120, 40), auto_pilot=look)
"""


def test_the_first_frame_needs_the_framework_and_the_database_only(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'inbox.db'}") as store, store.write() as t:
        sketch(t)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path), ",".join(FORBIDDEN)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
    assert done.stdout.strip().endswith("[]"), done.stdout

"""A fault in a screen: one sentence, a private file without anybody's words, the terminal given back, the text kept."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

from storage.store import open_store
from tests.e2e.terminal import Line
from tests.tui.hotel import sketch

CANARY = "canary-9d1c-guest"
SCRIPT = """
import sys, time
from pathlib import Path
from storage.store import open_store
from tests.tui.hotel import a_session
from tui_inbox.tui.app import TuiInbox

def fault():
    guest_wrote = bytes.fromhex(sys.argv[2]).decode()
    raise RuntimeError("it was " + guest_wrote)

def later():
    while not (folder / "now").exists():
        time.sleep(0.05)
    app.call_from_thread(app.screen.set_timer, 0.01, fault)

folder = Path(sys.argv[1])
with open_store(f"sqlite:///{folder / 'inbox.db'}") as store:
    app = TuiInbox(a_session(store, folder / "log", when_painted=later))
    code = app.run()
    raise SystemExit(code or app.return_code or 0)
"""


def test_a_fault_in_a_screen_shows_and_keeps_no_values(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'inbox.db'}") as store, store.write() as t:
        sketch(t)
    command = [sys.executable, "-c", SCRIPT, str(tmp_path), CANARY.encode().hex()]
    with Line(tmp_path, command=command) as line:
        line.shows("reply")
        line.read(0.3)
        line.keys(b"r")
        line.read(0.6)
        line.keys(b"half a sent")
        line.shows("half a sent")
        (tmp_path / "now").touch()
        assert line.ended() == 1
        raw = bytes(line.raw)
    assert CANARY.encode() not in raw
    assert b"Traceback" not in raw
    assert b"had to stop" in raw
    assert raw.rfind(b"\x1b[?1049l") > raw.rfind(b"\x1b[?1049h")
    assert raw.rfind(b"had to stop") > raw.rfind(b"\x1b[?1049l"), "said where it stays to be read"
    log = tmp_path / "log" / "crash.log"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    text = log.read_text()
    assert "RuntimeError" in text
    assert "in fault" in text
    assert CANARY not in text
    with open_store(f"sqlite:///{tmp_path / 'inbox.db'}") as store, store.read() as t:
        draft = t.drafts.latest("ana")
    assert draft is not None
    assert (draft.text, draft.cursor) == ("half a sent", 11)

"""Makes the README's picture: the program's own screen over the sample hotel, ``python -m tools.picture``."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from adapters.sandbox.hotel import script
from tui_inbox import wording
from tui_inbox.bootstrap.demo import free_ports, write_hotel
from tui_inbox.bootstrap.opening import build_desk, open_store
from tui_inbox.bootstrap.running import session
from tui_inbox.bootstrap.sample import seed_store

TARGET = Path(__file__).parents[1] / "docs" / "inbox.svg"
SIZE = (120, 32)
_REMOTE_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


async def draw(language: str, keys: list[str]) -> str:
    """The screen as SVG after these keys."""
    # As on a terminal that can show every colour, wherever this runs.
    os.environ.update(COLORTERM="truecolor", TERM="xterm-256color")
    from tui_inbox.tui.app import TuiInbox

    wording.use(language)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sample = script(datetime.now(UTC))
        loaded = write_hotel(folder, sample, free_ports(), language)
        with open_store(loaded) as store:
            seed_store(store, build_desk(loaded), sample)
            app = TuiInbox(session(loaded, store, "ana", demo=True, log_dir=folder))
            async with app.run_test(size=SIZE) as pilot:
                await pilot.press(*keys)
                await pilot.pause(0.4)
                picture = app.export_screenshot(title="tui-inbox")
    return _REMOTE_FONTS.sub("", picture)


if __name__ == "__main__":
    TARGET.write_text(asyncio.run(draw(*(sys.argv[1:2] or ["en"]), sys.argv[2:])), encoding="utf-8")

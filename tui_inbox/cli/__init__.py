"""The command line: ``tui-inbox`` and its commands."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 ok, 1 error, 2 usage, 3 configuration, 4 store, 5 channel, 130."""
    if arguments is None:
        gc.disable()  # what is imported at the start is no garbage: looking through it is time lost
    from tui_inbox import wording
    from tui_inbox.cli.parser import build

    wording.use(wording.choose("auto", "en"))
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = build(words).parse_args(words)

    from tui_inbox.cli.failing import guarded

    return guarded(options)

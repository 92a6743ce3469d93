"""What a test waits for, in its own words."""

from __future__ import annotations

import inspect
from collections.abc import Callable


def wish(holds: Callable[[], object]) -> str:
    """The line of the test that says it."""
    try:
        return inspect.getsource(holds).strip()
    except (OSError, TypeError):
        return repr(holds)

"""Processes that a test did not start itself: found, asked to leave, and waited for."""

from __future__ import annotations

import os
import select
import signal

from tests.e2e.terminal import PATIENCE


def is_gone(pid: int) -> bool:
    """Wait until a process has ended; False when it outlives our patience."""
    try:
        ending = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([ending], [], [], PATIENCE)[0])
    finally:
        os.close(ending)


def leaves_when_asked(pid: int) -> bool:
    """Does it end by SIGTERM? True for one that has ended before."""
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return True
    return is_gone(pid)

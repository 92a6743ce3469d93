"""The worker's threads allocate from few heaps."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

MANY = """
import ctypes, sys, threading

if "shared" in sys.argv:
    from tui_inbox.bootstrap.working import share_heaps
    share_heaps()
all_hold = threading.Barrier(17)

def hold():
    held = bytearray(50_000)
    all_hold.wait()
    all_hold.wait()

for _ in range(16):
    threading.Thread(target=hold).start()
all_hold.wait()
libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(1, b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
all_hold.wait()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc gives every thread a heap")
def test_many_threads_share_two_heaps() -> None:
    def heaps(*words: str) -> int:
        asked = [sys.executable, "-c", MANY, *words]
        told = subprocess.run(asked, check=True, capture_output=True, text=True, timeout=60)
        return told.stdout.count("<heap nr=")

    assert heaps("shared") <= 2 < heaps()

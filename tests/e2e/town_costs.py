"""What a process costs: descriptors, threads, memory, processor, and what it writes into a SQLite store."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    descriptors: int
    threads: int
    memory_kb: int
    cpu_seconds: float
    """Of the process and those that it has waited for; per minute after ``since``."""
    commits: float
    """Transactions that changed the store; per minute after ``since``."""
    written_kb: float
    """What the process gave to the kernel to write to disk; per minute after ``since``."""
    store_kb: int
    at: float

    def since(self, before: Cost) -> Cost:
        """The same, with what counts up told per minute."""
        minutes = (self.at - before.at) / 60
        return replace(
            self,
            cpu_seconds=round((self.cpu_seconds - before.cpu_seconds) / minutes, 2),
            commits=round((self.commits - before.commits) / minutes, 1),
            written_kb=round((self.written_kb - before.written_kb) / minutes, 1),
            at=round(self.at - before.at, 1),
        )


def cost_of(pid: int, file: Path) -> Cost:
    """Raises ``OSError`` when the process is gone."""
    proc = Path(f"/proc/{pid}")
    told = dict(line.partition(":")[::2] for line in (proc / "status").read_text().splitlines())
    times = (proc / "stat").read_text().rpartition(")")[2].split()[11:15]
    written = dict(line.split(": ") for line in (proc / "io").read_text().splitlines())
    files = [file, file.with_name(file.name + "-wal")]
    return Cost(
        descriptors=len(os.listdir(proc / "fd")),
        threads=int(told["Threads"]),
        memory_kb=int(told["VmRSS"].split()[0]),
        cpu_seconds=sum(map(int, times)) / _TICKS,
        commits=commits(file),
        written_kb=int(written["wchar"]) / 1024,
        store_kb=sum(one.stat().st_size for one in files if one.exists()) // 1024,
        at=time.monotonic(),
    )


def commits(file: Path) -> int:
    """Transactions so far, from the index of SQLite's log (``iChange`` of its header, counted up by each)."""
    with file.with_name(file.name + "-shm").open("rb") as index:
        return int.from_bytes(index.read(12)[8:], sys.byteorder)


def relatives(session: int) -> list[int]:
    """Processes of a session that live: a worker that was killed should have left none."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z" and int(fields[3]) == session:
            found.append(int(path.parent.name))
    return found

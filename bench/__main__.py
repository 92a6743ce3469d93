"""``python -m bench``: the project's figures, each beside its floor in the same run.

Stores are generated on a memory disk where there is one and kept for the next run when ``--keep`` names a folder.
Ends with 1 when a figure misses what it must hold.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from bench.figures import HEADER, Figure
from bench.generate import generate
from storage.engine import connect, is_empty

SIZES = (10_000, 100_000, 1_000_000)
QUICK = (10_000, 100_000)
SERVER_SIZE = 100_000


def main() -> int:
    chosen = _arguments()
    with ExitStack() as stack:
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tui-inbox-bench-", dir=memory)))
        disk = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tui-inbox-bench-", dir=chosen.disk)))
        stores = {size: _store(chosen.keep or folder, size) for size in chosen.sizes}
        print(HEADER)
        missed = 0
        for figure in _figures(chosen.only, stores, folder, disk, chosen.postgres):
            print(figure.line(), flush=True)
            missed += not figure.holds
    print(f"{missed} missed" if missed else "everything holds")
    return 1 if missed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--sizes", type=_sizes, default=SIZES, help="messages, e.g. 10000,1000000")
    parser.add_argument("--quick", dest="sizes", action="store_const", const=QUICK, help="up to 100,000 messages")
    parser.add_argument("--only", choices=("storage", "screen"), help="one half")
    parser.add_argument("--keep", type=Path, help="folder where generated stores are kept and found again")
    parser.add_argument(
        "--postgres",
        metavar="URL",
        default=os.environ.get("TUI_INBOX_BENCH_PG", ""),
        help="an empty PostgreSQL database, or one that an earlier run filled, for goal 18 (TUI_INBOX_BENCH_PG)",
    )
    parser.add_argument("--disk", type=Path, default=Path("/var/tmp"), help="a folder on a real disk")  # noqa: S108
    return parser.parse_args()


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted(int(part) for part in text.split(",")))


def _store(folder: Path, size: int) -> str:
    """The url of a generated store; one that is there is taken as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder.resolve() / f"hotel-{size}.db"
    url = f"sqlite:///{path}"
    if not path.exists():
        made = generate(url, size)
        print(f"generated {size:,} messages in {made.seconds:.1f} s", file=sys.stderr)
    return url


def _filled(url: str, size: int) -> str:
    """The same on a server."""
    db = connect(url, write=False)
    try:
        empty = is_empty(db)
    finally:
        db.close()
    if empty:
        generate(url, size)
    return url


def _figures(only: str | None, stores: dict[int, str], folder: Path, disk: Path, server: str) -> Iterator[Figure]:
    if only != "screen":
        from bench import lists, normalising, planning, receiving, storage

        yield from storage.figures(stores, folder, disk)
        yield from receiving.figures(disk)
        yield from normalising.figures()
        yield from planning.figures(folder)
        yield from lists.figures(folder)
        if server:
            yield from storage.server_figures(_filled(server, SERVER_SIZE))
    if only != "storage":
        from bench import screen

        yield from screen.figures(stores, folder)


if __name__ == "__main__":
    sys.exit(main())

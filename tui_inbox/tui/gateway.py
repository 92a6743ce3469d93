"""The services as the screen calls them: one transaction per call, on threads, so that no key waits for the store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from tui_inbox.domain.errors import StoreError

if TYPE_CHECKING:
    from tui_inbox.ports.store import Store, Transaction

P = ParamSpec("P")
T = TypeVar("T")

READERS = 2
BUSY_TRIES = 4
"""A write that met another writer's lock is tried again this often, each time after the store's own waiting."""


class Gateway:
    """``read`` and ``write`` take a service function without its transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="read")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="write")
        self.waiting: Callable[[bool], None] = lambda _busy: None
        """Told when the store is busy, and when it is free again."""

    def read_now(self, use: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """On the caller's thread: only for what the first frame shows."""
        with self._store.read() as tx:
            return use(tx, *args, **kwargs)

    def write_now(self, use: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """On the caller's thread: only when the program ends."""
        with self._store.write() as tx:
            return use(tx, *args, **kwargs)

    async def read(self, use: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, lambda: self.read_now(use, *args, **kwargs))

    def sign(self) -> object:
        """``Store.sign``."""
        return self._store.sign()

    async def glance(self, use: Callable[[Transaction], T]) -> T:
        """For what is asked at a steady pace: on the caller's thread where the store is a file of this machine.

        A reader waits for nobody there, and a thread that is woken for it costs thirty times as much.
        """
        return self.read_now(use) if self._store.beside else await self.read(use)

    async def write(self, use: Callable[Concatenate[Transaction, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """In the order of the calls. Raises ``StoreError`` when the store stays busy."""
        loop = asyncio.get_running_loop()
        for attempt in range(BUSY_TRIES):
            try:
                result = await loop.run_in_executor(self._writer, lambda: self.write_now(use, *args, **kwargs))
            except StoreError as error:
                if error.code != "busy" or attempt == BUSY_TRIES - 1:
                    self.waiting(False)
                    raise
                self.waiting(True)
            else:
                self.waiting(False)
                return result
        raise AssertionError("unreachable")

    async def outside(self, use: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Files and the like, without a transaction, on the readers' threads."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, lambda: use(*args, **kwargs))

    def close(self) -> None:
        """Let running calls end; what was not begun is dropped."""
        self._readers.shutdown(wait=False, cancel_futures=True)
        self._writer.shutdown(wait=True)

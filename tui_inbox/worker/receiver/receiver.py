"""The receiving part of a worker that leads: it listens, empties letterboxes, and has applied at once what came."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Lock

from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from tui_inbox.domain.errors import Refused
from tui_inbox.ports.channel import Heard, Receives
from tui_inbox.ports.letterbox import Letterbox
from tui_inbox.services import accounts, ingest, receiving
from tui_inbox.services.receiving import Brought
from tui_inbox.worker.guard import Guard
from tui_inbox.worker.parts import Parts
from tui_inbox.worker.receiver.accept import Accepting
from tui_inbox.worker.receiver.chat import Chats, House
from tui_inbox.worker.receiver.emptying import empty
from tui_inbox.worker.receiver.guest_page import GuestPage
from tui_inbox.worker.receiver.hooks import Hooks, refused
from tui_inbox.worker.receiver.listening import Listener
from tui_inbox.worker.receiver.spool import Spool
from tui_inbox.worker.receiver.unsubscribe import Unsubscribing

LISTEN_SECONDS = 15.0
"""How soon a port that was taken is tried again."""
GATHER_SECONDS = 0.1
_SECONDS = {"spool": 2.0, "relay": 4.0}

Tick = tuple[float, str, Callable[[], object]]


class Receiver:
    """Everything that comes unasked, of all accounts."""

    def __init__(self, parts: Parts, guard: Guard) -> None:
        self._parts, self._guard = parts, guard
        self._listener: Listener | None = None
        self._keeping = ThreadPoolExecutor(1, "keep")
        self._applying = ThreadPoolExecutor(1, "apply")
        self._chatting = ThreadPoolExecutor(4, "chat")
        self._lock = Lock()
        self._due: set[str] = set()
        """Accounts whose envelopes wait for being applied."""
        self._reached: dict[str, int] = {}
        """Account -> the newest envelope that was applied; what is parked behind it waits for the poll."""
        self._stopped = Event()

    def ticks(self) -> Sequence[Tick]:
        """(seconds between two, name, work)."""
        listening = [(LISTEN_SECONDS, "receiver", self.listen)] if self._parts.receiving.listen else []
        return [*listening, *((_SECONDS[name], name, work) for name, work in self.letterboxes())]

    def letterboxes(self) -> Sequence[tuple[str, Callable[[], int]]]:
        """(name, emptying it) of folder and relay."""
        ways, found = self._parts.receiving, list[tuple[str, Callable[[], int]]]()
        if ways.spool:
            found.append(("spool", lambda: self.empty(Spool(Path(ways.spool).expanduser()))))
        if relay := ways.relay:
            found.append(("relay", lambda: self.empty(relay)))
        return found

    def listen(self) -> int:
        """Begin to listen, if that is not done yet; the port. Raises ``ChannelError("cannot_listen")``."""
        with self._lock:
            if self._stopped.is_set():
                # The listener may still answer what was asked, but its socket is closed.
                return 0
            if self._listener is None or not self._listener.alive:
                self._listener = Listener(self._app(), self._parts.receiving.listen)
            return self._listener.port

    def empty(self, box: Letterbox) -> int:
        """Take everything out of a letterbox. Raises ``ChannelError``, ``StoreError``."""
        return empty(box, self._take, self._heard_by_all, self._parts.fault)

    def heard(self, account: str) -> None:
        """Something of this account was kept: apply it soon, once for however many came."""
        with self._lock:
            if account in self._due or self._stopped.is_set():
                return
            self._due.add(account)
        self._applying.submit(self._guard.run, f"apply {account}", lambda: self._apply(account))

    def stop(self) -> None:
        """Answer what was asked; what was kept and not applied is the next poll's."""
        with self._lock:
            self._stopped.set()
        if self._listener is not None:
            self._listener.stop()
        self._keeping.shutdown(wait=True)
        self._chatting.shutdown(wait=True)
        self._applying.shutdown(wait=True, cancel_futures=True)

    def _app(self) -> Starlette:
        parts = self._parts
        hooks = Hooks(
            self._take_and_tell,
            self._known,
            parts.clock.now,
            self._keeping,
            behind_proxy=parts.receiving.behind_proxy,
        )
        house = House(parts.store, parts.desk, parts.clock, self._chatting, parts.receiving.behind_proxy)
        chats = Chats(house, list(parts.channels.values()))
        page = GuestPage(house)
        routes = [*hooks.routes(), *chats.routes(), *Unsubscribing(page).routes(), *Accepting(page).routes()]
        return Starlette(routes=routes, exception_handlers={HTTPException: refused})

    def _known(self, account: str) -> bool:
        return isinstance(self._parts.channels.get(account), Receives)

    def _take(self, brought: Sequence[Brought]) -> list[Heard | Refused]:
        parts = self._parts
        return receiving.take(parts.store, parts.desk, parts.channels, brought, parts.clock.now())

    def _take_and_tell(self, brought: Sequence[Brought]) -> list[Heard | Refused]:
        answers = self._take(brought)
        heard = zip(brought, answers, strict=True)
        for account in {one.account for one, answer in heard if isinstance(answer, Heard)}:
            self._heard_by_all(account)
        return answers

    def _heard_by_all(self, account: str) -> None:
        for name in receiving.sharing(self._parts.desk, self._parts.channels, account):
            self.heard(name)

    def _apply(self, account: str) -> None:
        parts = self._parts
        # A burst is applied in pages, not one by one; nobody notices a tenth of a second.
        self._stopped.wait(GATHER_SECONDS)
        with self._lock:
            self._due.discard(account)
        with parts.store.read() as tx:
            if not accounts.may_poll(tx.accounts.get(account)):
                return  # Paused: it is kept, and applied when the desk goes on.
        after = self._reached.get(account, 0)
        done = ingest.apply_pending(parts.store, parts.desk, parts.channels[account], parts.clock.now(), after=after)
        self._reached[account] = max(after, done.reached)

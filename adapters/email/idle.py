"""A connection that waits for the server to say that a mail has come (IMAP IDLE, RFC 2177), and does nothing else."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from tui_inbox.domain.errors import ChannelError, NotSent

if TYPE_CHECKING:
    from adapters.email.imap import Session

RENEW = 28 * 60.0
"""Seconds after which IDLE is said anew: servers may hang up after half an hour of silence."""
STEADY = 60.0
"""Seconds after which a broken line is simply opened again."""


class Watch:
    """Waits on one connection, which is opened when it is first needed. ``close`` may come from any thread."""

    def __init__(self, connect: Callable[[], Session], *, allowed: bool = True) -> None:
        self._connect = connect
        self._session: Session | None = None
        self._since = 0.0
        self._next_uid = 0
        """The number that the next mail would get, when the connection was opened last; 0: not known."""
        self._can = allowed
        self._state = threading.Lock()
        self._waker: socket.socket | None = None

    def wait(self, seconds: float) -> bool:
        """True: look now. False: the time is over, the server cannot tell, or ``close`` was called."""
        mine, waker = socket.socketpair()
        with self._state:
            self._waker = waker
        try:
            return self._watched(seconds, mine)
        except ChannelError:
            self._drop()
            raise
        finally:
            with self._state:
                self._waker = None
            mine.close()
            waker.close()

    def close(self) -> None:
        """End the wait that is going on; a later one begins anew."""
        with self._state:
            if self._waker is not None:
                with contextlib.suppress(OSError):
                    self._waker.send(b"x")
                return
        self._drop()

    def _watched(self, seconds: float, waker: socket.socket) -> bool:
        until = time.monotonic() + seconds
        if self._can and self._session is None and self._opened():
            return True
        while (left := until - time.monotonic()) > 0:
            session = self._session
            if session is None:
                # A server without IDLE: its mailbox is polled, as ever.
                select.select([waker], [], [], left)
                return False
            try:
                told = session.idle(min(left, RENEW), waker)
            except NotSent:
                if self._renewed():
                    return True
                continue
            if told is None:
                self._drop()
                return False
            if told:
                self._next_uid = 0
                return True
        return False

    def _renewed(self) -> bool:
        """A line that stood for a while may break, as Google's do each hour; one that breaks at once is a fault."""
        self._drop()
        if time.monotonic() - self._since < STEADY:
            raise NotSent("connection_lost")
        return self._opened()

    def _opened(self) -> bool:
        """Has something come while nobody watched? Leaves no session where the server cannot idle."""
        session = self._connect()
        try:
            self._can = session.can_idle()
            before, self._next_uid = self._next_uid, session.open("INBOX").next_uid
        except BaseException:
            session.close()
            raise
        if not self._can:
            session.close()
            return False
        self._session, self._since = session, time.monotonic()
        return before != self._next_uid

    def _drop(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()

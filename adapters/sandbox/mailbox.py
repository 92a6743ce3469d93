"""A hotel's mailbox on loopback: a real IMAP server (pymap, in memory) and a real submission server (aiosmtpd).

What goes wrong with mail can be ordered: refused for now, refused for good, a line that breaks before or after the
final dot, renumbered folders. Nothing leaves this machine: what is submitted is kept and shown to ``on_submission``.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import warnings
from argparse import Namespace
from collections import deque
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

with warnings.catch_warnings():
    # Both libraries still name what newer Pythons call deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
    from proxyprotocol.reader import ProxyProtocolReader
    from proxyprotocol.version import ProxyProtocolVersion
    from pymap.backend.dict import Config, Login
    from pymap.backend.dict.filter import FilterSet
    from pymap.backend.dict.mailbox import MailboxData, MailboxSet, Message
    from pymap.imap import IMAPServer
    from pymap.parsing.message import AppendMessage
    from pymap.parsing.specials.flag import Seen
    from pymap.user import UserMetadata
    from pysasl import SASLAuth
    from pysasl.hashing import Cleartext

    from adapters.sandbox.xoauth2 import Accepts, TokenMechanism, smtp_auth

Fault = Literal["451", "550", "552", "421", "drop", "lost", "rcpt_550", "rcpt_451"]
"""``drop``: taken, then the line is cut without an answer. ``lost``: the same, but the mail is thrown away."""
FOLDERS = ("Sent", "Junk")
_ANSWERS = {
    "451": "451 4.3.0 Try again later",
    "550": "550 5.7.1 Message refused as spam",
    "552": "552 5.3.4 Message too big for system",
    "421": "421 4.3.2 Shutting down",
    "rcpt_550": "550 5.1.1 No such user here",
    "rcpt_451": "451 4.2.1 Mailbox busy, greylisted",
}
_BASIC_OFF = "550 5.7.30 Basic authentication is not supported for Client Submission."

# The library warns about its own deprecated names.
logging.getLogger("mail.log").setLevel(logging.ERROR)

T = TypeVar("T")


class SandboxMailbox:
    """One account with INBOX, Sent and Junk; use as a context manager, or ``start`` and ``stop``."""

    def __init__(
        self,
        address: str = "desk@hotel.example",
        password: str = "secret",
        *,
        imap_port: int = 0,
        smtp_port: int = 0,
        files_sent: bool = False,
        accepts: Accepts | None = None,
    ) -> None:
        """Port 0: the system's choice. ``files_sent``: this server puts a copy of each submission into Sent.

        ``accepts`` (user, token): submission is by OAuth, and a password is refused there as Microsoft does.
        """
        self.address = address
        self.password = password
        self.files_sent = files_sent
        self.accepts = accepts
        self.by_token = TokenMechanism(accepts, address, password) if accepts else None
        self.on_submission: Callable[[bytes], None] | None = None
        """Called in the server's thread with each accepted mail; it may call ``deliver``."""
        self.sent: list[bytes] = []
        self.recipients: list[str] = []
        self._faults: deque[Fault] = deque()
        self._imap_socket = _listening(imap_port)
        self._smtp_socket = _listening(smtp_port)
        self.imap_port: int = self._imap_socket.getsockname()[1]
        self.smtp_port: int = self._smtp_socket.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox-mailbox", daemon=True)
        self._folders: MailboxSet | None = None

    def start(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)
        for bound in (self._imap_socket, self._smtp_socket):
            bound.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def deliver(self, raw: bytes, folder: str = "INBOX", at: datetime | None = None, *, seen: bool = False) -> None:
        """Put a mail into a folder, as if it had arrived."""
        self._call(self._append(raw, folder, at, seen))

    def fail_next(self, fault: Fault, times: int = 1) -> None:
        """Let the next ``times`` submissions fail in this way."""
        self._faults.extend([fault] * times)

    def renumber(self, folder: str = "INBOX") -> None:
        """Give the folder a new UIDVALIDITY and its mails new UIDs, as a restored server does."""
        self._call(self._renumber(folder))

    def remove(self, folder: str = "INBOX") -> None:
        """Delete every mail of a folder; its numbering goes on."""
        self._call(self._remove(folder))

    def mails(self, folder: str = "INBOX") -> list[bytes]:
        """Raw mails of a folder, oldest first."""
        return self._call(self._raw_mails(folder)) or []

    def _call(self, work: Coroutine[Any, Any, T]) -> T | None:
        if threading.current_thread() is self._thread:
            self._background.add(task := self._loop.create_task(work))
            task.add_done_callback(self._background.discard)
            return None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._background: set[asyncio.Task[Any]] = set()
        try:
            servers = self._loop.run_until_complete(self._serve())
            self._loop.call_soon(self._ready.set)
            self._loop.run_forever()
            for server in servers:
                server.close()
            self._loop.run_until_complete(_cancelled_rest())
        finally:
            self._loop.close()

    async def _serve(self) -> list[asyncio.AbstractServer]:
        config = _config(self.address, self.password, self.by_token)
        config.apply_context()
        login = Login(config)
        user = UserMetadata(config, self.address, password=self.password)
        await login.demo_user_identity.set(user)
        mailboxes = MailboxSet()
        for folder in FOLDERS:
            await mailboxes.add_mailbox(folder)
        config.set_cache[self.address] = (mailboxes, FilterSet())
        self._folders = mailboxes
        reader = ProxyProtocolReader(ProxyProtocolVersion.get(None))
        imap = await asyncio.start_server(reader.get_callback(IMAPServer(login, config)), sock=self._imap_socket)
        smtp = await self._loop.create_server(self._smtp_session, sock=self._smtp_socket)
        return [imap, smtp]

    def _smtp_session(self) -> SMTP:
        return SMTP(
            _Submission(self) if self.accepts is None else _TokenSubmission(self),
            hostname="sandbox.localhost",
            ident="sandbox",
            data_size_limit=40 * 1024 * 1024,
            authenticator=self._authenticate,
            auth_require_tls=False,
            loop=self._loop,
        )

    def _authenticate(
        self, _server: object, _session: object, _envelope: object, _mechanism: str, data: object
    ) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (
            self.address.encode(),
            self.password.encode(),
        )
        if self.accepts is not None:
            return AuthResult(success=False, handled=False, message=_BASIC_OFF)
        return AuthResult(success=right, handled=False)

    def _accept(self, raw: bytes, recipients: list[str]) -> None:
        self.sent.append(raw)
        self.recipients.extend(recipients)
        if self.files_sent:
            self.deliver(raw, "Sent", seen=True)
        if self.on_submission is not None:
            self.on_submission(raw)

    def _next_fault(self, *kinds: str) -> Fault | None:
        if self._faults and self._faults[0] in kinds:
            return self._faults.popleft()
        return None

    async def _folder(self, name: str) -> MailboxData:
        if self._folders is None:
            raise RuntimeError("the mailbox has not been started")
        return await self._folders.get_mailbox(name)

    async def _append(self, raw: bytes, folder: str, at: datetime | None, seen: bool) -> None:
        mailbox = await self._folder(folder)
        flags = frozenset({Seen}) if seen else frozenset()
        await mailbox.append(AppendMessage(raw, at or datetime.now(UTC), flags), recent=True)

    async def _renumber(self, folder: str) -> None:
        mailbox = await self._folder(folder)
        mailbox._uid_validity += 1
        mails = list(mailbox._messages.values())
        await mailbox.delete([mail.uid for mail in mails])
        for mail in mails:
            await mailbox.append(AppendMessage(_raw(mail), mail.internal_date, mail.permanent_flags))

    async def _remove(self, folder: str) -> None:
        mailbox = await self._folder(folder)
        await mailbox.delete(list(mailbox._messages))

    async def _raw_mails(self, folder: str) -> list[bytes]:
        mailbox = await self._folder(folder)
        return [_raw(mail) for _uid, mail in sorted(mailbox._messages.items())]


class _Submission:
    """aiosmtpd's handler: takes mails, or fails as ordered."""

    def __init__(self, mailbox: SandboxMailbox) -> None:
        self._mailbox = mailbox

    async def handle_MAIL(  # noqa: N802 - the library's name
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: object, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if fault := self._mailbox._next_fault("rcpt_550", "rcpt_451"):
            return _ANSWERS[fault]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: object, envelope: Envelope) -> str:  # noqa: N802
        fault = self._mailbox._next_fault("451", "550", "552", "421", "drop", "lost")
        if fault in _ANSWERS:
            return _ANSWERS[fault]
        if fault != "lost":
            content = envelope.original_content
            self._mailbox._accept(content if isinstance(content, bytes) else b"", list(envelope.rcpt_tos))
        if fault is not None and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return "250 2.0.0 OK: queued"


class _TokenSubmission(_Submission):
    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 - the library's name
        accepts = self._mailbox.accepts
        return await smtp_auth(server, args, accepts) if accepts else AuthResult(success=False)


class _TokenConfig(Config):
    """Logins by password or by token."""

    by_token: TokenMechanism | None = None

    @property
    def tls_auth(self) -> SASLAuth:
        known = SASLAuth.defaults()
        return SASLAuth([*known.server_mechanisms, self.by_token]) if self.by_token else known


def _raw(mail: Message) -> bytes:
    return bytes(mail._content) if mail._content is not None else b""


def _config(address: str, password: str, by_token: TokenMechanism | None) -> Config:
    arguments = Namespace(passlib_cfg=None, proxy_protocol=None)
    config = _TokenConfig(
        arguments,
        demo_data=False,
        demo_user=address,
        demo_password=password,
        host="127.0.0.1",
        port=0,
        tls_enabled=False,
        reject_dnsbl=False,
        invalid_user_sleep=0.0,
        hash_context=Cleartext(),
    )
    config.by_token = by_token
    return config


def _listening(port: int) -> socket.socket:
    # Named as TCP, asyncio sends each line at once; else every answer of two writes waits 40 ms.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    bound.listen(100)
    return bound


async def _cancelled_rest() -> None:
    rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)

"""From a server's greeting to a login: by TLS or not at all, by a password or by a token."""

from __future__ import annotations

import contextlib
import imaplib
import re
from collections.abc import Iterator, Sequence

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import MailboxLoginError, UnexpectedCommandStatusError

from adapters.email import tls
from adapters.email.oauth import Bearer, Challenges, login_refused
from adapters.email.servers import Server
from tui_inbox.domain.errors import AccountBlocked, NotSent
from tui_inbox.ports.secrets import Secret

TIMEOUT = 30.0
"""Seconds for every answer of the server."""
_CODE = re.compile(r"^\[([A-Z]+)")
_PASSING = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "OVERQUOTA"})


def connect(server: Server, user: str, secret: Secret | Bearer | None, ca_file: str) -> BaseMailBox:
    """Connected, and logged in where there is something to log in with."""
    if isinstance(secret, Bearer):
        return _by_token(server, user, secret, ca_file)
    box = _greeted(server, ca_file)
    if secret is not None:
        with _hanging_up(box):
            _login(box, user, secret.reveal())
    return box


class _StartTls(MailBoxStartTls):
    """STARTTLS or nothing: its refusal ends the connection before any password is sent."""

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4(self._host, self._port, self._timeout)
        try:
            if client.starttls(self._ssl_context)[0] != "OK":
                raise AccountBlocked("tls_not_offered")
        except imaplib.IMAP4.abort as error:
            shut(client)
            if "STARTTLS" in client.capabilities:
                raise
            raise AccountBlocked("tls_not_offered", vendor_text=str(error)) from None
        except BaseException:
            shut(client)
            raise
        return client


def shut(client: imaplib.IMAP4) -> None:
    with contextlib.suppress(imaplib.IMAP4.error, OSError):
        client.shutdown()


def _connect(server: Server, ca_file: str) -> BaseMailBox:
    match server.tls:
        case "implicit":
            return MailBox(server.host, server.port, TIMEOUT, ssl_context=tls.context(ca_file))
        case "starttls":
            return _StartTls(server.host, server.port, TIMEOUT, ssl_context=tls.context(ca_file))
        case "none":
            return MailBoxUnencrypted(server.host, server.port, TIMEOUT)


def _greeted(server: Server, ca_file: str) -> BaseMailBox:
    """Connected; a greeting that is none, or a goodbye, is a fault that passes."""
    try:
        return _connect(server, ca_file)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise NotSent("vendor_busy", vendor_text=error_text(error)) from None


@contextlib.contextmanager
def _hanging_up(box: BaseMailBox) -> Iterator[None]:
    """A connection whose login fails is not left open."""
    try:
        yield
    except BaseException:
        shut(box.client)
        raise


def _by_token(server: Server, user: str, bearer: Bearer, ca_file: str) -> BaseMailBox:
    """Logged in by OAuth; a token that is refused is replaced once, on a new connection."""
    refused = ""
    while True:
        token = bearer.token(instead_of=refused)
        box = _greeted(server, ca_file)
        try:
            with _hanging_up(box):
                _xoauth2(box, user, token)
            return box
        except AccountBlocked:
            if refused:
                raise
            refused = token


def _xoauth2(box: BaseMailBox, user: str, token: str) -> None:
    told = Challenges(user, token)
    try:
        box.client.authenticate("XOAUTH2", told.answer)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        text = error_text(error)
        if passes(text):
            raise NotSent("vendor_down", vendor_text=text) from None
        raise login_refused(f"{text} {told.refusal}".strip(), by_token=True) from None


def _login(box: BaseMailBox, user: str, password: str) -> None:
    try:
        if user.isascii() and password.isascii():
            box.login(user, password, initial_folder=None)
        else:
            box.login_utf8(user, password, initial_folder=None)
    except imaplib.IMAP4.abort:
        raise
    except (MailboxLoginError, imaplib.IMAP4.error) as error:
        text = error_text(error)
        if passes(text):
            raise NotSent("vendor_down", vendor_text=text) from None
        raise login_refused(text, by_token=False) from None


def text_of(data: Sequence[object]) -> str:
    lines = [line.decode("utf-8", "replace") for line in data if isinstance(line, bytes)]
    return " ".join(lines)[:500]


def error_text(error: Exception) -> str:
    if isinstance(error, UnexpectedCommandStatusError):
        return text_of(error.command_result[1])
    first = error.args[0] if error.args else ""
    return (first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first))[:500]


def passes(text: str) -> bool:
    """Does the server's code (RFC 5530) say that it is only for now?"""
    code = _CODE.match(text)
    return code is not None and code[1] in _PASSING

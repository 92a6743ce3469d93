"""Submission of one mail, with the one moment that matters known exactly: the final dot.

Before it nothing was accepted, whatever broke; after it only the server's answer tells, and without one the
message is unknown, never sent again blindly.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from collections.abc import Iterator

from adapters.email import tls
from adapters.email.oauth import TOKEN_REFUSED, Bearer, Challenges, login_refused
from adapters.email.servers import Server
from adapters.email.veil import veiled
from tui_inbox.domain.errors import AccountBlocked, ChannelError, NotSent, Rejected, Unknown
from tui_inbox.ports.secrets import Secret

TIMEOUT = 30.0
ANSWER_TIMEOUT = 120.0
"""Seconds for the answer to the final dot, where servers scan for spam."""
FAREWELL = 3.0
"""Seconds for the answer to QUIT: nothing depends on it any more."""
_DOT = re.compile(rb"(?m)^\.")
_AUTH_REFUSED = (530, 534, 535, 538)


def submit(
    server: Server, user: str, secret: Secret | Bearer | None, ca_file: str, sender: str, to: str, content: bytes
) -> str:
    """Send once; the server's own words about it. Raises the ``ChannelError`` that the outbox acts on."""
    with _session(server, user, secret, ca_file) as smtp:
        _envelope(smtp, sender, to, len(content))
        return _data(smtp, content)


def check_login(server: Server, user: str, secret: Secret | Bearer | None, ca_file: str) -> None:
    """Log in and leave. Raises ``ChannelError``."""
    with _session(server, user, secret, ca_file) as smtp, _before_the_dot():
        smtp.noop()


@contextlib.contextmanager
def _session(server: Server, user: str, secret: Secret | Bearer | None, ca_file: str) -> Iterator[smtplib.SMTP]:
    server.check()
    with veiled(user, secret), _before_the_dot():
        smtp = _logged_in(server, user, secret, ca_file)
    try:
        yield smtp
    finally:
        _leave(smtp)


def _leave(smtp: smtplib.SMTP) -> None:
    with contextlib.suppress(smtplib.SMTPException, OSError):
        if smtp.sock is not None:
            smtp.sock.settimeout(FAREWELL)
        smtp.quit()
    smtp.close()


def _logged_in(server: Server, user: str, secret: Secret | Bearer | None, ca_file: str) -> smtplib.SMTP:
    """A token that is refused is replaced once, on a new connection: some servers hang up after a refusal."""
    refused = ""
    while True:
        smtp = _connect(server, ca_file)
        token = ""
        try:
            if server.tls == "starttls":
                _start_tls(smtp, ca_file)
            _hello(smtp, extended=secret is not None)
            if isinstance(secret, Bearer):
                token = secret.token(instead_of=refused)
                _xoauth2(smtp, user, token)
            elif secret is not None:
                _login(smtp, user, secret.reveal())
            return smtp
        except AccountBlocked as blocked:
            _leave(smtp)
            if not token or refused or blocked.code != TOKEN_REFUSED:
                raise
            refused = token
        except BaseException:
            _leave(smtp)
            raise


def _connect(server: Server, ca_file: str) -> smtplib.SMTP:
    if server.tls == "implicit":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=tls.context(ca_file))
    return smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)


def _start_tls(smtp: smtplib.SMTP, ca_file: str) -> None:
    """STARTTLS or nothing: whoever strips it from the greeting gets neither the password nor the mail."""
    _hello(smtp, extended=True)
    if not smtp.has_extn("starttls"):
        raise AccountBlocked("tls_not_offered")
    code, said = smtp.starttls(context=tls.context(ca_file))
    if 400 <= code < 500:
        raise _turned_away(code, said)
    if code != 220:
        raise AccountBlocked("tls_not_offered", vendor_code=str(code), vendor_text=_text(said))


def _hello(smtp: smtplib.SMTP, *, extended: bool) -> None:
    """EHLO. HELO, which offers neither a login nor TLS, is enough where nothing else is needed."""
    code, said = smtp.ehlo()
    if 500 <= code < 600 and not extended:
        code, said = smtp.helo()
    if not 200 <= code < 300:
        raise _turned_away(code, said)


def _login(smtp: smtplib.SMTP, user: str, password: str) -> None:
    """By one mechanism only: smtplib's own ``login`` tries them all, and servers lock accounts after a few failures."""
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    way = next((name for name in ("PLAIN", "LOGIN", "CRAM-MD5") if name in offered), "")
    if not way:
        raise AccountBlocked("auth", vendor_text=f"AUTH {' '.join(offered)}".strip())
    smtp.user, smtp.password = user, password
    try:
        match way:
            case "PLAIN":
                smtp.auth(way, smtp.auth_plain)
            case "LOGIN":
                smtp.auth(way, smtp.auth_login)
            case _:
                smtp.auth(way, smtp.auth_cram_md5)
    except smtplib.SMTPAuthenticationError as error:
        raise _login_refused(error, by_token=False) from None
    finally:
        smtp.password = ""


def _xoauth2(smtp: smtplib.SMTP, user: str, token: str) -> None:
    told = Challenges(user, token)

    def answer(challenge: bytes | None = None) -> str:
        return told.answer(challenge).decode("ascii", "replace")

    try:
        smtp.auth("XOAUTH2", answer)
    except smtplib.SMTPAuthenticationError as error:
        raise _login_refused(error, by_token=True) from None


def _login_refused(error: smtplib.SMTPAuthenticationError, *, by_token: bool) -> ChannelError:
    text = _text(error.smtp_error)
    if not 500 <= error.smtp_code < 600:
        return _turned_away(error.smtp_code, text)
    refused = login_refused(text, by_token=by_token)
    refused.vendor_code = str(error.smtp_code)
    return refused


def _envelope(smtp: smtplib.SMTP, sender: str, to: str, size: int) -> None:
    limit = smtp.esmtp_features.get("size", "").strip()
    if limit.isdigit() and 0 < int(limit) < size:
        raise Rejected("too_big", vendor_text=f"SIZE {limit}")
    with _before_the_dot():
        options = (f"size={size}",) if smtp.has_extn("size") else ()
        code, said = smtp.mail(sender, options)
        if code != 250:
            raise _refusal(code, said)
        code, said = smtp.rcpt(to)
        if code not in (250, 251):
            raise _refusal(code, said, "address_refused")
        code, said = smtp.docmd("DATA")
        if code != 354:
            raise _refusal(code, said)


def _data(smtp: smtplib.SMTP, content: bytes) -> str:
    sock = smtp.sock
    if sock is None:
        raise NotSent("connection_lost")
    ended = content if content.endswith(b"\r\n") else content + b"\r\n"
    try:
        # Without its last bytes, the dot on a line of its own, the server must throw all of it away (RFC 5321 4.1.1.4).
        sock.sendall(_DOT.sub(b"..", ended))
        sock.settimeout(ANSWER_TIMEOUT)
    except OSError:
        raise NotSent("connection_lost") from None
    try:
        sock.sendall(b".\r\n")
        code, said = smtp.getreply()
    except (smtplib.SMTPException, OSError, ValueError):
        smtp.close()
        raise Unknown("answer_lost") from None
    if 200 <= code < 300:
        return _text(said)
    if 400 <= code < 600:
        raise _refusal(code, said)
    raise Unknown("broken_answer", vendor_code=str(code), vendor_text=_text(said))


def _turned_away(code: int, said: bytes | str) -> ChannelError:
    """A server's no before it has heard of any message, which therefore may go later; a refused login is another."""
    text = _text(said)
    blocked = login_refused(text, by_token=False)
    if code in _AUTH_REFUSED or blocked.code != "auth":
        return AccountBlocked(blocked.code, vendor_code=str(code), vendor_text=text)
    return NotSent("vendor_down" if 400 <= code < 600 else "broken_answer", vendor_code=str(code), vendor_text=text)


def _refusal(code: int, said: bytes | str, permanent: str = "refused") -> ChannelError:
    text = _text(said)
    blocked = login_refused(text, by_token=False)
    if code in _AUTH_REFUSED or blocked.code != "auth":
        return AccountBlocked(blocked.code, vendor_code=str(code), vendor_text=text)
    if 400 <= code < 500:
        return NotSent("vendor_busy", vendor_code=str(code), vendor_text=text)
    if 500 <= code < 600:
        return Rejected("too_big" if code == 552 else permanent, vendor_code=str(code), vendor_text=text)
    return NotSent("broken_answer", vendor_code=str(code), vendor_text=text)


@contextlib.contextmanager
def _before_the_dot() -> Iterator[None]:
    """Whatever breaks here, nothing was accepted."""
    try:
        yield
    except ChannelError:
        raise
    except ssl.SSLError as error:
        raise NotSent("tls", vendor_text=tls.reason(error)) from None
    except smtplib.SMTPConnectError as error:
        raise _turned_away(error.smtp_code, error.smtp_error) from None
    except smtplib.SMTPServerDisconnected as error:
        # smtplib hides a silence behind a lost connection.
        raise NotSent("timeout" if isinstance(error.__context__, TimeoutError) else "connection_lost") from None
    except (smtplib.SMTPException, ValueError) as error:
        # Also smtplib's own "500 Line too long".
        raise NotSent("broken_answer", vendor_text=type(error).__name__) from None
    except TimeoutError:
        raise NotSent("timeout") from None
    except OSError as error:
        raise NotSent("unreachable", vendor_text=(error.strerror or type(error).__name__)) from None


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode("utf-8", "replace")


def _text(said: bytes | str) -> str:
    return _bytes(said).decode("utf-8", "replace").replace("\n", " ")[:500]

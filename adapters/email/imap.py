"""One IMAP session: folders, pages of raw mails by UID, one mail by its Message-ID, filing a copy.

Raw bytes only: nothing of a mail is parsed in this process.
"""

from __future__ import annotations

import contextlib
import imaplib
import re
import select
import socket
import ssl
import time
from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from imap_tools.errors import ImapToolsError
from imap_tools.imap_utf7 import utf7_encode

from adapters.email import tls
from adapters.email.imap_login import TIMEOUT, connect, error_text, passes, shut, text_of
from adapters.email.oauth import Bearer
from adapters.email.servers import Server
from adapters.email.veil import veiled
from tui_inbox.domain.errors import ChannelError, NotSent, Rejected
from tui_inbox.ports.secrets import Secret

UIDS_PER_SEARCH = 50_000
"""A search answers on one line; this keeps it under half a megabyte."""
WHOLE_MAIL = 40 * 1024 * 1024
"""Bytes of the largest mail that is fetched whole: 25 MB of files in base64, and some."""
GROUP_BYTES = 2 * 1024 * 1024
"""Smaller mails are fetched together, up to this much by one command."""
START_OF_MAIL = 512 * 1024
_UID = re.compile(rb"\bUID (\d+)")
_EXISTS = re.compile(rb"\* \d+ EXISTS\b", re.IGNORECASE)
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
# Names of the folder of sent mail where the server marks none (RFC 6154 is not everywhere).
_SENT = frozenset(
    {
        "sent",
        "sent items",
        "sent mail",
        "sent messages",
        "envoyés",
        "éléments envoyés",
        "messages envoyés",
        "courrier envoyé",
        "gesendet",
        "gesendete elemente",
        "gesendete objekte",
        "enviados",
        "elementos enviados",
        "inviata",
        "posta inviata",
        "verzonden",
        "verzonden items",
    }
)
INBOX = "INBOX"


class Folder(NamedTuple):
    """State of a selected folder."""

    name: str
    validity: int
    next_uid: int


class RawMail(NamedTuple):
    uid: int
    raw: bytes
    size: int
    """As the server says; larger than ``raw`` when only the start was fetched."""
    fault: str = ""
    """The server's own words when it would not give this one mail."""


class Session:
    """A logged-in connection. Every method raises ``ChannelError``."""

    def __init__(self, server: Server, user: str, secret: Secret | Bearer | None, ca_file: str = "") -> None:
        server.check()
        with veiled(user, secret), _faults():
            self._box = connect(server, user, secret, ca_file)
        self._sent: str | None = None

    def open(self, folder: str) -> Folder:
        """Select read-only."""
        client = self._box.client
        with _faults():
            self._box.folder.set(folder, readonly=True)
            validity = _number(client.response("UIDVALIDITY"))
            next_uid = _number(client.response("UIDNEXT"))
            if not next_uid or not validity:
                status = self._box.folder.status(folder, ["UIDNEXT", "UIDVALIDITY"])
                next_uid, validity = status.get("UIDNEXT", 0), status.get("UIDVALIDITY", 0)
        return Folder(folder, validity, next_uid)

    def uids(self, first: int, last: int, since: date | None) -> list[int]:
        """UIDs from ``first`` to ``last`` in the open folder, ascending; ``since`` is the server's arrival date."""
        criteria = ["UID", f"{first}:{last}"]
        if since is not None:
            criteria += ["SINCE", f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"]
        with _faults():
            data = _checked(self._box.client.uid("SEARCH", *criteria))
        found = {int(part) for line in data if isinstance(line, bytes) for part in line.split() if part.isdigit()}
        # A server answers "n:*" with the last mail even when its UID is below n, and some do so for "n:m" too.
        return sorted(uid for uid in found if first <= uid <= last)

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """UID -> bytes, without those that have gone meanwhile."""
        if not uids:
            return {}
        with _faults():
            data = _checked(self._box.client.uid("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE)"))
        found: dict[int, int] = {}
        for item in data:
            line = b" ".join(part for part in item if isinstance(part, bytes)) if isinstance(item, tuple) else item
            if isinstance(line, bytes) and (uid := _UID.search(line)) and (size := _SIZE.search(line)):
                found[int(uid[1])] = int(size[1])
        return found

    def mails(self, sizes: Mapping[int, int]) -> list[RawMail]:
        """Raw mails in the order of their UIDs, without marking them as read; those that have gone are left out."""
        found: dict[int, RawMail] = {}
        for group in _groups(sizes):
            with _faults():
                status, data = self._box.client.uid("FETCH", ",".join(map(str, group)), "(UID BODY.PEEK[])")
            if status == "OK":
                found.update((uid, RawMail(uid, raw, max(sizes[uid], len(raw)))) for uid, raw in _bodies(data, sizes))
            # One mail that the server cannot give must not hide the others.
            for uid in group:
                if uid not in found and (single := self.mail(uid, sizes[uid])) is not None:
                    found[uid] = single
        for uid, size in sizes.items():
            if size > _grouped() and (single := self.mail(uid, size)) is not None:
                found[uid] = single
        return [found[uid] for uid in sorted(found)]

    def mail(self, uid: int, size: int) -> RawMail | None:
        """One raw mail; only its start when it is enormous; None when it has gone."""
        what = "BODY.PEEK[]" if size <= WHOLE_MAIL else f"BODY.PEEK[]<0.{START_OF_MAIL}>"
        with _faults():
            status, data = self._box.client.uid("FETCH", str(uid), f"(UID {what})")
        if status != "OK":
            text = text_of(data)
            if passes(text):
                raise NotSent("vendor_down", vendor_text=text)
            return RawMail(uid, b"", size, text or "NO")
        for item in data:
            if isinstance(item, tuple) and len(item) > 1 and isinstance(item[1], bytes):
                return RawMail(uid, item[1], max(size, len(item[1])))
        return None

    def by_header(self, name: str, value: str) -> list[int]:
        """UIDs of the open folder whose header holds ``value``, newest first."""
        if not _is_quotable(value):
            return []
        with _faults():
            data = _checked(self._box.client.uid("SEARCH", "HEADER", name, f'"{value}"'))
        found = {int(part) for line in data if isinstance(line, bytes) for part in line.split() if part.isdigit()}
        return sorted(found, reverse=True)

    def sent_folder(self, configured: str = "") -> str:
        """Name of the folder of sent mail, or an empty string."""
        if self._sent is None:
            self._sent = configured or self._find_sent()
        return self._sent

    def count(self, folder: str) -> int:
        with _faults():
            return self._box.folder.status(folder, ["MESSAGES"]).get("MESSAGES", 0)

    def file_copy(self, folder: str, raw: bytes, at: datetime) -> None:
        """APPEND, marked as read."""
        name = b'"' + utf7_encode(folder).replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
        with _faults():
            when = imaplib.Time2Internaldate(at.astimezone(UTC))
            _checked(self._box.client.append(name.decode("ascii"), r"(\Seen)", when, raw))

    def can_idle(self) -> bool:
        """Asked after the login: some servers tell it only then."""
        with _faults():
            data = _checked(self._box.client.capability())
        return any(b"IDLE" in line.upper().split() for line in data if isinstance(line, bytes))

    def idle(self, seconds: float, waker: socket.socket) -> bool | None:
        """Wait on the open folder: True for a new mail, False when the time is over, None when ``waker`` was rung."""
        client = self._box.client
        until = time.monotonic() + seconds
        rung = False
        with _faults():
            client.untagged_responses.pop("EXISTS", None)
            # Some servers tell in IDLE only what happens from then on; what came before is told to any command.
            _checked(client.noop())
            if client.untagged_responses.get("EXISTS"):
                return True
            tag = client._command("IDLE")
            while client._get_response() is not None:
                if refused := client.tagged_commands.get(tag):
                    raise Rejected("refused", vendor_text=text_of(refused[1:][0]))
            came = bool(client.untagged_responses.get("EXISTS")) or self._told()
            while not came and not rung and (left := until - time.monotonic()) > 0:
                ready = select.select([client.sock, waker], [], [], left)[0]
                rung = waker in ready
                if client.sock in ready and not (came := self._told()):
                    break  # Something else, or the end: the answer to DONE tells.
            client.send(b"DONE\r\n")
            _result, rest = self._box.consume_until_tagged_response(tag)
        return None if rung else came or _has_exists(rest)

    def _told(self) -> bool:
        """Read the lines that have come, to the end of the last one, without waiting for more."""
        lines: list[bytes] = []
        while self._has_more():
            lines.append(self._box.client._get_line())
        return _has_exists(lines)

    def _has_more(self) -> bool:
        """Lines that came together wait in the library's own buffer, where no look at the line shows them."""
        client = self._box.client
        client.sock.settimeout(0)
        try:
            lines: Any = client.file
            return bool(lines.peek(1))
        except OSError:
            return False
        finally:
            client.sock.settimeout(TIMEOUT)

    def is_alive(self) -> bool:
        try:
            return bool(self._box.client.noop()[0] == "OK")
        except (imaplib.IMAP4.error, OSError):
            return False

    def close(self) -> None:
        try:
            self._box.client.logout()
        except (imaplib.IMAP4.error, OSError):
            shut(self._box.client)

    def _find_sent(self) -> str:
        with _faults():
            folders = self._box.folder.list()
        for folder in folders:
            if "\\sent" in (flag.lower() for flag in folder.flags):
                return folder.name
        for folder in folders:
            last = folder.name.rsplit(folder.delim, 1)[-1] if folder.delim not in ("", "NIL") else folder.name
            if last.lower() in _SENT:
                return folder.name
        return ""


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _has_exists(lines: Sequence[object]) -> bool:
    return any(_EXISTS.match(line) for line in lines if isinstance(line, bytes))


def _grouped() -> int:
    return min(GROUP_BYTES, WHOLE_MAIL)


def _groups(sizes: Mapping[int, int]) -> Iterator[list[int]]:
    group: list[int] = []
    total = 0
    for uid, size in sorted(sizes.items()):
        if size > _grouped():
            continue
        if group and total + size > GROUP_BYTES:
            yield group
            group, total = [], 0
        group.append(uid)
        total += size
    if group:
        yield group


def _bodies(data: Sequence[object], wanted: Container[int]) -> Iterator[tuple[int, bytes]]:
    """(UID, raw mail) pairs; servers put the UID before or behind the literal."""
    for number, item in enumerate(data):
        if not isinstance(item, tuple) or len(item) < 2 or not isinstance(item[1], bytes):
            continue
        behind = data[number + 1] if number + 1 < len(data) else b""
        uid = _UID.search(item[0]) or (_UID.search(behind) if isinstance(behind, bytes) else None)
        if uid is not None and int(uid[1]) in wanted:
            yield int(uid[1]), item[1]


@contextlib.contextmanager
def _faults() -> Iterator[None]:
    """What the libraries raise, as ``ChannelError``; nothing has been sent by any of these commands."""
    try:
        yield
    except ChannelError:
        raise
    except ssl.SSLError as error:
        raise NotSent("tls", vendor_text=tls.reason(error)) from None
    except imaplib.IMAP4.abort as error:
        raise NotSent("connection_lost", vendor_text=str(error)[:300]) from None
    except imaplib.IMAP4.error as error:
        text = error_text(error)
        raise (NotSent if passes(text) else Rejected)("refused", vendor_text=text) from None
    except ImapToolsError as error:
        text = error_text(error)
        raise (NotSent if passes(text) else Rejected)("refused", vendor_text=text) from None
    except TimeoutError:
        raise NotSent("timeout") from None
    except OSError as error:
        raise NotSent("unreachable", vendor_text=(error.strerror or type(error).__name__)) from None
    except (ValueError, KeyError, IndexError, AttributeError, UnicodeError) as error:
        # imaplib and imap_tools meet an answer that is no IMAP with many kinds of exception.
        raise NotSent("broken_answer", vendor_text=type(error).__name__) from None


def _checked(answer: tuple[str, Sequence[object]]) -> Sequence[object]:
    status, data = answer
    if status != "OK":
        text = text_of(data)
        raise (NotSent if passes(text) else Rejected)("refused", vendor_text=text)
    return data


def _number(response: tuple[str, list[object]]) -> int:
    value = response[1][0] if response[1] else None
    return int(value) if isinstance(value, bytes) and value.isdigit() else 0


def _is_quotable(value: str) -> bool:
    return value.isascii() and value.isprintable() and '"' not in value and "\\" not in value and 0 < len(value) < 900

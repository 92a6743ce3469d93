"""One mailbox: polls INBOX and the folder of sent mail, reads mails, submits answers."""

from __future__ import annotations

import hashlib
import re
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Self, TypeVar

import msgspec
from msgspec import Struct

from adapters.email import ota, reading
from adapters.email.pipe import MailParser
from adapters.email.settings import EMAIL, MAX_FILES, Mailboxes, MailSettings
from tui_inbox.domain.channel import ChannelTraits
from tui_inbox.domain.errors import ChannelError, Malformed, Refused, Rejected
from tui_inbox.domain.outbox import Outgoing
from tui_inbox.ports.channel import Batch, Envelope, Found, Health, HealthState, Item, Receipt
from tui_inbox.ports.clock import Clock, SystemClock
from tui_inbox.ports.secrets import Secret, Secrets

if TYPE_CHECKING:
    from adapters.email.idle import Watch
    from adapters.email.imap import Folder, RawMail, Session
    from adapters.email.oauth import Bearer

INBOX, SENT = "inbox", "sent"
MAILS_PER_BATCH = 50
BYTES_PER_BATCH = 32 * 1024 * 1024
COPIES_KEPT = 100
"""Sent mails that wait to be filed while the mailbox cannot be reached."""
RESCAN_DAYS = 14
"""How far back a rescan goes when the server has renumbered its mails: what is older was read before."""
_ID_LINE = re.compile(rb"^message-id[ \t]*:[ \t]*(<[^<>\r\n]{1,900}>)", re.IGNORECASE | re.MULTILINE)
_FOLDED_ID = re.compile(rb"^message-id[ \t]*:\s*(<[^<>\r\n]{1,900}>)", re.IGNORECASE | re.MULTILINE)
_DATE_LINE = re.compile(rb"^date[ \t]*:[ \t]*([^\r\n]{0,200})", re.IGNORECASE | re.MULTILINE)
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._-]")

T = TypeVar("T")


class Cursor(Struct, frozen=True):
    """Where a folder stands: the next UID to look at, valid as long as the server keeps its numbers."""

    uidvalidity: int = 0
    uidnext: int = 1
    since: str = ""
    """First day (ISO) of a history that is still being read."""
    until: int = 0
    """UID at which that history ends."""
    day: str = ""
    """Day of the last complete look: a rescan starts a while before it."""


class Email(Mailboxes):
    """Implements ``Channel``, ``FindsSent``, ``FetchesFiles`` and ``WaitsForNews`` of ``ports.channel``."""

    def __init__(
        self, name: str, settings: MailSettings, secret: Secret | Bearer | None, clock: Clock | None = None
    ) -> None:
        self.name = name
        self._settings = settings
        self._secret = secret
        self._clock = clock or SystemClock()
        self._parser = MailParser()
        self._session: Session | None = None
        self._lock = threading.Lock()
        self._copies: deque[bytes] = deque(maxlen=COPIES_KEPT)
        self._watch: Watch | None = None

    @classmethod
    def open(cls, name: str, settings: MailSettings, secrets: Secrets) -> Self:
        settings.incoming.check()
        if settings.outgoing is not None:
            settings.outgoing.check()
        elif settings.mode == "full":
            raise Refused("mail_no_smtp", account=name)
        if settings.auth == "oauth":
            from adapters.email.oauth import bearer

            return cls(name, settings, bearer(settings, secrets))
        return cls(name, settings, secrets.get(settings.secret) if settings.secret else None)

    @property
    def traits(self) -> Mapping[str, ChannelTraits]:
        return self.serves(self._settings)

    def streams(self) -> Sequence[str]:
        return (INBOX, SENT)

    def fetch(self, stream: str, cursor: str, since: datetime | None) -> Batch:
        def poll(session: Session) -> Batch:
            self._file_copies(session)
            return self._fetch(session, stream, cursor, since)

        return self._with_session(poll)

    def read(self, envelope: Envelope) -> Sequence[Item]:
        if envelope.kind == reading.REFUSED:
            raise Malformed("mail_not_served", text=envelope.raw.decode("utf-8", "replace")[:300])
        parsed = self._parser.parse(envelope.raw)
        settings = self._settings
        return reading.items(envelope, parsed, settings.own_address, settings.ota, settings.checker)

    def check(self, outgoing: Outgoing) -> None:
        from adapters.email.compose import compose

        traits = self.traits.get(outgoing.channel)
        if traits is None:
            raise Refused("channel_not_served", channel=outgoing.channel)
        if not self._settings.can_send:
            raise Refused("view_only")
        if len(outgoing.attachments) > MAX_FILES:
            raise Refused("too_many_files", channel=traits.label, limit=MAX_FILES)
        if traits.content_rules:
            if refused := ota.files_fault(outgoing.attachment_names):
                raise Refused("ota_file_refused", name=refused)
            # Where it goes is known when it goes.
            outgoing = outgoing._replace(address=self._settings.address)
        stand_in = (("file", "text/plain", b"-"),) if outgoing.attachments else ()
        try:
            compose(
                self._referred(outgoing),
                self._settings.address,
                self._settings.sender_name,
                self._clock.now(),
                stand_in,
            )
        except Rejected as error:
            raise Refused(error.code) from None

    def send(self, outgoing: Outgoing, files: Sequence[tuple[str, str, bytes]] = ()) -> Receipt:
        from adapters.email.compose import ascii_address, compose, message_id
        from adapters.email.smtp import submit

        settings = self._settings
        if settings.outgoing is None or not settings.can_send:
            raise Rejected("view_only")
        outgoing = ota.addressed(self._referred(outgoing))
        limits = self.traits[outgoing.channel].attachments if outgoing.channel in self.traits else EMAIL.attachments
        size = sum(len(content) for _name, _type, content in files)
        if limits is not None and (len(files) > limits.count or size > limits.max_bytes):
            raise Rejected("too_big")
        content = compose(outgoing, settings.address, settings.sender_name, self._clock.now(), files)
        to = ascii_address(outgoing.address)
        submit(
            settings.outgoing,
            settings.login,
            self._secret,
            settings.ca_file,
            ascii_address(settings.address),
            to,
            content,
        )
        if settings.copied_by == "ours":
            self._copies.append(content)
        return Receipt(message_id(outgoing.message_ref))

    def find(self, outgoing: Outgoing) -> Found:
        """Only a copy that the server itself filed proves anything, and only that it was sent."""
        from adapters.email.compose import message_id

        if self._settings.copied_by != "server":
            return Found()
        reference = message_id(self._referred(outgoing).message_ref)

        def look(session: Session) -> Found:
            for folder in (session.sent_folder(self._settings.sent_folder), "INBOX"):
                if folder:
                    session.open(folder)
                    if session.by_header("Message-ID", reference):
                        return Found((reference,))
            return Found()

        return self._with_session(look)

    def download(self, ref: str, max_bytes: int) -> Iterator[bytes]:
        try:
            wanted = msgspec.json.decode(ref, type=reading.FileRef)
        except msgspec.DecodeError:
            raise Malformed("file_missing") from None
        raw = self._with_session(lambda session: self._raw_again(session, wanted))
        content = self._parser.file(raw, wanted.part)
        if len(content) > max_bytes:
            raise Malformed("too_big")
        for start in range(0, len(content), 65536):
            yield content[start : start + 65536]

    def test(self) -> Health:
        from adapters.email.smtp import check_login

        settings = self._settings
        details: dict[str, str | int] = {}
        try:
            details["inbox"] = self._with_session(lambda session: session.count("INBOX"))
            details["sent_folder"] = self._with_session(lambda session: session.sent_folder(settings.sent_folder))
            if settings.outgoing is not None and settings.can_send:
                check_login(settings.outgoing, settings.login, self._secret, settings.ca_file)
        except ChannelError as error:
            text = " ".join(part for part in (error.vendor_code, error.vendor_text) if part)
            return Health(HealthState.ERROR, settings.address, error.code, text, details)
        return Health(HealthState.OK, settings.address, details=details)

    def wait(self, seconds: float) -> bool:
        """On a connection of its own, so that neither a poll nor a download waits for it."""
        from adapters.email.idle import Watch

        if self._watch is None:
            self._watch = Watch(self._connected, allowed=self._settings.idle)
        return self._watch.wait(seconds)

    def close(self) -> None:
        if self._watch is not None:
            self._watch.close()
        self._parser.close()
        if self._secret is not None and not isinstance(self._secret, Secret):
            self._secret.close()
        if self._copies:
            with suppress(ChannelError):
                self._with_session(self._file_copies)
        with self._lock:
            self._drop_session()

    def _fetch(self, session: Session, stream: str, cursor: str, since: datetime | None) -> Batch:
        name = "INBOX" if stream == INBOX else session.sent_folder(self._settings.sent_folder)
        if not name:
            return Batch((), cursor)
        folder = session.open(name)
        start = self._start(_cursor(cursor), folder, since)
        mails, following = self._page(session, start, folder)
        kind = reading.MAIL if stream == INBOX else reading.SENT_MAIL
        envelopes = tuple(_envelope(mail, kind, folder.validity) for mail in mails)
        done = following >= folder.next_uid
        after = Cursor(
            folder.validity,
            following,
            "" if done or following >= start.until else start.since,
            0 if done or following >= start.until else start.until,
            self._clock.now().date().isoformat() if done else start.day,
        )
        return Batch(envelopes, msgspec.json.encode(after).decode(), more=not done)

    def _start(self, cursor: Cursor, folder: Folder, since: datetime | None) -> Cursor:
        if cursor.uidvalidity == folder.validity:
            return cursor
        first_day = since.date().isoformat() if since else ""
        if cursor.uidvalidity and cursor.day:
            # Renumbered: what was read before is known again by its own id, whatever number it has now.
            back = date.fromisoformat(cursor.day) - timedelta(days=RESCAN_DAYS)
            first_day = max(first_day, back.isoformat())
        return Cursor(folder.validity, 1, first_day, folder.next_uid if first_day else 0, cursor.day)

    def _page(self, session: Session, start: Cursor, folder: Folder) -> tuple[list[RawMail], int]:
        """Up to a batch of mails from ``start``, and the UID to go on at."""
        from adapters.email.imap import UIDS_PER_SEARCH

        first = start.uidnext
        while first < folder.next_uid:
            last = min(first + UIDS_PER_SEARCH, folder.next_uid) - 1
            if start.since and first < start.until:
                last = min(last, start.until - 1)
            since = date.fromisoformat(start.since) if start.since and first < start.until else None
            uids = session.uids(first, last, since)
            sizes = session.sizes(uids[:MAILS_PER_BATCH])
            wanted = _within(sizes, BYTES_PER_BATCH)
            left = sorted(uid for uid in sizes if uid not in wanted) or uids[MAILS_PER_BATCH:]
            mails = session.mails(wanted)
            if left:
                return mails, left[0]
            first = last + 1
            if mails:
                return mails, first
        return [], max(first, start.uidnext)

    def _raw_again(self, session: Session, wanted: reading.FileRef) -> bytes:
        from adapters.email.imap import WHOLE_MAIL

        header, value = ("Message-ID", wanted.id) if wanted.id else ("Date", wanted.date)
        for folder in ("INBOX", session.sent_folder(self._settings.sent_folder)):
            if not folder or not value:
                continue
            session.open(folder)
            uids = session.by_header(header, value)[:5]
            sizes = session.sizes(uids)
            for uid in uids:
                if sizes.get(uid, 0) > WHOLE_MAIL:
                    raise Malformed("too_big")
                mail = session.mail(uid, sizes.get(uid, 0))
                if mail is not None and not mail.fault and wanted.digest in ("", reading.digest(mail.raw)):
                    return mail.raw
        raise Rejected("not_found")

    def _file_copies(self, session: Session) -> None:
        """Best effort: those mails have been accepted, whatever becomes of our copies.

        Done with the next poll and not within ``send``, so that an acceptance is recorded without delay.
        """
        while self._copies:
            content = self._copies[0]
            try:
                if folder := session.sent_folder(self._settings.sent_folder):
                    session.file_copy(folder, content, self._clock.now())
            except Rejected:
                pass
            except ChannelError:
                return  # Tried again at the next poll; guests' mail does not wait for it.
            self._copies.popleft()

    def _referred(self, outgoing: Outgoing) -> Outgoing:
        """With a Message-ID that is the same on every try, also for a row that was made without one."""
        if outgoing.message_ref:
            return outgoing
        key = _NOT_IN_ID.sub(".", outgoing.dedupe_key) or f"outbox-{outgoing.id}"
        domain = _NOT_IN_ID.sub("", self._settings.address.rpartition("@")[2]) or "localhost"
        return outgoing._replace(message_ref=f"<{key}@{domain}>")

    def _with_session(self, work: Callable[[Session], T]) -> T:
        """Run on the open connection; one that has gone stale is replaced, a fault ends it."""
        with self._lock:
            if self._session is not None and not self._session.is_alive():
                self._drop_session()
            if self._session is None:
                self._session = self._connected()
            try:
                return work(self._session)
            except ChannelError:
                self._drop_session()
                raise

    def _connected(self) -> Session:
        from adapters.email.imap import Session

        settings = self._settings
        return Session(settings.incoming, settings.login, self._secret, settings.ca_file)

    def _drop_session(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()


def _cursor(text: str) -> Cursor:
    try:
        return msgspec.json.decode(text, type=Cursor) if text else Cursor()
    except msgspec.DecodeError:
        return Cursor()


def _within(sizes: Mapping[int, int], limit: int) -> dict[int, int]:
    """As many as fit, in order, and at least one."""
    chosen: dict[int, int] = {}
    total = 0
    for uid, size in sorted(sizes.items()):
        total += size
        if chosen and total > limit:
            break
        chosen[uid] = size
    return chosen


def _envelope(mail: RawMail, kind: str, validity: int) -> Envelope:
    if mail.fault:
        return Envelope(f"uid:{validity}.{mail.uid}", reading.REFUSED, mail.fault.encode())
    whole = mail.size <= len(mail.raw) or mail.size - len(mail.raw) < 1024
    return Envelope(external_id(mail.raw), kind if whole else f"{kind}{reading.CUT}", mail.raw)


def external_id(raw: bytes) -> str:
    """The same for the same mail in every folder and after every renumbering.

    Some programs repeat one Message-ID in all their mails: the date is part of the key.
    """
    end = _HEAD_END.search(raw)
    head = raw[: end.start() if end else len(raw)][:262_144]
    found = _ID_LINE.search(head) or _FOLDED_ID.search(head)
    if found is None:
        return "raw:" + hashlib.sha256(raw).hexdigest()[:40]
    day = _DATE_LINE.search(head)
    return "mid:" + hashlib.sha256(found[1] + b"\0" + (day[1].strip() if day else b"")).hexdigest()[:40]

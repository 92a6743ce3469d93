"""One property at Channex: polls its threads, sends into them, looks up what it sent."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

import msgspec
from msgspec import Raw, Struct

from adapters._json import answered, decoded
from adapters._ota import checked_id, is_id, stamp
from adapters._text import same_text
from adapters.channex import errors, reports, wire
from adapters.channex.settings import FILE_HOSTS, VENDOR, AccountSettings, ChannexAccounts
from tui_inbox.domain.channel import ChannelTraits
from tui_inbox.domain.deed import Act, Deed
from tui_inbox.domain.errors import AcceptedWithoutId, Malformed, NotSent, Refused, Rejected, Unknown
from tui_inbox.domain.outbox import Outgoing
from tui_inbox.ports.channel import Batch, Envelope, Found, Health, Item, Receipt
from tui_inbox.ports.clock import Clock, SystemClock
from tui_inbox.ports.secrets import Secrets

if TYPE_CHECKING:
    from adapters._http import Http

OVERLAP = timedelta(minutes=10)
"""How far each poll reaches behind the newest message seen, for those that the vendor listed late."""
CLOCK_SLACK = timedelta(seconds=5)
_THREADS = 20
"""Per page: each thread that has news costs a request of its own."""
_MESSAGES = 100
_MOST_PAGES = 50
_KEPT = 1000
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LINK = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~/%-]*(\?[A-Za-z0-9._~/%=&+-]*)?")


class Cursor(Struct, frozen=True):
    """The newest activity of a finished pass, and the page that an unfinished one goes on at."""

    watermark: str = ""
    page: int = 1
    newest: str = ""


class Channex(ChannexAccounts):
    """Implements ``Channel``, ``FindsSent``, ``FetchesFiles``, ``LoadsOlder`` and ``TakesActs``."""

    def __init__(self, name: str, settings: AccountSettings, http: Http, clock: Clock | None = None) -> None:
        self.name = name
        self._settings = settings
        self._http = http
        self._clock = clock or SystemClock()
        self._bookings: OrderedDict[str, bytes] = OrderedDict()

    @classmethod
    def open(cls, name: str, settings: AccountSettings, secrets: Secrets) -> Self:
        """Raises ``Refused("secret_missing")`` or ``Refused("bad_base_url")``; touches no network."""
        from adapters._http import Http

        key = secrets.get(settings.secret)
        http = Http(
            settings.base_url,
            auth=lambda: {"user-api-key": key.reveal()},
            file_hosts=FILE_HOSTS if settings.base_url.rstrip("/") == VENDOR else (),
            explain=errors.explain,
        )
        return cls(name, settings, http)

    @property
    def traits(self) -> Mapping[str, ChannelTraits]:
        return self.serves(self._settings)

    def streams(self) -> Sequence[str]:
        """The threads, and how the sites are connected."""
        return ("messages", "connections")

    def fetch(self, stream: str, cursor: str, since: datetime | None) -> Batch:
        """One page of threads with what is new in them; the watermark moves when a pass has read all its pages."""
        if stream == "connections":
            return reports.connections(self._http, self._settings, cursor, self._clock.now())
        place = _place(cursor)
        start = datetime.fromisoformat(f"{place.watermark}+00:00") - OVERLAP if place.watermark else since
        params = {
            "filter[property_id]": self._settings.property_id,
            "order[last_message_received_at]": "desc",
            "pagination[page]": str(place.page),
            "pagination[limit]": str(_THREADS),
        }
        if start is not None:
            params["filter[last_message_received_at_gte]"] = stamp(start)
        rows = answered(self._http.read("/message_threads", params), wire.Page).data
        newest, envelopes = place.newest, list[Envelope]()
        # The vendor lists the newest first; what was said first is better read first.
        for raw in reversed(rows):
            thread = _thread(bytes(raw))
            if thread is None:
                envelopes.append(_unreadable(bytes(raw)))
                continue
            active = thread.active_at
            if active is not None and active <= self._clock.now() + OVERLAP:
                newest = max(newest, stamp(active))
            if start is not None and active is not None and active < start:
                continue
            if wire.site_of(thread.attributes.provider) in self._settings.sites:
                envelopes.extend(reversed(self._new_in(thread, bytes(raw), start)))
        if len(rows) >= _THREADS:
            following = Cursor(place.watermark, place.page + 1, newest)
            return Batch(tuple(envelopes), _written(following), more=True)
        watermark = max(place.watermark, newest) or (stamp(since) if since else "")
        return Batch(tuple(envelopes), _written(Cursor(watermark)))

    def read(self, envelope: Envelope) -> Sequence[Item]:
        """Raises ``Malformed``."""
        if envelope.kind == "connection":
            return wire.read_connection(decoded(envelope.raw, wire.Noted))
        return wire.read_message(decoded(envelope.raw, wire.Told), self._settings.sites)

    def check(self, outgoing: Outgoing) -> None:
        """Raises ``Refused`` for what the vendor is known to refuse."""
        traits = self.traits.get(outgoing.channel)
        if traits is None:
            raise Refused("channel_not_served", channel=outgoing.channel)
        if self._settings.mode == "view-only":
            raise Refused("view_only")
        if not is_id(outgoing.address):
            raise Refused("no_thread")
        if outgoing.attachments and outgoing.text.strip():
            raise Refused("text_or_file", channel=traits.label)
        if len(outgoing.attachments) > 1:
            raise Refused("too_many_files", channel=traits.label, limit=1)
        if not outgoing.attachments and not outgoing.text.strip():
            raise Refused("empty_text")
        if traits.max_chars is not None and len(outgoing.text) > traits.max_chars:
            raise Refused("too_long", limit=traits.max_chars, length=len(outgoing.text), channel=traits.label)

    def send(self, outgoing: Outgoing, files: Sequence[tuple[str, str, bytes]] = ()) -> Receipt:
        """Into the thread, or, where none has begun yet, to the booking itself.

        Raises ``Refused`` before the wire, or the ``ChannelError`` that says what may happen next.
        """
        self.check(outgoing)
        for _name, type_, content in files:
            self._check_file(outgoing.channel, type_, content)
        place = self._messages_of(outgoing.address)
        body = {"attachment_id": self._upload(*files[0])} if files else {"message": outgoing.text}
        answer = self._http.send(place, json=msgspec.json.encode({"message": body}))
        try:
            sent = decoded(answer.content, wire.Sent)
            return Receipt(checked_id(sent.data.id))
        except Malformed:
            raise AcceptedWithoutId("unreadable_answer", http_status=answer.status) from None

    def find(self, outgoing: Outgoing) -> Found:
        """The hotel's messages of this very text in the thread since the row was made; files have no text."""
        since = (outgoing.created_at or outgoing.unknown_since or self._clock.now()) - CLOCK_SLACK
        wanted, found, readable = same_text(outgoing.text), list[tuple[datetime, str]](), True
        for message, _raw in self._walk(self._messages_of(outgoing.address), since):
            at, fields = message.at, message.attributes
            readable = readable and at is not None
            if at is None or at < since or fields.sender != "property":
                continue
            same = bool(fields.attachments) if outgoing.attachments else same_text(fields.message or "") == wanted
            if same:
                found.append((at, message.id))
        # What cannot be read may be ours.
        return Found(tuple(id_ for _at, id_ in sorted(found)), authoritative=readable)

    def act(self, deed: Deed) -> None:
        """Close a thread or open it, or tell Booking.com that nobody waits for an answer."""
        if self._settings.mode == "view-only":
            raise Refused("view_only")
        on = deed.value != "off"
        if deed.act is Act.CLOSE:
            verb = "close" if on else "open"
        elif deed.act is Act.NO_REPLY_NEEDED and deed.channel == "booking":
            if not on:
                return  # The vendor has no way back; the next message of the guest's asks for an answer again.
            verb = "no_reply_needed"
        else:
            raise Refused("act_not_supported")
        self._http.tell("POST", f"/message_threads/{self._thread_id(deed)}/{verb}", json=b"{}")

    def download(self, ref: str, max_bytes: int) -> Iterator[bytes]:
        """``ref`` is a link relative to the API, as the vendor gives it."""
        if ref.startswith(("http://", "https://")):
            return self._http.stream(ref, max_bytes)
        path = ref.lstrip("/").removeprefix("api/v1/")
        if not _LINK.fullmatch(path) or ".." in path:
            raise Malformed("file_elsewhere")
        return self._http.stream(f"/{path}", max_bytes)

    def older(self, address: str, before: datetime, limit: int) -> Sequence[Envelope]:
        """Newest first, both directions; an address that is only a booking's code has no older messages."""
        if not _UUID.fullmatch(address):
            return ()
        raw = bytes(answered(self._http.read(f"/message_threads/{address}"), wire.One).data)
        thread = _thread(raw)
        if thread is None:
            raise NotSent("unreadable_answer")
        found = list[Envelope]()
        for message, body in self._walk(f"/message_threads/{address}/messages", None):
            if message.at is not None and message.at < before:
                found.append(self._told(thread, raw, message.id, body))
            if len(found) >= limit:
                break
        return found

    def test(self) -> Health:
        return reports.health(self._http, self._settings)

    def close(self) -> None:
        self._http.close()

    def _new_in(self, thread: wire.Thread, raw: bytes, start: datetime | None) -> list[Envelope]:
        """What stands in a thread, newest first, back to ``start``."""
        place = f"/message_threads/{checked_id(thread.id)}/messages"
        try:
            return [self._told(thread, raw, message.id, body) for message, body in self._walk(place, start)]
        except Rejected as error:
            if error.code != "not_found":
                raise
            return []  # It went since the list was made, and keeps nobody else's words waiting.

    def _walk(self, place: str, start: datetime | None) -> Iterator[tuple[wire.Message, bytes]]:
        """Messages, newest first; ends after the page that reaches behind ``start``."""
        for page in range(1, _MOST_PAGES + 1):
            params = {"pagination[page]": str(page), "pagination[limit]": str(_MESSAGES)}
            rows = answered(self._http.read(place, params), wire.Page).data
            reached = False
            for row in rows:
                try:
                    message = decoded(bytes(row), wire.Message)
                except Malformed:
                    # Kept under the hash of its bytes and quarantined by its reader.
                    message = wire.Message(_hashed(bytes(row)), wire.MessageFields())
                if start is not None and message.at is not None and message.at < start:
                    reached = True
                    continue
                yield message, bytes(row)
            if reached or len(rows) < _MESSAGES:
                return

    def _told(self, thread: wire.Thread, raw: bytes, message_id: str, body: bytes) -> Envelope:
        booking = self._booking(thread.booking_id)
        told = msgspec.json.encode({"message": Raw(body), "thread": Raw(raw), "booking": Raw(booking)})
        return Envelope(message_id[:200], "message", told)

    def _booking(self, booking_id: str) -> bytes:
        """The stay behind a thread, asked once; the vendor forgets those long past."""
        if not is_id(booking_id):
            return b"null"
        if booking_id not in self._bookings:
            try:
                found = bytes(answered(self._http.read(f"/bookings/{booking_id}"), wire.One).data)
                decoded(found, wire.Booking)
            except (Rejected, Malformed):
                found = b"null"
            self._bookings[booking_id] = found
            while len(self._bookings) > _KEPT:
                self._bookings.popitem(last=False)
        return self._bookings[booking_id]

    def _messages_of(self, address: str) -> str:
        """Where messages to this guest are listed and posted. Raises ``ChannelError`` of a read."""
        if _UUID.fullmatch(address):
            return f"/message_threads/{address}/messages"
        params = {
            "filter[property_id]": self._settings.property_id,
            "filter[ota_reservation_code]": address,
            "pagination[limit]": "10",
        }
        for raw in answered(self._http.read("/bookings", params), wire.Page).data:
            with suppress(Malformed):
                booking = decoded(bytes(raw), wire.Booking)
                if booking.attributes.ota_reservation_code == address:
                    return f"/bookings/{checked_id(booking.id)}/messages"
        raise Rejected("no_such_booking")

    def _thread_id(self, deed: Deed) -> str:
        for ref in (deed.address, deed.conversation_ref):
            if _UUID.fullmatch(ref):
                return ref
        for message, _raw in self._walk(self._messages_of(deed.address), None):
            if message.thread_id:
                return checked_id(message.thread_id)
        raise Rejected("no_thread")

    def _check_file(self, channel: str, type_: str, content: bytes) -> None:
        limits = self.traits[channel].attachments
        if limits is None or not type_.startswith(limits.types):
            raise Refused("file_type", type=type_ or "?")
        if len(content) > limits.max_bytes:
            raise Refused("file_too_big", limit=limits.max_bytes // 1_000_000)

    def _upload(self, name: str, type_: str, content: bytes) -> str:
        """The file alone reaches nobody: when this fails nothing was sent."""
        body = {"file": base64.b64encode(content).decode("ascii"), "file_name": name, "file_type": type_}
        answer = self._http.tell("POST", "/attachments", json=msgspec.json.encode({"attachment": body}))
        try:
            return checked_id(decoded(answer.content, wire.Uploaded).data.id or "")
        except (Malformed, Unknown):
            raise NotSent("unreadable_answer", http_status=answer.status) from None


def _place(text: str) -> Cursor:
    """A cursor that cannot be read starts from the beginning: what was stored before is skipped by its id."""
    try:
        place = msgspec.json.decode(text, type=Cursor) if text else Cursor()
        if place.watermark:
            datetime.fromisoformat(place.watermark)
    except (msgspec.DecodeError, ValueError):
        return Cursor()
    return place if place.page > 0 else Cursor(place.watermark)


def _written(cursor: Cursor) -> str:
    return msgspec.json.encode(cursor).decode()


def _thread(raw: bytes) -> wire.Thread | None:
    try:
        thread = decoded(raw, wire.Thread)
        checked_id(thread.id)
    except Malformed:
        return None
    return thread


def _unreadable(raw: bytes) -> Envelope:
    return Envelope(_hashed(raw), "message", raw)


def _hashed(raw: bytes) -> str:
    return f"unreadable:{hashlib.sha256(raw).hexdigest()}"

"""One machine account at Booking.com: its queue, conversations and nightly search; sends, looks up, sets tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from msgspec.structs import replace

from adapters._json import answered, decoded
from adapters._ota import checked_id, is_id
from adapters._text import same_text
from adapters.booking_com import errors, pictures, search, threads, wire
from adapters.booking_com.calls import Calls, told
from adapters.booking_com.queue import Queue
from adapters.booking_com.settings import BOOKING, AccountSettings, BookingAccounts
from adapters.booking_com.tokens import Identity, Password, Tokens
from adapters.email.trim import over_quote
from tui_inbox.domain.channel import ChannelTraits
from tui_inbox.domain.deed import Act, Deed
from tui_inbox.domain.errors import AcceptedWithoutId, AccountBlocked, ChannelError, Malformed, Refused, Rejected
from tui_inbox.domain.outbox import Outgoing
from tui_inbox.ports.channel import Batch, Envelope, Found, Health, HealthState, Inbound, Item, Receipt
from tui_inbox.ports.clock import Clock, SystemClock
from tui_inbox.ports.secrets import Secrets

if TYPE_CHECKING:
    from adapters._http import Http

CLOCK_SLACK = timedelta(seconds=5)
_READ_AT_ONCE = 50


class Booking(BookingAccounts):
    """Implements ``Channel``, ``FindsSent``, ``FetchesFiles``, ``LoadsOlder`` and ``TakesActs``."""

    def __init__(
        self, name: str, settings: AccountSettings, http: Http, identity: Identity, clock: Clock | None = None
    ) -> None:
        self.name = name
        self._settings = settings
        self._http = http
        self._identity = identity
        self._clock = clock or SystemClock()
        self._calls = Calls(http, identity, settings.property_ids)
        self._queue = Queue(self._calls, settings.property_ids)

    @classmethod
    def open(cls, name: str, settings: AccountSettings, secrets: Secrets, clock: Clock | None = None) -> Self:
        """Raises ``Refused("secret_missing")`` or ``Refused("bad_base_url")``; touches no network."""
        from adapters._http import Http

        secret, clock = secrets.get(settings.secret), clock or SystemClock()
        identity: Identity
        if settings.auth == "basic":
            identity = Password(settings.client_id, secret)
        else:
            identity = Tokens(Http(settings.auth_url, explain=errors.explain), settings.client_id, secret, clock)
        http = Http(
            settings.base_url,
            auth=identity.headers,
            headers={"Accept-Version": settings.accept_version, "Accept": "application/json"},
            explain=errors.explain,
        )
        return cls(name, settings, http, identity, clock)

    @property
    def traits(self) -> Mapping[str, ChannelTraits]:
        return self.serves(self._settings)

    def streams(self) -> Sequence[str]:
        """Each property's conversations, the queue of the whole machine account, and the search of the night."""
        talks = [f"conversations:{property_id}" for property_id in self._settings.property_ids]
        return [*talks, *(["queue"] if self._settings.queue else []), "search"]

    def fetch(self, stream: str, cursor: str, since: datetime | None) -> Batch:
        properties, now = self._settings.property_ids, self._clock.now()
        if stream == "queue":
            return self._queue.fetch(cursor, now)
        if stream == "search":
            return search.fetch(self._calls, properties, cursor, now)
        queued = self._settings.queue and not self._queue.off
        property_id = stream.partition(":")[2]
        alone = len(properties) == 1
        return threads.fetch(self._calls, property_id, cursor, since, now, alone=alone, queued=queued)

    def read(self, envelope: Envelope) -> Sequence[Item]:
        """Raises ``Malformed``."""
        if envelope.kind == "access":
            return wire.read_access(decoded(envelope.raw, wire.AccessTold))
        if envelope.kind == "notice":
            return wire.read_notice(decoded(envelope.raw, wire.Notice))
        found = decoded(envelope.raw, wire.Told)
        items = wire.read_message(found, self._settings.property_ids)
        return [_without_quote(item) for item in items] if wire.is_mail(found) else items

    def check(self, outgoing: Outgoing) -> None:
        """Raises ``Refused`` for what the vendor is known to refuse."""
        if outgoing.channel != BOOKING.code:
            raise Refused("channel_not_served", channel=outgoing.channel)
        if self._settings.mode == "view-only":
            raise Refused("view_only")
        if not is_id(outgoing.address):
            raise Refused("no_thread")
        if not outgoing.text.strip():
            # The vendor wants words even where a file goes.
            raise Refused("text_with_file" if outgoing.attachments else "empty_text")
        limits = BOOKING.attachments
        if limits and len(outgoing.attachments) > limits.count:
            raise Refused("too_many_files", channel=BOOKING.label, limit=limits.count)

    def send(self, outgoing: Outgoing, files: Sequence[tuple[str, str, bytes]] = ()) -> Receipt:
        """Raises ``Refused`` before the wire, or the ``ChannelError`` that says what may happen next."""
        self.check(outgoing)
        for _name, type_, content in files:
            _check_file(type_, content)
        place = self._calls.place(self._calls.resolved(outgoing.address))
        body: dict[str, object] = {"content": outgoing.text}
        if files:
            body["attachment_ids"] = [pictures.upload(self._calls, place, *file) for file in files]
        try:
            answer = self._calls.send(place, {"message": body})
        except AccountBlocked as error:
            raise self._narrowed(error, place) from None
        try:
            return Receipt(checked_id(decoded(answer.content, wire.SentAnswer).data.message_id))
        except Malformed:
            raise AcceptedWithoutId("unreadable_answer", http_status=answer.status) from None

    def find(self, outgoing: Outgoing) -> Found:
        """The property's messages of this very text in the conversation since the row was made."""
        since = (outgoing.created_at or outgoing.unknown_since or self._clock.now()) - CLOCK_SLACK
        wanted, found, readable = same_text(outgoing.text), list[tuple[datetime, str]](), True
        place = self._calls.place(self._calls.resolved(outgoing.address))
        for message, _raw, talk in self._calls.walk(place, since):
            readable = readable and message.at is not None
            if message.at is None or not message.id or same_text(message.content or "") != wanted:
                continue
            if wire.is_ours(message, decoded(talk, wire.Talk)):
                found.append((message.at, message.id))
        # What cannot be read may be ours.
        return Found(tuple(id_ for _at, id_ in sorted(found)), authoritative=readable)

    def act(self, deed: Deed) -> None:
        """Set or take back a tag: nobody waits for an answer, or the guest's messages were read."""
        if self._settings.mode == "view-only":
            raise Refused("view_only")
        conversation = self._calls.resolved(deed.address if is_id(deed.address) else deed.conversation_ref)
        place, method = self._calls.place(conversation), "DELETE" if deed.value == "off" else "PUT"
        if deed.act is Act.NO_REPLY_NEEDED:
            self._calls.tell(method, f"{place}/tags/no_reply_needed")
        elif deed.act is Act.READ:
            self._mark_read(place, method, deed.ref)
        else:
            raise Refused("act_not_supported")

    def _narrowed(self, error: AccountBlocked, place: str) -> AccountBlocked | Rejected:
        """A 403 may be about the account, one property or this conversation: only the first stops all others."""
        if error.code != "property_forbidden":
            return error
        code = error.code
        with suppress(ChannelError, Malformed):
            talk = decoded(bytes(answered(self._calls.read(place), wire.TalkAnswer).data.conversation), wire.Talk)
            code = "site_read_only" if (talk.access or "").casefold() == "read_only" else code
        if code == error.code and len(self._settings.property_ids) == 1:
            return error
        return Rejected(code, vendor_text=error.vendor_text, http_status=error.http_status)

    def _mark_read(self, place: str, method: str, ref: str) -> None:
        """The guest's messages up to ``ref``, as the property's participant."""
        ids, talk, reached = list[str](), wire.Talk(), not ref
        for message, _raw, facts in self._calls.walk(place, None):
            talk = decoded(facts, wire.Talk)
            reached = reached or message.id == ref
            if reached and message.id and not wire.is_ours(message, talk):
                ids.append(message.id)
            if len(ids) >= _READ_AT_ONCE:
                break
        participant = wire.own_participant(talk)
        if not ids or not participant:
            raise Rejected("not_found")
        self._calls.tell(method, f"{place}/tags/message_read", {"message_ids": ids, "participant_id": participant})

    def download(self, ref: str, max_bytes: int) -> Iterator[bytes]:
        return pictures.download(self._calls, ref, max_bytes)

    def older(self, address: str, before: datetime, limit: int) -> Sequence[Envelope]:
        """Newest first, both directions."""
        place = self._calls.place(self._calls.resolved(address))
        property_id, found = place.split("/")[2], list[Envelope]()
        for message, raw, talk in self._calls.walk(place, None):
            if message.id and message.at is not None and message.at < before:
                found.append(Envelope(message.id[:200], "message", told(raw, property_id, talk)))
            if len(found) >= limit:
                break
        return found

    def test(self) -> Health:
        """Each property's conversations, then the queue, which is only looked at and not confirmed."""
        details: dict[str, str | int] = {}
        closed = ""
        for property_id in self._settings.property_ids:
            try:
                answered(self._calls.read(f"/properties/{property_id}/conversations"), wire.TalksAnswer)
                details[f"property {property_id}"] = "open"
            except ChannelError as error:
                if error.code != "property_forbidden" or len(self._settings.property_ids) == 1:
                    return Health(HealthState.ERROR, code=error.code, vendor_text=error.vendor_text)
                closed = property_id
                details[f"property {property_id}"] = "closed"
        code = "property_forbidden" if closed else ""
        if self._settings.queue:
            try:
                answered(self._calls.read("/messages/latest"), wire.QueueAnswer)
                details["queue"] = "open"
            except AccountBlocked:
                code, details["queue"] = code or "queue_off", "closed"
            except ChannelError as error:
                return Health(HealthState.ERROR, code=error.code, vendor_text=error.vendor_text)
        state = HealthState.RESTRICTED if code else HealthState.OK
        return Health(state, self._settings.client_id, code, closed, details)

    def close(self) -> None:
        self._http.close()
        if isinstance(self._identity, Tokens):
            self._identity.close()


def _without_quote(item: Item) -> Item:
    """What a guest wrote by mail, above the quoted thread; the whole is kept beside it."""
    if not isinstance(item, Inbound):
        return item
    new = over_quote(item.text)
    return item if not new or new == item.text else replace(item, text=new, full_text=item.text)


def _check_file(type_: str, content: bytes) -> None:
    limits = BOOKING.attachments
    if limits is None or type_ not in limits.types:
        raise Refused("file_type", type=type_ or "?")
    if len(content) > limits.max_bytes:
        raise Refused("file_too_big", limit=limits.max_bytes // 1_000_000)

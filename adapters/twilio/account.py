"""One Twilio account: polls its own numbers, sends, looks up what it sent."""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

import msgspec
from msgspec import Raw

from adapters._json import answered, decoded
from adapters._text import same_text
from adapters.twilio import calls, content, errors, paging, reports, voice, wire
from adapters.twilio.paging import OVERLAP, Cursor, stamp, written
from adapters.twilio.settings import (
    CONTENT_HOST,
    FILE_HOSTS,
    LONGEST_TEXT,
    MESSAGING_HOST,
    WHATSAPP,
    AccountSettings,
    TwilioAccounts,
    own_numbers,
)
from tui_inbox.domain.channel import ChannelTraits
from tui_inbox.domain.errors import AcceptedWithoutId, ChannelError, Malformed, Refused, Rejected
from tui_inbox.domain.message import Delivery
from tui_inbox.domain.outbox import Outgoing
from tui_inbox.domain.template import Template
from tui_inbox.domain.template_parts import parted
from tui_inbox.ports.channel import Batch, CallRoute, Envelope, Found, Health, Heard, Hook, Item, Receipt, Usage
from tui_inbox.ports.clock import Clock, SystemClock
from tui_inbox.ports.secrets import Secret, Secrets

if TYPE_CHECKING:
    from adapters._http import Http

CLOCK_SLACK = timedelta(seconds=5)
_PAGE = "100"
_FIND_PAGES = 5
_LISTS_KEPT = 500
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


class Twilio(TwilioAccounts):
    """Implements ``Channel`` and every optional protocol of ``ports.channel``."""

    def __init__(
        self,
        name: str,
        settings: AccountSettings,
        http: Http,
        clock: Clock | None = None,
        signs: Secret | None = None,
    ) -> None:
        """``signs``: the account's token, with which the vendor signs what it asks of us."""
        self.name = name
        self._settings = settings
        self._http = http
        self._clock = clock or SystemClock()
        self._own = own_numbers(settings)
        self._written = wire.written(self._own)
        self._media: OrderedDict[str, bytes] = OrderedDict()
        self._account = f"/2010-04-01/Accounts/{settings.account_sid}"
        self._content = f"https://{CONTENT_HOST}" if settings.is_vendor else "/content"
        self._messaging = f"https://{MESSAGING_HOST}" if settings.is_vendor else "/messaging"
        self._calls = calls.Calls(http, self._account, settings.from_)
        self._signs = signs

    @classmethod
    def open(cls, name: str, settings: AccountSettings, secrets: Secrets) -> Self:
        """Raises ``Refused("secret_missing")`` or ``Refused("bad_base_url")``; touches no network."""
        from adapters._http import Http

        vendor, secret = settings.is_vendor, secrets.get(settings.secret)
        http = Http(
            settings.base_url,
            auth=(settings.api_key or settings.account_sid, secret),
            hosts=(CONTENT_HOST, MESSAGING_HOST) if vendor else (),
            file_hosts=FILE_HOSTS if vendor else (),
            explain=errors.explain,
        )
        return cls(name, settings, http, signs=None if settings.api_key else secret)

    @property
    def traits(self) -> Mapping[str, ChannelTraits]:
        return self.serves(self._settings)

    def streams(self) -> Sequence[str]:
        """For each own number what came in, and what left it from anywhere; calls where they are asked for."""
        streams = [f"{way}:{channel}" for channel in self._own for way in ("in", "out")]
        return [*streams, "calls:in", "calls:out"] if self._settings.calls else streams

    def fetch(self, stream: str, cursor: str, since: datetime | None) -> Batch:
        """One page. The watermark moves only when a pass has read all its pages, for their order is not promised."""
        way, channel = stream.split(":", 1)
        if way == "calls":
            return self._calls.fetch(channel, cursor, since, self._clock.now())
        place = paging.place(cursor, self._account, Cursor)
        if place.next:
            try:
                answer = self._http.read(place.next)
            except Rejected:
                # The vendor has forgotten this page: the pass starts anew at the next poll.
                return Batch((), written(Cursor(place.watermark)))
        else:
            answer = self._http.read(f"{self._account}/Messages.json", self._window(way, channel, place, since))
        page = answered(answer, wire.Page)
        newest = place.newest
        envelopes: list[Envelope] = []
        # The vendor lists the newest first; what was said first is better read first.
        for raw in reversed(page.messages):
            body, found = self._envelopes(bytes(raw), receipts=way == "out" and bool(place.watermark))
            envelopes.extend(found)
            sent = wire.moment(body.date_sent) if body else None
            if sent is not None and sent <= self._clock.now() + OVERLAP:
                newest = max(newest, stamp(sent))
        if page.next_page_uri:
            following = Cursor(place.watermark, page.next_page_uri, newest)
            return Batch(tuple(envelopes), written(following), more=True)
        watermark = max(place.watermark, newest) or (stamp(since) if since else "")
        return Batch(tuple(envelopes), written(Cursor(watermark)))

    def read(self, envelope: Envelope) -> Sequence[Item]:
        """Raises ``Malformed``."""
        if envelope.kind == "call":
            return calls.read_call(decoded(envelope.raw, calls.Told), self._settings.from_)
        if envelope.kind == "status":
            return wire.read_status(decoded(envelope.raw, wire.MessageBody))
        if envelope.raw.startswith(_WRAPPED):
            found = decoded(envelope.raw, wire.WithMedia)
            return wire.read_message(found.message, found.media, self._written)
        return wire.read_message(decoded(envelope.raw, wire.MessageBody), None, self._written)

    def check(self, outgoing: Outgoing) -> None:
        """Raises ``Refused`` for what the vendor is known to refuse."""
        if outgoing.channel not in self._own:
            raise Refused("channel_not_served", channel=outgoing.channel)
        if self._settings.mode == "view-only":
            raise Refused("view_only")
        if not _NUMBER.fullmatch(outgoing.address):
            raise Refused("bad_number", address=outgoing.address)
        if outgoing.attachments:
            raise Refused("needs_public_url")
        if not outgoing.template_id and not outgoing.text.strip():
            raise Refused("empty_text")
        if not outgoing.template_id and len(outgoing.text) > LONGEST_TEXT:
            raise Refused(
                "too_long", limit=LONGEST_TEXT, length=len(outgoing.text), channel=self.traits[outgoing.channel].label
            )

    def send(self, outgoing: Outgoing, files: Sequence[tuple[str, str, bytes]] = ()) -> Receipt:
        """Raises ``Refused`` before the wire, or the ``ChannelError`` that says what may happen next."""
        self.check(outgoing)
        if files:
            raise Refused("needs_public_url")
        answer = self._http.send(f"{self._account}/Messages.json", form=self._form(outgoing))
        try:
            sent = decoded(answer.content, wire.Sent)
            wire.checked_sid(sent.sid)
        except Malformed:
            raise AcceptedWithoutId("unreadable_answer", http_status=answer.status) from None
        state = wire.state_of(sent.status)
        if state is Delivery.FAILED:
            code = errors.word(sent.error_code) or "refused"
            raise Rejected(code, vendor_code=str(sent.error_code or ""), vendor_text=sent.error_message or "")
        return Receipt(sent.sid, state, wire.count(sent.num_segments) or None)

    def find(self, outgoing: Outgoing) -> Found:
        """Our messages to this guest with this very text since the row was made; no date filter, for what is still
        queued has no date yet."""
        own, guest = self._ends(outgoing)
        params = {"To": guest, "PageSize": "20"}
        if not self._settings.messaging_service:
            params["From"] = own
        since = (outgoing.created_at or outgoing.unknown_since or self._clock.now()) - CLOCK_SLACK
        # The vendor shows of a template its body only.
        wanted = {same_text(outgoing.text), *([same_text(parted(outgoing.text).body)] if outgoing.template_id else [])}
        found: list[tuple[datetime, str]] = []
        for body in self._walk(params, _FIND_PAGES, until=since):
            made = wire.moment(body.date_created)
            ours = (body.direction or "").startswith("outbound-api")
            if made is not None and made >= since and ours and same_text(body.body or "") in wanted:
                found.append((made, body.sid))
        return Found(tuple(sid for _made, sid in sorted(found)), authoritative=True)

    def follow(self, provider_id: str) -> Envelope:
        answer = self._http.read(f"{self._account}/Messages/{wire.checked_sid(provider_id)}.json")
        body = answered(answer, wire.MessageBody)
        return Envelope(wire.status_id(body), "status", answer.content)

    def download(self, ref: str, max_bytes: int) -> Iterator[bytes]:
        """``ref`` is a path of the vendor's, or message#n where the list could not be read while polling."""
        sid, mark, number = ref.partition("#")
        if not mark:
            if not ref.startswith(f"{self._account}/"):
                raise Malformed("file_elsewhere")
            return self._http.stream(ref, max_bytes)
        listed = decoded(self._list_media(wire.checked_sid(sid)), wire.MediaList).media_list
        index = wire.count(number) - 1
        if not 0 <= index < len(listed) or not listed[index].uri:
            raise Malformed("file_gone")
        return self.download((listed[index].uri or "").removesuffix(".json"), max_bytes)

    def templates(self) -> Sequence[Template]:
        return content.listed(self._http, self._content, self.name)

    def submit(self, template: Template) -> Template:
        """Raises ``Refused`` where WhatsApp's written rules already say no, ``ChannelError`` where the vendor does."""
        return content.submit(self._http, self._content, self.name, template)

    def withdraw(self, template: Template) -> None:
        """All of it; WhatsApp keeps the name reserved for a while."""
        content.withdraw(self._http, self._content, template)

    def usage(self) -> Sequence[Usage]:
        return reports.usage(self._http, self._account)

    def route(self) -> CallRoute:
        return voice.route(self._http, self._account, self._settings)

    def set_route(self, wanted: CallRoute) -> CallRoute:
        return voice.set_route(self._http, self._account, self._settings, wanted)

    def hear(self, hook: Hook) -> Heard:
        """Tells the vendor what to do with a call, where ``voice_url`` is our own receiver."""
        return voice.hear(hook, self._settings, self._signs)

    def test(self) -> Health:
        whatsapp = self._own.get(WHATSAPP.code, "")
        sender = _written_address(WHATSAPP.code, whatsapp) if whatsapp else ""
        return reports.health(self._http, self._account, self._messaging, self._settings.from_, sender)

    def older(self, address: str, before: datetime, limit: int) -> Sequence[Envelope]:
        """Newest first, both directions, on every channel that we share with this number."""
        found: list[tuple[datetime, Envelope]] = []
        for channel, own in self._own.items():
            ours, theirs = _written_address(channel, own), _written_address(channel, address)
            for sender, receiver in ((ours, theirs), (theirs, ours)):
                params = {
                    "From": sender,
                    "To": receiver,
                    "DateSent<": stamp(before),
                    "PageSize": str(min(limit, 1000)),
                }
                answer = self._http.read(f"{self._account}/Messages.json", params)
                for raw in answered(answer, wire.Page).messages:
                    body, envelopes = self._envelopes(bytes(raw), receipts=False)
                    sent = wire.moment(body.date_sent) if body else None
                    if sent is not None and sent < before:
                        found.extend((sent, envelope) for envelope in envelopes)
        found.sort(key=lambda pair: pair[0], reverse=True)
        return [envelope for _sent, envelope in found[:limit]]

    def close(self) -> None:
        self._http.close()

    def _window(self, way: str, channel: str, place: Cursor, since: datetime | None) -> dict[str, str]:
        own = _written_address(channel, self._own[channel])
        params = {"To" if way == "in" else "From": own, "PageSize": _PAGE}
        start = paging.start(place, since)
        if start is not None:
            params["DateSent>"] = stamp(start)
        return params

    def _envelopes(self, raw: bytes, *, receipts: bool) -> tuple[wire.MessageBody | None, list[Envelope]]:
        """The message, and what became of it; one that cannot even be named is kept under the hash of its bytes."""
        try:
            body = decoded(raw, wire.MessageBody)
            wire.checked_sid(body.sid)
        except Malformed:
            return None, [Envelope(f"unreadable:{hashlib.sha256(raw).hexdigest()}", "message", raw)]
        inbound = body.direction == "inbound"
        kept = self._with_media(body.sid, raw) if inbound and wire.count(body.num_media) else raw
        found = [Envelope(body.sid, "message", kept)]
        if receipts and not inbound:
            found.append(Envelope(wire.status_id(body), "status", raw))
        return body, found

    def _with_media(self, sid: str, raw: bytes) -> bytes:
        if sid not in self._media:
            try:
                listed = self._list_media(sid)
                decoded(listed, wire.MediaList)
            except (ChannelError, Malformed):
                listed = b"null"
            else:
                self._media[sid] = listed
            while len(self._media) > _LISTS_KEPT:
                self._media.popitem(last=False)
            return msgspec.json.encode({"message": Raw(raw), "media": Raw(listed)})
        return msgspec.json.encode({"message": Raw(raw), "media": Raw(self._media[sid])})

    def _list_media(self, sid: str) -> bytes:
        return self._http.read(f"{self._account}/Messages/{sid}/Media.json").content

    def _ends(self, outgoing: Outgoing) -> tuple[str, str]:
        own = outgoing.own_address or self._own[outgoing.channel]
        return _written_address(outgoing.channel, own), _written_address(outgoing.channel, outgoing.address)

    def _form(self, outgoing: Outgoing) -> dict[str, str]:
        own, guest = self._ends(outgoing)
        form = {"To": guest}
        if self._settings.messaging_service:
            form["MessagingServiceSid"] = self._settings.messaging_service
        if not self._settings.messaging_service or outgoing.channel == WHATSAPP.code:
            form["From"] = own
        if outgoing.template_id:
            form["ContentSid"] = outgoing.template_id
            if outgoing.template_values:
                form["ContentVariables"] = msgspec.json.encode(outgoing.template_values).decode()
        else:
            form["Body"] = outgoing.text
        return form

    def _walk(self, params: dict[str, str], pages: int, until: datetime) -> Iterator[wire.MessageBody]:
        """Messages of a list, page after page; ends after a page that holds nothing as new as ``until``."""
        answer = self._http.read(f"{self._account}/Messages.json", params)
        for _page in range(pages):
            page, fresh = answered(answer, wire.Page), False
            for raw in page.messages:
                with suppress(Malformed):
                    body = decoded(bytes(raw), wire.MessageBody)
                    made = wire.moment(body.date_created)
                    fresh = fresh or made is None or made >= until
                    yield body
            if not fresh or not page.next_page_uri:
                return
            answer = self._http.read(page.next_page_uri)


_WRAPPED = b'{"message":'


def _written_address(channel: str, number: str) -> str:
    return f"whatsapp:{number}" if channel == WHATSAPP.code else number

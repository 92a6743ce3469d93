"""One WhatsApp number at Meta: sends, tells acts, and reads what the webhook brought. It polls nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from adapters import _graph
from adapters._http import Http, Upload, bearer
from adapters._json import answered, decoded
from adapters.whatsapp_cloud import errors, hearing, reading, reports, sending, templates, wire
from adapters.whatsapp_cloud.settings import FILE_HOSTS, WHATSAPP, AccountSettings, WhatsAppNumbers
from tui_inbox.domain.channel import ChannelTraits
from tui_inbox.domain.deed import Act, Deed
from tui_inbox.domain.errors import (
    AcceptedWithoutId,
    AccountBlocked,
    ChannelError,
    Malformed,
    NotSent,
    Refused,
    Rejected,
)
from tui_inbox.domain.outbox import Outgoing
from tui_inbox.domain.template import Approval, Template
from tui_inbox.domain.template_parts import named
from tui_inbox.ports.channel import Batch, Envelope, Health, Heard, Hook, Item, Receipt, Usage
from tui_inbox.ports.clock import Clock, SystemClock
from tui_inbox.ports.secrets import Secret, Secrets

_LONGEST_PAIR_WAIT = 3600.0


class Keys(NamedTuple):
    """What proves that a webhook is Meta's; without them nothing is received."""

    app_secret: Secret | None = None
    verify_token: Secret | None = None


class WhatsAppCloud(WhatsAppNumbers):
    """Implements ``Channel``, ``Receives``, ``TakesActs``, ``FetchesFiles``, ``ManagesTemplates``, ``MetersUsage``."""

    def __init__(
        self,
        name: str,
        settings: AccountSettings,
        http: Http,
        keys: Keys | None = None,
        *,
        pace: _graph.Pace | None = None,
        params: Mapping[str, str] | None = None,
        clock: Clock | None = None,
    ) -> None:
        """``params`` go with every call (``appsecret_proof``)."""
        self.name = name
        self._settings = settings
        self._http = http
        self._keys = keys or Keys()
        self._pace = pace or _graph.Pace(errors.CODES)
        self._params = dict(params or {})
        self._clock = clock or SystemClock()
        self._root = f"/{settings.graph_version}"
        self._number = f"{self._root}/{settings.phone_number_id}"
        self._places = reports.Places(self._number, f"{self._root}/{settings.waba_id}", self._params)

    @property
    def traits(self) -> Mapping[str, ChannelTraits]:
        return self.serves(self._settings)

    def streams(self) -> Sequence[str]:
        """None: Meta lists nothing that came in."""
        return ()

    def fetch(self, stream: str, cursor: str, since: datetime | None) -> Batch:
        return Batch((), cursor)

    def hear(self, hook: Hook) -> Heard:
        """Raises ``Refused("bad_signature")``, also while no secret is configured to check it with."""
        if hook.method.upper() == "GET":
            token = self._keys.verify_token
            answer = _graph.handshake(hook, token) if token else None
            if answer is None:
                raise Refused("bad_signature")
            return answer
        if self._keys.app_secret is None:
            raise Refused("bad_signature")
        _graph.check_signature(hook, self._keys.app_secret)
        return Heard(hearing.envelopes(hook.body, self._settings.phone_number_id, self._settings.waba_id))

    def read(self, envelope: Envelope) -> Sequence[Item]:
        """Raises ``Malformed``."""
        return reading.read(envelope, self._settings.number)

    def check(self, outgoing: Outgoing) -> None:
        """Raises ``Refused`` for what Meta is known to refuse."""
        if outgoing.channel != WHATSAPP.code:
            raise Refused("channel_not_served", channel=outgoing.channel)
        if self._settings.mode == "view-only":
            raise Refused("view_only")
        sending.check(outgoing)

    def send(self, outgoing: Outgoing, files: Sequence[tuple[str, str, bytes]] = ()) -> Receipt:
        """Raises ``Refused`` before the wire, or the ``ChannelError`` that says what may happen next.

        A file goes up first; nothing reaches the guest by that, so its failure is never in doubt.
        """
        self.check(outgoing)
        if len(files) > 1:
            raise Refused("too_many_files", limit=1, channel=WHATSAPP.label)
        media = self._uploaded(*files[0]) if files else None
        try:
            answer = self._http.send(
                f"{self._number}/messages", json=sending.payload(outgoing, media), params=self._params
            )
        except ChannelError as error:
            raise _told_apart(error, outgoing.tries) from None
        try:
            sent = decoded(answer.content, wire.Sent)
        except Malformed:
            sent = None
        if sent is None or not sent.messages or not sent.messages[0].id:
            raise AcceptedWithoutId("unreadable_answer", http_status=answer.status)
        return Receipt(sent.messages[0].id)

    def act(self, deed: Deed) -> None:
        """Raises ``ChannelError``; what the hotel does not want told is not told."""
        if deed.act not in self.traits[WHATSAPP.code].acts or self._settings.mode == "view-only":
            return
        match deed.act:
            case Act.READ | Act.TYPING if deed.ref:
                self._tell("POST", "messages", sending.read_mark(deed.ref, typing=deed.act is Act.TYPING))
            case Act.REACT if deed.ref:
                self._tell("POST", "messages", sending.reaction(deed.address, deed.ref, deed.value))
            case Act.SPAM:
                method = "DELETE" if deed.value == "off" else "POST"
                self._tell(method, "block_users", sending.blocked(deed.address))

    def download(self, ref: str, max_bytes: int) -> Iterator[bytes]:
        """``ref`` is media id # SHA-256; its address lives five minutes, so it is asked for each time, and once again
        when it has just gone. Raises ``Rejected("file_gone")`` after the week that Meta keeps it.
        """
        media, _, digest = ref.partition("#")
        if not media.isdigit() or len(media) > 30:
            raise Malformed("file_elsewhere")
        for last in (False, True):
            place = self._media(media, max_bytes)
            try:
                yield from self._checked(place, digest, max_bytes)
            except Rejected as error:
                if last:
                    raise Rejected("file_gone", http_status=error.http_status) from None
            else:
                return

    def templates(self) -> Sequence[Template]:
        return reports.all_templates(self._http, self._places, self.name, self._pace)

    def submit(self, template: Template) -> Template:
        """Raises ``Refused`` where Meta's written rules already say no, ``ChannelError`` where Meta does."""
        wanted = named(template)
        definition = templates.definition(wanted)
        known = wanted.vendor_id.partition(":")[0]
        if known:
            # Name and language of one that exists are fixed, and its category once it is approved.
            fixed = {"name", "language", "parameter_format"} | (
                {"category"} if wanted.approval is Approval.APPROVED else set()
            )
            path = f"{self._root}/{_checked_id(known)}"
            definition = {key: value for key, value in definition.items() if key not in fixed}
        else:
            path = f"{self._places.account}/message_templates"
        answer = self._http.send(path, json=msgspec.json.encode(definition), params=self._params)
        try:
            told = decoded(answer.content, templates.Submitted)
        except Malformed:
            raise AcceptedWithoutId("unreadable_answer", http_status=answer.status) from None
        id_ = known or str(told.id or "")
        if not id_:
            raise AcceptedWithoutId("unreadable_answer", http_status=answer.status)
        name = wanted.vendor_id.split(":", 2)[2] if wanted.vendor_id.count(":") >= 2 else templates.slug(wanted.name)
        language = wanted.language.replace("-", "_")
        return wanted._replace(
            vendor_id=templates.vendor_id(id_, language, name),
            account=self.name,
            approval=templates.state_of(told.status),
            approval_reason="",
            category=(told.category or wanted.category).lower(),
        )

    def withdraw(self, template: Template) -> None:
        """Only this language of it; Meta keeps the name reserved for a while."""
        id_, _language, name = (*template.vendor_id.split(":", 2), "", "")[:3]
        params = {**self._params, "name": name, "hsm_id": _checked_id(id_)}
        self._http.tell("DELETE", f"{self._places.account}/message_templates", params=params)

    def usage(self) -> Sequence[Usage]:
        return reports.usage(self._http, self._places, self._settings.number, self._clock.now(), self._pace)

    def test(self) -> Health:
        receives = self._keys.app_secret is not None and self._keys.verify_token is not None
        return reports.health(self._http, self._places, self._settings.number, receives=receives)

    def close(self) -> None:
        self._http.close()

    def _tell(self, method: str, edge: str, body: bytes) -> None:
        self._http.tell(method, f"{self._number}/{edge}", json=body, params=self._params)

    def _uploaded(self, name: str, type_: str, content: bytes) -> dict[str, dict[str, str]]:
        """The file at Meta, by what it is; kept there for 30 days."""
        sending.check_file(len(content))
        kind, _limit = sending.kind_of(type_, len(content))
        form = {"messaging_product": "whatsapp", "type": type_ or "application/octet-stream"}
        upload = Upload("file", name, type_ or "application/octet-stream", content)
        try:
            answer = self._http.send(f"{self._number}/media", form=form, upload=upload, params=self._params)
            place = {"id": answered(answer, wire.Uploaded).id}
        except (NotSent, AccountBlocked, Rejected):
            raise
        except ChannelError as error:
            # The message itself was not posted yet.
            raise NotSent(error.code, vendor_text=error.vendor_text, http_status=error.http_status) from None
        return {kind: place | ({"filename": name} if kind == "document" else {})}

    def _media(self, media: str, max_bytes: int) -> wire.MediaPlace:
        params = {**self._params, "phone_number_id": self._settings.phone_number_id}
        try:
            found = answered(self._http.read(f"{self._root}/{media}", params), wire.MediaPlace)
        except Rejected as error:
            raise Rejected("file_gone", vendor_code=error.vendor_code, vendor_text=error.vendor_text) from None
        if wire.count(found.file_size) > max_bytes:
            raise Malformed("too_big")
        return found

    def _checked(self, place: wire.MediaPlace, digest: str, max_bytes: int) -> Iterator[bytes]:
        """Raises ``NotSent("broken_file")`` where the bytes are not those that were promised."""
        promised = digest or reading.digest(place.sha256)
        whole = hashlib.sha256()
        for chunk in self._http.stream(place.url, max_bytes):
            whole.update(chunk)
            yield chunk
        if promised and whole.hexdigest() != promised:
            raise NotSent("broken_file")


class FollowingWhatsApp(WhatsAppCloud):
    """Asks about its receipts too, for accounts whose webhook is not there and to which Meta answers."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._closed = False
        """Meta does not offer this to the account."""

    def follow(self, provider_id: str) -> Envelope:
        """Raises ``Rejected`` where Meta tells nothing of this message, ``ChannelError`` where it cannot be asked."""
        if self._closed:
            raise Rejected("not_found")
        params = {
            **self._params,
            "message_id": provider_id,
            "fields": "id,message_id,events{delivery_status,timestamp,error_description}",
        }
        try:
            page = answered(self._http.read(f"{self._number}/message_history", params), _graph.Page)
        except (Rejected, AccountBlocked) as error:
            self._closed = error.vendor_code in ("", "3", "10", "100", "200") or isinstance(error, AccountBlocked)
            raise Rejected("not_found", vendor_code=error.vendor_code, vendor_text=error.vendor_text) from None
        return reading.followed(provider_id, [bytes(raw) for raw in page.data])


def open_number(name: str, settings: AccountSettings, secrets: Secrets) -> WhatsAppCloud:
    """Raises ``Refused("secret_missing")`` or ``Refused("bad_base_url")``; touches no network."""
    token = secrets.get(settings.secret)
    app_secret = secrets.get(settings.app_secret) if settings.app_secret else None
    verify_token = secrets.get(settings.verify_token) if settings.verify_token else None
    pace = _graph.Pace(errors.CODES)
    hosts = FILE_HOSTS if settings.is_vendor else ()
    http = Http(settings.base_url, auth=bearer(token), hosts=hosts, file_hosts=hosts, explain=pace.explain)
    params = _graph.signed(token, app_secret if settings.prove_calls else None)
    kind = FollowingWhatsApp if settings.ask_receipts else WhatsAppCloud
    return kind(name, settings, http, Keys(app_secret, verify_token), pace=pace, params=params)


def _told_apart(error: ChannelError, tries: int) -> ChannelError:
    """Meta asks to wait 4, 16, 64 ... seconds for one guest; and a number that is gone stops the account."""
    if isinstance(error, NotSent) and error.vendor_code == errors.PAIR_LIMIT:
        error.retry_after = min(4.0 ** max(tries, 1), _LONGEST_PAIR_WAIT)
    if reports.is_gone(error):
        return AccountBlocked("number_deleted", vendor_code=error.vendor_code, vendor_text=error.vendor_text)
    return error


def _checked_id(id_: str) -> str:
    """An id that may stand in a path. Raises ``Refused("template_missing")``."""
    if not id_.isdigit() or len(id_) > 30:
        raise Refused("template_missing")
    return id_

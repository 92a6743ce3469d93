"""Booking.com's Messaging API on loopback, as its documentation and live observers have it, oddities included."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.sandbox.booking_com_account import JOB_LIFE, BookingAccount, Conversation, Job, Told
from adapters.sandbox.door import Door, Endpoint, VendorError, levers, sends_or_reads
from adapters.sandbox.server import Simulator

_SELF_SERVICE = ("self_service_event", "request_to_book_event")
_TALK = "/messaging/properties/{property}/conversations/{id}"


class SandboxBooking(Simulator):
    """The simulator with its server; ``base_url`` is the API's, ``auth_url`` the token service's."""

    def __init__(self, account: BookingAccount | None = None, port: int = 0) -> None:
        self.account = account or BookingAccount()
        super().__init__(self._routes(), port)

    @property
    def auth_url(self) -> str:
        return self._server.url

    @property
    def base_url(self) -> str:
        return f"{self._server.url}/messaging"

    def _routes(self) -> list[Route]:
        vendor: list[tuple[str, str, Endpoint]] = [
            ("/messaging/messages/latest", "GET", self._latest),
            ("/messaging/messages", "PUT", self._confirm),
            ("/messaging/messages/search", "GET", self._search),
            ("/messaging/messages/search/result/{job}", "GET", self._result),
            ("/messaging/properties/{property}/conversations", "GET", self._list),
            ("/messaging/properties/{property}/conversations/type/{kind}", "GET", self._by_reference),
            (_TALK, "GET", self._thread),
            (_TALK, "POST", self._send),
            (f"{_TALK}/tags/{{tag}}", "PUT", self._tag),
            (f"{_TALK}/tags/{{tag}}", "DELETE", self._tag),
            (f"{_TALK}/attachments", "POST", self._attach),
            (f"{_TALK}/attachment_chunks", "POST", self._chunk),
            (f"{_TALK}/attachments/{{file}}", "GET", self._file),
        ]
        door = Door(lambda: self.account.faults, _refused, self._authenticate, self._admit, _kind)
        desk = Door(lambda: self.account.faults, _refused, kind=lambda _: "token")
        routes = [Route(path, door.guarded(end), methods=[verb]) for path, verb, end in vendor]
        routes.append(Route("/token-based-authentication/exchange", desk.guarded(self._exchanged), methods=["POST"]))
        return routes + levers(lambda: self.account.faults, inbound=self._written)

    def _authenticate(self, request: Request) -> None:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        basic = base64.b64encode(f"{self.account.client_id}:{self.account.secret}".encode()).decode()
        known = self.account.knows(token) if kind == "Bearer" else (kind, token) == ("Basic", basic)
        if not known:
            raise VendorError(401, "401", "Access denied")

    def _admit(self, request: Request) -> None:
        asked = request.path_params.get("property")
        if asked is not None and (asked not in self.account.properties or asked in self.account.closed):
            raise VendorError(403, "403", "No access to this property")

    async def _exchanged(self, request: Request) -> Response:
        asked = await _body(request)
        token = self.account.exchange(str(asked.get("client_id")), str(asked.get("client_secret")))
        return JSONResponse({"jwt": token, "ruid": "R0"})

    async def _latest(self, request: Request) -> Response:
        if not self.account.queue_on:
            raise VendorError(403, "403", "Endpoint not enabled")
        waiting = [self.account.told(id_) for id_ in self.account.queue[:100]]
        rows = [self._in_queue(told) for told in waiting if _shown_to(request, told)]
        stamp = self.account.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:22]
        return _ok({"messages": rows, "number_of_messages": len(rows), "timestamp": stamp, "ok": True})

    async def _confirm(self, request: Request) -> Response:
        self.account.confirm(int(request.query_params["number_of_messages"]))
        return _ok({"ok": "true"})

    async def _search(self, request: Request) -> Response:
        asked = request.query_params
        if not asked:
            raise VendorError(400, "400", "at least one parameter")
        now = self.account.clock.now()
        after, before = (_time(asked.get(key)) for key in ("after", "before"))
        job = str(uuid4())
        self.account.jobs[job] = Job(after or now - timedelta(days=90), before or now, now, now + timedelta(seconds=30))
        return _ok({"job_id": job, "expires_at": f"{_dated(now + JOB_LIFE)}[GMT]", "ok": True})

    async def _result(self, request: Request) -> Response:
        job = self.account.jobs.get(request.path_params["job"])
        now = self.account.clock.now()
        if job is None:
            raise VendorError(404, "404", "unknown job")
        if now - job.made > JOB_LIFE:
            raise VendorError(410, "410", "job expired")
        if now < job.ready:
            return _ok({"job_status": "IN_PROGRESS", "ok": True})
        rows = [told for told in self.account.between(job.after, job.before) if _shown_to(request, told)]
        page, following = self._paged(rows, request)
        found = [self._in_search(told) for told in page]
        return _ok({"messages": found, "next_page_id": following, "ok": True})

    async def _list(self, request: Request) -> Response:
        property_id = request.path_params["property"]
        account = self.account
        talks = [talk for talk in account.conversations.values() if talk.property_id == property_id]
        talks = [talk for talk in talks if account.thread(talk.id)]
        talks.sort(key=lambda talk: (account.thread(talk.id)[0].at, talk.id), reverse=True)
        page, following = self._paged(talks, request)
        rows = [
            {**_talk(talk), "messages": [_in_thread(talk, account.thread(talk.id)[0], listed=True)]} for talk in page
        ]
        return _ok({"conversations": rows, "next_page_id": following, "ok": "true"})

    async def _by_reference(self, request: Request) -> Response:
        wanted = request.query_params.get("conversation_reference")
        for talk in self.account.conversations.values():
            if (talk.reservation, talk.property_id) == (wanted, request.path_params["property"]):
                return _ok({"conversation": {**_talk(talk), "messages": []}, "ok": "true"})
        raise VendorError(404, "404", "no such reservation")

    async def _thread(self, request: Request) -> Response:
        talk = self._of(request)
        page, following = self._paged(self.account.thread(talk.id), request)
        rows = [_in_thread(talk, told) for told in page if _shown_to(request, told)]
        return _ok({"conversation": {**_talk(talk), "messages": rows}, "next_page_id": following, "ok": "true"})

    async def _send(self, request: Request) -> Response:
        message = (await _body(request)).get("message") or {}
        files = tuple(message.get("attachment_ids") or ())
        told = self.account.submit(self._of(request), str(message.get("content") or ""), files)
        return _ok({"message_id": told.id, "ok": "true", "guest_has_account": True})

    async def _tag(self, request: Request) -> Response:
        talk, tag, on = self._of(request), request.path_params["tag"], request.method == "PUT"
        if tag == "no_reply_needed":
            if talk.kind == "request_to_book":
                raise VendorError(400, "400", "tags are disabled")
            talk.no_reply_needed = on
        else:
            asked = await _body(request)
            if asked.get("participant_id") != talk.own_id:
                raise VendorError(400, "400", "unknown participant")
            for id_ in asked.get("message_ids") or ():
                self.account.told(id_).read = on
        return _ok({"tag": "read" if tag == "message_read" else tag, "is_set": on, "ok": True})

    async def _attach(self, request: Request) -> Response:
        asked = (await _body(request))["attachment"]
        content = base64.b64decode(asked["file_content"])
        if len(content) > 1_000_000 or asked["file_size"] != len(content):
            raise VendorError(400, "400", "too large")
        return _ok({"attachment_id": self._kept(content), "ok": True})

    async def _chunk(self, request: Request) -> Response:
        asked, uploads = await _body(request), self.account.uploads
        if asked["action"] == "start":
            upload = str(uuid4())
            uploads[upload] = []
            return _ok({"upload_id": upload, "ok": True})
        pieces = uploads.get(asked.get("upload_id", ""))
        if pieces is None:
            raise VendorError(404, "404", "unknown upload")
        if asked["action"] == "finish":
            return _ok({"attachment_id": self._kept(b"".join(pieces)), "ok": True})
        chunk = asked["chunk"]
        if chunk["chunk_number"] != len(pieces):
            raise VendorError(400, "400", "wrong chunk")
        pieces.append(base64.b64decode(chunk["chunk_content"]))
        return _ok({"upload_id": asked["upload_id"], "ok": True})

    async def _file(self, request: Request) -> Response:
        content = self.account.files.get(request.path_params["file"])
        first = int(request.query_params.get("from", "0"))
        if content is None or first >= max(len(content), 1):
            raise VendorError(404, "404", "unknown attachment")
        last = int(request.query_params.get("to", str(len(content))))
        return _ok({"file_content": base64.b64encode(content[first : last + 1]).decode(), "ok": True})

    def _written(self, asked: dict[str, Any]) -> object:
        talk = next(t for t in self.account.conversations.values() if t.reservation == asked["reservation"])
        return {"id": self.account.write(talk, asked["text"]).id}

    def _kept(self, content: bytes) -> str:
        file = str(uuid4())
        self.account.files[file] = content
        return file

    def _of(self, request: Request) -> Conversation:
        talk = self.account.conversations.get(request.path_params["id"])
        if talk is None or talk.property_id != request.path_params["property"]:
            raise VendorError(404, "404", "unknown conversation")
        return talk

    def _paged(self, rows: list[Any], request: Request) -> tuple[list[Any], str]:
        """A page and the id of the next; the ids are offsets here and opaque to everyone else."""
        first = int(request.query_params.get("page_id", "p0")[1:] or 0)
        last = first + self.account.page
        return rows[first:last], f"p{last}" if len(rows) > last else ""

    def _in_queue(self, told: Told) -> dict[str, Any]:
        """``participant_type`` inside the sender's metadata, guests in capitals."""
        talk = self.account.conversations[told.conversation]
        role = {"guest": "GUEST", "property": "property"}[told.by]
        return {**_fields(told), "sender": _sender(talk, told, role), "conversation": _place(talk, talk.property_id)}

    def _in_search(self, told: Told) -> dict[str, Any]:
        """The property is a ``hotel`` here, and its id a number."""
        talk = self.account.conversations[told.conversation]
        role = {"guest": "guest", "property": "hotel"}[told.by]
        place = _place(talk, int(talk.property_id))
        return {**_fields(told), "sender": _sender(talk, told, role), "conversation": place}


def _kind(request: Request) -> str:
    if request.method == "PUT" and request.url.path.endswith("/messages"):
        return "confirm"
    return sends_or_reads(request)


def _shown_to(request: Request, told: Told) -> bool:
    """Requests of guests are told to those only who ask for version 1.2."""
    return told.kind not in _SELF_SERVICE or request.headers.get("accept-version", "1.0") >= "1.2"


def _fields(told: Told) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "message_id": told.id,
        "message_type": told.kind,
        "timestamp": _dated(told.at),
        "content": told.text,
        "attachment_ids": list(told.files),
    }
    if told.topic:
        fields["attributes"] = {"self_service_topic": told.topic}
    return fields


def _in_thread(talk: Conversation, told: Told, *, listed: bool = False) -> dict[str, Any]:
    """Only the sender's id; lists name the files' ids by another word."""
    fields = _fields(told)
    if listed:
        fields["attachment_files_uuid"] = fields.pop("attachment_ids")
    fields["sender_id"] = talk.guest_id if told.by == "guest" else talk.own_id
    fields["tags"] = {"read": {"set": told.read}}
    return fields


def _sender(talk: Conversation, told: Told, role: str) -> dict[str, Any]:
    id_ = talk.guest_id if told.by == "guest" else talk.own_id
    metadata = {"participant_type": role, "name": talk.guest if told.by == "guest" else "Hotel"}
    return {"participant_id": id_, "metadata": metadata}


def _place(talk: Conversation, property_id: str | int) -> dict[str, Any]:
    return {
        "property_id": property_id,
        "conversation_id": talk.id,
        "conversation_type": talk.kind,
        "conversation_reference": talk.reservation,
    }


def _talk(talk: Conversation) -> dict[str, Any]:
    people = [
        {"participant_id": talk.guest_id, "metadata": {"type": "guest", "name": talk.guest}},
        {"participant_id": talk.own_id, "metadata": {"type": "property", "name": "Hotel"}},
    ]
    return {
        "conversation_id": talk.id,
        "conversation_type": talk.kind,
        "conversation_reference": int(talk.reservation) if talk.reservation.isdigit() else talk.reservation,
        "access": talk.access,
        "participants": people,
        "tags": {"no_reply_needed": {"set": talk.no_reply_needed}},
    }


def _ok(data: dict[str, Any]) -> Response:
    return JSONResponse({"meta": {"ruid": "R1"}, "data": data, "errors": [], "warnings": []})


def _refused(error: VendorError) -> Response:
    told = {"meta": {"ruid": "R-refused"}, "data": {}, "errors": [{"code": error.code, "message": error.text}]}
    return JSONResponse(told, status_code=error.status)


async def _body(request: Request) -> dict[str, Any]:
    try:
        told = json.loads(await request.body())
    except ValueError:
        raise VendorError(400, "400", "Bad Request") from None
    if not isinstance(told, dict):
        raise VendorError(400, "400", "Bad Request")
    return told


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _dated(at: datetime) -> str:
    return f"{at.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%S.%f')[:23]}Z"

"""Channex's messages API on loopback, as its documentation has it, errors included."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.sandbox.channex_account import ChannexAccount, Said, Site, Stay, Talk
from adapters.sandbox.door import Door, Endpoint, VendorError, levers
from adapters.sandbox.server import Simulator


class SandboxChannex(Simulator):
    """The simulator with its server; ``account`` is its whole state, ``base_url`` what a configuration points at."""

    def __init__(self, account: ChannexAccount | None = None, port: int = 0) -> None:
        self.account = account or ChannexAccount()
        super().__init__(self._routes(), port)

    def _routes(self) -> list[Route]:
        vendor: list[tuple[str, str, Endpoint]] = [
            ("/properties/{id}", "GET", self._property),
            ("/channels", "GET", self._channels),
            ("/bookings", "GET", self._bookings),
            ("/bookings/{id}", "GET", self._booking),
            ("/bookings/{id}/messages", "GET", self._booking_messages),
            ("/bookings/{id}/messages", "POST", self._booking_send),
            ("/message_threads", "GET", self._threads),
            ("/message_threads/{id}", "GET", self._thread),
            ("/message_threads/{id}/messages", "GET", self._messages),
            ("/message_threads/{id}/messages", "POST", self._send),
            ("/message_threads/{id}/{act}", "POST", self._act),
            ("/attachments", "POST", self._attach),
            ("/attachments/{id}/{name}", "GET", self._file),
        ]
        door = Door(lambda: self.account.faults, told, lambda request: enter(request, self.account.key), self._admit)
        routes = [Route(path, door.guarded(end), methods=[verb]) for path, verb, end in vendor]
        routes += levers(lambda: self.account.faults, inbound=self._written)
        routes.append(Route("/{path:path}", door.guarded(_missing), methods=["GET", "POST", "DELETE"]))
        return routes

    def _admit(self, request: Request) -> None:
        if "message" in request.url.path and not self.account.app_installed:
            raise VendorError(403, "forbidden", "Forbidden")

    def _written(self, asked: dict[str, Any]) -> object:
        stay = next(stay for stay in self.account.stays.values() if stay.code == asked["code"])
        return {"id": self.account.write(stay, asked["text"]).id}

    async def _property(self, request: Request) -> Response:
        if request.path_params["id"] != self.account.property_id:
            raise VendorError(404, "resource_not_found", "Resource Not Found")
        fields = {"title": self.account.title, "is_active": True}
        return JSONResponse({"data": {"id": self.account.property_id, "type": "property", "attributes": fields}})

    async def _channels(self, request: Request) -> Response:
        return _page([_connection(site) for site in self.account.sites.values()], request)

    async def _bookings(self, request: Request) -> Response:
        code = request.query_params.get("filter[ota_reservation_code]")
        found = [stay for stay in self.account.stays.values() if code in (None, stay.code)]
        return _page([_stay(stay) for stay in found], request)

    async def _booking(self, request: Request) -> Response:
        return JSONResponse({"data": _stay(self._stay_of(request))})

    async def _booking_messages(self, request: Request) -> Response:
        stay = self._stay_of(request)
        talks = [talk for talk in self.account.talks.values() if talk.stay == stay.id]
        return _page([_message(said) for talk in talks for said in self.account.said(talk.id)], request)

    async def _booking_send(self, request: Request) -> Response:
        thread = self.account.thread_of(self._stay_of(request))
        return JSONResponse({"data": _message(self.account.submit(thread.id, await _body(request)))})

    async def _threads(self, request: Request) -> Response:
        asked = request.query_params
        account = self.account
        talks = sorted(account.talks.values(), key=lambda talk: (account.last_at(talk), talk.id), reverse=True)
        if asked.get("filter[property_id]", account.property_id) != account.property_id:
            talks = []
        if since := asked.get("filter[last_message_received_at_gte]"):
            first = datetime.fromisoformat(since).replace(tzinfo=UTC)
            talks = [talk for talk in talks if account.last_at(talk) >= first]
        return _page([self._shown(talk) for talk in talks], request)

    async def _thread(self, request: Request) -> Response:
        return JSONResponse({"data": self._shown(self._talk_of(request))})

    async def _messages(self, request: Request) -> Response:
        return _page([_message(said) for said in self.account.said(self._talk_of(request).id)], request)

    async def _send(self, request: Request) -> Response:
        return JSONResponse({"data": _message(self.account.submit(self._talk_of(request).id, await _body(request)))})

    async def _act(self, request: Request) -> Response:
        talk, act = self._talk_of(request), request.path_params["act"]
        if act == "no_reply_needed" and talk.provider != "BookingCom":
            raise VendorError(422, "not_supported", "Method not supported")
        if act not in ("close", "open", "no_reply_needed"):
            raise VendorError(404, "resource_not_found", "Resource Not Found")
        done = replace(talk, closed=act != "open", no_reply_needed=talk.no_reply_needed or act == "no_reply_needed")
        self.account.talks[talk.id] = done
        return JSONResponse({"data": self._shown(done)})

    async def _attach(self, request: Request) -> Response:
        told = (await _body(request)).get("attachment") or {}
        try:
            content = base64.b64decode(told.get("file", ""), validate=True)
        except (binascii.Error, ValueError):
            raise VendorError(422, "validation_error", "file is invalid") from None
        file = str(uuid4())
        self.account.files[file] = (told.get("file_name", "file"), told.get("file_type", ""), content)
        return JSONResponse({"data": {"id": file, "type": "attachment"}})

    async def _file(self, request: Request) -> Response:
        found = self.account.files.get(request.path_params["id"])
        if found is None:
            raise VendorError(404, "resource_not_found", "Resource Not Found")
        return Response(found[2], media_type=found[1])

    def _stay_of(self, request: Request) -> Stay:
        found = self.account.stays.get(request.path_params["id"])
        if found is None:
            raise VendorError(404, "resource_not_found", "Resource Not Found")
        return found

    def _talk_of(self, request: Request) -> Talk:
        found = self.account.talks.get(request.path_params["id"])
        if found is None:
            raise VendorError(404, "resource_not_found", "Resource Not Found")
        return found

    def _shown(self, talk: Talk) -> dict[str, Any]:
        said, relations = self.account.said(talk.id), {}
        if talk.stay:
            relations["booking"] = _ref(talk.stay, "booking")
        relations["property"] = _ref(self.account.property_id, "property")
        last = self.account.last_at(talk)
        fields = {
            "title": talk.title,
            "is_closed": talk.closed,
            "provider": talk.provider,
            "message_count": len(said),
            "last_message": _message(said[0])["attributes"] if said else None,
            "last_message_received_at": _dated(last),
            "inserted_at": _dated(said[-1].at if said else last),
            "updated_at": _dated(last),
        }
        return {"id": talk.id, "type": "message_thread", "attributes": fields, "relationships": relations}


def enter(request: Request, key: str) -> None:
    """Raises ``VendorError`` without the property's key."""
    if not hmac.compare_digest(request.headers.get("user-api-key", "").encode(), key.encode()):
        raise VendorError(401, "unauthorized", "Unauthorized")


def told(error: VendorError) -> Response:
    """An error as Channex writes it."""
    return JSONResponse({"errors": {"code": error.code, "title": error.text or error.code}}, error.status)


async def _missing(request: Request) -> Response:
    raise VendorError(404, "resource_not_found", "Resource Not Found")


async def _body(request: Request) -> dict[str, Any]:
    try:
        told = json.loads(await request.body())
    except ValueError:
        raise VendorError(400, "bad_request", "Bad Request") from None
    if not isinstance(told, dict):
        raise VendorError(400, "bad_request", "Bad Request")
    return told


def _page(rows: list[dict[str, Any]], request: Request) -> Response:
    """Ten rows unless asked for more, at most a hundred."""
    asked = request.query_params
    size = min(max(int(asked.get("pagination[limit]", "10")), 1), 100)
    number = max(int(asked.get("pagination[page]", "1")), 1)
    meta = {"limit": size, "page": number, "total": len(rows), "order_by": "inserted_at", "order_direction": "desc"}
    return JSONResponse({"data": rows[(number - 1) * size : number * size], "meta": meta})


def _message(said: Said) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "message": said.text,
        "attachments": list(said.attachments),
        "sender": said.sender,
        "inserted_at": _dated(said.at),
        "updated_at": _dated(said.at),
    }
    if said.meta is not None:
        fields["meta"] = said.meta
    thread = {"message_thread": _ref(said.thread, "message_thread")}
    return {"id": said.id, "type": "message", "attributes": fields, "relationships": thread}


def _stay(stay: Stay) -> dict[str, Any]:
    customer = {"name": stay.guest[0], "surname": stay.guest[1], "phone": stay.phone or None, "mail": stay.mail or None}
    fields = {"ota_reservation_code": stay.code, "ota_name": stay.site, "status": "new", "customer": customer}
    return {"id": stay.id, "type": "booking", "attributes": fields}


def _connection(site: Site) -> dict[str, Any]:
    fields = {
        "channel": site.name,
        "title": site.title or site.name,
        "is_active": site.active,
        "settings": {"token_invalid": site.token_invalid},
        "rate_plans": [{"id": "rp"}] if site.mapped else [],
    }
    return {"id": f"ch-{site.name}", "type": "channel", "attributes": fields}


def _ref(id_: str, type_: str) -> dict[str, Any]:
    return {"data": {"id": id_, "type": type_}}


def _dated(at: datetime) -> str:
    """As the vendor writes times: microseconds and no zone."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")

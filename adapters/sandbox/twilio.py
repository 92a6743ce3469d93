"""Twilio's messaging API on loopback, faithful to what its specification and error pages say, errors included."""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from adapters.sandbox.door import Door, Endpoint, VendorError, levers, local
from adapters.sandbox.server import Simulator
from adapters.sandbox.twilio_account import TEXTS, StoredMessage, TwilioAccount
from adapters.sandbox.twilio_content import Content
from adapters.sandbox.twilio_voice import Voice

_ROOT = "/2010-04-01/Accounts/{account}"
_WRONG_TOKEN = 20003
_USUAL = {"rate_limited": VendorError(429, 20429), "down": VendorError(503, 20503)}


class SandboxTwilio(Simulator):
    """The simulator with its server; ``account`` is its whole state, ``base_url`` what a configuration points at."""

    def __init__(self, account: TwilioAccount | None = None, port: int = 0) -> None:
        self.account = account or TwilioAccount()
        self._voice = Voice(lambda: self.account)
        self._content = Content(lambda: self.account)
        super().__init__(self._routes(), port)

    def _routes(self) -> list[Route]:
        vendor: list[tuple[str, str, Endpoint]] = [
            (f"{_ROOT}.json", "GET", self._account),
            (f"{_ROOT}/Messages.json", "GET", self._list),
            (f"{_ROOT}/Messages.json", "POST", self._create),
            (f"{_ROOT}/Messages/{{sid}}.json", "GET", self._one),
            (f"{_ROOT}/Messages/{{sid}}/Media.json", "GET", self._media_list),
            (f"{_ROOT}/Messages/{{sid}}/Media/{{media}}", "GET", self._media),
            (f"{_ROOT}/Usage/Records/ThisMonth.json", "GET", self._usage),
            (f"{_ROOT}/Balance.json", "GET", self._balance),
            *self._voice.vendor(_ROOT),
            *self._content.vendor(),
            ("/messaging/v2/Channels/Senders", "GET", self._senders),
        ]
        door = Door(lambda: self.account.faults, _told, self._authenticate, usual=_USUAL)
        routes = [Route(path, door.guarded(end), methods=[verb]) for path, verb, end in vendor]
        routes.append(Route("/storage/{media}", self._storage, methods=["GET"]))
        routes += levers(lambda: self.account.faults, inbound=self._written, call=self._voice.place)
        routes.append(Route("/sandbox/messages", local(self._control_messages), methods=["GET"]))
        routes.append(Route("/{path:path}", door.guarded(_missing), methods=["GET", "POST", "DELETE"]))
        return routes

    def _authenticate(self, request: Request) -> None:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        try:
            user, _, token = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            user = token = ""
        known = hmac.compare_digest(token.encode(), self.account.token.encode())
        if kind.lower() != "basic" or not known or not user.startswith(("SK", self.account.sid)):
            raise VendorError(401, _WRONG_TOKEN)
        if request.path_params.get("account", self.account.sid) != self.account.sid:
            raise VendorError(404, 20404)

    async def _account(self, request: Request) -> Response:
        account = self.account
        kind = "Trial" if account.trial else "Full"
        return JSONResponse({"sid": account.sid, "friendly_name": account.name, "status": account.status, "type": kind})

    async def _create(self, request: Request) -> Response:
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return _error(415, 20415)
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
        return JSONResponse(self._shown(self.account.submit(form)), status_code=201)

    async def _one(self, request: Request) -> Response:
        return JSONResponse(self._shown(self.account.message(request.path_params["sid"])))

    async def _list(self, request: Request) -> Response:
        asked = dict(request.query_params)
        now = self.account.clock.now()
        found = [message for message in self.account.messages() if _matches(message, asked, now)]
        if token := asked.get("PageToken"):
            sids = [message.sid for message in found]
            found = found[sids.index(token[2:]) + 1 :] if token[2:] in sids else []
        size = min(max(int(asked.get("PageSize", "50")), 1), 1000)
        page, number = found[:size], int(asked.get("Page", "0"))
        following = None
        if len(found) > size:
            query = {**asked, "Page": str(number + 1), "PageSize": str(size), "PageToken": f"PA{page[-1].sid}"}
            following = f"{request.url.path}?{urlencode(query, quote_via=quote)}"
        return JSONResponse(
            {
                "messages": [self._shown(message) for message in page],
                "next_page_uri": following,
                "page": number,
                "page_size": size,
            }
        )

    async def _media_list(self, request: Request) -> Response:
        message = self.account.message(request.path_params["sid"])
        base = request.url.path.removesuffix(".json")
        items = [
            {"sid": media.sid, "content_type": media.type, "uri": f"{base}/{media.sid}.json", "parent_sid": message.sid}
            for media in message.media
        ]
        return JSONResponse({"media_list": items, "next_page_uri": None})

    async def _media(self, request: Request) -> Response:
        return RedirectResponse(f"/storage/{request.path_params['media']}", 307)

    async def _storage(self, request: Request) -> Response:
        for message in self.account.messages():
            for media in message.media:
                if media.sid == request.path_params["media"]:
                    return Response(media.content, media_type=media.type)
        return _error(404, 20404)

    async def _usage(self, request: Request) -> Response:
        outbound = [message for message in self.account.messages() if message.direction == "outbound-api"]
        sms = [message for message in outbound if not message.to.startswith("whatsapp:")]
        parts = sum(message.parts for message in sms)
        month = self.account.clock.now().strftime("%Y-%m-01")
        common = {"start_date": month, "as_of": self.account.clock.now().isoformat(), "price_unit": "usd"}
        records: list[dict[str, Any]] = [
            {
                "category": "sms-outbound",
                "count": str(len(sms)),
                "count_unit": "messages",
                "usage": str(parts),
                "usage_unit": "segments",
                "price": f"{parts * 0.0798:.4f}",
                **common,
            },
            *({**record, **common} for record in self._voice.usage()),
        ]
        return JSONResponse({"usage_records": records, "next_page_uri": None})

    async def _balance(self, request: Request) -> Response:
        return JSONResponse({"account_sid": self.account.sid, "balance": "42.17", "currency": "USD"})

    async def _senders(self, request: Request) -> Response:
        health = {"quality_rating": "HIGH", "messaging_limit": "1K Customers/24hr"}
        sender = {"sender_id": f"whatsapp:{self.account.whatsapp}", "status": "ONLINE", "properties": health}
        return JSONResponse({"senders": [sender], "meta": {"next_page_url": None}})

    def _written(self, asked: dict[str, Any]) -> object:
        media = [(part["type"], base64.b64decode(part["base64"])) for part in asked.get("media", [])]
        return {"sid": self.account.receive(asked["from"], asked["to"], asked.get("body", ""), media).sid}

    async def _control_messages(self, request: Request) -> Response:
        return JSONResponse([self._shown(message) for message in self.account.messages()])

    def _shown(self, message: StoredMessage) -> dict[str, Any]:
        now = self.account.clock.now()
        step, sent = message.now(now), message.sent_at(now)
        uri = f"/2010-04-01/Accounts/{self.account.sid}/Messages/{message.sid}"
        return {
            "sid": message.sid,
            "account_sid": self.account.sid,
            "direction": message.direction,
            "from": message.from_,
            "to": message.to,
            "body": message.body,
            "status": step.status,
            "num_segments": str(message.parts),
            "num_media": str(len(message.media)),
            "price": None,
            "price_unit": "USD",
            "error_code": step.error,
            "error_message": TEXTS.get(step.error) if step.error else None,
            "date_created": _dated(message.created),
            "date_sent": _dated(sent) if sent else None,
            "date_updated": _dated(max(step.at, message.created)),
            "messaging_service_sid": None,
            "api_version": "2010-04-01",
            "uri": f"{uri}.json",
            "subresource_uris": {"media": f"{uri}/Media.json"},
        }


def _matches(message: StoredMessage, asked: dict[str, str], now: datetime) -> bool:
    if asked.get("To", message.to) != message.to or asked.get("From", message.from_) != message.from_:
        return False
    first, last = asked.get("DateSent>"), asked.get("DateSent<")
    if first is None and last is None:
        return True
    sent = message.sent_at(now)
    if sent is None:
        return False
    # Stored to the microsecond, compared to the second, as the vendor shows it.
    sent = sent.replace(microsecond=0)
    return (first is None or sent >= _asked(first)) and (last is None or sent <= _asked(last))


def _asked(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _dated(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC).replace(microsecond=0))


def _told(error: VendorError) -> Response:
    return _error(401 if error.code == _WRONG_TOKEN else error.status, int(error.code or 0))


def _error(status: int, code: int) -> Response:
    body = {
        "code": code,
        "message": TEXTS.get(code, "Error"),
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return JSONResponse(body, status_code=status)


async def _missing(request: Request) -> Response:
    return _error(404, 20404)

"""The WhatsApp Cloud API on loopback, faithful to what Meta's specification and error pages say, errors included."""

from __future__ import annotations

import hmac
import json
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.sandbox.door import Door, Endpoint, VendorError, levers
from adapters.sandbox.multipart import parted
from adapters.sandbox.server import Simulator
from adapters.sandbox.whatsapp_cloud_account import (
    MEDIA_LIVES,
    MEDIA_URL_LIVES,
    WhatsAppAccount,
    refused,
)

_CATEGORIES = ("SERVICE", "UTILITY")
_PRICE = {"SERVICE": 0.0, "UTILITY": 0.03}


class SandboxWhatsApp(Simulator):
    """The simulator with its server; ``account`` is its whole state, ``base_url`` what a configuration points at."""

    def __init__(self, account: WhatsAppAccount | None = None, port: int = 0) -> None:
        self.account = account or WhatsAppAccount()
        super().__init__(self._routes(), port)

    def _routes(self) -> list[Route]:
        number, account = f"/{{v}}/{self.account.phone_number_id}", f"/{{v}}/{self.account.waba_id}"
        vendor: list[tuple[str, str, Endpoint]] = [
            (f"{number}/messages", "POST", self._messages),
            (f"{number}/media", "POST", self._upload),
            (f"{number}/block_users", "POST", self._block),
            (f"{number}/block_users", "DELETE", self._block),
            (f"{number}/message_history", "GET", self._history),
            (number, "GET", self._number),
            (f"{account}/message_templates", "GET", self._templates),
            (f"{account}/message_templates", "POST", self._create_template),
            (f"{account}/message_templates", "DELETE", self._delete_template),
            (f"{account}/pricing_analytics", "GET", self._pricing),
            (account, "GET", self._account),
            ("/files/{media}", "GET", self._file),
            ("/{v}/{id}", "GET", self._media),
            ("/{v}/{id}", "POST", self._edit_template),
        ]
        door = Door(lambda: self.account.faults, _error, self._authenticate, nonsense=refused(100), headers=self._usage)
        routes = levers(lambda: self.account.faults, inbound=self._written)
        routes += [Route(path, door.guarded(end), methods=[verb]) for path, verb, end in vendor]
        routes.append(Route("/{path:path}", door.guarded(_missing), methods=["GET", "POST", "DELETE"]))
        return routes

    def _authenticate(self, request: Request) -> None:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not hmac.compare_digest(given.encode(), self.account.token.encode()):
            raise refused(190)

    def _usage(self) -> dict[str, str]:
        used = {"type": "whatsapp", "call_count": self.account.load, "total_cputime": 1, "total_time": 1}
        told = {self.account.waba_id: [{**used, "estimated_time_to_regain_access": 0}]}
        return {"X-Business-Use-Case-Usage": json.dumps(told)}

    def _written(self, asked: dict[str, Any]) -> object:
        return {"id": self.account.receive(asked["from"], "text", {"body": asked["body"]}, name=asked.get("name", ""))}

    async def _messages(self, request: Request) -> Response:
        body = json.loads(await request.body())
        if body.get("status") == "read":
            self.account.read_up_to.append(str(body["message_id"]))
            if "typing_indicator" in body:
                self.account.typing_to.append(str(body["message_id"]))
            return JSONResponse({"success": True})
        sent = self.account.submit(body)
        contact = {"input": sent.to, "wa_id": sent.to} if sent.to.isdigit() else {"input": sent.to, "user_id": sent.to}
        told = {"id": sent.id, "message_status": "accepted"}
        return JSONResponse({"messaging_product": "whatsapp", "contacts": [contact], "messages": [told]})

    async def _upload(self, request: Request) -> Response:
        form = parted(request.headers["content-type"], await request.body())
        if form.fields.get("messaging_product") != "whatsapp" or not form.name:
            raise refused(131053)
        stored = self.account.upload(form.type, form.content, form.name)
        return JSONResponse({"id": stored.id})

    async def _block(self, request: Request) -> Response:
        (user,) = json.loads(await request.body())["block_users"]
        self.account.block(user.get("user") or user["user_id"], on=request.method == "POST")
        return JSONResponse({"messaging_product": "whatsapp", "block_users": {"added_users": [user]}})

    async def _history(self, request: Request) -> Response:
        if not self.account.offers_history:
            raise refused(100, "(#100) Tried accessing nonexisting field (message_history)")
        message_id = request.query_params["message_id"]
        events = [
            {"delivery_status": status.upper(), "timestamp": int(at.timestamp())}
            | ({"error_description": str(error)} if error else {})
            for at, status, error in self.account.state_of(message_id)
        ]
        return JSONResponse({"data": [{"id": "1", "message_id": message_id, "events": {"data": events}}]})

    async def _number(self, request: Request) -> Response:
        account = self.account
        if account.status == "DELETED":
            raise refused(33)
        return JSONResponse(
            {
                "id": account.phone_number_id,
                "display_phone_number": f"{account.number[:3]} {account.number[3:]}",
                "verified_name": account.name,
                "status": account.status,
                "quality_rating": account.quality,
                "name_status": "APPROVED",
                "throughput": {"level": "STANDARD"},
                "whatsapp_business_manager_messaging_limit": "TIER_2K",
                "health_status": account.health,
                "webhook_configuration": {"application": "https://hooks.hotel.example/hooks/desk-whatsapp"},
            }
        )

    async def _account(self, request: Request) -> Response:
        told = {"account_review_status": "APPROVED", "business_verification_status": "verified", "currency": "EUR"}
        return JSONResponse({"id": self.account.waba_id, **told})

    async def _templates(self, request: Request) -> Response:
        self.account.review_what_is_due()
        size, start = int(request.query_params.get("limit", "25")), int(request.query_params.get("after", "0"))
        page = self.account.templates[start : start + size]
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(start + len(page))}}
        if len(self.account.templates) > start + size:
            # As Meta's, the link holds the token and names its own host.
            paging["next"] = f"https://graph.facebook.com/v25.0/x?access_token=secret&after={start + size}"
        return JSONResponse({"data": [template.shown() for template in page], "paging": paging})

    async def _create_template(self, request: Request) -> Response:
        made = self.account.create_template(json.loads(await request.body()))
        return JSONResponse({"id": made.id, "status": made.status, "category": made.category})

    async def _edit_template(self, request: Request) -> Response:
        body = json.loads(await request.body())
        for template in self.account.templates:
            if template.id == request.path_params["id"]:
                if template.status not in ("APPROVED", "REJECTED", "PAUSED"):
                    raise refused(100, "This template can not be edited now")
                template.components, template.status = list(body["components"]), "PENDING"
                template.category = str(body.get("category", template.category))
                template.reason, template.given_at = "NONE", self.account.clock.now()
                return JSONResponse({"success": True})
        raise refused(100)

    async def _delete_template(self, request: Request) -> Response:
        name, id_ = request.query_params["name"], request.query_params.get("hsm_id")
        kept = [t for t in self.account.templates if t.name != name or (id_ and t.id != id_)]
        if len(kept) == len(self.account.templates):
            raise refused(100)
        self.account.templates[:] = kept
        return JSONResponse({"success": True})

    async def _pricing(self, request: Request) -> Response:
        points = []
        for category in _CATEGORIES:
            count = sum((message.type == "template") is (category == "UTILITY") for message in self.account.sent)
            point = {"start": 0, "end": 0, "phone_number": self.account.number[1:], "pricing_type": "REGULAR"}
            points.append({**point, "pricing_category": category, "volume": count, "cost": count * _PRICE[category]})
        return JSONResponse({"data": [{"data_points": points}]})

    async def _media(self, request: Request) -> Response:
        now, found = self.account.clock.now(), self.account.media.get(request.path_params["id"])
        if found is None or now - found.stored_at > MEDIA_LIVES:
            raise refused(100)
        return JSONResponse(
            {
                "messaging_product": "whatsapp",
                "url": f"{self.base_url}/files/{found.id}?oe={int((now + MEDIA_URL_LIVES).timestamp())}",
                "mime_type": found.type,
                "sha256": found.sha256,
                "file_size": str(len(found.content)),
                "id": found.id,
            }
        )

    async def _file(self, request: Request) -> Response:
        ends = datetime.fromtimestamp(int(request.query_params["oe"]), UTC)
        found = self.account.media.get(request.path_params["media"])
        if found is None or self.account.clock.now() > ends:
            return Response(status_code=404)
        return Response(found.content, media_type=found.type)


def _error(error: VendorError) -> Response:
    told = {
        "message": error.text,
        "type": "OAuthException",
        "code": int(error.code or 0),
        "error_data": {"messaging_product": "whatsapp", "details": error.text},
        "fbtrace_id": "Az8or2yhqkZfEZ-_4Qn_Bam",
    }
    return JSONResponse({"error": told}, status_code=error.status)


async def _missing(request: Request) -> Response:
    raise refused(100)

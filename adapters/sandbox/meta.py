"""Meta's Graph for one Page or Instagram account on loopback, faithful to its pages, its errors included."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.sandbox import meta_levers
from adapters.sandbox import meta_sending as sending
from adapters.sandbox.door import Door, Endpoint, VendorError
from adapters.sandbox.meta_account import DETAILED, GraphRefusal, MetaAccount, Remark, Said, Talk
from adapters.sandbox.server import Simulator

Known = dict[str, Any]
_USUAL = {
    "rate_limited": GraphRefusal(400, 613, 2534040, "(#613) Calls to this api have exceeded the rate limit."),
    "down": GraphRefusal(503, 2, 0, "Please retry"),
}


class SandboxMeta(Simulator):
    """The simulator with its server; ``account`` is its whole state, ``base_url`` what a configuration points at."""

    def __init__(self, account: MetaAccount | None = None, port: int = 0) -> None:
        super().__init__(self._routes(), port)
        self.account = account or MetaAccount()

    @property
    def account(self) -> MetaAccount:
        return self._account

    @account.setter
    def account(self, account: MetaAccount) -> None:
        account.files_at = self._server.url
        self._account = account

    def signature(self, body: bytes) -> str:
        """``X-Hub-Signature-256`` of a webhook of this app."""
        return "sha256=" + hmac.new(self.account.app_secret.encode(), body, hashlib.sha256).hexdigest()

    def _routes(self) -> list[Route]:
        edges: list[tuple[str, str, Endpoint]] = [
            ("/refresh_access_token", "GET", self._refresh),
            ("/{version}/{node}/conversations", "GET", self._conversations),
            ("/{version}/{node}/messages", "POST", self._send),
            ("/{version}/{node}/message_attachments", "POST", self._upload),
            ("/{version}/{node}/message_templates", "GET", self._templates),
            ("/{version}/{node}/message_templates", "POST", self._submit),
            ("/{version}/{node}/message_templates", "DELETE", self._withdraw),
            ("/{version}/{node}/moderate_conversations", "POST", self._moderate),
            ("/{version}/{node}/subscribed_apps", "GET", self._subscribed),
            ("/{version}/{node}/feed", "GET", self._feed),
            ("/{version}/{node}/media", "GET", self._media),
            ("/{version}/{node}/comments", "GET", self._under),
            ("/{version}/{node}/comments", "POST", self._reply),
            ("/{version}/{node}/replies", "GET", self._under),
            ("/{version}/{node}/replies", "POST", self._reply),
            ("/{version}/{node}", "GET", self._node),
            ("/{version}/{node}", "POST", self._hide),
        ]
        door = Door(lambda: self.account.faults, _told, self._authenticate, usual=_USUAL, headers=self._usage)
        routes = [Route("/cdn/{file}", self._file, methods=["GET"]), *meta_levers.routes(lambda: self.account)]
        routes += [Route(path, self._noted(door.guarded(end)), methods=[verb]) for path, verb, end in edges]
        missing = self._noted(door.guarded(_missing))
        return [*routes, Route("/{path:path}", missing, methods=["GET", "POST", "DELETE"])]

    def _noted(self, endpoint: Endpoint) -> Endpoint:
        """What was asked stands in ``account.asked``, for tests."""

        async def answer(request: Request) -> Response:
            body = await request.body()
            told = body if request.headers.get("content-type", "") != "application/json" else json.loads(body or b"{}")
            self.account.asked.append((request.method, request.url.path, told or dict(request.query_params)))
            return await endpoint(request)

        return answer

    def _authenticate(self, request: Request) -> None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self.account.token.encode()):
            raise GraphRefusal(401, 190, 463, "Error validating access token: Session has expired")

    def _usage(self) -> dict[str, str]:
        load = {"call_count": self.account.usage, "total_cputime": 0, "total_time": 0}
        return {"X-App-Usage": json.dumps(load)}

    async def _node(self, request: Request) -> Response:
        node, account = request.path_params["node"], self.account
        if node in (account.own, account.page_id, "me"):
            known: Known = {"id": node, "name": account.name}
            if account.channel == "instagram":
                known |= {"user_id": account.instagram_id} if account.own_login else {}
                known |= {} if account.own_login else {"instagram_business_account": {"id": account.instagram_id}}
            return JSONResponse(known | ({"username": "hotel.lumiere"} if account.channel == "instagram" else {}))
        for talk in account.talks.values():
            if talk.id == node:
                self._known_fields(request)
                return JSONResponse(self._talk(talk, request.query_params.get("fields", "")))
        found = account.find_said(node)
        if found is None or found[0].said.index(found[1]) < len(found[0].said) - DETAILED:
            raise GraphRefusal(400, 100, 9000001, "The message was deleted")
        return JSONResponse(self._said(*found))

    async def _conversations(self, request: Request) -> Response:
        account, asked = self.account, request.query_params
        self._own_node(request)
        if asked.get("platform", "messenger") != account.channel:
            return JSONResponse({"data": []})
        self._known_fields(request)
        if "messages" not in account.rights:
            raise GraphRefusal(403, 200, 2018028, "(#200) Requires pages_messaging permission")
        talks = sorted(account.talks.values(), key=lambda talk: (talk.updated, talk.id), reverse=True)
        if asked.get("user_id"):
            talks = [talk for talk in talks if talk.guest == asked["user_id"]]
        start, size = int(asked.get("after") or 0), int(asked.get("limit", "25"))
        shown = [self._talk(talk, asked.get("fields", "id")) for talk in talks[start : start + size]]
        return JSONResponse({"data": shown, **_paging(request, start, size, len(talks))})

    def _known_fields(self, request: Request) -> None:
        """Raises ``GraphRefusal`` for a field that this version does not have."""
        asked = request.query_params.get("fields", "")
        unknown = next((name for name in self.account.unknown_fields if name in asked), "")
        if unknown:
            raise GraphRefusal(
                400, 100, 0, f"(#100) Tried accessing nonexisting field ({unknown}) on node type (Message)"
            )

    def _talk(self, talk: Talk, fields: str) -> Known:
        account = self.account
        guest = {"id": talk.guest} | ({"name": talk.name} if talk.name else {})
        known: Known = {
            "id": talk.id,
            "updated_time": _dated(talk.updated),
            "participants": {"data": [guest, {"id": account.own, "name": account.name}]},
        }
        if "messages" in fields:
            newest = list(reversed(talk.said))
            known["messages"] = {
                "data": [self._said(talk, said) for said in newest[:DETAILED] if not said.removed],
                "paging": {"cursors": {"after": "QVFI"}},
            }
        return known

    def _said(self, talk: Talk, said: Said) -> Known:
        account = self.account
        guest = {"id": talk.guest} | ({"name": talk.name} if talk.name else {})
        own = {"id": account.own, "name": account.name}
        sender, taker = (own, guest) if said.outbound else (guest, own)
        known: Known = {
            "id": said.id,
            "created_time": _dated(said.at),
            "from": sender,
            "to": {"data": [taker]},
            "message": said.text,
        }
        if said.reply_to:
            known["reply_to"] = {"mid": said.reply_to}
        if said.files:
            known["attachments"] = {"data": [self._attached(file) for file in said.files]}
        return known

    def _attached(self, file: Any) -> Known:
        known: Known = {"id": file.id, "mime_type": file.type, "name": file.name, "size": len(file.content)}
        place = {"url": self.account.url_of(file)}
        if file.type.startswith("image/"):
            return known | {"image_data": place}
        return known | ({"video_data": place} if file.type.startswith("video/") else {"file_url": place["url"]})

    async def _send(self, request: Request) -> Response:
        self._own_node(request)
        return JSONResponse(sending.send(self.account, await _json(request)))

    async def _upload(self, request: Request) -> Response:
        self._own_node(request)
        kind = request.headers.get("content-type", "")
        return JSONResponse(sending.store_upload(self.account, kind, await request.body()))

    async def _moderate(self, request: Request) -> Response:
        return JSONResponse(sending.moderate(self.account, await _json(request)))

    async def _subscribed(self, request: Request) -> Response:
        return JSONResponse({"data": [{"id": "1234567890", "name": "tui-inbox"}] if self.account.on_event else []})

    async def _templates(self, request: Request) -> Response:
        start, size = int(request.query_params.get("after") or 0), int(request.query_params.get("limit", "25"))
        every = self.account.templates
        shown = [
            {
                "id": one.id,
                "name": one.name,
                "language": one.language,
                "status": one.status,
                "category": "UTILITY",
                "rejected_reason": one.reason,
                "components": [{"type": "BODY", "text": one.body}],
            }
            for one in every[start : start + size]
        ]
        return JSONResponse({"data": shown, **_paging(request, start, size, len(every))})

    async def _submit(self, request: Request) -> Response:
        return JSONResponse(sending.submit_template(self.account, await _json(request)))

    async def _withdraw(self, request: Request) -> Response:
        name = request.query_params.get("name")
        kept = [one for one in self.account.templates if one.name != name]
        if len(kept) == len(self.account.templates):
            raise GraphRefusal(404, 100, 2593002, "(#100) Message Template Not Found")
        self.account.templates = kept
        return JSONResponse({"success": True})

    async def _feed(self, request: Request) -> Response:
        sending.needs_comments(self.account)
        shown = []
        for post in self.account.posts[: int(request.query_params.get("limit", "25"))]:
            under = [self._remark(one) for one in reversed(self.account.remarks) if one.post == post.id]
            known: Known = {"id": post.id, "message": post.text, "created_time": _dated(post.at)}
            shown.append(known | ({"comments": {"data": under[:50]}} if under else {}))
        return JSONResponse({"data": shown})

    async def _media(self, request: Request) -> Response:
        sending.needs_comments(self.account)
        counted = [one.post for one in self.account.remarks]
        shown = [
            {"id": one.id, "caption": one.text, "timestamp": _dated(one.at), "comments_count": counted.count(one.id)}
            for one in self.account.posts
        ]
        return JSONResponse({"data": shown[: int(request.query_params.get("limit", "25"))]})

    async def _under(self, request: Request) -> Response:
        """Comments under a post, or replies under a comment."""
        sending.needs_comments(self.account)
        node = request.path_params["node"]
        found = [one for one in self.account.remarks if one.parent == node or (one.post == node and not one.parent)]
        return JSONResponse({"data": [self._remark(one) for one in reversed(found)]})

    async def _reply(self, request: Request) -> Response:
        text = str((await _json(request)).get("message", ""))
        return JSONResponse(sending.answer_comment(self.account, request.path_params["node"], text))

    async def _hide(self, request: Request) -> Response:
        if self.account.channel == "instagram":
            hidden = request.query_params.get("hide") == "true"
        else:
            hidden = bool((await _json(request)).get("is_hidden"))
        return JSONResponse(sending.hide_comment(self.account, request.path_params["node"], hidden))

    def _remark(self, remark: Remark, *, nested: bool = True) -> Known:
        account = self.account
        if account.channel == "messenger":
            known: Known = {"id": remark.id, "message": remark.text, "created_time": _dated(remark.at)}
            known |= {"from": {"id": remark.writer, "name": remark.name}} if remark.writer else {}
            above = account.find_remark(remark.parent) if remark.parent else None
            if above is not None:
                writer = {"from": {"id": above.writer, "name": above.name}} if above.writer else {}
                known["parent"] = {"id": above.id, **writer}
            return known
        known = {"id": remark.id, "text": remark.text, "timestamp": _dated(remark.at), "username": remark.name}
        known |= {"from": {"id": remark.writer, "username": remark.name}} if remark.writer else {}
        replies = [one for one in account.remarks if one.parent == remark.id]
        if nested and replies:
            known["replies"] = {"data": [self._remark(one, nested=False) for one in replies]}
        return known

    async def _refresh(self, request: Request) -> Response:
        asked, account = request.query_params, self.account
        if not account.own_login or asked.get("grant_type") != "ig_refresh_token":
            raise GraphRefusal(400, 100, 0, "(#100) Unsupported request")
        if asked.get("access_token") != account.token:
            raise GraphRefusal(401, 190, 463, "Error validating access token: Session has expired")
        account.token = f"IGAA-renewed-{len(account.asked)}"
        return JSONResponse({"access_token": account.token, "token_type": "bearer", "expires_in": 5183944})

    async def _file(self, request: Request) -> Response:
        """Whoever has the address gets the bytes, until it ends."""
        found = self.account.stored_file(request.path_params["file"])
        if found is None or int(request.query_params.get("oe", "0")) < self.account.clock.now().timestamp():
            return Response("URL signature expired", 403)
        return Response(found.content, media_type=found.type)

    def _own_node(self, request: Request) -> None:
        if request.path_params["node"] not in (self.account.node, "me"):
            raise GraphRefusal(400, 100, 33, "Unsupported request. Object with this ID does not exist")


def _paging(request: Request, start: int, size: int, total: int) -> Known:
    after = str(start + size)
    paging: Known = {"cursors": {"before": str(start), "after": after}}
    if start + size < total:
        # Meta's link names its own host and holds the token.
        paging["next"] = f"https://graph.facebook.com{request.url.path}?access_token=leaked&after={after}"
    return {"paging": paging}


def _dated(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S+0000")


async def _json(request: Request) -> Known:
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError:
        raise GraphRefusal(400, 100, 0, "(#100) Invalid JSON") from None
    return body if isinstance(body, dict) else {}


def _told(refusal: VendorError) -> Response:
    told: Known = {
        "message": refusal.text or "Invalid parameter",
        "type": "OAuthException",
        "code": refusal.code or 0,
        "fbtrace_id": "A1b2C3",
    }
    if refusal.subcode:
        told["error_subcode"] = refusal.subcode
    return JSONResponse({"error": told}, status_code=refusal.status)


async def _missing(request: Request) -> Response:
    raise GraphRefusal(400, 2500, 0, "Unknown path components")

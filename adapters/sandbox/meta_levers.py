"""Levers of the simulated Graph, for this machine only: a guest writes, comments or reads; Meta fails."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.sandbox.meta_account import MetaAccount, MetaFault
from adapters.sandbox.server import loopback_only

Asked = dict[str, Any]


def routes(account: Callable[[], MetaAccount]) -> list[Route]:
    """``POST /sandbox/...`` with JSON; ``account`` gives the present one."""

    def lever(pull: Callable[[MetaAccount, Asked], object]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            if not loopback_only(request.scope):
                return Response(status_code=403)
            try:
                return JSONResponse(pull(account(), json.loads(await request.body())), status_code=201)
            except (ValueError, KeyError, TypeError, AttributeError):
                return Response(status_code=400)

        return answer

    return [Route(f"/sandbox/{name}", lever(pull), methods=["POST"]) for name, pull in _LEVERS.items()]


def _inbound(account: MetaAccount, asked: Asked) -> object:
    files = tuple((part["name"], part["type"], base64.b64decode(part["base64"])) for part in asked.get("files", []))
    said = account.receive(str(asked["from"]), str(asked.get("text", "")), name=asked.get("name", ""), files=files)
    return {"mid": said.id}


def _comment(account: MetaAccount, asked: Asked) -> object:
    """Under the newest post, which is made when there is none."""
    post = account.posts[0] if account.posts else account.publish("Bienvenue")
    remark = account.remark(post, str(asked["text"]), str(asked.get("from", "")), name=asked.get("name", ""))
    account.push(changes=(account.change_of(remark),))
    return {"id": remark.id, "post": post.id}


def _read(account: MetaAccount, asked: Asked) -> object:
    """The guest has read everything so far; told by webhook, where one listens."""
    guest, now = str(asked["from"]), account.clock.now()
    newest = next(said for said in reversed(account.talks[guest].said) if said.outbound)
    told = {"watermark": int(now.timestamp() * 1000)} if account.channel == "messenger" else {"mid": newest.id}
    account.push({**account.between(guest, account.own, now), "read": told})
    return {"mid": newest.id}


def _fault(account: MetaAccount, asked: Asked) -> object:
    account.faults.append(MetaFault(**asked))
    return {}


_LEVERS: Mapping[str, Callable[[MetaAccount, Asked], object]] = {
    "inbound": _inbound,
    "comment": _comment,
    "read": _read,
    "faults": _fault,
}

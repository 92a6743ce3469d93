"""The vendor's Content API: templates listed, made, given in for WhatsApp's review, taken away."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from adapters.sandbox.door import Endpoint, VendorError
from adapters.sandbox.twilio_account import ContentTemplate, TwilioAccount

_TYPES = ("twilio/text", "twilio/quick-reply", "twilio/call-to-action", "whatsapp/card")
_NUMBER = re.compile(r"\{\{(\w+)\}\}")


class Content:
    """``account`` is asked for at each request: a test may put another one in its place."""

    def __init__(self, account: Callable[[], TwilioAccount]) -> None:
        self._account = account

    def vendor(self) -> list[tuple[str, str, Endpoint]]:
        one = "/content/v1/Content/{sid}"
        return [
            ("/content/v1/ContentAndApprovals", "GET", self._list),
            ("/content/v1/Content", "POST", self._make),
            (one, "DELETE", self._delete),
            (f"{one}/ApprovalRequests/whatsapp", "POST", self._give_in),
            (f"{one}/ApprovalRequests", "GET", self._approval),
        ]

    async def _list(self, request: Request) -> Response:
        account = self._account()
        account.review_what_is_due()
        size, page = int(request.query_params.get("PageSize", "50")), int(request.query_params.get("Page", "0"))
        following = None
        if len(account.templates) > (page + 1) * size:
            # The vendor's link names its own host, whatever host was asked.
            following = f"https://content.twilio.com/v1/ContentAndApprovals?PageSize={size}&Page={page + 1}"
        contents = [
            {**_shown(one), "approval_requests": _request(one)}
            for one in account.templates[page * size : (page + 1) * size]
        ]
        return JSONResponse({"contents": contents, "meta": {"next_page_url": following, "key": "contents"}})

    async def _make(self, request: Request) -> Response:
        asked = _json(await request.body(), request)
        types, variables = asked.get("types"), asked.get("variables") or {}
        if not asked.get("language") or not isinstance(types, dict) or not set(types) <= set(_TYPES) or not types:
            raise VendorError(400, 20001)
        fields = next(iter(types.values()))
        places = set(_NUMBER.findall(json.dumps(types)))
        if not fields.get("body") or places - set(variables) or len(str(asked.get("friendly_name", ""))) > 64:
            raise VendorError(400, 20001)
        made = self._account().make_template(
            str(asked.get("friendly_name", "")), str(asked["language"]), dict(types), dict(variables)
        )
        return JSONResponse(_shown(made), status_code=201)

    async def _give_in(self, request: Request) -> Response:
        asked = _json(await request.body(), request)
        name, category = str(asked.get("name", "")), str(asked.get("category", ""))
        if not re.fullmatch(r"[a-z0-9_]{1,512}", name) or category not in ("UTILITY", "MARKETING"):
            raise VendorError(400, 20001)
        given = self._account().give_in(request.path_params["sid"], name, category)
        return JSONResponse(_request(given), status_code=201)

    async def _approval(self, request: Request) -> Response:
        one = self._account().template(request.path_params["sid"])
        return JSONResponse({"sid": one.sid, "whatsapp": _request(one)})

    async def _delete(self, request: Request) -> Response:
        self._account().delete_template(request.path_params["sid"])
        return Response(status_code=204)


def _json(body: bytes, request: Request) -> dict[str, Any]:
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise VendorError(415, 20415)
    try:
        asked = json.loads(body)
    except ValueError:
        raise VendorError(400, 20001) from None
    if not isinstance(asked, dict):
        raise VendorError(400, 20001)
    return asked


def _shown(one: ContentTemplate) -> dict[str, Any]:
    return {
        "sid": one.sid,
        "friendly_name": one.name,
        "language": one.language,
        "variables": one.variables,
        "types": one.types or {"twilio/text": {"body": one.body}},
    }


def _request(one: ContentTemplate) -> dict[str, Any]:
    return {
        "name": one.asked_as or one.name,
        "category": one.category,
        "status": one.status,
        "rejection_reason": one.reason,
        "allow_category_change": True,
    }

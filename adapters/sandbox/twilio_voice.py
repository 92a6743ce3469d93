"""The vendor's resources for calls, recordings and the number itself, answered from ``Telephone``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from adapters.sandbox.door import Endpoint, VendorError
from adapters.sandbox.twilio_account import TwilioAccount
from adapters.sandbox.twilio_calls import StoredCall, StoredRecording, wav


class Voice:
    """``account`` is asked for at each request: a test may put another one in its place."""

    def __init__(self, account: Callable[[], TwilioAccount]) -> None:
        self._account = account

    def vendor(self, root: str) -> list[tuple[str, str, Endpoint]]:
        return [
            (f"{root}/Calls.json", "GET", self._list),
            (f"{root}/Calls/{{sid}}.json", "GET", self._one),
            (f"{root}/Calls/{{sid}}/Recordings.json", "GET", self._recordings),
            (f"{root}/Recordings.json", "GET", self._recordings),
            (f"{root}/Recordings/{{sid}}.wav", "GET", self._audio),
            (f"{root}/IncomingPhoneNumbers.json", "GET", self._numbers),
            (f"{root}/IncomingPhoneNumbers/{{sid}}.json", "POST", self._instruct),
        ]

    def place(self, asked: dict[str, Any]) -> object:
        """The control ``/sandbox/call``: a guest rings the hotel."""
        account = self._account()
        told = {key: int(asked[key]) for key in ("talk", "voicemail", "rings") if key in asked}
        own = asked.get("to", account.sms)
        call = account.telephone.ring(asked["from"], own, account.clock.now(), **told)
        return {"sid": call.sid}

    def usage(self) -> list[dict[str, Any]]:
        """Calls and recordings of the month, as the vendor bills them: by the minute begun."""
        phone = self._account().telephone
        calls = phone.calls()
        categories = {
            "calls-inbound": [call.seconds for call in calls if call.direction == "inbound"],
            "calls-outbound": [call.seconds for call in calls if call.direction != "inbound"],
            "recordings": [one.seconds for one in phone.recordings()],
        }
        prices = {"calls-inbound": 0.01, "calls-outbound": 0.04, "recordings": 0.0025}
        found = []
        for category, lengths in categories.items():
            minutes = sum(-(-seconds // 60) for seconds in lengths)
            unit = "recordings" if category == "recordings" else "calls"
            found.append(
                {
                    "category": category,
                    "count": str(len(lengths)),
                    "count_unit": unit,
                    "usage": str(minutes),
                    "usage_unit": "minutes",
                    "price": f"{minutes * prices[category]:.4f}",
                }
            )
        return found

    async def _list(self, request: Request) -> Response:
        account, asked = self._account(), dict(request.query_params)
        now = account.clock.now()
        found = [call for call in account.telephone.calls() if call.began <= now and _matches(call, asked, now)]
        size, number = min(max(int(asked.get("PageSize", "50")), 1), 1000), int(asked.get("Page", "0"))
        page, following = found[number * size : (number + 1) * size], None
        if len(found) > (number + 1) * size:
            query = {**asked, "Page": str(number + 1), "PageSize": str(size)}
            following = f"{request.url.path}?{urlencode(query, quote_via=quote)}"
        shown = [self._shown(call, now) for call in page]
        return JSONResponse({"calls": shown, "next_page_uri": following, "page": number, "page_size": size})

    async def _one(self, request: Request) -> Response:
        account = self._account()
        for call in account.telephone.calls():
            if call.sid == request.path_params["sid"]:
                return JSONResponse(self._shown(call, account.clock.now()))
        raise VendorError(404, 20404)

    async def _recordings(self, request: Request) -> Response:
        account, of = self._account(), request.path_params.get("sid")
        now = account.clock.now()
        found = [one for one in account.telephone.recordings() if of in (None, one.call) and one.made <= now]
        return JSONResponse({"recordings": [self._recording(one, now) for one in found], "next_page_uri": None})

    async def _audio(self, request: Request) -> Response:
        for one in self._account().telephone.recordings():
            if one.sid == request.path_params["sid"]:
                return Response(wav(one.seconds), media_type="audio/x-wav")
        raise VendorError(404, 20404)

    async def _numbers(self, request: Request) -> Response:
        account = self._account()
        wanted = request.query_params.get("PhoneNumber", account.sms)
        return JSONResponse({"incoming_phone_numbers": [self._number()] if wanted == account.sms else []})

    async def _instruct(self, request: Request) -> Response:
        phone = self._account().telephone
        if request.path_params["sid"] != phone.number_sid:
            raise VendorError(404, 20404)
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
        url = form.get("VoiceUrl", "")
        if url and not url.startswith(("http://", "https://")):
            raise VendorError(400, 21502)
        phone.instruct(form)
        return JSONResponse(self._number())

    def _number(self) -> dict[str, Any]:
        account = self._account()
        phone = account.telephone
        return {
            "sid": phone.number_sid,
            "phone_number": account.sms,
            "capabilities": {"voice": True, "sms": True, "mms": False},
            "voice_url": phone.voice_url or None,
            "voice_method": phone.voice_method,
            "voice_application_sid": phone.application or None,
            "trunk_sid": phone.trunk or None,
        }

    def _shown(self, call: StoredCall, now: datetime) -> dict[str, Any]:
        status = call.now(now)
        over = status == call.status
        return {
            "sid": call.sid,
            "account_sid": self._account().sid,
            "parent_call_sid": call.parent or None,
            "direction": call.direction,
            "from": call.from_,
            "to": call.to,
            "status": status,
            "duration": str(call.seconds) if over else None,
            "start_time": _dated(call.began),
            "end_time": _dated(call.ends) if over else None,
            "date_created": _dated(call.began),
            "price": None,
            "price_unit": "USD",
        }

    def _recording(self, one: StoredRecording, now: datetime) -> dict[str, Any]:
        status, account = one.now(now), self._account()
        return {
            "sid": one.sid,
            "call_sid": one.call,
            "status": status,
            "source": one.source,
            "duration": str(one.seconds) if status == "completed" else "-1",
            "date_created": _dated(one.made),
            "uri": f"/2010-04-01/Accounts/{account.sid}/Recordings/{one.sid}.json",
        }


def _matches(call: StoredCall, asked: dict[str, str], now: datetime) -> bool:
    wanted = {"To": call.to, "From": call.from_, "ParentCallSid": call.parent, "Status": call.now(now)}
    if any(asked.get(key, value) != value for key, value in wanted.items()):
        return False
    first = asked.get("StartTime>")
    if first is None:
        return True
    at = datetime.fromisoformat(first)
    return call.began.replace(microsecond=0) >= (at if at.tzinfo else at.replace(tzinfo=UTC))


def _dated(at: datetime) -> str:
    return format_datetime(at.astimezone(UTC).replace(microsecond=0))

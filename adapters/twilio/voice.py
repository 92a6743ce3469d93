"""What the hotel's number does with a call: instructions that the vendor fetches from an address while it rings.

The vendor's own scripts serve them without any server of ours (www.twilio.com/labs/twimlets): ``/forward`` places the
call, and asks ``FailUrl`` only when nobody took it, so that a call that was taken ends when it ends; ``/echo`` answers
with the instructions that its address carries, here a recording. Doubts, untested on a real account: their page speaks
of ten-digit numbers where we give ``+`` and country, and promises no future for them. So ``voice_url`` may name any
server with these two paths; our own receiver is one (``hear``), for requests that the vendor has signed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit
from xml.sax.saxutils import escape, quoteattr

from msgspec import Struct

from adapters._json import answered
from adapters.twilio import wire
from adapters.twilio.settings import AccountSettings
from tui_inbox.domain.errors import Refused, Rejected
from tui_inbox.ports.channel import CallRoute, Heard, Hook

if TYPE_CHECKING:
    from adapters._http import Http
    from tui_inbox.ports.secrets import Secret

LONGEST = 300
"""Seconds of a voicemail: what can be transcribed."""
SILENCE = 5
"""Seconds after which a recording ends."""
_END = "<Response><Hangup/></Response>"
_TAKEN = ("completed", "answered")


class Number(Struct):
    sid: str
    phone_number: str | None = None
    voice_url: str | None = None
    voice_application_sid: str | None = None
    trunk_sid: str | None = None


class Numbers(Struct):
    incoming_phone_numbers: list[Number]


def route(http: Http, account: str, settings: AccountSettings) -> CallRoute:
    """What the number does now. Raises ``Refused("number_not_here")``, ``ChannelError``."""
    return _understood(_number(http, account, settings.from_))


def set_route(http: Http, account: str, settings: AccountSettings, wanted: CallRoute) -> CallRoute:
    """Write the instructions and read them back. Raises ``Refused``, ``ChannelError``."""
    if settings.mode == "view-only":
        raise Refused("view_only")
    number = _number(http, account, settings.from_)
    if number.trunk_sid:
        raise Refused("number_on_trunk")
    url = address(settings, wanted)
    # An application of the vendor's goes before the address, so it is taken off.
    form = {"VoiceUrl": url, "VoiceMethod": "GET", "VoiceApplicationSid": ""}
    http.tell("POST", f"{account}/IncomingPhoneNumbers/{wire.checked_sid(number.sid)}.json", form=form)
    kept = _number(http, account, settings.from_)
    if (kept.voice_url or "") != url:
        raise Rejected("voice_not_kept", vendor_text=(kept.voice_url or "")[:200])
    return _understood(kept)


def address(settings: AccountSettings, wanted: CallRoute) -> str:
    """Where the vendor finds the instructions; empty when the number is to do nothing."""
    base = settings.voice_url.rstrip("/")
    voicemail = _echo(base, _recording(base, settings)) if wanted.voicemail else ""
    if not wanted.target:
        return voicemail
    asked = {"PhoneNumber": wanted.target, "Timeout": str(wanted.after)}
    if voicemail:
        asked["FailUrl"] = voicemail
    return f"{base}/forward?{urlencode(asked, quote_via=quote)}"


def hear(hook: Hook, settings: AccountSettings, token: Secret | None) -> Heard:
    """Be the two scripts for the vendor. Raises ``Refused("bad_signature")``."""
    base = settings.voice_url.rstrip("/")
    url = f"{base}{hook.path}" + (f"?{hook.query}" if hook.query else "")
    posted = parse_qsl(hook.body.decode("utf-8", "replace"), keep_blank_values=True) if hook.method == "POST" else []
    if token is None or not _signed(url, posted, hook.headers.get("x-twilio-signature", ""), token):
        raise Refused("bad_signature")
    asked = {**dict(parse_qsl(hook.query, keep_blank_values=True)), **dict(posted)}
    return Heard(answer=_instructions(base, hook.path, asked).encode(), content_type="text/xml")


def _instructions(base: str, path: str, asked: dict[str, str]) -> str:
    fail = asked.get("FailUrl", "")
    if path == "/echo":
        return asked.get("Twiml", _END)
    if path != "/forward":
        return _END
    if asked.get("Dial"):
        # The leg is over. Only a call that nobody took goes on; one that was taken must not end on a machine.
        if fail and asked.get("DialCallStatus") not in _TAKEN:
            return f"<Response><Redirect>{escape(fail)}</Redirect></Response>"
        return _END
    again = f"{base}/forward?{urlencode({'Dial': 'true', 'FailUrl': fail}, quote_via=quote)}"
    dial = f"<Dial action={quoteattr(again)} timeout={quoteattr(asked.get('Timeout', '20'))}>"
    return f"<Response>{dial}{escape(asked.get('PhoneNumber', ''))}</Dial></Response>"


def _signed(url: str, posted: list[tuple[str, str]], given: str, token: Secret) -> bool:
    """``X-Twilio-Signature``: HMAC-SHA1 over the address and the posted fields in order; always the account's token."""
    plain = url + "".join(key + value for key, value in sorted(set(posted)))
    right = base64.b64encode(hmac.new(token.reveal().encode(), plain.encode(), hashlib.sha1).digest())
    return hmac.compare_digest(right, given.encode())


def _echo(base: str, instructions: str) -> str:
    return f"{base}/echo?{urlencode({'Twiml': instructions}, quote_via=quote)}"


def _recording(base: str, settings: AccountSettings) -> str:
    """Say the greeting, then record. Without ``action`` the vendor would begin these instructions again at its end."""
    said = f"<Say language={quoteattr(settings.voice_language)}>{escape(settings.voice_greeting)}</Say>"
    action = quoteattr(_echo(base, _END))
    record = f'<Record action={action} method="GET" maxLength="{LONGEST}" timeout="{SILENCE}"/>'
    return f"<Response>{said if settings.voice_greeting else ''}{record}</Response>"


def _number(http: Http, account: str, own: str) -> Number:
    answer = http.read(f"{account}/IncomingPhoneNumbers.json", {"PhoneNumber": own})
    found = answered(answer, Numbers).incoming_phone_numbers
    number = next((one for one in found if one.phone_number in (own, None)), None)
    if number is None:
        raise Refused("number_not_here", number=own)
    return number


def _understood(number: Number) -> CallRoute:
    """The number's instructions, if they are of the kind that is written here; else only where they stand."""
    url = number.voice_url or ""
    path = urlsplit(url)
    asked = {key: values[0] for key, values in parse_qs(path.query).items()}
    if path.path.endswith("/forward") and asked.get("PhoneNumber"):
        after = asked.get("Timeout", "")[:4]
        return CallRoute(asked["PhoneNumber"], int(after) if after.isdecimal() else 20, "FailUrl" in asked, url)
    if path.path.endswith("/echo") and "<Record" in asked.get("Twiml", ""):
        return CallRoute("", 20, voicemail=True, url=url)
    return CallRoute("", 20, voicemail=False, url=url, foreign=bool(url or number.voice_application_sid))

"""The page of the web chat: one file with its script and style, in the guest's language, locked in by its policy."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from tui_inbox.ports.webchat import ChatRules
from tui_inbox.services.desk import Desk
from tui_inbox.wording import LANGUAGES, N_, translated

_FILE = Path(__file__).with_name("chat.html")

TEXTS: Mapping[str, str] = {
    "welcome": N_("Welcome! Write to us, we answer here."),
    "messages": N_("Messages"),
    "you": N_("You"),
    "name": N_("Your name (optional)"),
    "email": N_("Your e-mail (optional)"),
    "message": N_("Your message"),
    "send": N_("Send"),
    "hint": N_("Enter sends, Shift+Enter begins a new line."),
    "sending": N_("sending…"),
    "sent": N_("sent"),
    "offline": N_("No connection; what you wrote is sent as soon as there is one."),
    "slow": N_("That was very quick: what you wrote is sent in a moment."),
    "refused": N_("This message could not be sent."),
    "privacy": N_("Only this browser can open this conversation again."),
}
"""What a guest reads, by the name that the page's script knows it by."""


@cache
def _source() -> tuple[str, str, str]:
    """The file, and the policy's hashes of its script and its style."""
    text = _FILE.read_text(encoding="utf-8")
    return text, _hash(text, "script"), _hash(text, "style")


def _hash(text: str, tag: str) -> str:
    (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    return base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def page(request: Request, rules: ChatRules, desk: Desk) -> Response:
    """In the language of ``?lang=``, of the browser, or of the hotel."""
    language = language_of(request, desk.language)
    texts = {name: translated(text, language) for name, text in TEXTS.items()}
    if rules.welcome:
        texts["welcome"] = rules.welcome
    told = {"inbox": rules.inbox, "hotel": desk.hotel, "max": rules.max_chars, "texts": texts}
    # Inside a script element only the end of that element could be misunderstood.
    data = msgspec.json.encode(told).decode().replace("<", "\\u003c")
    text, script, style = _source()
    values = {"lang": language, "hotel": html.escape(desk.hotel), "data": data}
    values |= {name: html.escape(sentence) for name, sentence in texts.items()}
    values["max"] = str(rules.max_chars)
    content = re.sub(r"\{\{(\w+)\}\}", lambda found: values[found[1]], text)
    frames = " ".join(["'self'", *rules.origins])
    policy = (
        f"default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; connect-src 'self'; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors {frames}"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
        "Content-Language": language,
        "Vary": "Accept-Language",
    }
    return Response(content, 200, headers, media_type="text/html; charset=utf-8")


def language_of(request: Request, hotel: str) -> str:
    """Of ``?lang=``, of the browser, else of the hotel."""
    accepted = request.headers.get("accept-language", "")[:200].split(",")
    for wanted in (request.query_params.get("lang", ""), *accepted, hotel):
        code = wanted.strip().split(";")[0].split("-")[0].lower()
        if code in LANGUAGES:
            return code
    return "en"

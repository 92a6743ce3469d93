"""Levers of the simulated Graph, for this machine only: a guest writes, comments or reads; Meta fails."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from starlette.routing import Route

from adapters.sandbox.door import Lever, levers
from adapters.sandbox.meta_account import MetaAccount

Asked = dict[str, Any]


def routes(account: Callable[[], MetaAccount]) -> list[Route]:
    """``POST /sandbox/...`` with JSON; ``account`` gives the present one."""

    def pulled(pull: Callable[[MetaAccount, Asked], object]) -> Lever:
        return lambda asked: pull(account(), asked)

    return levers(lambda: account().faults, **{name: pulled(pull) for name, pull in _LEVERS.items()})


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


_LEVERS: Mapping[str, Callable[[MetaAccount, Asked], object]] = {
    "inbound": _inbound,
    "comment": _comment,
    "read": _read,
}

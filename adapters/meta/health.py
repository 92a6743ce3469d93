"""Whether a token still works, and with which rights: read-only calls."""

from __future__ import annotations

from contextlib import suppress

from msgspec import Struct

from adapters.meta import wire
from adapters.meta.comments import NOT_PERMITTED, Comments
from adapters.meta.graph import Graph
from adapters.meta.settings import MESSENGER, Settings
from adapters.meta.tokens import NOT_RENEWED
from tui_inbox.domain.errors import ChannelError
from tui_inbox.ports.channel import Health, HealthState

_STATES = {
    "page_restricted": HealthState.RESTRICTED,
    "policy_blocked": HealthState.RESTRICTED,
    "access_off": HealthState.DISABLED,
}


class Named(Struct):
    id: wire.Id = None
    user_id: wire.Id = None
    """Instagram's own login: the number under which the account stands in its conversations."""
    instagram_business_account: wire.Reference | None = None
    name: str | None = None
    username: str | None = None


class Listed(Struct):
    data: list[object] | None = None


def test(graph: Graph, settings: Settings, comments: Comments, *, hindered: bool) -> Health:
    """The account's name, whether its conversations may be read, and its comments where they are wanted.

    ``hindered``: its token ends, and a new one could not be kept.
    """
    on_page = settings.type == MESSENGER.code
    other = "" if on_page else _other_account(graph, settings)
    if other:
        return Health(HealthState.ERROR, code="instagram_id_differs", vendor_text=other)
    try:
        found = graph.read(Named, settings.own, fields="id,name" if on_page else "id,name,username")
        graph.read(Listed, settings.node, "conversations", platform=settings.type, fields="id", limit="1")
        missing = NOT_PERMITTED if settings.comments and not comments.permitted() else ""
    except ChannelError as error:
        text = " ".join(part for part in (error.vendor_code, error.vendor_text) if part)
        return Health(_STATES.get(error.code, HealthState.ERROR), code=error.code, vendor_text=text)
    details: dict[str, str | int] = {}
    if on_page:
        with suppress(ChannelError):
            details["webhook"] = int(_subscribed(graph, settings.page_id))
    if not missing and settings.own_login and hindered:
        missing = NOT_RENEWED
    return Health(
        HealthState.RESTRICTED if missing else HealthState.OK,
        account_name=(found.username or found.name or "")[:200],
        code=missing,
        details=details,
    )


def _other_account(graph: Graph, settings: Settings) -> str:
    """The number of the account that this token is for, where it is another than the configured one.

    With a wrong one our own messages would be taken for a guest's.
    """
    with suppress(ChannelError):
        if settings.own_login:
            told = graph.read(Named, "me", fields="user_id,username").user_id
        else:
            linked = graph.read(Named, settings.node, fields="instagram_business_account").instagram_business_account
            told = linked.id if linked else None
        if told is not None and str(told) != settings.own:
            return str(told)
    return ""


def _subscribed(graph: Graph, page_id: str) -> bool:
    """Does Meta bring this Page's news to an app?"""
    return bool(graph.read(Listed, page_id, "subscribed_apps").data)

"""What Meta is told besides messages: read, typing, an emoji, a comment hidden, a sender reported."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.meta.comments import NOT_PERMITTED
from adapters.meta.errors import PERMISSION
from adapters.meta.graph import Graph
from adapters.meta.reading import is_anonymous
from adapters.meta.settings import INSTAGRAM, Settings, traits_of
from tui_inbox.domain.deed import Act, Deed
from tui_inbox.domain.errors import AccountBlocked, Refused, Rejected

REACTIONS: Mapping[str, str] = {
    "❤": "love",
    "♥": "love",
    "😍": "love",
    "😆": "smile",
    "😂": "smile",
    "😄": "smile",
    "😮": "wow",
    "😢": "sad",
    "😠": "angry",
    "😡": "angry",
    "👍": "like",
    "👎": "dislike",
}
"""Emoji -> Messenger's name for it; Instagram takes ``love`` only."""
_VARIANT = "\ufe0f"
"""Asks for the coloured form of a sign; it is the same sign to Meta."""


def act(graph: Graph, settings: Settings, deed: Deed) -> None:
    """Raises ``Refused`` for what this account cannot do, ``ChannelError``."""
    if deed.act not in traits_of(settings).acts:
        raise Refused("act_not_served", act=deed.act.value)
    match deed.act:
        case Act.HIDE:
            _hide(graph, settings, deed)
        case Act.SPAM:
            action = "MOVE_TO_SPAM" if deed.value != "off" else "UNBLOCK_USER"
            body = {"user_ids": [{"id": _person(deed)}], "actions": [action]}
            graph.tell("POST", body, settings.page_id, "moderate_conversations")
        case _:
            graph.tell("POST", _action(settings, deed), settings.node, "messages")


def _action(settings: Settings, deed: Deed) -> dict[str, object]:
    recipient = {"id": _person(deed)}
    match deed.act:
        case Act.READ:
            return {"recipient": recipient, "sender_action": "mark_seen"}
        case Act.TYPING:
            return {"recipient": recipient, "sender_action": "typing_off" if deed.value == "off" else "typing_on"}
        case _:
            return {"recipient": recipient, **_reaction(settings, deed)}


def _reaction(settings: Settings, deed: Deed) -> dict[str, object]:
    if not deed.value:
        return {"sender_action": "unreact", "payload": {"message_id": deed.ref}}
    name = REACTIONS.get(deed.value.replace(_VARIANT, ""), "")
    if not name or (settings.type == INSTAGRAM.code and name != "love"):
        raise Refused("reaction_not_served", emoji=deed.value)
    return {"sender_action": "react", "payload": {"message_id": deed.ref, "reaction": name}}


def _hide(graph: Graph, settings: Settings, deed: Deed) -> None:
    hidden = deed.value != "off"
    try:
        if settings.type == INSTAGRAM.code:
            graph.tell("POST", {}, deed.ref, hide="true" if hidden else "false")
        else:
            graph.tell("POST", {"is_hidden": hidden}, deed.ref)
    except AccountBlocked as error:
        raise without_right(error, NOT_PERMITTED) from None


def without_right(error: AccountBlocked, code: str) -> AccountBlocked | Rejected:
    """A missing right stops only what needs it; ``code`` says what that is."""
    if error.code != PERMISSION:
        return error
    return Rejected(
        code,
        vendor_code=error.vendor_code,
        vendor_text=error.vendor_text,
        http_status=error.http_status,
    )


def _person(deed: Deed) -> str:
    if is_anonymous(deed.address) or not deed.address:
        raise Refused("comment_only")
    return deed.address

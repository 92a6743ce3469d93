"""Dialogs by name: a command of the table names the one whose answer it needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_inbox.tui.screens.inbox_acts import InboxActs

Answer = dict[str, object]
"""Further arguments of the command's service, by name."""

_DIALOGS = {
    "snooze": "snooze:ask_snooze",
    "tag": "tag:ask_tag",
    "by_tag": "tag:ask_which",
    "request": "request:ask_request",
    "consents": "consents:ask_consents",
    "log_call": "calls:ask_call",
    "card": "guest_lists:ask_card",
    "link": "link_guest:ask_link",
    "new": "new_message:ask_new",
    "recipient": "new_message:ask_recipient",
    "who": "who:ask_who",
    "pin": "who:ask_pin",
    "message": "message_menu:ask_message",
    "attachment": "attachment:ask_view",
    "save": "attachment:ask_save",
    "leave": "confirm:ask_leave",
    "template": "pick_template:ask_template",
    "pick_tag": "channel_acts:ask_tag",
    "send_later": "send_later:ask_time",
    "attach": "attachment:ask_file",
}


async def ask(screen: InboxActs, name: str) -> Answer | None:
    """Run the dialog; None when the person went back. It is imported only when it is first asked for."""
    module, _colon, function = _DIALOGS[name].partition(":")
    run: Callable[[InboxActs], Awaitable[Answer | None]] = getattr(
        import_module(f"tui_inbox.tui.dialogs.{module}"), function
    )
    return await run(screen)

"""Sentences for what adapters refuse or cannot read, by stored code; what sending reports stands in ``delivery``."""

from __future__ import annotations

from tui_inbox.wording import N_

SENTENCES: dict[str, str] = {
    "bad_base_url": N_("base_url is not a web address. It begins with https:// (http:// on this machine only)."),
    "channel_not_served": N_("This account has no {channel}. Give it a sender number, or choose another channel."),
    "bad_direction": N_("It says neither that it came in nor that it went out."),
    "no_guest_address": N_("It names no guest who could be answered."),
    "file_elsewhere": N_("The file lies at an address that this program does not visit."),
    "file_encoded": N_("The file came compressed, so its size could not be checked."),
}

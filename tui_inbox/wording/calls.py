"""Sentences about calls through the hotel's number, by stored code."""

from __future__ import annotations

from tui_inbox.wording import N_

SENTENCES: dict[str, str] = {
    "need_twilio_voice": N_("For calls: a number there that takes calls, and a telephone to which they are forwarded."),
    "limit_calls_forwarded": N_("Calls are not taken in this program: they ring elsewhere, or are recorded."),
    "route_target": N_("Calls ring at {target} for {after} seconds."),
    "route_then_voicemail": N_("Calls ring at {target} for {after} seconds, then the voicemail takes them."),
    "route_voicemail": N_("The voicemail takes every call."),
    "route_none": N_("Calls are not forwarded."),
    "route_foreign": N_("The number has instructions of another program: {url}"),
    "worker_silent": N_("The worker does not answer; is it running?"),
    "no_calls": N_("“{account}” has no number that takes calls."),
    "number_not_here": N_("{number} is not among the numbers of this account."),
    "number_on_trunk": N_("The number hangs on a SIP trunk, which decides about its calls; take it off there first."),
    "voice_not_kept": N_("The provider did not keep the instructions for calls."),
    "bad_target": N_("“{number}” is no telephone number: write it as +, country, number."),
    "target_is_ours": N_("Calls cannot be forwarded to the very number that takes them."),
    "bad_ringing": N_("It rings between {least} and {most} seconds."),
    "bad_minutes": N_("Write the length in minutes, such as 3 or 2:30."),
}

"""Sentences of the command line that come from codes."""

from __future__ import annotations

from tui_inbox.wording import N_

SENTENCES: dict[str, str] = {
    "not_opened": N_("This account cannot be opened; “tui-inbox doctor” says why."),
    "no_such_source": N_("There is no source of stays “{name}” in the configuration. Known: {known}."),
    "no_such_channel": N_("There is no channel “{name}” in the configuration. Known: {known}."),
}

"""Sentences of the command line that come from codes."""

from __future__ import annotations

from tui_inbox.wording import N_  # noqa: F401

SENTENCES: dict[str, str] = {}

"""Sentences for events, by stored code."""

from __future__ import annotations

from tui_inbox.wording import N_  # noqa: F401

SENTENCES: dict[str, str] = {}

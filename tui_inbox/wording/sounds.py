"""Voice notes and other recordings, named by what they are and not by their file."""

from __future__ import annotations

from tui_inbox.domain.audio import length
from tui_inbox.domain.message import sound_told
from tui_inbox.wording import N_, _

SENTENCES = {
    "voice": N_("Voice note"),
    "voicemail": N_("Voicemail"),
    "recording": N_("Recording"),
}


def previewed(line: str) -> str:
    """``Conversation.preview`` in words."""
    told = sound_told(line)
    if told is None:
        return line
    kind, seconds = told
    return f"{_(SENTENCES[kind])} {length(seconds)}" if seconds else _(SENTENCES[kind])

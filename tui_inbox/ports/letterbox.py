"""Where requests of vendors wait for the worker when they could not be brought to it: a folder, or a relay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from tui_inbox.ports.channel import Hook

BAD_SIGNATURE = "bad_signature"
"""Code of the refusal of what does not come from the vendor; whoever keeps it may throw it away."""


class Letter(Hook, frozen=True):
    """One request on its way: a ``Hook`` with the account that it is for, and its number in the box.

    As JSON it is the form of a spool's file and of a relay's answer: ``body`` in base64, ``received_at`` in ISO 8601.
    """

    account: str
    id: str = ""


class Letterbox(Protocol):
    """Keeps letters until they are taken out, so that a reader may die at any point and lose none."""

    name: str
    """For the log."""

    def waiting(self, after: str, limit: int) -> Sequence[Letter]:
        """The oldest letters with an id beyond ``after``, in order. Raises ``ChannelError``."""
        ...

    def remove(self, ids: Sequence[str]) -> None:
        """They are kept elsewhere now. Raises ``ChannelError``; repeating is harmless."""
        ...

    def reject(self, letter: Letter, code: str) -> None:
        """It cannot be used and must not be lost without a trace; tells it in the log, once."""
        ...

    def close(self) -> None: ...


class Sealed(Struct, frozen=True):
    """What a relay answers to ``GET /envelopes``."""

    envelopes: tuple[Letter, ...]

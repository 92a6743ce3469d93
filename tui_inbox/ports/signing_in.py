"""A sign-in at a provider's own page, led from a terminal that may be on another machine than the browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from tui_inbox.ports.secrets import Secret


class Invitation(Struct, frozen=True):
    """What the person is to do."""

    address: str
    """To be opened in any browser."""
    code: str = ""
    """To be typed there. Empty: the address that the browser shows at the end is brought back instead."""
    minutes: int = 0
    """How long it holds, where the provider says."""


class SignIn(Protocol):
    def begin(self) -> Invitation:
        """Raises ``Refused``, ``ChannelError``."""
        ...

    def wait(self, pause: Callable[[float], object]) -> Secret:
        """Ask, at the provider's own pace, until the person is done; what the vault is to keep.

        Raises ``Refused`` (``sign_in_denied``, ``sign_in_expired``, ``sign_in_no_refresh``), ``ChannelError``.
        """
        ...

    def redeem(self, address: str) -> Secret:
        """The same, with the address that the browser showed at the end. Raises ``Refused("sign_in_not_it")`` too."""
        ...

    def close(self) -> None: ...

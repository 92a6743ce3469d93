"""What can go wrong, named once.

``Refused`` is a rule's answer to an operator; ``ChannelError`` and its kinds are what an adapter may raise.
Both carry a code and parameters, never a sentence: the sentence is made when it is shown (``wording``).
"""

from __future__ import annotations

from collections.abc import Mapping

Params = Mapping[str, str | int]


class TuiInboxError(Exception):
    """The root of every error that the program raises on purpose."""


class Refused(TuiInboxError):
    """A rule says no: ``code`` names the rule, ``params`` fill its sentence."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params: Params = params


class NotFound(TuiInboxError):
    """A row that was asked for is not there (any more)."""


class StoreError(TuiInboxError):
    """The store cannot be used: code and parameters say why and what to do."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params: Params = params


class Malformed(TuiInboxError):
    """A payload that cannot be understood; it goes to quarantine with ``code``."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params: Params = params


class ChannelError(TuiInboxError):
    """A channel could not do what was asked.

    ``code`` is ours (``rate_limited``, ``auth``, ``window_closed`` ...), ``vendor_code`` and ``vendor_text`` are
    the vendor's own, stored and shown verbatim after cleaning. The class says what the outbox may do next.
    """

    def __init__(
        self,
        code: str,
        *,
        vendor_code: str = "",
        vendor_text: str = "",
        http_status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(code if not vendor_code else f"{code} ({vendor_code})")
        self.code = code
        self.vendor_code = vendor_code
        self.vendor_text = vendor_text
        self.http_status = http_status
        self.retry_after = retry_after
        """Seconds that the vendor asked us to wait, or None."""


class NotSent(ChannelError):
    """Certainly not accepted: it may be tried again later (refused connection, 429, 503 with Retry-After)."""


class AccountBlocked(ChannelError):
    """Certainly not accepted, and nothing else will be: pause the account and tell the operator (401, 403 ...)."""


class Rejected(ChannelError):
    """The vendor refused this message for good; it is shown to the operator (other 4xx)."""


class Unknown(ChannelError):
    """The request was written and no usable answer came: never send again blindly."""


class AcceptedWithoutId(ChannelError):
    """The vendor took it (2xx) but its answer could not be read: look for the id, never send again."""

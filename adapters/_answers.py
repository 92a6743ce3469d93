"""What a vendor's answer means, from its status and headers alone: one table for sends, a milder one for reads."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from msgspec import Struct

from tui_inbox.domain.errors import AccountBlocked, ChannelError, Malformed, NotSent, Rejected, Unknown

LONGEST_WAIT = 3600.0
"""Seconds: a vendor that asks for more than an hour is asked again after an hour."""


class Answer(Struct, frozen=True):
    """A complete answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    """Lower-case names."""
    content: bytes

    def retry_after(self, now: datetime | None = None) -> float | None:
        """Seconds that the vendor asks us to wait, capped; None when it does not say, or says nonsense."""
        return retry_after(self.headers.get("retry-after", ""), now or datetime.now(UTC))


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds from a ``Retry-After`` header: delta-seconds, an HTTP date, or (some vendors) an epoch time."""
    text = value.strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            at = parsedate_to_datetime(text)
        except (TypeError, ValueError, OverflowError):
            return None
        if at.tzinfo is None:
            at = at.replace(tzinfo=UTC)
        seconds = (at - now).total_seconds()
    if seconds != seconds or seconds in (float("inf"), float("-inf")):
        return None
    if seconds > 1_000_000_000:
        seconds -= now.timestamp()
    return min(max(seconds, 0.0), LONGEST_WAIT)


def inflated(content: bytes, encoding: str, limit: int) -> bytes:
    """Undo gzip or deflate without ever holding more than ``limit`` bytes."""
    match encoding.lower():
        case "" | "identity":
            return content
        case "gzip" | "x-gzip" | "deflate":
            inflater = zlib.decompressobj(wbits=47)  # zlib or gzip, by its header
            plain = inflater.decompress(content, limit)
            if inflater.unconsumed_tail:
                raise Malformed("too_big")
            if not inflater.eof:
                raise zlib.error("cut short")
            return plain
        case _:
            raise zlib.error("unknown encoding")


def as_read(error: ChannelError) -> ChannelError:
    """Nothing is in doubt after a failed read: it is asked again."""
    if isinstance(error, Unknown):
        return NotSent(
            error.code,
            vendor_code=error.vendor_code,
            vendor_text=error.vendor_text,
            http_status=error.http_status,
            retry_after=error.retry_after,
        )
    return error


def send_refused(answer: Answer) -> ChannelError:
    """A send that was answered by no 2xx: unknown unless the vendor certainly did nothing."""
    status, wait = answer.status, answer.retry_after()
    match status:
        case 429:
            return NotSent("rate_limited", http_status=status, retry_after=wait)
        case 503 if wait is not None:
            return NotSent("vendor_down", http_status=status, retry_after=wait)
        case 401:
            return AccountBlocked("auth", http_status=status)
        case 403:
            return AccountBlocked("forbidden", http_status=status)
        case 408:
            return Unknown("timeout", http_status=status)
        case _ if 400 <= status < 500:
            return Rejected("refused", http_status=status)
        case _ if 300 <= status < 400:
            # A POST that answers by a redirect may have been acted upon.
            return Unknown("redirected", http_status=status)
        case _:
            return Unknown("vendor_down", http_status=status, retry_after=wait)


def read_refused(answer: Answer) -> ChannelError:
    """A read that was answered by no 2xx."""
    status, wait = answer.status, answer.retry_after()
    match status:
        case 401:
            return AccountBlocked("auth", http_status=status)
        case 403:
            return AccountBlocked("forbidden", http_status=status)
        case 429:
            return NotSent("rate_limited", http_status=status, retry_after=wait)
        case 404 | 410:
            return Rejected("not_found", http_status=status)
        case 408:
            return NotSent("timeout", http_status=status, retry_after=wait)
        case _ if 400 <= status < 500:
            return Rejected("refused", http_status=status)
        case _ if 300 <= status < 400:
            return NotSent("redirected", http_status=status)
        case _:
            return NotSent("vendor_down", http_status=status, retry_after=wait)

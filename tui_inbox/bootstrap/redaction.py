"""Takes out of a text what looks like a secret, before it is written anywhere."""

from __future__ import annotations

import re

# Where a secret could stand in a text that somebody else made: headers, addresses, query strings.
_SECRETS = (
    r"(?i)((?:authorization|x-api-key|password|passwd|secret|token)[\"']?\s*[:=]\s*[\"']?)"
    r"(?:basic |bearer )?[^\s\"',&]+",
    r"(?i)((?:basic|bearer)\s+)[A-Za-z0-9+/=._~-]{8,}",
    r"(://[^/\s:@]*:)[^/\s@]+(?=@)",
)


def redacted(text: str) -> str:
    for pattern in _SECRETS:
        text = re.sub(pattern, r"\1…", text)
    return text

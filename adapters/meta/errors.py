"""What Meta's error codes mean for messages and comments; the pair of code and subcode is looked up first.

From Meta's error pages for Messenger and Instagram. A code alone that nobody knows is permanent for that message.
"""

from __future__ import annotations

from adapters._graph import SHARED, Codes
from tui_inbox.domain.errors import AccountBlocked, NotSent, Rejected, Unknown

PERMISSION = "permissions_withdrawn"
GONE = "not_found"

_GUEST = (Rejected, "guest_unavailable")
_WINDOW = (Rejected, "window_closed")
_FILE = (Rejected, "file_refused")
_OTHER_APP = (Rejected, "other_app")
_NOT_LINKED = (AccountBlocked, "page_not_linked")
_RESTRICTED = (AccountBlocked, "page_restricted")

CODES: Codes = {
    **SHARED,
    # «An unknown error»: Meta may have acted before it failed; the conversation tells.
    1: (Unknown, "vendor_down"),
    2: (Unknown, "vendor_down"),
    (1, 1357046): (Unknown, "may_have_arrived"),
    (613, 2534040): (NotSent, "rate_limited"),
    (613, 2018338): (NotSent, "slow_down"),
    # The window, and the tags that Meta has taken back.
    (10, 2018278): _WINDOW,
    (10, 2534022): _WINDOW,
    (10, 2018065): _WINDOW,
    1545041: _GUEST,
    (100, 1893061): (Rejected, "tag_refused"),
    # This guest.
    551: _GUEST,
    (551, 1545041): _GUEST,
    (200, 1545041): _GUEST,
    (10, 2018108): (Rejected, "blocked_by_guest"),
    (100, 2018001): (Rejected, "bad_address"),
    (100, 2534014): (Rejected, "bad_address"),
    (100, 2018218): _GUEST,
    2018218: _GUEST,
    # Another app holds the conversation.
    (100, 2018300): _OTHER_APP,
    (10, 2018300): _OTHER_APP,
    (100, 2534037): _OTHER_APP,
    (10, 2018321): _OTHER_APP,
    (100, 2018321): _OTHER_APP,
    2018300: _OTHER_APP,
    2018321: _OTHER_APP,
    # The content.
    (100, 2018109): (Rejected, "too_big"),
    (100, 2018047): _FILE,
    (100, 2018008): _FILE,
    (100, 2018294): _FILE,
    (100, 2534015): (Rejected, "refused"),
    (100, 2534025): (Rejected, "private_reply_over"),
    (100, 33): (Rejected, GONE),
    9000001: (Rejected, GONE),
    (100, 9000001): (Rejected, GONE),
    # The account: nothing else will leave either.
    (200, 2018028): (AccountBlocked, PERMISSION),
    (200, 2534041): (AccountBlocked, "access_off"),
    (10, 2534077): _NOT_LINKED,
    (100, 2534013): _NOT_LINKED,
    (10, 1893063): _RESTRICTED,
    (100, 2534029): _RESTRICTED,
    368: _RESTRICTED,
    2022: _RESTRICTED,
}

"""What a vendor says when it is asked for the first time, or again: a read-only call, and its words."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from tui_inbox.bootstrap.opening import Account
from tui_inbox.cli.words import DETAILS
from tui_inbox.domain.display import clean_line
from tui_inbox.ports.channel import Health, HealthState
from tui_inbox.ports.secrets import Secrets
from tui_inbox.wording import N_, _, labelled, sentence

WORKS = (HealthState.OK, HealthState.RESTRICTED)
_YES_NO = ("trial", "owns_number", "webhook", "receives")
_STATES = {
    "active": N_("connected"),
    "inactive": N_("switched off there"),
    "reauthorise": N_("to be authorised again"),
    "not_mapped": N_("a listing is not mapped"),
    "absent": N_("not connected"),
    "open": N_("reachable"),
    "closed": N_("no access"),
}
"""Of a site, a queue or a property."""


def try_out(account: Account, secrets: Secrets, *zone: ZoneInfo) -> Health:
    """A read-only call to the vendor; a source of stays wants the hotel's zone."""
    channel = account.adapter.open(account.name, account.settings, secrets, *zone)
    try:
        health: Health = channel.test()
    finally:
        channel.close()
    return health


def print_health(name: str, health: Health) -> None:
    """What the vendor says of the account, in its own words where it refuses."""
    if health.state is HealthState.OK:
        print(_("{name}: it works. The vendor calls this account “{account}”.").format(
            name=name, account=clean_line(health.account_name) or "–"
        ))  # fmt: skip
    else:
        print(labelled(name, f"{sentence(health.code)} {clean_line(health.vendor_text)}".rstrip()))
    for key, value in health.details.items():
        said = clean_line(str(value))
        if key in _YES_NO:
            said = _("yes") if int(value) else _("no")
        elif said in _STATES:
            said = _(_STATES[said])
        print("  " + labelled(_(DETAILS[key]) if key in DETAILS else clean_line(key), said or "–"))

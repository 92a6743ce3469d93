"""Guests' mail that a booking site relays: whose it is, which reservation it belongs to, and what the guest wrote.

``look`` reads it in the parser child; ``judge`` decides in the worker whether it may be believed. Facts about both
sites' mail are from samples that others published, not from the sites: every sign has a second one behind it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from adapters.email.machines import is_no_reply
from adapters.email.ota_text import written
from adapters.email.parsed import Address, Parsed, Relayed
from adapters.email.results import is_proved, is_within
from tui_inbox.domain.errors import Rejected
from tui_inbox.domain.outbox import Outgoing
from tui_inbox.domain.subject import thread_subject

UNPROVED, LOOK_ALIKE = "ota_unproved", "ota_look_alike"


class Site(NamedTuple):
    code: str
    channel: str
    domain: str
    own: frozenset[str]
    """Local parts behind which the site itself sits, and no guest."""
    root_relays: bool
    """Guests' aliases are at the domain itself too, not only below it."""
    place: re.Pattern[str]
    """In the text of links: the conversation or the reservation."""
    code_in: re.Pattern[str]
    """A reservation's number or code in a subject or a text."""


_OWN = frozenset(
    {"automated", "express", "support", "response", "customer.service", "partner", "partners", "invoice", "news"}
)
BOOKING = Site(
    "booking",
    "booking-mail",
    "booking.com",
    _OWN,
    False,
    re.compile(r"https://admin\.booking\.com/[^\s\"'<>]{0,800}?[?&;]res_id=(\d{8,12})(?!\d)", re.IGNORECASE),
    re.compile(r"(?<![\d.,+/-])(\d{8,12})(?![\d.,/-])"),
)
AIRBNB = Site(
    "airbnb",
    "airbnb-mail",
    "airbnb.com",
    _OWN,
    True,
    re.compile(r"https://(?:www\.)?airbnb\.[a-z]{2,3}(?:\.[a-z]{2})?/hosting/thread/(\d{4,20})(?!\d)", re.IGNORECASE),
    re.compile(r"(?<![A-Za-z0-9])(HM[A-Z0-9]{8})(?![A-Za-z0-9])"),
)
SITES = (BOOKING, AIRBNB)
REFUSED_FILES = (".zip", ".rar", ".exe")
CHANNELS = {site.channel: site for site in SITES}

MAX_NAME = 300
_NUMBERED = re.compile(r"(\d{8,12})-")
_VIA = re.compile(
    r"[\s,]*(?:[-–|(\[]|\b(?:via|über|par|tramite|a través de|através d[eo]|przez|přes|from|de|von|at))\s*"
    r"(?:booking\.com|airbnb)\W*$",
    re.IGNORECASE,
)
_FROM_WHOM = re.compile(
    r"(?:message from|message de(?: la part de)?|nachricht von|mensaje de|messaggio da(?: parte di)?|mensagem de"
    r"|bericht van|zpráva od|wiadomość od)\s+([^\d:;,<>]{2,80})$",
    re.IGNORECASE,
)
_NAMES_A_SITE = re.compile(r"booking\.com|airbnb", re.IGNORECASE)
_IMITATION = re.compile(r"(?:^|[.-])(?:booking[.-]?com|airbnb)(?:[.-]|$)")
# What passes for another letter at a glance, in the two names that matter here.
_LIKE = str.maketrans({"0": "o", "1": "i", "і": "i", "о": "o", "а": "a", "ь": "b", "к": "k", "ı": "i", "l": "i"})


def site_of(address: str) -> Site | None:
    """The booking site whose very own domain this address is in."""
    domain = address.rpartition("@")[2]
    return next((site for site in SITES if is_within(domain, site.domain)), None)


def look(sender: Address, reply_to: Address, subject: str, sources: Iterable[str], full: str) -> Relayed | None:
    """What a mail from a site's domain says of itself; ``sources`` are its texts with their links in full."""
    site = site_of(sender.address)
    if site is None:
        return None
    places = Counter(match[1] for source in sources for match in site.place.finditer(source))
    reservation, thread = _references(site, (reply_to.address, sender.address), places, (subject, full))
    name = _name(sender.name, subject) or _name(reply_to.name, "")
    return Relayed(site.code, reservation, thread, name, written(full, name, reservation))


def _references(site: Site, addresses: Sequence[str], places: Counter[str], texts: Sequence[str]) -> tuple[str, str]:
    """(reservation, thread). A guest can write any number: the address comes first, and a doubt is no answer."""
    linked = _only(places)
    named = next(filter(None, (_only(Counter(site.code_in.findall(text))) for text in texts)), "")
    if site is AIRBNB:
        return named, linked
    numbered = next(
        (
            match[1]
            for one in addresses
            if is_within(one.rpartition("@")[2], site.domain) and (match := _NUMBERED.match(one))
        ),
        "",
    )
    return numbered or linked or named, ""


def _only(found: Counter[str]) -> str:
    return next(iter(found)) if len(found) == 1 else ""


def _name(shown: str, subject: str) -> str:
    name = _VIA.sub("", " ".join(shown[:MAX_NAME].split())).strip(" \"'")
    if name and not _NAMES_A_SITE.search(name) and "@" not in name:
        return name
    found = _FROM_WHOM.search(subject)
    return found[1].strip() if found else ""


class Relay(NamedTuple):
    """A relayed message that can be believed."""

    site: Site
    address: str
    """The handle: the same for all mails of one reservation."""
    also: tuple[str, ...]
    route: str
    """Where an answer goes now."""
    mail: Relayed


def judge(parsed: Parsed, wanted: Sequence[str], server: str) -> tuple[Relay | None, str]:
    """The relayed message, or the code of what is odd about a mail that would pass for one."""
    sender, reply_to = parsed.sender.address, parsed.reply_to.address
    site = site_of(sender)
    if site is None:
        return None, LOOK_ALIKE if wanted and _looks_alike(parsed) else ""
    if site.code not in wanted:
        return None, ""
    if not parsed.sole_sender or not is_proved(parsed.checked, server, site.domain):
        return None, UNPROVED
    route = reply_to or sender
    mail = parsed.relayed
    if mail is None or not is_alias(site, route) or (site is AIRBNB and not reply_to):
        return None, ""
    address, *also = dict.fromkeys(part for part in (mail.thread, mail.reservation) if part) or (_last(parsed, route),)
    return Relay(site, address, tuple(also), route, mail), ""


def is_alias(site: Site, address: str) -> bool:
    """Does a guest sit behind this address of the site's?"""
    local, _at, domain = address.rpartition("@")
    below = domain.endswith("." + site.domain)
    if not (below or (site.root_relays and domain == site.domain)):
        return False
    return local not in site.own and not is_no_reply(address)


def files_fault(names: Sequence[str]) -> str:
    """The first name of a file that the sites do not pass on; empty when all may go."""
    return next((name for name in names if name.lower().endswith(REFUSED_FILES)), "")


def addressed(outgoing: Outgoing) -> Outgoing:
    """To the alias that the guest's newest mail asked for. Raises ``Rejected``: no answer leaves for elsewhere."""
    site = CHANNELS.get(outgoing.channel)
    if site is None:
        return outgoing
    if not outgoing.route or not is_alias(site, outgoing.route):
        raise Rejected("ota_no_route")
    if files_fault(outgoing.attachment_names):
        raise Rejected("ota_file_refused")
    return outgoing._replace(address=outgoing.route)


def outbound_handle(address: str, subject: str) -> tuple[Site, str] | None:
    """Of a mail that the hotel sent to an alias from elsewhere: (site, handle)."""
    site = site_of(address)
    if site is None or not is_alias(site, address):
        return None
    reservation = _references(site, (address,), Counter(), (subject,))[0]
    return site, reservation or address


def _last(parsed: Parsed, route: str) -> str:
    """The handle without any number: Booking.com keeps an alias for a stay, Airbnb makes a new one for each mail."""
    if site_of(route) is BOOKING:
        return route
    name = parsed.relayed.name if parsed.relayed else ""
    return " · ".join(part for part in (name.casefold(), thread_subject(parsed.subject)) if part)[:120] or route


def _looks_alike(parsed: Parsed) -> bool:
    """Does a stranger bear a site's name: in the domain, in a spelling close to it, or in front of the address?"""
    if _NAMES_A_SITE.search(parsed.sender.name) or _NAMES_A_SITE.search(parsed.reply_to.name):
        return True
    return any(
        site_of(address) is None and _imitates(address.rpartition("@")[2])
        for address in (parsed.sender.address, parsed.reply_to.address)
    )


def _imitates(domain: str) -> bool:
    """Is "booking.com" or "airbnb" in it, or an odd spelling? The word "booking" alone is in many hotels' domains."""
    shown = _shown(domain)
    return bool(_IMITATION.search(shown)) or ("booking" in shown and "booking" not in domain)


def _shown(domain: str) -> str:
    """A domain as an eye would read it."""
    try:
        shown = domain.encode("ascii").decode("idna") if "xn--" in domain else domain
    except UnicodeError:
        shown = domain
    return shown.lower().translate(_LIKE)

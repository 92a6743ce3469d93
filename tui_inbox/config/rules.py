"""Rules between the keys of a configuration that the shape alone cannot hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from tui_inbox.config.checking import Lines
from tui_inbox.config.problems import Problem, line_of, nearest
from tui_inbox.config.schema import Config
from tui_inbox.domain.hours import WEEKDAYS, span

# ISO 639-1.
_LANGUAGES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv "
    "ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne "
    "ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st "
    "su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
# ISO 3166-1 alpha-2, and XK, which phone networks use.
_COUNTRIES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA "
    "CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA "
    "GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP "
    "KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS "
    "MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS "
    "RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW "
    "TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"
)
LANGUAGES = frozenset(_LANGUAGES.split())
COUNTRIES = frozenset(_COUNTRIES.split())
STORES = ("sqlite:///", "postgresql://", "postgresql+psycopg://")


def check_rules(config: Config, lines: Lines) -> list[Problem]:
    """Every mistake that needs more than one look: names that must exist, codes that must be real."""
    areas = (_hotel, _hours, _operators, _store, _receiver, _telling, _channels, _owned_twice)
    found = [one for area in areas for one in area(config)]
    return [Problem(code, path, line_of(lines, path), params) for code, path, params in found]


_Found = tuple[str, tuple[str, ...], dict[str, str | int]]


def _hotel(config: Config) -> Iterator[_Found]:
    hotel = config.hotel
    if not is_zone(hotel.time_zone):
        path = ("hotel", "time_zone")
        meant = nearest_zone(hotel.time_zone)
        params: dict[str, str | int] = {"key": "time_zone", "seen": f'"{hotel.time_zone}"', "nearest": meant}
        yield ("config_bad_zone_near" if meant else "config_bad_zone"), path, params
    if hotel.language not in LANGUAGES:
        yield "config_bad_language", ("hotel", "language"), {"key": "language", "seen": f'"{hotel.language}"'}
    if hotel.country and hotel.country not in COUNTRIES:
        yield "config_bad_country", ("hotel", "country"), {"key": "country", "seen": f'"{hotel.country}"'}


def _hours(config: Config) -> Iterator[_Found]:
    for code, house in config.properties.items():
        if house.time_zone and not is_zone(house.time_zone):
            meant = nearest_zone(house.time_zone)
            params: dict[str, str | int] = {"key": "time_zone", "seen": f'"{house.time_zone}"', "nearest": meant}
            path = ("properties", code, "time_zone")
            yield ("config_bad_zone_near" if meant else "config_bad_zone"), path, params
    hours = config.hours
    for table, days in (("week", hours.week), ("dates", hours.dates)):
        for day, slots in days.items():
            if not (day in WEEKDAYS if table == "week" else _is_date(day)):
                yield f"config_bad_{table}", ("hours", table, day), {"key": day, "known": ", ".join(WEEKDAYS)}
            for slot in slots:
                if not _is_span(slot):
                    yield "config_bad_span", ("hours", table, day), {"key": day, "seen": f'"{slot}"'}
    if hours.quiet and not _is_span(hours.quiet):
        yield "config_bad_span", ("hours", "quiet"), {"key": "quiet", "seen": f'"{hours.quiet}"'}
    staff = config.bookings.staff
    if staff and ("@" not in staff or " " in staff):
        yield "config_bad_mail", ("bookings", "staff"), {"key": "staff", "seen": f'"{staff}"'}


def _is_span(text: str) -> bool:
    try:
        span(text)
    except ValueError:
        return False
    return True


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _operators(config: Config) -> Iterator[_Found]:
    users: dict[str, str] = {}
    for code, operator in config.operators.items():
        path = ("operators", code)
        if operator.property and operator.property not in config.properties:
            yield _no_such("property", operator.property, (*path, "property"), list(config.properties))
        for account in operator.channels:
            if account not in config.channels:
                yield _no_such("channels", account, (*path, "channels"), list(config.channels))
        if operator.os_user and operator.os_user in users:
            params = {"key": "os_user", "seen": f'"{operator.os_user}"', "other": users[operator.os_user]}
            yield "config_same_user", (*path, "os_user"), {**params}
        users.setdefault(operator.os_user, code)


def _no_such(key: str, name: str, path: tuple[str, ...], known: list[str]) -> _Found:
    params: dict[str, str | int] = {"key": key, "seen": f'"{name}"', "known": ", ".join(known) or "–"}
    return "config_no_such_name", path, params


def _store(config: Config) -> Iterator[_Found]:
    url = config.store.url
    if re.match(r"^[^/]*//[^/@]*:[^/@]+@", url):
        yield "config_secret_in_url", ("store", "url"), {"key": "url"}
        return
    if url and not url.startswith(STORES):
        # A URL may carry a password: only its scheme is repeated.
        yield "config_bad_store", ("store", "url"), {"key": "url", "seen": f'"{url.split(":")[0]}:…"'}


_ADDRESS = re.compile(r"(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}")
_MAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")
_PUBLIC = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?")
_ON_THIS_MACHINE = re.compile(r"(127\.[0-9.]+|\[::1\]|localhost)(:[0-9]+)?")


def _receiver(config: Config) -> Iterator[_Found]:
    receiver = config.receiver
    seen = f'"{receiver.listen}"'
    if receiver.listen and not _ADDRESS.fullmatch(receiver.listen):
        yield "config_bad_listen", ("receiver", "listen"), {"key": "listen", "seen": seen}
    elif receiver.listen and not receiver.behind_proxy and not _ON_THIS_MACHINE.fullmatch(receiver.listen):
        yield "config_listens_openly", ("receiver", "listen"), {"key": "listen", "seen": seen}
    if not receiver.relay:
        return
    scheme, _slashes, rest = receiver.relay.partition("://")
    host = rest.partition("/")[0]
    if not host or "@" in host or not (scheme == "https" or (scheme == "http" and _ON_THIS_MACHINE.fullmatch(host))):
        yield "config_bad_relay", ("receiver", "relay"), {"key": "relay"}
    if not receiver.relay_secret:
        yield "config_missing_key", ("receiver", "relay_secret"), {"key": "relay_secret"}


def _telling(config: Config) -> Iterator[_Found]:
    """Who is told, what stands under what is sent, and how much of it."""
    owner = config.hotel.owner
    if owner and not _MAIL.fullmatch(owner):
        yield "config_bad_mail", ("hotel", "owner"), {"key": "owner", "seen": f'"{owner}"'}
    url = config.receiver.public_url
    if url and not _PUBLIC.fullmatch(url):
        yield "config_bad_public_url", ("receiver", "public_url"), {"key": "public_url", "seen": f'"{url}"'}
    elif url and not config.receiver.listen:
        yield "config_nobody_listens", ("receiver", "public_url"), {"key": "public_url"}
    for account in config.sms.accounts:
        if account not in config.channels:
            yield _no_such("sms.accounts", account, ("sms", "accounts", account), list(config.channels))
    for language in config.footers:
        if language not in LANGUAGES:
            yield "config_bad_language", ("footers", language), {"key": "footers", "seen": f'"{language}"'}


def _channels(config: Config) -> Iterator[_Found]:
    for kind, tables in (("channels", config.channels), ("sources", config.sources)):
        for name, table in tables.items():
            if not isinstance(table.get("type"), str):
                yield "config_missing_key", (kind, name, "type"), {"key": "type"}
    for name in config.sources:
        if name in config.channels:
            yield "config_same_name", ("sources", name), {"key": name}


_OWNED = ("client_id", "inbox", "instagram_id", "page_id", "phone_number_id")
"""Keys that name what one account of a type has to itself: of two, each would take what belongs to the other."""


def _owned_twice(config: Config) -> Iterator[_Found]:
    owners: dict[tuple[object, str, object], str] = {}
    for name, table in config.channels.items():
        for key in _OWNED:
            place = (table.get("type"), key, table.get(key))
            # Without the vendor's queue nothing is taken out of anything.
            if not isinstance(place[2], str) or table.get("queue") is False:
                continue
            if place in owners:
                params: dict[str, str | int] = {"key": key, "seen": f'"{place[2]}"', "other": owners[place]}
                yield "config_same_place", ("channels", name, key), params
            owners.setdefault(place, name)


def is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return bool(name)


def nearest_zone(name: str) -> str:
    """The IANA zone that was probably meant: ``Paris`` gives ``Europe/Paris``."""
    from zoneinfo import available_timezones

    zones = sorted(available_timezones())
    city = name.replace(" ", "_").split("/")[-1].lower()
    for zone in zones:
        if city and zone.split("/")[-1].lower() == city and "/" in zone:
            return zone
    by_lower = {zone.lower(): zone for zone in zones}
    return by_lower.get(nearest(name, list(by_lower)), "")

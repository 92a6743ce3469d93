"""A reservation list as hotels export it: some encoding, some delimiter, some headings, some way to write a date."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from tui_inbox.domain.errors import Refused
from tui_inbox.domain.fold import plain
from tui_inbox.domain.reservation import ReservationStatus

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 100_000
DELIMITERS = (";", ",", "\t", "|")


class Table(NamedTuple):
    """The cells of a file, and how it was read."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    """(line number in the file, cells)."""
    encoding: str
    delimiter: str


def read_table(content: bytes, encoding: str = "", delimiter: str = "") -> Table:
    """Read a file; encoding and delimiter are found out unless given. Raises ``Refused``."""
    if len(content) > MAX_BYTES:
        raise Refused("csv_too_big", limit=MAX_BYTES // (1024 * 1024))
    used, text = _decoded(content, encoding)
    lines = text.replace("\x00", "")
    delimiter = delimiter or _delimiter(lines)
    header: tuple[str, ...] = ()
    rows: list[tuple[int, tuple[str, ...]]] = []
    reader = csv.reader(io.StringIO(lines, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            trimmed = tuple(cell.strip() for cell in cells)
            if not any(trimmed):
                continue
            if not header:
                # A title above the headings has one cell; headings have several.
                if len([cell for cell in trimmed if cell]) > 1:
                    header = trimmed
                continue
            rows.append((reader.line_num, trimmed))
            if len(rows) > MAX_ROWS:
                raise Refused("csv_too_long", limit=MAX_ROWS)
    except csv.Error as error:
        raise Refused("csv_broken", line=reader.line_num) from error
    if not header or not rows:
        raise Refused("csv_empty")
    return Table(header, tuple(rows), used, delimiter)


def _decoded(content: bytes, encoding: str) -> tuple[str, str]:
    if encoding:
        wanted = [encoding]
    elif content.startswith((b"\xff\xfe", b"\xfe\xff")):
        wanted = ["utf-16"]
    else:
        wanted = ["utf-8-sig", "cp1252", "latin-1"]
    for name in wanted:
        try:
            return name, content.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    raise Refused("csv_encoding", encoding=encoding or wanted[0])


def _delimiter(text: str) -> str:
    """The one that cuts the first lines into the most columns of equal number."""
    sample = "\n".join(text.splitlines()[:20])

    def score(delimiter: str) -> tuple[int, int]:
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(sample), delimiter=delimiter) if any(row)]
        except csv.Error:
            return (0, 0)
        common = max(set(widths), key=widths.count, default=1)
        return (widths.count(common) if common > 1 else 0, common)

    return max(DELIMITERS, key=score)


_HEADINGS: dict[str, tuple[str, ...]] = {
    "external_id": (
        "booking number", "reservation number", "confirmation number", "reservation id", "booking id", "reference",
        "booking", "reservation", "confirmation", "numero de reservation", "no reservation",
        "n reservation", "n de reservation", "no de reservation",
        "num reservation", "numero", "ref", "id", "code", "resa", "n resa", "dossier", "buchungsnummer",
    ),
    "guest": (
        "guest name", "guest", "name", "full name", "client", "nom du client", "nom client", "nom complet", "customer",
        "booker", "gast", "nom et prenom", "voyageur", "booked by",
    ),
    "first_name": ("first name", "firstname", "given name", "prenom", "vorname"),
    "last_name": ("last name", "lastname", "surname", "family name", "nom", "nom de famille", "nachname"),
    "email": ("email", "e mail", "mail", "email address", "courriel", "adresse mail", "adresse email",
        "adresse e mail"),
    "phone": (
        "phone", "phone number", "telephone", "tel", "mobile", "mobile phone", "portable", "gsm", "telefon", "cell",
        "numero de telephone",
    ),
    "arrival": (
        "arrival", "arrival date", "check in", "checkin", "check in date", "from", "arrivee", "date d arrivee",
        "date arrivee", "du", "debut", "anreise",
    ),
    "departure": (
        "departure", "departure date", "check out", "checkout", "check out date", "to", "until", "depart",
        "date de depart", "date depart", "au", "fin", "abreise",
    ),
    "nights": ("nights", "number of nights", "length of stay", "nuits", "nb nuits", "nombre de nuits", "nachte"),
    "room": ("room", "room number", "room no", "unit", "chambre", "numero de chambre", "no chambre",
        "n chambre", "zimmer"),
    "room_type": ("room type", "category", "unit type", "type de chambre", "type chambre", "categorie", "zimmertyp"),
    "status": ("status", "state", "booking status", "statut", "etat"),
    "adults": ("adults", "adult", "guests", "persons", "pax", "adultes", "nb adultes", "personnes", "erwachsene"),
    "children": ("children", "kids", "enfants", "nb enfants", "kinder"),
    "total": ("total", "price", "amount", "total price", "montant", "prix", "prix total", "montant total"),
    "ota": ("channel", "source", "origin", "canal", "origine", "ota", "provenance", "referral"),
    "ota_code": ("channel reference", "ota reference", "channel booking number", "external reference",
        "reference canal"),
    "language": ("language", "langue", "lang", "sprache"),
    "country": ("country", "nationality", "pays", "nationalite", "land"),
    "payment": ("payment", "payment method", "payment type", "paid by", "paiement", "mode de paiement", "reglement",
        "zahlungsart"),
    "notes": ("notes", "note", "comments", "comment", "remarks", "commentaire", "commentaires", "remarques"),
}  # fmt: skip
FIELDS = tuple(_HEADINGS)


def folded(heading: str) -> str:
    """``N° de réservation`` -> ``n de reservation``."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain(heading)).split())


def guess_mapping(table: Table) -> dict[str, int]:
    """Field -> column, from English and French headings; each column is used once."""
    headings = [folded(heading) for heading in table.header]
    mapping: dict[str, int] = {}
    for field, names in _HEADINGS.items():
        for name in names:
            if name in headings and headings.index(name) not in mapping.values():
                mapping[field] = headings.index(name)
                break
    if "last_name" in mapping and "first_name" not in mapping and "guest" not in mapping:
        mapping["guest"] = mapping.pop("last_name")
    return mapping


def signature(table: Table) -> str:
    """The same for every export with these headings: the key of a saved mapping."""
    return "|".join(folded(heading) for heading in table.header)[:500]


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "janv", "january", "janvier", "januar"),
            ("feb", "fev", "fevr", "february", "fevrier", "februar"),
            ("mar", "mars", "march", "marz"),
            ("apr", "avr", "april", "avril"),
            ("may", "mai"),
            ("jun", "june", "juin", "juni"),
            ("jul", "july", "juil", "juillet", "juli"),
            ("aug", "august", "aout"),
            ("sep", "sept", "september", "septembre"),
            ("oct", "october", "octobre", "okt", "oktober"),
            ("nov", "november", "novembre"),
            ("dec", "december", "decembre", "dez", "dezember"),
        ),
        start=1,
    )
    for name in names
}
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_PARTS = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NAMED = re.compile(r"(\d{1,2})\.?[ -]([a-z]+)\.?[ -](\d{4}|\d{2})")
_NAMED_FIRST = re.compile(r"([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)? (\d{4})")
_EXCEL_EPOCH = date(1899, 12, 30)


def month_first(cells: Sequence[str], country: str) -> tuple[bool, bool]:
    """Is it month/day? And could it have been read either way? Decided for a whole column."""
    pairs = [
        (int(found.group(1)), int(found.group(2)))
        for cell in cells
        if (found := _PARTS.match(cell.strip())) and not _ISO.match(cell.strip())
    ]
    if any(first > 12 for first, _ in pairs):
        return False, False
    if any(second > 12 for _, second in pairs):
        return True, False
    return country == "US", any(first != second for first, second in pairs)


def parse_date(cell: str, *, month_first: bool = False) -> date | None:
    """Any of the usual spellings, a time of day behind it ignored; None when it is no date."""
    text = " ".join(plain(cell).replace(",", " ").split())
    if not _NAMED_FIRST.match(text):
        text = re.sub(r"^[a-z]+\.? (?=\d)", "", text)  # the day of the week
    text = re.sub(r"[t ]\d{1,2}(?::|h)\d{2}.*$", "", text)
    try:
        if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _PARTS.fullmatch(text):
            first, second, year = int(found[1]), int(found[2]), _year(found[3])
            return date(year, first, second) if month_first else date(year, second, first)
        if (found := _NAMED.fullmatch(text)) and found[2] in _MONTHS:
            return date(_year(found[3]), _MONTHS[found[2]], int(found[1]))
        if (found := _NAMED_FIRST.fullmatch(text)) and found[1] in _MONTHS:
            return date(int(found[3]), _MONTHS[found[1]], int(found[2]))
        if re.fullmatch(r"\d{5}(?:\.\d+)?", text):
            return _EXCEL_EPOCH + timedelta(days=int(float(text)))
    except (ValueError, OverflowError):
        return None
    return None


def _year(written: str) -> int:
    return int(written) + 2000 if len(written) == 2 else int(written)


_STATUS: Mapping[ReservationStatus, tuple[str, ...]] = {
    ReservationStatus.CONFIRMED: (
        "", "confirmed", "confirme", "confirmee", "ok", "new", "booked", "modified", "guaranteed", "definite", "active",
        "in house", "inhouse", "checked in", "checked out", "arrived", "departed", "started", "processed", "arrive",
        "arrivee", "parti", "partie", "en cours", "garantie", "garanti", "valide", "validee", "bestatigt",
        "paid", "paye",
    ),
    ReservationStatus.PENDING: (
        "pending", "option", "optional", "request", "requested", "inquiry", "tentative", "en attente", "provisoire",
        "demande", "waiting",
    ),
    ReservationStatus.CANCELLED: (
        "cancelled", "canceled", "cancel", "annule", "annulee", "annulation", "storniert", "deleted", "supprimee",
        "cancelled by guest", "cancelled by hotel",
    ),
    ReservationStatus.DECLINED: ("declined", "refused", "rejected", "refuse", "refusee"),
    ReservationStatus.NO_SHOW: ("no show", "noshow", "non presente", "non presentee", "absent"),
}  # fmt: skip
_STATUS_OF = {name: status for status, names in _STATUS.items() for name in names}


def parse_status(cell: str) -> ReservationStatus | None:
    """None for a word that is not known: taking a cancelled stay for a confirmed one would send reminders."""
    return _STATUS_OF.get(folded(cell))

"""The card: who this is, and what we owe them."""

from __future__ import annotations

from textual.strip import Strip

from tui_inbox.domain.channel import HandleKind
from tui_inbox.domain.guest import Handle, short_handle
from tui_inbox.domain.reservation import Phase, Reservation
from tui_inbox.rows import Card
from tui_inbox.tui.render import when
from tui_inbox.tui.render.consent import stop_words
from tui_inbox.tui.render.happened import event_words
from tui_inbox.tui.render.line import Part, strip, wrap
from tui_inbox.tui.render.row import said
from tui_inbox.tui.render.scene import Scene
from tui_inbox.wording import N_, _, ngettext

REQUEST_KINDS = {
    "room": N_("room"),
    "restaurant": N_("restaurant"),
    "spa": N_("spa"),
    "transfer": N_("taxi"),
    "other": N_("other"),
}
_MEDIA = {"email": N_("mail"), "sms": N_("SMS"), "whatsapp": N_("WhatsApp")}
_PHASES = {
    Phase.ARRIVING: N_("arrives today"),
    Phase.IN_HOUSE: N_("in house"),
    Phase.DEPARTING: N_("leaves today"),
    Phase.FUTURE: N_("to come"),
    Phase.PAST: N_("past"),
}
_TAG_ROLES = {
    "red": "urgent", "orange": "soon", "yellow": "accent", "green": "ok", "cyan": "info", "blue": "info",
    "magenta": "soon",
}  # fmt: skip
_MISSING = {"email": N_("no mail address"), "phone": N_("no phone"), "name": N_("no name")}


def card_lines(scene: Scene, card: Card) -> list[list[Part]]:
    """All lines of the card, top to bottom."""
    return [
        *_who(scene, card),
        *_candidates(card),
        *_stay(scene, card),
        *_requests(scene, card),
        *_consents(scene, card),
        *_notes(card),
        *_tags(card),
        *_chats(scene, card),
        *_activity(scene, card),
    ]


def card_strips(scene: Scene, card: Card, width: int) -> list[Strip]:
    """The lines as the pane shows them, as many as there are."""
    lines = card_lines(scene, card)
    return [strip(scene.ink, width, [("  ", ""), *parts]) for line in lines for parts in _folded(line, width - 3)]


def _folded(parts: list[Part], width: int) -> list[list[Part]]:
    """A line of one part is wrapped; a line of several is cut by the strip."""
    if len(parts) != 1:
        return [parts]
    text, role = parts[0]
    return [[(line, role)] for line in wrap(text, width)]


def _head(words: str) -> list[list[Part]]:
    return [[], [(words.upper(), "muted")]]


def _who(scene: Scene, card: Card) -> list[list[Part]]:
    guest = card.guest
    name = guest.name or _("Unknown client")
    facts = [guest.language.upper(), _("VIP") if guest.vip else "", _("blocked") if guest.blocked else ""]
    lines: list[list[Part]] = [[(name, "bold text")]]
    shown = f" {scene.ink.marks.dot} ".join(fact for fact in facts if fact)
    lines.append([(shown, "accent")] if shown else [])
    contacts = list(dict.fromkeys(part for part in (guest.phone, guest.email) if part))
    others = [handle for handle in card.handles if handle.address not in contacts]
    contacts += [_handle_words(scene, handle) for handle in others[: 4 - len(contacts)]]
    if contacts:
        lines += [[], *([(contact, "text")] for contact in contacts)]
    missing = [_(_MISSING[code]) for code in card.missing if code in _MISSING]
    lines += [[(", ".join(missing), "muted")]] if missing else []
    lines += [[(stop_words(scene, line), "bold urgent")] for line in card.lines if line.stopped_at is not None]
    return lines


def _handle_words(scene: Scene, handle: Handle) -> str:
    """An address as one reads it; a vendor's own number as the channel's mark, the name there and its end."""
    address = handle.address
    if "@" in address or address.startswith("+"):
        return address
    mark, _label = scene.channel("", handle.channel)
    return " ".join(part for part in (mark, handle.label, short_handle(address, HandleKind.OPAQUE)) if part)


def _candidates(card: Card) -> list[list[Part]]:
    if not card.candidates:
        return []
    count = len(card.candidates) + 1
    return [
        [],
        [(ngettext("{n} possible guest", "{n} possible guests", count), "bold soon")],
        [(_("l chooses"), "accent")],
    ]


def _stay(scene: Scene, card: Card) -> list[list[Part]]:
    lines = _head(_("Stay"))
    lines += [[(_("booking {code}, not in the list yet").format(code=code), "soon")] for code in card.booked]
    if card.current is None:
        return lines if card.booked else [*lines, [(_("no booking"), "muted")]]
    stay = card.current
    lines.append([(stay.room, "bold text"), (" " if stay.room else "", ""), (dates(scene, stay), "text")])
    if stay.low_confidence:
        lines.append([(_("from a calendar: only its dates are known"), "soon")])
    phase = _PHASES.get(card.phase)
    if phase:
        lines.append([(_(phase), "info" if card.phase is Phase.IN_HOUSE else "muted")])
    booked = " ".join(part for part in (stay.ota, stay.ota_code) if part)
    if booked:
        lines.append([(booked, "muted")])
    people = [ngettext("{n} adult", "{n} adults", stay.adults)] if stay.adults else []
    people += [ngettext("{n} child", "{n} children", stay.children)] if stay.children else []
    if people:
        lines.append([(", ".join(people), "muted")])
    if card.others:
        lines.append([(ngettext("{n} other stay", "{n} other stays", len(card.others)), "muted")])
    return lines


def dates(scene: Scene, stay: Reservation) -> str:
    """22 → 25 Nov, the month once where it is one."""
    arrival, departure = stay.arrival, stay.departure
    same = (arrival.year, arrival.month) == (departure.year, departure.month)
    first = str(arrival.day) if same else when.short_day(arrival)
    return f"{first} {scene.ink.marks.arrow} {when.short_day(departure)}"


def _requests(scene: Scene, card: Card) -> list[list[Part]]:
    rows = [request for request in card.requests if request.status != "cancelled"][:5]
    if not rows:
        return []
    lines = _head(_("Requests"))
    for request in rows:
        title = request.title or _(REQUEST_KINDS.get(request.kind, "other"))
        due = f" {when.ahead(request.due_at, scene.now, scene.zone)}" if request.due_at else ""
        state: Part = (f" {scene.ink.marks.yes}", "ok") if request.status == "done" else (" " + _("to do"), "soon")
        lines.append([(title + due, "text"), state])
    return lines


def _consents(scene: Scene, card: Card) -> list[list[Part]]:
    marks = scene.ink.marks
    shown: list[Part] = []
    for consent in card.consents:
        sign: Part = (marks.yes, "ok") if consent.allowed else (marks.no, "urgent")
        medium = _(_MEDIA[consent.medium]) if consent.medium in _MEDIA else scene.channel("", consent.medium)[1]
        words = f"{_('promo')} {medium}" if consent.topic == "marketing" else medium
        shown += [(f"{words} ", "text"), sign, ("  ", "")]
    if not shown:
        return []
    lines = _head(_("Consents"))
    lines += [shown[i : i + 6] for i in range(0, len(shown), 6)]
    return lines


def _notes(card: Card) -> list[list[Part]]:
    guest = card.guest
    if not guest.alert and not guest.notes:
        return []
    lines = _head(_("Notes"))
    if guest.alert:
        lines.append([(guest.alert, "bold urgent")])
    if guest.notes:
        lines.append([(guest.notes, "text")])
    return lines


def _tags(card: Card) -> list[list[Part]]:
    tags = {tag.name: _TAG_ROLES.get(tag.colour, "accent") for tag in (*card.guest_tags, *card.tags)}
    parts = [part for name, role in tags.items() for part in ((name, role), ("  ", ""))]
    return [*_head(_("Tags")), *(parts[i : i + 4] for i in range(0, len(parts), 4))] if tags else []


def _chats(scene: Scene, card: Card) -> list[list[Part]]:
    """The guest's other conversations; Enter on the card opens one."""
    rows = card.conversations[:3]
    if not rows:
        return []
    lines = _head(_("Other conversations"))
    for row in rows:
        mark, _label = scene.channel(row.account, row.channel)
        time = when.ago(row.last_at, scene.now, scene.zone)
        lines.append([(f"{mark} ", "muted"), (f"{time} ", "muted"), (said(scene, row), "text")])
    return lines


def _activity(scene: Scene, card: Card) -> list[list[Part]]:
    if not card.events:
        return []
    lines = _head(_("Activity"))
    for event in card.events[:6]:
        words = event_words(scene, event)
        time = when.ago(event.at, scene.now, scene.zone)
        # One part, so that who did it is read, though on the next line.
        lines.append([(f"{time} {words}", "muted")])
    return lines

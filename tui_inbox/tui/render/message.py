"""A thread as blocks of lines: day lines, runs of messages, notes, events, stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from msgspec import Struct
from textual.strip import Strip

from tui_inbox.domain.message import Delivery, Direction, Kind, Origin, sound
from tui_inbox.domain.reservation import Reservation
from tui_inbox.rows import AttachmentRow, EventRow, MessageRow, Thread
from tui_inbox.tui.render import facts, when
from tui_inbox.tui.render.happened import event_words
from tui_inbox.tui.render.line import Part, width_of, wrap
from tui_inbox.tui.render.scene import Scene, guest_name
from tui_inbox.wording import N_, _, labelled, sentence
from tui_inbox.wording.sounds import SENTENCES as SOUNDS

RUN = timedelta(minutes=10)
"""Messages of one side within this time share a name and a time."""
NARROW = 46
"""Under this width both sides stand at the left."""

_BY = {
    Origin.SCHEDULED: N_("scheduled"),
    Origin.BOOKING: N_("booking"),
    Origin.CAMPAIGN: N_("campaign"),
    Origin.BOT: N_("automatic"),
    Origin.ELSEWHERE: N_("sent elsewhere"),
}


class Line(Struct):
    """One painted line: its parts, which side it leans to, and a bar of its own at the left edge."""

    parts: list[Part]
    align: str = "left"
    bar: str = ""
    """Role of the bar; empty: none."""
    made: tuple[tuple[int, bool, int], Strip] | None = None
    """The strip, for a width, with or without the cursor, in an ink."""


class Block(Struct):
    """Something that is wrapped as a whole, only once it comes into view."""

    key: tuple[str, int]
    message: MessageRow | None = None
    event: EventRow | None = None
    words: str = ""
    heading: bool = False
    """First of its run: name and time are shown."""
    read_line: bool = False
    nested: bool = False
    """It stands under the comment that it answers."""
    quoted: MessageRow | None = None
    """The message that it answers, where it is loaded."""
    tight: bool = False
    """No air above: it follows a day line, or is the first of all."""
    lines: list[Line] | None = None

    @property
    def stands(self) -> tuple[bool, ...]:
        """What its neighbours make of it: with other neighbours it is wrapped anew."""
        return self.heading, self.read_line, self.tight, self.nested

    @property
    def selectable(self) -> bool:
        return self.message is not None


def blocks(scene: Scene, thread: Thread, messages: Sequence[MessageRow], events: Sequence[EventRow]) -> list[Block]:
    """Everything of the loaded part in time order."""
    last_read = max((m.id for m in messages if m.state is Delivery.READ and m.read_at), default=0)
    stays = sorted((s for s in thread.stays), key=lambda s: s.arrival)
    made: list[Block] = []
    day = None
    before: MessageRow | None = None
    shown_stays: set[int] = set()
    by_id = {message.external_id: message for message in messages if message.external_id}
    first_day = None
    for item, under in _in_order(messages, events):
        local = item.at.astimezone(scene.zone).date()
        first_day = first_day or local
        if local != day:
            day = local
            before = None
            made.append(Block(("day", local.toordinal()), words=when.day_line(local, scene.today)))
            for stay in stays:
                if stay.id not in shown_stays and first_day < stay.arrival <= local:
                    shown_stays.add(stay.id)
                    made.append(Block(("stay", stay.id), words=_stay_line(scene, stay)))
        if isinstance(item, EventRow):
            follows = bool(made) and made[-1].event is not None
            made.append(Block(("event", item.id), event=item, heading=not follows))
            before = None
            continue
        heading = under or before is None or not _same_run(before, item)
        made.append(
            Block(
                ("message", item.id),
                message=item,
                heading=heading,
                read_line=item.id == last_read,
                nested=under,
                quoted=by_id.get(item.quoted) if item.quoted else None,
            )
        )
        before = None if item.kind in (Kind.NOTE, Kind.COMMENT, Kind.CALL) else item
    for above, block in zip([None, *made], made, strict=False):
        block.tight = above is None or (above.key[0] in ("day", "stay") and block.key[0] != "day")
    return made


def _in_order(messages: Sequence[MessageRow], events: Sequence[EventRow]) -> list[tuple[MessageRow | EventRow, bool]]:
    """By time, comments with what was answered under them (True)."""
    shown = sorted((m for m in messages if m.state is not Delivery.CANCELLED), key=lambda message: message.at)
    pairs: list[tuple[MessageRow | EventRow, bool]] = list(facts.nested(shown))
    if not events:
        return pairs
    ordered: list[tuple[MessageRow | EventRow, bool]] = []
    left = sorted(events, key=lambda event: event.at)
    for item, under in pairs:
        while left and not under and left[0].at < item.at:
            ordered.append((left.pop(0), False))
        ordered.append((item, under))
    return [*ordered, *((event, False) for event in left)]


def _same_run(before: MessageRow, after: MessageRow) -> bool:
    return (
        before.direction is after.direction
        and before.author == after.author
        and before.origin is after.origin
        and before.channel == after.channel
        and after.kind is not Kind.NOTE
        and not after.subject
        and after.at - before.at < RUN
    )


def _stay_line(scene: Scene, stay: Reservation) -> str:
    words = f"{when.short_day(stay.arrival)} {scene.ink.marks.arrow} {when.short_day(stay.departure)}"
    return " · ".join(part for part in (_("stay {dates}").format(dates=words), stay.room, stay.ota) if part)


def wrapped(scene: Scene, thread: Thread, block: Block, width: int) -> list[Line]:
    """The lines of a block at this width, made once."""
    if block.lines is None:
        if block.message is not None:
            block.lines = _message(scene, thread, block, block.message, width)
        elif block.event is not None:
            block.lines = _event(scene, block.event, width, block.heading)
        elif block.key[0] == "stay":
            rule = scene.ink.marks.rule * 2
            block.lines = [Line([]), Line([(f"{rule} {block.words} {rule}", "accent")], "middle")]
        else:
            block.lines = [Line([]), Line([(block.words, "muted")], "middle")]
        if block.tight and block.lines and not block.lines[0].parts:
            del block.lines[0]
    return block.lines


def _event(scene: Scene, event: EventRow, width: int, apart: bool) -> list[Line]:
    who = scene.operator(event.actor) if event.actor else ""
    words = event_words(scene, event)
    if who and who not in words:
        words = f"{words} {scene.ink.marks.dot} {who}"
    role = "muted strike" if event.undone else "muted"
    time = when.clock(event.at, scene.zone)
    if words[-1:].isdigit():  # "until 09:44": its own time stands apart
        words = f"{words} {scene.ink.marks.dot}"
    lines = wrap(f"{words} {time}", width - 3)
    return ([Line([])] if apart else []) + [Line([(line, role)], bar="muted") for line in lines]


def _body(scene: Scene, block: Block, message: MessageRow, room: int) -> list[list[Part]]:
    """What was said, between its heading and its tick."""
    lines: list[list[Part]] = []
    if message.quoted:
        lines.append(facts.quote(scene, block.quoted, room))
    if message.kind is Kind.CALL:
        lines.append([(facts.call_words(message), "text")])
    role = "muted strike" if message.removed_at is not None else "text"
    lines.extend([(text, role)] for text in (wrap(message.text, room - 3) if message.text else []))
    if message.has_more:
        lines.append([(_("[…] Enter: whole text"), "muted")])
    for attachment in message.attachments:
        lines.append(_attachment(scene, attachment))
        lines.extend(facts.transcript(scene, attachment, room))
    return [*lines, *facts.after(scene, message, room)]


def _message(scene: Scene, thread: Thread, block: Block, message: MessageRow, width: int) -> list[Line]:
    if message.kind is Kind.NOTE:
        return _note(scene, message, width)
    ours = message.direction is Direction.OUT
    right = ours and width >= NARROW and not block.nested
    align = "right" if right else "left"
    room = min(max(width * 4 // 5, 24), width - 6) if right else width - 3
    lines: list[Line] = []
    if block.heading:
        lines.append(Line([]))
        head = _heading(scene, thread, message, ours, nested=block.nested)
        lines.append(Line([(f"{scene.ink.marks.thin} ", "muted"), *head] if block.nested else head, align))
    if message.subject and block.heading and message.kind is not Kind.COMMENT:
        lines.extend(Line([(text, "bold text")], align) for text in wrap(message.subject, room))
    indent: list[Part] = [("  ", "")] if ours and not right else []
    if block.nested:
        indent = [("  ", "")]
    lines.extend(Line([*indent, *parts], align) for parts in _body(scene, block, message, room))
    if ours:
        _tick(scene, message, lines, align, width)
    if block.read_line and message.read_at is not None:
        words = _("read {time}").format(time=when.clock(message.read_at, scene.zone))
        lines.append(Line([(words, "muted")], align))
    return lines


def _heading(scene: Scene, thread: Thread, message: MessageRow, ours: bool, *, nested: bool) -> list[Part]:
    time = when.clock(message.at, scene.zone)
    dot = scene.ink.marks.dot
    _mark, label = scene.channel(message.account, message.channel)
    other: list[Part] = []
    if message.channel and message.channel != thread.conversation.channel:
        other = [(f" {dot} {label}", "muted")]
    if told := "" if nested else facts.kind_words(message):
        other.append((f" {dot} {told}", "muted"))
    if not ours:
        name = guest_name(scene, thread.conversation).split(" ")[0] if thread.conversation.guest else _("Guest")
        extra: list[Part] = [(f" {dot} {_('automatic')}", "muted")] if message.automated else []
        return [(name, "bold info"), (f" {time}", "muted"), *other, *extra]
    if message.origin in _BY:
        words = _(_BY[message.origin])
        if message.template:
            words = f"{words} {dot} {message.template}"
        return [(f"{_('Front desk')} {dot} {words}", "bold accent"), (f" {time}", "muted"), *other]
    name = scene.operator(message.author) if message.author else _("Front desk")
    return [(name, "bold accent"), (f" {time}", "muted"), *other]


def tick(scene: Scene, message: MessageRow) -> Part:
    """The sign of a delivery state; each differs from the others without colour."""
    marks = scene.ink.marks
    match message.state:
        case Delivery.READ:
            return (marks.read, "bold ok")
        case Delivery.DELIVERED:
            return (marks.delivered, "ok")
        case Delivery.SENT:
            return (marks.sent, "muted")
        case Delivery.HELD | Delivery.QUEUED | Delivery.SENDING:
            return (marks.dots, "muted")
        case Delivery.FAILED:
            return ("!", "bold urgent")
        case Delivery.UNKNOWN:
            return ("?", "bold soon")
    return ("", "")


def _tick(scene: Scene, message: MessageRow, lines: list[Line], align: str, width: int) -> None:
    sign = tick(scene, message)
    if not sign[0] or not lines:
        return
    last = lines[-1]
    if align == "left" and width_of(last.parts) + 3 > width - 2:
        lines.append(Line([("  ", ""), sign]))
    elif align == "left":
        last.parts = [*last.parts, (" ", ""), sign]
    else:
        last.parts = [*last.parts, (" ", ""), sign]
        last.align = "tick"
    reason = _trouble(message)
    if reason:
        role = "bold urgent" if message.state is Delivery.FAILED else "bold soon"
        lines.extend(Line([(text, role)], "left" if align == "left" else "right") for text in wrap(reason, width - 8))


def _trouble(message: MessageRow) -> str:
    if message.state is Delivery.FAILED:
        why = sentence(message.error_code) if message.error_code else message.vendor_text
        return labelled(_("! failed"), why) if why else _("! failed")
    if message.state is Delivery.UNKNOWN:
        return _("? unknown: did it arrive? Enter decides")
    return ""


def _attachment(scene: Scene, attachment: AttachmentRow) -> list[Part]:
    kind = sound(attachment.name, attachment.type)
    name = _(SOUNDS[kind]) if kind else attachment.name or attachment.type or _("file")
    dot = scene.ink.marks.dot
    length = when.length(attachment.seconds) if attachment.seconds else ""
    size = when.size(attachment.size) if attachment.size is not None else ""
    words = f" {dot} ".join(part for part in (name, length, size) if part)
    if attachment.state in ("refused", "failed"):
        why = sentence(attachment.reason) if attachment.reason else _("not available")
        return [("▁▁ ", "muted"), (words, "muted"), (f"  {why}", "soon")]
    return [("▁▁ ", "muted"), (words, "muted"), (f"  ({_('v view, S save')})", "muted")]


def _note(scene: Scene, message: MessageRow, width: int) -> list[Line]:
    who = scene.operator(message.author)
    head = f"{_('note')} {scene.ink.marks.dot} {who} {when.clock(message.at, scene.zone)}"
    body = wrap(message.text, width - 4)
    return [
        Line([]),
        Line([(head, "soon")], bar="soon"),
        *(Line([(text, "soon")], bar="soon") for text in body),
    ]

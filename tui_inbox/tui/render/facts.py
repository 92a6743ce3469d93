"""What a channel knows of a message beside its words: quote, comment, reactions, edits, calls, what was said aloud."""

from __future__ import annotations

from collections.abc import Sequence

from tui_inbox.domain.message import Direction, Kind, preview, sound
from tui_inbox.rows import AttachmentRow, MessageRow
from tui_inbox.tui.render import when
from tui_inbox.tui.render.line import Part, fit, wrap
from tui_inbox.tui.render.scene import Scene
from tui_inbox.wording import _, sentence
from tui_inbox.wording.sounds import SENTENCES as SOUNDS

GUEST = "guest"
"""Who set a reaction, when it was no operator."""


def nested(messages: Sequence[MessageRow]) -> list[tuple[MessageRow, bool]]:
    """In time order, and each comment followed by the answers under it (True); a group stands where its newest is."""
    known = {message.external_id: message for message in messages if message.kind is Kind.COMMENT}
    under: dict[int, list[MessageRow]] = {}
    tops: list[MessageRow] = []
    for message in messages:
        above = known.get(message.parent) if message.parent else None
        while above is not None and above.parent in known and above.parent != above.external_id:
            above = known[above.parent]
        if above is None or above is message:
            tops.append(message)
        else:
            under.setdefault(above.id, []).append(message)
    if not under:
        return [(message, False) for message in messages]
    tops.sort(key=lambda top: max(one.at for one in (top, *under.get(top.id, ()))))
    return [pair for top in tops for pair in ((top, False), *((one, True) for one in under.get(top.id, ())))]


def quote(scene: Scene, answered: MessageRow | None, room: int) -> list[Part]:
    """The line above an answer that is tied to one message."""
    words = _("an earlier message") if answered is None else in_short(answered)
    return [(f"{scene.ink.marks.thin} ", "accent"), (fit(words, room - 2), "muted")]


def in_short(message: MessageRow) -> str:
    """One line for a message that is answered: its words, or what came with it."""
    said = preview(message.text, message.subject)
    if said or not message.attachments:
        return said
    file = message.attachments[0]
    kind = sound(file.name, file.type)
    return _(SOUNDS[kind]) if kind else file.name


def kind_words(message: MessageRow) -> str:
    """What stands beside the name: a comment and its post, a call."""
    if message.kind is not Kind.COMMENT:
        return ""
    return _("comment on “{post}”").format(post=message.subject) if message.subject else _("comment")


def call_words(message: MessageRow) -> str:
    """A call is told by its length; one that nobody took has none."""
    if message.seconds:
        length = when.length(message.seconds)
        if message.direction is Direction.OUT:
            return _("called the guest, {length}").format(length=length)
        return _("call, {length}").format(length=length)
    return _("missed call") if message.direction is Direction.IN else _("called the guest")


def after(scene: Scene, message: MessageRow, room: int) -> list[list[Part]]:
    """Lines under the words: what is special about it, reactions, and that it was edited or unsent."""
    found: list[list[Part]] = []
    if message.error_code and message.direction is Direction.IN:
        found += [[(text, "soon")] for text in wrap(sentence(message.error_code), room)]
    if message.switched:
        found += [[(text, "soon")] for text in wrap(sentence(f"mark.{message.switched}"), room)]
    if message.reactions:
        guest = _("Guest")
        who = {code: guest if code == GUEST else scene.operator(code) or _("Front desk") for code in message.reactions}
        dot = f" {scene.ink.marks.dot} "
        found.append([(dot.join(f"{who[code]} {sign}" for code, sign in message.reactions.items()), "muted")])
    if message.removed_at is not None:
        time = when.clock(message.removed_at, scene.zone)
        found.append([(_("unsent {time}: the guest took it back").format(time=time), "soon")])
    elif message.edited_at is not None:
        time = when.clock(message.edited_at, scene.zone)
        found.append([(_("edited {time}; Enter: what it said before").format(time=time), "muted")])
    return found


def transcript(scene: Scene, attachment: AttachmentRow, room: int) -> list[list[Part]]:
    """What was said in a recording, as a machine heard it."""
    match attachment.transcript_state:
        case "asked":
            return [[("   ", ""), (_("being written down…"), "muted")]]
        case "failed":
            words = sentence(attachment.transcript)
            return [[("   ", ""), (text, "soon")] for text in wrap(words, room - 3)]
        case "done":
            by = _("heard by {engine}").format(engine=attachment.transcript_by)
            lines = wrap(attachment.transcript or _("nothing was heard"), room - 3)
            return [*([("   ", ""), (text, "text")] for text in lines), [("   ", ""), (by, "muted")]]
    return []

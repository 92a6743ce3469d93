"""What the composer says: why nothing may be typed, which keys matter, to whom, at what cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_inbox.domain.outbox import Way
from tui_inbox.domain.window import Allowed, Verdict
from tui_inbox.tui.render import compose, when
from tui_inbox.tui.render.facts import in_short
from tui_inbox.tui.render.line import Part, fit
from tui_inbox.tui.render.row import stay_words
from tui_inbox.tui.widgets.composer import Measure
from tui_inbox.wording import N_, _, sentence

if TYPE_CHECKING:
    from tui_inbox.tui.answering.letter import Letter


def locked(letter: Letter) -> tuple[str, str]:
    """Why nothing may be typed, and what to do instead; empty when it may."""
    if letter.note:
        return "", ""
    if letter.screen.desk_app.actor.role == "read-only":
        return _("You may read here, not answer."), ""
    choice = letter.choice
    if choice is None:
        return _("No channel reaches this guest."), ""
    verdict = choice.verdict
    over = verdict.until is not None and verdict.until <= letter.now()
    if letter.tie.way in (Way.PUBLIC, Way.PRIVATE):
        return "", ""  # A comment has no window; what stands against an answer is told when it is sent.
    if verdict.kind in (Allowed.FREE, Allowed.HUMAN_ONLY) and not over:
        return "", ""
    reason = sentence(verdict.code or "window_closed", {"channel": choice.traits.label, **verdict.params})
    keys, what = letter.screen.desk_app.keymap, remedy(letter)
    wanted = _(_REMEDIES[what]).format(key=keys.shown(what)) if what else ""
    return reason, wanted


_REMEDIES = {
    "reply": N_("{key}: answer under the comment"),
    "pick_template": N_("{key}: answer with a template"),
    "channel": N_("{key}: another channel"),
}


def remedy(letter: Letter) -> str:
    """The command that helps where the way in use allows no text; empty when none does."""
    choice = letter.choice
    if choice is None:
        return ""
    if choice.verdict.code == "never_wrote" and choice.traits.comments:
        return "reply"
    if choice.traits.templates_after_window:
        return "pick_template"
    return "channel" if letter.ways is not None and len(letter.ways.choices) > 1 else ""


def hints(letter: Letter, enter: bool) -> list[Part]:
    """The keys that matter."""
    keys = letter.screen.desk_app.keymap
    send = _("Enter") if enter else keys.shown("send")
    verb = _("keep note") if letter.note else _("send")
    parts: list[Part] = [(send, "accent"), (f" {verb}  ", "muted")]
    parts += [(keys.shown("newline") if enter else _("Enter"), "accent"), (f" {_('line')}  ", "muted")]
    return parts + ([] if letter.note else [(";", "accent"), (f" {_('text')}", "muted")])


def measure(letter: Letter, text: str) -> Measure:
    """Head and foot for a text."""
    row = letter.row
    if row is None:
        return Measure()
    scene = letter.screen.scene
    if letter.note:
        words = _("note for the desk; the guest never sees it")
        return Measure(((words, "soon"),), counter=(str(len(text)), "muted"))
    choice = letter.choice
    place = stay_words(scene, row.stay) if row.stay else ""
    about = f" {scene.ink.marks.dot} ".join(
        part
        for part in (
            letter.also.words(scene, row, choice.address if choice and not row.handle else ""),
            "" if letter.also else place,
            choice.traits.label if choice else "",
        )
        if part
    )
    head: list[Part] = [*_tied(letter), (about, "bold accent" if letter.also else "muted")]
    if letter.tag:
        head.append((f"  {sentence(f'tag.{letter.tag}')}", "accent"))
    if letter.send_at is not None:
        head.append((f"  {_('at {time}').format(time=when.ahead(letter.send_at, scene.now, scene.zone))}", "accent"))
    if letter.attachments:
        head.append((f"  + {', '.join(file.name for file in letter.attachments)}", "text"))
    if choice is None:
        return Measure(tuple(head))
    if choice.verdict.kind is Allowed.HUMAN_ONLY and choice.verdict.until is not None:
        left = when.left(choice.verdict.until, scene.now)
        head.append((f"  {_('by hand, {left}').format(left=left)}", "soon"))
    if letter.tie.way in (Way.PUBLIC, Way.PRIVATE):
        choice = choice._replace(verdict=Verdict(Allowed.FREE))
    from tui_inbox.services import composing

    app = letter.screen.desk_app
    text = letter.also.filled(app.session.desk, text, letter.values)
    flight = composing.preflight(
        None, app.session.desk, app.actor, row.id, choice, text, letter.now(), files=len(letter.attachments),
        template=letter.template[0] if letter.template else None,
    )  # fmt: skip
    if letter.also and flight.cost.amount is not None:
        flight = flight._replace(cost=flight.cost._replace(amount=flight.cost.amount * letter.also.count))
    return compose.measure(tuple(head), flight)


_TIES = {
    Way.QUOTE: N_("answers “{words}”"),
    Way.PUBLIC: N_("public, under “{words}”"),
    Way.PRIVATE: N_("private, once, to “{words}”"),
}


def _tied(letter: Letter) -> list[Part]:
    """What the text answers, and who can read it."""
    parts: list[Part] = []
    if letter.tie.way is not Way.PLAIN:
        said = letter.tied_to
        words = fit(in_short(said), 24) if said is not None else _("an earlier message")
        role = "bold soon" if letter.tie.way is Way.PUBLIC else "accent"
        parts.append((f"{_(_TIES[letter.tie.way]).format(words=words)}  ", role))
    return parts

"""Former versions of a text: who changed what when, and back to one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_inbox.domain.template import Template
from tui_inbox.services import versions
from tui_inbox.services.versions import Change
from tui_inbox.tui.dialogs.chooser import Chooser, Option
from tui_inbox.tui.dialogs.confirm import confirm
from tui_inbox.tui.render import when
from tui_inbox.wording import _

if TYPE_CHECKING:
    from tui_inbox.tui.screens.desk_screen import DeskScreen


async def ask_version(screen: DeskScreen, template: Template) -> bool:
    """True when a former version holds again."""
    app, scene = screen.desk_app, screen.scene
    history = await app.gateway.read(versions.history, template.id)

    def option(place: int, change: Change) -> Option:
        one = change.version
        said = when.ago(one.at, scene.now, scene.zone) if one.at is not None else ""
        label = f"{_('version {n}').format(n=one.version)}  {scene.operator(one.by)}"
        lines = sorted((line for line in change.lines if line[1].strip()), key=lambda line: line[0] == "-")
        more = "\n".join(f"{sign} {words}" for sign, words in lines) or _("only empty lines")
        return Option(one.version, label, f"{said}  {_('holds now') if not place else ''}".rstrip(), more=more)

    options = [option(place, change) for place, change in enumerate(history)]
    question = _("“{name}” ({language}): which version? Enter takes it back.")
    words = question.format(name=template.name, language=template.language)
    chosen = await app.push_screen_wait(Chooser(app.ink, words, options, lines=14))
    if chosen is None or chosen.value == template.version:
        return False
    words = _("Make version {n} the text that holds? The present one is kept as a version.").format(n=chosen.value)
    if not await confirm(screen, words, _("Take it back"), _("Keep")):
        return False
    await app.gateway.write(
        versions.restore, app.session.desk, app.actor, template.id, int(str(chosen.value)), app.now()
    )
    return True

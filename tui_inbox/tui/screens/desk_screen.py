"""What every screen of the program shares: the two bars, the commands of its contexts, and how it hears of changes."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, Self

from textual.geometry import Region
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from tui_inbox.domain.errors import TuiInboxError
from tui_inbox.tui.commands import FOOTER, Command, Selection, always, key_words, textual_key
from tui_inbox.tui.feed import News
from tui_inbox.tui.render.scene import Scene
from tui_inbox.tui.theme import Ink
from tui_inbox.tui.widgets.bars import BottomBar, TopBar
from tui_inbox.tui.widgets.pane import Pane
from tui_inbox.wording import _

if TYPE_CHECKING:
    from tui_inbox.tui.app import TuiInbox

NOTICE_SECONDS = 5.0
MODULES = "tui_inbox.services"


class DeskScreen(Screen[Any]):
    """Subclasses name their contexts, compose between ``top`` and ``bottom``, and have ``do_<id>`` methods."""

    CONTEXTS: frozenset[str] = frozenset()
    TITLE_WORDS = ""
    """Shown in the top bar; empty on the inbox, which has tabs there."""
    AUTO_FOCUS = ""

    def __init__(self, desk_app: TuiInbox) -> None:
        self._focusing = False
        super().__init__()
        self.desk_app = desk_app
        session = desk_app.session
        self.top = TopBar(desk_app.ink, session.desk.hotel, demo=session.demo, id="top")
        self.top.title_words = _(self.TITLE_WORDS) if self.TITLE_WORDS else ""
        self.bottom = BottomBar(desk_app.ink, id="bottom")
        self.bottom.commands = f"{desk_app.keymap.shown('palette')} {_('commands')}"
        self._notice: Timer | None = None
        for command in desk_app.keymap.on(*self.CONTEXTS):
            for key in command.keys:
                self._bindings.bind(textual_key(key), f"do('{command.id}')", _(command.title), show=False)

    def set_focus(self, widget: Widget | None, scroll_visible: bool = True, from_app_focus: bool = False) -> None:
        self._focusing = True
        try:
            super().set_focus(widget, scroll_visible, from_app_focus)
        finally:
            self._focusing = False

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """A change of focus asks for the whole screen; the panes concerned paint their own lines."""
        if self._focusing and not (regions or layout or recompose):
            return self
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    @property
    def scene(self) -> Scene:
        return self.desk_app.scene

    def context(self) -> str:
        """Which of its contexts has the focus."""
        return next(iter(self.CONTEXTS), "")

    def selection(self) -> Selection:
        """What a command would act on."""
        return Selection(may_write=self.desk_app.actor.role != "read-only")

    # Commands.

    def offers(self) -> list[Command]:
        """Commands that would do something now, for the palette."""
        selection = self.selection()
        known = self.desk_app.keymap.on(*self.CONTEXTS)
        return [command for command in known if command.title and command.enabled(selection)]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action != "do" or not parameters:
            return super().check_action(action, parameters)
        command = self.desk_app.keymap[str(parameters[0])]
        return "everywhere" in command.on or self.context() in command.on

    async def action_do(self, command_id: str) -> None:
        """The only handler of the table's commands."""
        command = self.desk_app.keymap[command_id]
        if command.enabled is not always and not command.enabled(self.selection()):
            self.say(_("not possible here: {command}").format(command=_(command.title)), "soon")
            return
        if command_id.startswith("screen_"):
            self.desk_app.show_place(command_id.removeprefix("screen_"))
            return
        handler = getattr(self, f"do_{command_id}", None) or getattr(self.desk_app, f"do_{command_id}", None)
        if handler is None:
            if command.service:
                self.run_worker(self.guarded(self.serve(command)), exit_on_error=False)
            return
        result = handler()
        if inspect.isawaitable(result):
            self.run_worker(self.guarded(result), exit_on_error=False)

    async def guarded(self, work: Awaitable[None]) -> None:
        """Refusals are said, faults are noted; neither ends the program."""
        try:
            await work
        except TuiInboxError as error:
            self.desk_app.trouble(error)
        except Exception as error:  # noqa: BLE001 - an operator's unsent text must survive any fault
            self.desk_app.unexpected(error)

    async def serve(self, command: Command) -> None:
        """Run the service behind a command of this screen; the inbox knows how."""

    # News and notices.

    def hear(self, news: News) -> None:
        """Something changed in the store."""

    def tick(self) -> None:
        """Time went on."""

    def save(self) -> None:
        """Keep what was typed; called when the program ends, so without waiting for threads."""

    def may_leave(self) -> bool:
        """False when this screen asks something first."""
        return True

    def say(self, words: str, role: str = "text") -> None:
        """One line in place of the keys, for some seconds."""
        self.bottom.say(words, role)
        if self._notice is not None:
            self._notice.stop()
        self._notice = self.set_timer(NOTICE_SECONDS, lambda: self.bottom.say(""))

    def show_keys(self) -> None:
        """The footer of the context that has the focus."""
        selection = self.selection()
        context = self.context()
        offered = {c.id: c for c in self.desk_app.keymap.on(context) if c.short and c.keys and c.enabled(selection)}
        ordered = [offered.pop(command_id) for command_id in FOOTER[:-1] if command_id in offered]
        last = [offered.pop(command_id) for command_id in FOOTER[-1:] if command_id in offered]
        keys = [(key_words(c.keys[0]), _(c.short)) for c in (*ordered, *offered.values(), *last)]
        self.bottom.show(keys)

    def set_ink(self, ink: Ink) -> None:
        """Another palette."""
        for pane in self.query(Pane):
            pane.set_ink(ink)

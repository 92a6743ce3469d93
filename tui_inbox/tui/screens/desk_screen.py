"""What every screen of the program shares: the two bars, the commands of its contexts, and how it hears of changes."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from textual.dom import NoScreen
from textual.events import Resize, ScreenResume
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.worker import NoActiveWorker, get_current_worker

from tui_inbox.domain.errors import TuiInboxError
from tui_inbox.tui.commands import FOOTER, TYPED, Command, Selection, always
from tui_inbox.tui.feed import News
from tui_inbox.tui.keys import is_typed, key_words, textual_key
from tui_inbox.tui.render.scene import Scene
from tui_inbox.tui.theme import Ink
from tui_inbox.tui.widgets.bars import BottomBar, TopBar
from tui_inbox.tui.widgets.pane import Pane
from tui_inbox.wording import _

if TYPE_CHECKING:
    from tui_inbox.tui.app import TuiInbox

NOTICE_SECONDS = 5.0
WIDTHS = ((110, "-wide"), (94, "-medium"), (80, "-small"), (0, "-tiny"))
"""Columns from which on a screen has this class."""
HIGH = 30


class DeskScreen(Screen[Any]):
    """Subclasses name their contexts, compose between ``top`` and ``bottom``, and have ``do_<id>`` methods."""

    CONTEXTS: frozenset[str] = frozenset()
    TITLE_WORDS = ""
    """Shown in the top bar; empty on the inbox, which has tabs there."""
    AUTO_FOCUS = ""
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), repaint=False)

    def __init__(self, desk_app: TuiInbox) -> None:
        self._focusing = False
        self._frames = 0
        super().__init__()
        self.desk_app = desk_app
        session = desk_app.session
        self.top = TopBar(desk_app.ink, session.desk.hotel, demo=session.demo, id="top")
        self.top.title_words = _(self.TITLE_WORDS) if self.TITLE_WORDS else ""
        beneath = next((one for one in reversed(desk_app.screen_stack) if isinstance(one, DeskScreen)), None)
        self.bottom = BottomBar(desk_app.ink, id="bottom")
        if beneath is not None:
            self.top.counts = beneath.top.counts
            self.bottom.trouble = beneath.bottom.trouble
        self.bottom.commands = f"{desk_app.keymap.shown('palette')} {_('commands')}"
        self._notice: Timer | None = None
        self.shape(desk_app.size)
        for command in desk_app.keymap.on(*self.CONTEXTS):
            for key in command.keys:
                self._bindings.bind(textual_key(key), f"do('{command.id}')", _(command.title), show=False)

    def shape(self, size: Size) -> None:
        """Classes for this size. Set before the first layout, they do not cost a second one."""
        wanted = next(name for columns, name in WIDTHS if size.width >= columns)
        for _columns, name in WIDTHS:
            self.set_class(name == wanted, name)
        self.set_class(size.height < HIGH, "-low")

    def on_resize(self, event: Resize) -> None:
        self.shape(event.size)

    def _refresh_layout(self, size: Size | None = None, scroll: bool = False) -> None:
        super()._refresh_layout(size, scroll)
        self._frames = self._frames or 1

    def _on_screen_resume(self, event: ScreenResume) -> None:
        """Before the first frame every widget has just been given its styles, when it was mounted."""
        event.refresh_styles = event.refresh_styles and bool(self._frames)

    def _screen_resized(self, size: Size) -> None:
        """At the start the same size is announced several times, and each time cost a frame."""
        if size != self._size or not self._frames:
            super()._screen_resized(size)

    def set_focus(self, widget: Widget | None, scroll_visible: bool = True, from_app_focus: bool = False) -> None:
        self._focusing = True
        try:
            super().set_focus(widget, scroll_visible, from_app_focus)
        finally:
            self._focusing = False

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """A change of focus asks for the whole screen, and so does the start just after the first frame."""
        whole = not (regions or layout or recompose)
        if whole and self._frames == 1:
            self._frames = 2
            return self
        if whole and self._focusing:
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
                self.carry(self.serve(command))
            return
        result = handler()
        if inspect.isawaitable(result):
            self.carry(result)

    def carry(self, work: Awaitable[None]) -> None:
        """Run what a key asks for; keys that follow wait until it is done or has asked something."""
        self.desk_app.ahead.hold(self.run_worker(self.guarded(work), exit_on_error=False))

    def go_on(self) -> None:
        """What the running command does from here on takes time, and no key need wait for it."""
        with suppress(NoActiveWorker):
            self.desk_app.ahead.go_on(get_current_worker())

    async def guarded(self, work: Awaitable[None]) -> None:
        """Refusals are said, faults are noted; neither ends the program."""
        try:
            await work
        except TuiInboxError as error:
            self.desk_app.trouble(error)
        except NoScreen:
            return  # The program ends: what was to be shown has gone already.
        except Exception as error:  # noqa: BLE001 - an operator's unsent text must survive any fault
            self.desk_app.unexpected(error)
        finally:
            self.go_on()

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

    def label(self, command: Command) -> str:
        """What the footer calls it now, by what it would do; empty: it is not named there."""
        return _(command.short)

    def show_keys(self) -> None:
        """The footer of the context that has the focus."""
        selection = self.selection()
        context = self.context()
        typing = context in TYPED

        def key_of(command: Command) -> str:
            """The first key that acts here: where text is typed, no letter does."""
            return next((key for key in command.keys if not typing or not is_typed(key)), "")

        offered = {c.id: c for c in self.desk_app.keymap.on(context) if c.short and c.keys and c.enabled(selection)}
        ordered = [offered.pop(command_id) for command_id in FOOTER[:-1] if command_id in offered]
        last = [offered.pop(command_id) for command_id in FOOTER[-1:] if command_id in offered]
        shown = ((key_of(c), self.label(c)) for c in (*ordered, *offered.values(), *last))
        keys = [(key_words(key), label) for key, label in shown if key and label]
        self.bottom.show(keys, leads=bool(last) and bool(key_of(last[0])))

    def set_ink(self, ink: Ink) -> None:
        """Another palette."""
        for pane in self.query(Pane):
            pane.set_ink(ink)

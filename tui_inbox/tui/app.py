"""The application: session, palette, screens by id, news from the store, and a clean way out of every door."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
import time
from collections.abc import Awaitable
from contextlib import suppress
from datetime import datetime
from importlib import import_module
from typing import Any, Literal
from weakref import WeakKeyDictionary

from textual import events
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.driver import Driver
from textual.screen import ModalScreen
from textual.worker import Worker, get_current_worker

from tui_inbox.domain.errors import StoreError, TuiInboxError
from tui_inbox.services.desk import Actor
from tui_inbox.tui import places, theme
from tui_inbox.tui.crash import crash_line, write_crash
from tui_inbox.tui.feed import AWAY_SECONDS, FOCUSED_SECONDS, NOTHING, Feed, News
from tui_inbox.tui.gateway import Gateway
from tui_inbox.tui.keymap import Keymap, keymap
from tui_inbox.tui.render.scene import Scene
from tui_inbox.tui.safe import safe
from tui_inbox.tui.screens.desk_screen import DeskScreen
from tui_inbox.tui.session import Session
from tui_inbox.tui.type_ahead import TypeAhead, Typed
from tui_inbox.wording import _, explain

CLOCK_SECONDS = 20
"""How often the words for times are looked over."""
LIFE_SECONDS = 60
"""Well within the time after which a session is taken for ended."""


class TuiInbox(App[int]):
    """One operator's terminal."""

    CSS_PATH = "inbox.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS = []
    TITLE = "tui-inbox"

    def __init__(self, session: Session, *, driver_class: Any = None) -> None:
        plain = "NO_COLOR" in os.environ
        super().__init__(driver_class=driver_class, ansi_color=True if plain else None)
        self.animation_level = "none"
        # ``notify`` says it in the bottom line and nothing has a tooltip: two layers that each screen can do without.
        self._disable_notifications = self._disable_tooltips = True
        self.session = session
        self.actor: Actor = session.actor
        self.gateway = Gateway(session.store)
        self.feed = Feed()
        self.keymap: Keymap = keymap(session.keys, letters=session.letters)
        palette = theme.choose(session.theme, {"NO_COLOR": "1"} if plain else dict(os.environ), self.colour_system)
        self.ink = theme.Ink(palette, theme.marks_for(self._encoding))
        for known in theme.PALETTES:
            self.register_theme(theme.textual_theme(known))
        self._begin_with(palette)
        self._scene: Scene | None = None
        self._title_count = -1
        self._tasks: set[asyncio.Task[None]] = set()
        self.ahead = TypeAhead(self, super().on_event)
        self._askers: WeakKeyDictionary[Any, Worker[Any]] = WeakKeyDictionary()
        """Screen -> the worker that waits for its answer."""

    def get_css_variables(self) -> dict[str, str]:
        """Nothing until the palette is chosen: the framework would compute its own theme's colours first."""
        return super().get_css_variables() if hasattr(self, "ink") else {}

    def _begin_with(self, palette: theme.Palette) -> None:
        """The palette in place before any style is read; set later, it makes the framework read them all twice."""
        self.set_reactive(App.theme, palette.name)
        self.set_class(palette.dark, "-dark-mode", update=False)
        self.set_class(not palette.dark, "-light-mode", update=False)
        self._refresh_truecolor_filter(self.ansi_theme)
        self.stylesheet.set_variables(self.get_css_variables())

    @property
    def colour_system(self) -> str | None:
        return self.console.color_system

    @property
    def _encoding(self) -> str:
        import sys

        return getattr(sys.__stdout__, "encoding", None) or "utf-8"

    def get_driver_class(self) -> type[Driver]:
        """Ours on a real terminal; the framework's own choice elsewhere."""
        if os.name != "posix" or "TEXTUAL_DRIVER" in os.environ:
            return super().get_driver_class()
        from tui_inbox.tui.terminal import ThriftyDriver

        return ThriftyDriver

    # What the panes are given.

    def now(self) -> datetime:
        return self.session.clock.now()

    @property
    def scene(self) -> Scene:
        """Made anew each minute, so that equal rows are equal pictures for that long."""
        minute = self.now().replace(second=0, microsecond=0)
        if self._scene is None or self._scene.now != minute or self._scene.ink is not self.ink:
            desk = self.session.desk
            self._scene = Scene(minute, desk.zone, self.ink, self.actor.code, desk.operators, self.channel_words)
        return self._scene

    def channel_words(self, account: str, channel: str) -> tuple[str, str]:
        """(mark, proper name), also for an account that is no longer configured."""
        accounts = self.session.desk.accounts
        known = accounts.get(account)
        candidates = [known] if known else list(accounts.values())
        for info in candidates:
            if info is not None and channel in info.channels:
                traits = info.channels[channel]
                return traits.mark, traits.label
        return channel[:2].upper(), channel

    # Life.

    def get_default_screen(self) -> DeskScreen:
        from tui_inbox.tui.screens.inbox import InboxScreen

        return InboxScreen(self)

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, self.leave)
            except (ValueError, RuntimeError, NotImplementedError):  # not the main thread: a test
                break
        self.set_interval(CLOCK_SECONDS, self._tick)
        self.call_after_refresh(self._settled)

    def _settled(self) -> None:
        """The first frame is out: what it made will live as long as the program, so the collector may skip it."""
        gc.freeze()
        gc.enable()
        if self.session.when_painted is not None:
            threading.Thread(target=self.session.when_painted, name="painted", daemon=True).start()
        self.start(self._follow())
        self.start(self._show_life())

    def start(self, work: Awaitable[None]) -> None:
        """Run something beside the screen; it ends with the program."""

        async def guarded() -> None:
            try:
                await work
            except TuiInboxError as error:
                self.trouble(error)

        task = asyncio.get_running_loop().create_task(guarded())
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self.unexpected(error)

    async def _show_life(self) -> None:
        """A worker that a session started stays while a session shows that it lives."""
        while self._running:
            if self.actor.code:
                # A busy store or a closing program: the next minute will do.
                with suppress(StoreError, RuntimeError):
                    from tui_inbox.services import upkeep

                    await self.gateway.write(upkeep.session_seen, self.actor.code, self.actor.name, self.now())
            await asyncio.sleep(LIFE_SECONDS)

    async def _follow(self) -> None:
        """Bring news to the screens for as long as the program runs."""
        while self._running:
            await asyncio.sleep(FOCUSED_SECONDS if self.app_focus else AWAY_SECONDS)
            if not self.feed.due(self.gateway.sign(), time.monotonic()):
                continue
            try:
                news = await self.gateway.glance(self.feed.look)
            except RuntimeError:  # the pools are closed: the program ends
                return
            if news is not NOTHING:
                self.tell(news)

    def tell(self, news: News) -> None:
        """Every screen on the stack hears what changed, the one in sight first."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, DeskScreen):
                screen.hear(news)

    def _tick(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, DeskScreen):
                screen.tick()

    def leave(self) -> None:
        """Save what was typed and go: on SIGHUP, SIGTERM and Ctrl+Q."""
        for screen in self.screen_stack:
            if isinstance(screen, DeskScreen):
                screen.save()
        self.exit(0)

    async def on_unmount(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        self.gateway.close()

    # Words at the edge of the screen.

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: Literal["information", "warning", "error"] = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """One quiet line at the bottom instead of a toast."""
        roles = {"information": "text", "warning": "soon", "error": "bold urgent"}
        for screen in reversed(self.screen_stack):
            if isinstance(screen, DeskScreen):
                screen.say(f"{title} {message}".strip(), roles[severity])
                return

    def become(self, actor: Actor) -> None:
        """Another person at this terminal."""
        self.actor = actor
        self._scene = None

    def trouble(self, error: TuiInboxError) -> None:
        """A refusal or a store that cannot be used, in words."""
        self.notify(explain(error), severity="warning")

    def unexpected(self, error: Exception) -> None:
        """A fault that need not end the program: written down, and said with its number."""
        number = write_crash(self.session.log_dir, error)
        self.notify(_("something went wrong; noted as {id}").format(id=number), severity="error")

    def set_count(self, unread: int) -> None:
        """(n) in the terminal's title."""
        if unread == self._title_count or self._driver is None or self.is_headless:
            return
        self._title_count = unread
        words = f"({unread}) {self.session.desk.hotel}" if unread else self.session.desk.hotel
        self._driver.write(f"\x1b]2;{safe(words)}\x07")
        self._driver.flush()

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """Never: nothing that a guest wrote is opened on the server."""

    # Faults: Textual would print the locals, guests' texts among them.

    def _handle_exception(self, error: Exception) -> None:
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        number = write_crash(self.session.log_dir, error)
        for screen in self.screen_stack if self._running else ():
            if isinstance(screen, DeskScreen):
                try:
                    screen.save()
                except Exception:  # noqa: BLE001 - nothing may hide the first fault
                    pass
        self._exit_renderables.append(crash_line(error, number, self.session.log_dir))
        self._close_messages_no_wait()

    # Commands that belong to no screen.

    def do_quit(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, DeskScreen) and not screen.may_leave():
                return
        self.leave()

    def action_help_quit(self) -> None:
        """Ctrl+C, pressed out of habit: it loses nothing, and the key that leaves is named."""
        self.notify(_("{key} leaves tui-inbox; drafts are kept").format(key=self.keymap.shown("quit")))

    def do_theme(self) -> None:
        after = {"tui-inbox-dark": theme.LIGHT, "tui-inbox-light": theme.DARK}.get(self.theme)
        if after is not None:
            self.use_palette(after)

    def use_palette(self, palette: theme.Palette) -> None:
        self.ink = theme.Ink(palette, self.ink.marks)
        self.theme = palette.name
        for screen in self.screen_stack:
            if isinstance(screen, DeskScreen):
                screen.set_ink(self.ink)

    def do_redraw(self) -> None:
        self.tell(News(all=True))
        self.refresh(layout=True)

    async def do_palette(self) -> None:
        from tui_inbox.tui.dialogs.palette import PaletteDialog

        screen = self.screen
        if isinstance(screen, DeskScreen):
            chosen = await self.push_screen_wait(PaletteDialog(self.ink, screen.offers()))
            if chosen is not None:
                await screen.action_do(str(chosen.value))

    async def do_help(self) -> None:
        from tui_inbox.tui.dialogs.help import HelpDialog

        screen = self.screen
        if isinstance(screen, DeskScreen):
            await self.push_screen_wait(HelpDialog(self.ink, self.keymap, screen.CONTEXTS))

    def show_place(self, screen_id: str) -> None:
        """Open the screen registered under this id; Esc comes back."""
        module, _colon, name = places.target(screen_id).partition(":")
        self.push_screen(getattr(import_module(module), name)(self))

    async def push_screen_wait(self, screen: Any, *, mode: str | None = None) -> Any:
        """One question at a time: keys typed in a burst open no second dialog over the first, as if Esc was pressed.

        Once the screen is there, keys are for it; once it is answered, they wait for what the asker does next.
        """
        worker = get_current_worker()
        if isinstance(self.screen, ModalScreen) and worker.node.screen is not self.screen:
            return None
        self._askers[screen] = worker
        screen.call_after_refresh(self.ahead.go_on, worker)
        return await super().push_screen_wait(screen, mode=mode)

    def pop_screen(self) -> AwaitComplete:
        asker = self._askers.pop(self.screen, None)
        if asker is not None and asker.is_running:
            self.ahead.hold(asker)
        return super().pop_screen()

    async def on_event(self, event: events.Event) -> None:
        """Keys as they come from the terminal; the one that leaves waits for nothing."""
        if isinstance(event, Typed) and not event.is_forwarded and self._waits(event):
            return
        await super().on_event(event)

    def _waits(self, event: Typed) -> bool:
        leaves = isinstance(event, events.Key) and event.key in self.keymap["quit"].keys
        return not leaves and self.ahead.takes(event)

    def on_key(self, event: events.Key) -> None:
        """A key that no pane has used, before it becomes a command."""
        if self.ahead.takes(event):
            event.prevent_default()

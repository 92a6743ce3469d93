"""What is wrong with the program or runs out: looked at from time to time, and said on every screen while it is so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tui_inbox.domain.deadline import WARNING
from tui_inbox.rows import AccountRow, WorkerCare, WorkerRow
from tui_inbox.services import sms_used
from tui_inbox.services.desk import Desk
from tui_inbox.tui.render import when
from tui_inbox.tui.screens.desk_screen import DeskScreen
from tui_inbox.tui.screens.inbox_acts import InboxActs
from tui_inbox.wording import _, labelled, ngettext, sentence

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui_inbox.tui.app import TuiInbox

WORKER_QUIET = timedelta(seconds=60)
POLL_OLD_MINUTES = 5
FALLEN = frozenset({"starting_again", "keeps_ending"})
CARE_SECONDS = 5.0
"""How soon a worker of ours that died is started again."""


class InboxHealth(InboxActs):
    """The inbox looks after its worker, its accounts and what the hotel has promised."""

    def __init__(self, desk_app: TuiInbox) -> None:
        super().__init__(desk_app)
        self.care: WorkerCare | None = None
        """None: not asked yet."""
        self.told_budgets: set[tuple[str, int, int]] = set()
        """Account, limit and mark of what the bar has said of SMS."""
        self._warned: set[tuple[int, datetime]] = set()
        """Marks for answers of which this session was told."""
        self._silence: Timer | None = None

    def begin_to_look_after(self) -> None:
        if self.desk_app.session.keep_worker is not None:
            self.set_interval(CARE_SECONDS, self._keep_worker_soon)
        self.look_after_soon()

    def look_after_soon(self) -> None:
        self.run_worker(self.guarded(self.look_after()), group="health", exit_on_error=False)
        self.run_worker(self.guarded(self._warn_of_marks()), group="marks", exit_on_error=False)

    def _keep_worker_soon(self) -> None:
        self.run_worker(self.guarded(self.keep_worker()), group="care", exclusive=True, exit_on_error=False)

    async def keep_worker(self) -> None:
        """Have a worker that died started again, and say what becomes of it."""
        keep = self.desk_app.session.keep_worker
        if keep is None:
            return
        before, self.care = self.care, await self.gateway.outside(keep)
        if self.care != before:
            await self.look_after()
        if before is not None and before.code in FALLEN and not self.care.code:
            self.desk_app.notify(_("the worker runs again"))

    async def look_after(self) -> None:
        """Say when nothing is sent or fetched; silent while all is well."""
        if self.care is None and self.desk_app.session.keep_worker is not None:
            await self.keep_worker()
            return
        await self.look_at_budget()
        worker, accounts = await self.gateway.read(lambda tx: (tx.workers.get(), tx.accounts.all()))
        desk, now = self.desk_app.session.desk, self.desk_app.now()
        starts = self.care is not None and self.care.code == "starting"
        of_worker = self._care_words() or ("" if starts else worker_words(worker, now))
        self._warn(of_worker or account_words(desk, accounts, now))
        if worker is not None and worker.stopped_at is None and now - worker.beat_at <= WORKER_QUIET:
            self._look_when_silent(WORKER_QUIET - (now - worker.beat_at))

    def _look_when_silent(self, left: timedelta) -> None:
        """The minute of silence is over between two ticks of the clock: it is said then, and not at the next tick."""
        if self._silence is not None:
            self._silence.stop()
        self._silence = self.set_timer(left.total_seconds() + 0.5, self.look_after_soon)

    def _warn(self, words: str) -> None:
        for screen in self.desk_app.screen_stack:
            if isinstance(screen, DeskScreen):
                screen.bottom.warn(words)

    def _care_words(self) -> str:
        if self.care is None or self.care.code not in FALLEN:
            return ""
        if self.care.code == "starting_again":
            return _("the worker died; it is started again")
        if self.care.again_at is not None:
            time = when.clock(self.care.again_at, self.scene.zone)
            return _("the worker keeps dying; next try {time}").format(time=time)
        return ""

    async def look_at_budget(self) -> None:
        """Say once in a session that most of the month's SMS are gone, and once that all are."""
        desk, now = self.desk_app.session.desk, self.desk_app.now()
        for account, budget in await self.gateway.read(sms_used.marks, desk, now):
            if (account, budget.limit, budget.mark) not in self.told_budgets:
                from tui_inbox.tui.dialogs.sms_budget import mark_words

                self.told_budgets.add((account, budget.limit, budget.mark))
                key = self.desk_app.keymap.shown("screen_channels")
                self.say(mark_words(account, budget, key), "bold soon")

    async def _warn_of_marks(self) -> None:
        """The bell once, two hours before a vendor counts an answer as late."""
        now = self.desk_app.now()
        marks = await self.gateway.read(lambda tx: tx.scores.marks(now, now + WARNING, 20))
        fresh = [mark for mark in marks if (mark[0], mark[2]) not in self._warned]
        if not fresh:
            return
        self._warned.update((id_, at) for id_, _name, at in fresh)
        _id, name, at = fresh[0]
        words = _("answer {name} by {time}; {key} where no answer is needed").format(
            name=name or _("Unknown client"),
            time=when.clock(at, self.scene.zone),
            key=self.desk_app.keymap.shown("no_reply"),
        )
        if len(fresh) > 1:
            words += f" (+{len(fresh) - 1})"
        self.desk_app.notify(words, severity="warning")
        if self.desk_app.session.bell:
            self.desk_app.bell()


def worker_words(worker: WorkerRow | None, now: datetime) -> str:
    """What is wrong with the worker; empty: nothing."""
    if worker is None or (worker.stopped_at is not None and worker.stopped_at >= worker.beat_at):
        return _("worker not running: nothing is sent or fetched")
    if now - worker.beat_at > WORKER_QUIET:
        minutes = int((now - worker.beat_at).total_seconds() // 60)
        return ngettext("worker silent for {n} min", "worker silent for {n} min", minutes)
    return ""


def account_words(desk: Desk, accounts: Sequence[AccountRow], now: datetime) -> str:
    """What is wrong with the accounts, the worst first; empty: nothing."""
    broken = next((account for account in accounts if account.state in ("error", "disabled")), None)
    if broken is not None:
        return _("{account} does not work").format(account=broken.name)
    less = next((account for account in accounts if account.state == "restricted"), None)
    if less is not None:
        return labelled(less.name, sentence(less.reason or "restricted"))
    # A source of stays may be asked every half hour; guests' words may not be that late. Who is told asks nobody.
    asked = {name for name, info in desk.accounts.items() if not info.heard_by}
    connected = [row.poll_ok_at for row in accounts if row.name in asked and row.state == "connected"]
    polled = [at for at in connected if at is not None]
    late = int((now - min(polled)).total_seconds() // 60) if polled else 0
    return _("nothing fetched for {n} min").format(n=late) if late >= POLL_OLD_MINUTES else ""

"""The channel accounts: do they work, since when not, why, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tui_inbox.domain.channel import ChannelTraits
from tui_inbox.domain.deed import Act
from tui_inbox.ports.store import Job, Transaction
from tui_inbox.rows import AccountRow, QuarantineRow, UsageRow
from tui_inbox.services import accounts, calling, channels, sms_used, vendor_templates
from tui_inbox.services.desk import AccountInfo
from tui_inbox.services.receiving import FORGED, shortcoming
from tui_inbox.services.scoring import reply_score
from tui_inbox.services.sent import templates_this_month
from tui_inbox.tui.commands import CHANNELS, QUARANTINE
from tui_inbox.tui.jobs import answer, answer_words
from tui_inbox.tui.render import when
from tui_inbox.tui.render.channel_use import manager_lines, template_lines
from tui_inbox.tui.render.columns import column, field
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.render.sms_budget import budget_lines
from tui_inbox.tui.screens.table_screen import TableScreen
from tui_inbox.tui.widgets.table import Parts
from tui_inbox.wording import N_, _, advice, ngettext, sentence

STATES = {
    accounts.NEW: (N_("not tried yet"), "muted"),
    accounts.CONNECTED: (N_("connected"), "ok"),
    "restricted": (N_("restricted"), "bold soon"),
    accounts.ERROR: (N_("error"), "bold urgent"),
    accounts.PAUSED: (N_("paused"), "bold soon"),
    accounts.DISABLED: (N_("switched off"), "bold urgent"),
}


class ChannelsScreen(TableScreen[AccountRow]):
    """One row per account of the configuration, and one per source of stays."""

    CONTEXTS = frozenset({CHANNELS})
    TITLE_WORDS = N_("Channels")
    HEARS = ("account", "job")

    def fetch(self, tx: Transaction, after: AccountRow | None, _limit: int) -> Sequence[AccountRow]:
        if after is not None:
            return []
        desk = self.desk_app.session.desk
        self.usage = {name: tuple(channels.usage(tx, name)) for name in desk.accounts}
        now = self.desk_app.now()
        self.templates_used = {
            name: templates_this_month(tx, desk, name, now) for name in vendor_templates.keepers(desk)
        }
        now = self.desk_app.now()
        found = {name: sms_used.month(tx, desk, name, now) for name in desk.accounts}
        self.months = {name: month for name, month in found.items() if month is not None}
        worker = tx.workers.get()
        self.beat_at = worker.beat_at if worker is not None else None
        return channels.rows(tx, desk)

    usage: dict[str, tuple[UsageRow, ...]] = {}
    months: dict[str, sms_used.Month] = {}
    templates_used: dict[str, Mapping[str, int]] = {}
    beat_at: datetime | None = None

    def key(self, row: AccountRow) -> object:
        return row.name

    def _info(self, row: AccountRow) -> AccountInfo | None:
        return self.desk_app.session.desk.info(row.name)

    def why_empty(self) -> Sequence[str]:
        return (
            _("No channel is set up yet. In a shell on this server:"),
            "",
            "1.  tui-inbox channel add sms",
            "    " + _("asks for the Twilio account, keeps its key out of the configuration, and tests it"),
            "2.  tui-inbox channel add email",
            "    " + _("for the hotel's mailbox"),
            "3.  tui-inbox doctor",
            "    " + _("says what is still missing"),
            "",
            _("{key} shows every channel, what it takes and what it cannot do.").format(
                key=self.desk_app.keymap.shown("channel_add")
            ),
            _("Then start the inbox again; nothing else is needed."),
        )

    def draw(self, row: AccountRow, width: int) -> Parts:
        scene = self.scene
        words, role = STATES.get(row.state, (row.state, "text"))
        bad = "bold" in role
        sign = "!" if row.state in (accounts.ERROR, accounts.DISABLED) else scene.ink.marks.yes
        sign = scene.ink.marks.dot if row.state in (accounts.NEW, accounts.PAUSED) else sign
        sign = "~" if row.state == accounts.RESTRICTED else sign
        info = self._info(row)
        served = _served(info) if info is not None else row.type
        left = [
            column(f"{sign} {_(words)}", 20, role),
            column(row.name, 16, "bold text"),
            (sentence(row.reason) if row.reason and bad else served, "text" if bad else "muted"),
        ]
        return left, [(self._polled(row), "muted")]

    def _polled(self, row: AccountRow) -> str:
        """When it was fetched from last; of a vendor that tells by itself, whether it can."""
        info, scene = self._info(row), self.scene
        if info is not None and info.heard_by:
            return _("only sends") if shortcoming(self.desk_app.session.desk, row.name) else _("at once")
        return when.ago(row.poll_ok_at, scene.now, scene.zone) if row.poll_ok_at else _("Not yet")

    def describe(self, row: AccountRow) -> list[list[Part]]:
        scene, info = self.scene, self._info(row)
        words, role = STATES.get(row.state, (row.state, "text"))
        lines: list[list[Part]] = [[(row.name, "bold text"), ("  ", ""), (_(words), role)]]
        if row.reason:
            lines.append([(sentence(row.reason), "bold urgent")])
        if row.vendor_text:
            lines.append([(row.vendor_text, "text")])
        if told := advice(row.reason, {"name": row.type}):
            lines.append([(told, "info")])
        lines += manager_lines(info, row.state)
        if row.state == accounts.PAUSED:
            key = self.desk_app.keymap.shown("channel_pause")
            lines.append([(_("Nothing is fetched or sent; {key} goes on.").format(key=key), "info")])
        if missing := shortcoming(self.desk_app.session.desk, row.name):
            lines += [[(sentence(missing), "bold soon")], [(advice(missing), "info")]]
        if forged := int(row.health.get(FORGED, 0)):
            lines.append(field(_("wrong signatures"), str(forged), "bold soon", width=18))
        if found := reply_score(row.health):
            lines.append(field(_("reply score"), sentence(*found), width=18))
        pushed = info is not None and bool(info.heard_by)
        lines.append(field(_("brings messages") if pushed else _("last good poll"), self._polled(row), width=18))
        if row.connected_at is not None:
            lines.append(field(_("since"), when.ago(row.connected_at, scene.now, scene.zone), width=18))
        if row.quarantined:
            key = self.desk_app.keymap.shown("channel_quarantine")
            aside = _("{n}, {key} shows them").format(n=row.quarantined, key=key)
            lines.append(field(_("set aside"), aside, "bold soon", width=18))
        for traits in info.channels.values() if info is not None else ():
            own = info.own.get(traits.code, "") if info is not None else ""
            view_only = info is not None and info.mode == "view-only"
            lines += [
                [],
                [(traits.label, "bold text"), ("  ", ""), (own, "muted")],
                [(abilities(traits, view_only), "muted")],
            ]
        if info is not None and info.label:
            lines += [[], [(_served(info), "bold text")], *([(sentence(limit), "muted")] for limit in info.limits)]
        if month := self.months.get(row.name):
            lines += budget_lines(scene, month, self.desk_app.keymap.shown("channel_budget"))
        lines += template_lines(self.templates_used.get(row.name, {}), info)
        if used := self.usage.get(row.name):
            lines += [[], [(_("this month, as the provider counts").upper(), "muted")]]
            lines += [field(one.category, _used(one), width=18) for one in used if one.month == used[0].month]
        return lines

    def filter_words(self) -> list[list[Part]]:
        if self.beat_at is None:
            return [[(_("the worker has never run: nothing is sent or fetched"), "bold soon")]]
        ago = when.ago(self.beat_at, self.scene.now, self.scene.zone)
        return [[(_("the worker was last seen: {time}").format(time=ago), "muted")]]

    def allowed(self, row: AccountRow) -> frozenset[str]:
        info = self._info(row)
        qr = {"qr"} if info is not None and info.own.get("whatsapp") else set()
        calls = {"calls"} if calling.routes(self.desk_app.session.desk, row.name) else set()
        sms = {"sms"} if row.name in self.months else set()
        # What works need not be connected, and where all was understood nothing lies aside.
        connect = set() if row.state == accounts.CONNECTED else {"connect"}
        aside = {"aside"} if row.quarantined else set()
        return frozenset({"account"} | qr | calls | sms | connect | aside)

    async def opened(self) -> None:
        self.do_channel_quarantine()

    async def do_channel_test(self) -> None:
        await self._asked("channel_test", _("tested: it works"))

    async def do_channel_connect(self) -> None:
        from tui_inbox.tui.dialogs.connect import show_step

        await self._asked("channel_connect", _("connected: it goes on"))
        if self.current is not None and self.current.state in (accounts.ERROR, accounts.RESTRICTED):
            await show_step(self, self.current)

    async def do_channel_add(self) -> None:
        from tui_inbox.tui.dialogs.connect import ask_kind

        await ask_kind(self)

    async def do_channel_budget(self) -> None:
        from tui_inbox.tui.dialogs.sms_budget import ask_budget

        if self.current is not None and (said := await ask_budget(self, self.current.name)):
            await self.read_again()
            self.say(said, "ok")

    async def do_channel_qr(self) -> None:
        from tui_inbox.tui.dialogs.qr import CHANNEL, show_qr

        info = self._info(self.current) if self.current is not None else None
        if info is not None:
            await show_qr(self, info.own[CHANNEL])

    async def do_channel_calls(self) -> None:
        from tui_inbox.tui.dialogs.calls import ask_route

        if self.current is not None:
            await ask_route(self, self.current.name)

    async def do_channel_usage(self) -> None:
        await self._asked("usage", _("this month's usage is here"))

    async def _asked(self, kind: str, fine: str) -> None:
        row = self.current
        if row is None:
            return
        self.say(_("asked the worker…"))
        self.go_on()
        job = await self.question(kind, row.name, {})
        if job is None:
            self.say(_("the worker does not answer; is it running?"), "bold soon")
            return
        await self.read_again()
        self.say(*answer_words(job, fine))

    async def question(self, kind: str, account: str, params: Mapping[str, str | int]) -> Job | None:
        """What the worker found out or did; None when there is none to do it."""
        app = self.desk_app
        job_id = await self.gateway.write(channels.ask, app.actor, kind, account, params, app.now())
        return await answer(self.gateway, job_id)

    async def do_channel_pause(self) -> None:
        row, app = self.current, self.desk_app
        if row is None:
            return
        # What a vendor switched off goes on by the same key, once its support has lifted that.
        stands = row.state in (accounts.PAUSED, accounts.DISABLED)
        service = channels.resume if stands else channels.pause
        flagged = await self.gateway.write(service, app.session.desk, app.actor, row.name, app.now())
        await self.read_again()
        words = _("goes on: {name}") if stands else _("paused: {name}")
        said = [words.format(name=row.name)]
        if flagged:
            said.append(
                ngettext(
                    "{n} message came too late and waits for you",
                    "{n} messages came too late and wait for you",
                    flagged,
                )
            )
        self.say(f" {self.scene.ink.marks.dot} ".join(said))

    def do_channel_quarantine(self) -> None:
        if self.current is not None:
            screen = QuarantineScreen(self.desk_app)
            screen.account = self.current.name
            self.desk_app.push_screen(screen)


class QuarantineScreen(TableScreen[QuarantineRow]):
    """What a channel brought and nobody could read; nothing of it is lost."""

    CONTEXTS = frozenset({QUARANTINE})
    TITLE_WORDS = N_("Set aside")
    HEARS = ("account", "job", "conversation")
    account = ""

    def fetch(self, tx: Transaction, after: QuarantineRow | None, limit: int) -> Sequence[QuarantineRow]:
        return tx.inbounds.quarantined(self.account, limit) if after is None else []

    def key(self, row: QuarantineRow) -> object:
        return row.id

    def why_empty(self) -> Sequence[str]:
        return (_("Nothing was set aside: all that {account} brought could be read.").format(account=self.account),)

    def draw(self, row: QuarantineRow, width: int) -> Parts:
        scene = self.scene
        left = [
            column(when.ago(row.received_at, scene.now, scene.zone), 10, "muted"),
            column(row.kind, 10, "text"),
            (sentence(row.reason, row.params), "soon"),
        ]
        return left, [(when.size(row.size), "muted")]

    def describe(self, row: QuarantineRow) -> list[list[Part]]:
        key = self.desk_app.keymap.shown("replay")
        return [
            [(sentence(row.reason, row.params), "bold soon")],
            field(_("account"), row.account),
            field(_("number"), row.external_id),
            field(_("kind"), row.kind),
            field(_("size"), when.size(row.size)),
            [],
            [
                (
                    _("It is kept as it came. After an update of the program {key} tries it again.").format(key=key),
                    "info",
                )
            ],
        ]

    def allowed(self, _row: QuarantineRow) -> frozenset[str]:
        return frozenset({"replay"})

    async def do_replay(self) -> None:
        row, app = self.current, self.desk_app
        if row is not None:
            params: dict[str, str | int] = {"inbound": row.id}
            await self.gateway.write(channels.ask, app.actor, "replay", row.account, params, app.now())
            self.say(_("asked the worker; the list follows by itself"))


def _served(info: AccountInfo) -> str:
    """The channels of an account; of a source of stays that it is one."""
    if info.label:
        return _("stays from {name}").format(name=info.label)
    return ", ".join(traits.label for traits in info.channels.values())


def abilities(traits: ChannelTraits, view_only: bool) -> str:
    """What this channel can do, as one line."""
    if view_only or not traits.can_send:
        return _("only receives")
    first = _("planned messages may begin, then answers") if traits.planned_may_start else _("answers only")
    words = [_("may write first") if traits.can_start else first]
    if traits.free_window is not None:
        hours = int(traits.free_window.total_seconds() // 3600)
        words.append(ngettext("free text for {n} h", "free text for {n} h", hours))
    if traits.templates_after_window:
        words.append(_("then templates"))
    if traits.max_chars is not None:
        words.append(ngettext("{n} character", "{n} characters", traits.max_chars))
    if traits.read_receipts:
        words.append(_("tells what was read"))
    elif traits.delivery_receipts:
        words.append(_("tells what was delivered"))
    if traits.attachments is not None and not traits.attachments.needs_public_url:
        words.append(_("files"))
    if Act.NO_REPLY_NEEDED in traits.acts:
        words.append(_("no reply needed"))
    return ", ".join(words)


def _used(row: UsageRow) -> str:
    price = f"{row.price} {row.currency}".strip()
    return " ".join(part for part in (str(row.count), price and f"{price}") if part)

"""Messages to many: how far each is, held and released; and guest by guest how it went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_inbox.domain.campaign import CampaignKind, CampaignState, Progress, RecipientRow, minutes_for
from tui_inbox.domain.message import MessageClass
from tui_inbox.ports.store import Transaction
from tui_inbox.services import campaigns, holding, terms
from tui_inbox.services.campaigns import CampaignRow
from tui_inbox.services.holding import Hold
from tui_inbox.tui.commands import RESULTS, SENDS, Command
from tui_inbox.tui.dialogs.confirm import confirm
from tui_inbox.tui.dialogs.hold_all import hold_or_release
from tui_inbox.tui.dialogs.pick_list import ask_list
from tui_inbox.tui.render import when
from tui_inbox.tui.render.columns import column, field
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.screens.group_send import write_to_list
from tui_inbox.tui.screens.table_screen import TableScreen
from tui_inbox.tui.widgets.table import Parts
from tui_inbox.wording import N_, _, ngettext, sentence

if TYPE_CHECKING:
    from tui_inbox.tui.app import TuiInbox

STATES = {
    CampaignState.RUNNING: (N_("running"), "ok"),
    CampaignState.PAUSED: (N_("paused"), "bold soon"),
    CampaignState.DONE: (N_("done"), "muted"),
    CampaignState.CANCELLED: (N_("called off"), "muted"),
}
FATES = {
    "waiting": (N_("waits for its turn"), "muted"),
    "queued": (N_("in the outbox"), "muted"),
    "sent": (N_("sent"), "text"),
    "delivered": (N_("delivered"), "ok"),
    "failed": (N_("failed"), "bold urgent"),
    "unknown": (N_("unknown"), "bold soon"),
    "left_out": (N_("left out"), "soon"),
    "cancelled": (N_("called off"), "muted"),
}


class SendsScreen(TableScreen[CampaignRow]):
    CONTEXTS = frozenset({SENDS})
    TITLE_WORDS = N_("Messages to many")
    HEARS = ("campaign", "outbox", "planned")

    hold: Hold | None = None

    def fetch(self, tx: Transaction, after: CampaignRow | None, limit: int) -> Sequence[CampaignRow]:
        if after is not None:
            return []
        self.hold = holding.held_all(tx)
        return campaigns.listing(tx, self.desk_app.actor)

    def key(self, row: CampaignRow) -> object:
        return row.campaign.id

    def why_empty(self) -> Sequence[str]:
        key = self.desk_app.keymap.shown("send_new")
        words = _("Nothing was sent to many yet. {key} writes to a guest list; each guest gets a message of their own.")
        return (words.format(key=key),)

    def filter_words(self) -> list[list[Part]]:
        if self.hold is not None:
            words = _("everything is held by {name}: {reason}")
            said = words.format(name=self.scene.operator(self.hold.by), reason=self.hold.reason)
            key = self.desk_app.keymap.shown("send_hold")
            return [[(said, "bold urgent"), (f"  {key} ", "accent"), (_("release"), "muted")]]
        pace = self.desk_app.session.desk.bulk.per_minute
        return [[(ngettext("at most {n} a minute", "at most {n} a minute", pace), "muted")]]

    def draw(self, row: CampaignRow, width: int) -> Parts:
        words, role = STATES[row.campaign.state]
        left = [column(row.campaign.name, 30, "bold text"), column(_(words), 12, role), *_progress(row.progress)]
        made = row.campaign.created_at
        return left, [(when.ago(made, self.scene.now, self.scene.zone), "muted")] if made else []

    def describe(self, row: CampaignRow) -> list[list[Part]]:
        campaign, scene = row.campaign, self.scene
        words, role = STATES[campaign.state]
        head: list[Part] = [(campaign.name, "bold text"), ("  ", ""), (_(words), role)]
        lines: list[list[Part]] = [head, _progress(row.progress)]
        if campaign.state is CampaignState.RUNNING and row.progress.waiting:
            left = minutes_for(row.progress.waiting, self.desk_app.session.desk.bulk.per_minute)
            lines.append([(ngettext("about {n} minute to go", "about {n} minutes to go", left), "muted")])
        marketing = campaign.message_class is MessageClass.MARKETING
        kind = _("advertising") if marketing else f"{_('no advertising')}: {campaign.class_reason}"
        if campaign.kind is CampaignKind.TERMS:
            kind = _("changed terms")
        lines.append(field(_("kind"), kind))
        lines.append(field(_("by"), scene.operator(campaign.created_by)))
        if campaign.unlocked_by:
            lines.append(field(_("unlocked by"), scene.operator(campaign.unlocked_by)))
        return [*lines, [], *([(line, "text")] for line in campaign.text.split("\n"))]

    def allowed(self, row: CampaignRow) -> frozenset[str]:
        going = row.campaign.state in (CampaignState.RUNNING, CampaignState.PAUSED) or row.progress.queued
        return frozenset({"going"} if going else ())

    def label(self, command: Command) -> str:
        if command.id == "send_hold" and self.hold is not None:
            return _("release")
        paused = self.current is not None and self.current.campaign.state is CampaignState.PAUSED
        return _("go on") if command.id == "send_pause" and paused else super().label(command)

    async def opened(self) -> None:
        if self.current is not None:
            self.desk_app.push_screen(ResultsScreen(self.desk_app, self.current))

    async def do_send_new(self) -> None:
        chosen = await ask_list(self, _("Message to which list?"))
        if chosen is not None:
            await write_to_list(self, chosen)

    async def do_send_pause(self) -> None:
        row, app = self.current, self.desk_app
        if row is None:
            return
        if row.campaign.state is CampaignState.PAUSED:
            await self.gateway.write(campaigns.resume, app.actor, row.campaign.id)
        else:
            await self.gateway.write(campaigns.pause, app.session.desk, app.actor, row.campaign.id, app.now())
        await self.read_again()

    async def do_send_call_off(self) -> None:
        row, app = self.current, self.desk_app
        if row is None:
            return
        waiting = row.progress.waiting + row.progress.queued
        words = ngettext("Call it off? {n} guest has not got it.", "Call it off? {n} guests have not got it.", waiting)
        if await confirm(self, words, _("Call off"), _("Go on")):
            await self.gateway.write(campaigns.call_off, app.session.desk, app.actor, row.campaign.id, app.now())
            await self.read_again()

    async def do_send_hold(self) -> None:
        if said := await hold_or_release(self, self.hold):
            await self.read_again()
            self.say(said)

    async def do_terms_new(self) -> None:
        from tui_inbox.tui.dialogs.changed_terms import ask_terms

        if await ask_terms(self):
            await self.read_again()


def _progress(progress: Progress) -> list[Part]:
    """``12/70  3 failed  2 left out``."""
    parts: list[Part] = [(f"{progress.over}/{progress.total}", "text")]
    for name in ("delivered", "failed", "unknown", "left_out", "cancelled"):
        count = getattr(progress, name)
        if count:
            words, role = FATES[name]
            parts += [("  ", ""), (f"{count} {_(words)}", role)]
    return parts


class ResultsScreen(TableScreen[RecipientRow]):
    """One message to many, guest by guest."""

    CONTEXTS = frozenset({RESULTS})
    TITLE_WORDS = N_("Message to many: guest by guest")
    HEARS = ("campaign", "outbox")

    def __init__(self, desk_app: TuiInbox, row: CampaignRow) -> None:
        super().__init__(desk_app)
        self.row = row
        self.open_only = False
        self.accepted = 0

    @property
    def of_terms(self) -> bool:
        return self.row.campaign.kind is CampaignKind.TERMS

    def fetch(self, tx: Transaction, after: RecipientRow | None, limit: int) -> Sequence[RecipientRow]:
        campaign_id = self.row.campaign.id
        self.row = CampaignRow(tx.campaigns.load(campaign_id), tx.campaigns.progress(campaign_id))
        self.accepted = tx.campaigns.accepted(campaign_id) if self.of_terms else 0
        place = after.place if after else None
        found: list[RecipientRow] = []
        while len(found) < limit:
            page = campaigns.results(tx, campaign_id, place, limit, self.desk_app.actor)
            found += [row for row in page if not self.open_only or self._open(row)]
            if len(page) < limit:
                break
            place = page[-1].place
        return found[:limit]

    def _open(self, row: RecipientRow) -> bool:
        if self.of_terms:
            return row.accepted_at is None
        return row.fate not in ("sent", "delivered")

    def key(self, row: RecipientRow) -> object:
        return row.guest_id

    def why_empty(self) -> Sequence[str]:
        return (_("Nobody is left in this filter."),)

    def filter_words(self) -> list[list[Part]]:
        key = self.desk_app.keymap.shown("results_open")
        only = _("not accepted only") if self.of_terms else _("without success only")
        line: list[Part] = [(self.row.campaign.name, "bold text"), ("   ", ""), *_progress(self.row.progress)]
        if self.of_terms:
            line += [("   ", ""), (ngettext("{n} accepted", "{n} accepted", self.accepted), "ok")]
        return [line, [(f"{key} ", "accent"), (only, "bold accent" if self.open_only else "muted")]]

    def draw(self, row: RecipientRow, width: int) -> Parts:
        words, role = FATES[row.fate]
        left = [column(row.guest or _("Unknown client"), 24, "bold text"), column(_(words), 20, role)]
        if row.accepted_at is not None:
            return left, [(self._accepted(row, when.ago(row.accepted_at, self.scene.now, self.scene.zone)), "ok")]
        left.append((sentence(row.reason, row.reason_params) if row.reason else row.address, "muted"))
        return left, [(_("not accepted yet"), "soon")] if "accept" in self.allowed(row) else []

    def _accepted(self, row: RecipientRow, time: str) -> str:
        how = sentence(f"how.{row.accepted_how}")
        return f"{_('accepted {time}').format(time=time)}, {how}"

    def describe(self, row: RecipientRow) -> list[list[Part]]:
        words, role = FATES[row.fate]
        lines: list[list[Part]] = [[(row.guest or _("Unknown client"), "bold text"), ("  ", ""), (_(words), role)]]
        if row.reason:
            lines.append([(sentence(row.reason, row.reason_params), "soon")])
        if row.accepted_at is not None:
            day, zone = when.day_words(row.accepted_at.astimezone(self.scene.zone).date()), self.scene.zone
            lines.append([(self._accepted(row, f"{day} {when.clock(row.accepted_at, zone)}"), "ok")])
        if row.accepted_by:
            lines.append(field(_("noted by"), self.scene.operator(row.accepted_by)))
        if row.address:
            lines.append([(f"{self.scene.channel('', row.channel)[1]} {row.address}", "muted")])
        return [*lines, *([(line, "text")] for line in row.text.split("\n"))]

    def allowed(self, row: RecipientRow) -> frozenset[str]:
        asked = self.of_terms and row.accepted_at is None and row.fate in ("queued", "sent", "delivered", "unknown")
        return frozenset({"accept"} if asked else ())

    async def opened(self) -> None:
        if self.current is not None and self.current.conversation_id is not None:
            self.open_conversation(self.current.conversation_id)

    def do_results_open(self) -> None:
        self.open_only = not self.open_only
        self.table.index = self.table.top = 0
        self.reload()

    async def do_terms_accepted(self) -> None:
        row, app = self.current, self.desk_app
        if row is not None:
            campaign_id = self.row.campaign.id
            await self.gateway.write(terms.accept, app.actor, campaign_id, row.guest_id, terms.BY_HAND, app.now())
            await self.read_again()

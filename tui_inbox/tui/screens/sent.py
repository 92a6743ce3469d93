"""Everything that was sent on the hotel's behalf, newest first, by kind, channel, author or template."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_inbox.domain.channel import ChannelTraits
from tui_inbox.domain.message import MessageClass, Origin
from tui_inbox.ports.store import Transaction
from tui_inbox.rows import OutboxRow
from tui_inbox.services import sent
from tui_inbox.tui.commands import SENT
from tui_inbox.tui.render import sending, when
from tui_inbox.tui.render.columns import column, field
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.screens.outbox import key_of
from tui_inbox.tui.screens.table_screen import TableScreen
from tui_inbox.tui.widgets.table import Parts
from tui_inbox.wording import N_, _, sentence

if TYPE_CHECKING:
    from tui_inbox.tui.app import TuiInbox

CATEGORIES = {
    "": N_("all kinds"),
    Origin.MANUAL.value: N_("by hand"),
    Origin.SCHEDULED.value: N_("scheduled"),
    Origin.CAMPAIGN.value: N_("campaign"),
    MessageClass.TRANSACTIONAL.value: N_("service"),
    MessageClass.MARKETING.value: N_("marketing"),
}


class SentScreen(TableScreen[OutboxRow]):
    """Each filter is turned by its own key, shown beside it."""

    CONTEXTS = frozenset({SENT})
    TITLE_WORDS = N_("Sent")
    HEARS = ("outbox",)

    def __init__(self, desk_app: TuiInbox, template: str = "") -> None:
        super().__init__(desk_app)
        self.category = ""
        self.channel = ""
        self.author = ""
        self.template = template
        self.templates: list[str] = []

    def fetch(self, tx: Transaction, after: OutboxRow | None, limit: int) -> Sequence[OutboxRow]:
        if after is None:
            self.templates = list(dict.fromkeys(template.name for template in tx.templates.all()))
        return sent.sent(
            tx,
            key_of(after) if after else None,
            limit,
            category=self.category,
            template=self.template,
            channel=self.channel,
            author=self.author,
        )

    def key(self, row: OutboxRow) -> object:
        return row.id

    def why_empty(self) -> Sequence[str]:
        if self.category or self.channel or self.author or self.template:
            key = self.desk_app.keymap.shown("sent_clear")
            return (_("Nothing was sent that passes these filters. {key} clears them.").format(key=key),)
        return (_("Nothing was sent yet. Answers and reminders appear here once they leave."),)

    def filter_words(self) -> list[list[Part]]:
        labels = {code: traits.label for code, traits in self._channels().items()}
        author = self.scene.operator(self.author)
        values = (
            ("sent_category", _(CATEGORIES[self.category]), self.category),
            ("sent_channel", labels.get(self.channel, _("all channels")), self.channel),
            ("sent_author", author or _("all authors"), self.author),
            ("sent_template", self.template or _("all templates"), self.template),
        )
        line: list[Part] = []
        for command_id, words, value in values:
            key = self.desk_app.keymap.shown(command_id)
            line += [(f"{key} ", "accent"), (words, "bold accent" if value else "muted"), ("   ", "")]
        return [line]

    def draw(self, row: OutboxRow, width: int) -> Parts:
        scene = self.scene
        mark, _label = scene.channel(row.account, row.channel)
        words, role = sending.state_part(scene, row)
        left = [
            column(when.ago(row.created_at, scene.now, scene.zone), 8, "muted"),
            column(mark, 3, "muted"),
            column(sending.guest_words(scene, row), 18, "bold text"),
            column(sending.author_words(scene, row), 10, "accent"),
            (row.text.replace("\n", " "), "muted"),
        ]
        return left, [(words, role)]

    def describe(self, row: OutboxRow) -> list[list[Part]]:
        scene = self.scene
        _mark, label = scene.channel(row.account, row.channel)
        local = row.created_at.astimezone(scene.zone)
        kind = f"{_(sending.ORIGINS.get(row.origin, row.origin.value))}, {_(sending.CLASSES[row.message_class])}"
        lines: list[list[Part]] = [
            [(sending.guest_words(scene, row), "bold text"), ("  ", ""), (f"{label} {row.address}", "muted")],
            field(_("sent"), f"{when.day_line(local.date(), scene.today)} {when.clock(row.created_at, scene.zone)}"),
            [*field(_("state"), ""), sending.state_part(scene, row)],
            field(_("by"), sending.author_words(scene, row)),
            field(_("kind"), kind),
        ]
        if row.template:
            lines.append(field(_("template"), row.template))
        if row.reason:
            lines.append([(sentence(row.reason, {"account": row.account, **row.reason_params}), "soon")])
        if row.vendor_text:
            lines.append([(row.vendor_text, "muted")])
        return [*lines, [], [(row.text, "text")]]

    async def opened(self) -> None:
        if self.current is not None:
            self.open_conversation(self.current.conversation_id)

    def do_row_guest(self) -> None:
        from tui_inbox.tui.screens.guest import GuestScreen

        if self.current is not None:
            self.desk_app.push_screen(GuestScreen(self.desk_app, self.current.guest_id))

    # Filters.

    def _channels(self) -> dict[str, ChannelTraits]:
        accounts = self.desk_app.session.desk.accounts.values()
        return {code: traits for account in accounts for code, traits in account.channels.items()}

    def _again(self) -> None:
        self.table.index = self.table.top = 0
        self.table.rows = []
        self.reload()

    def do_sent_category(self) -> None:
        self.category = _after(list(CATEGORIES)[1:], self.category)
        if self.category in (Origin.SCHEDULED.value,):
            self.author = ""
        self._again()

    def do_sent_channel(self) -> None:
        self.channel = _after(list(self._channels()), self.channel)
        self._again()

    def do_sent_author(self) -> None:
        if self.category == Origin.SCHEDULED.value:
            self.say(_("scheduled messages have no author"), "soon")
            return
        self.author = _after(list(self.desk_app.session.desk.operators), self.author)
        self._again()

    def do_sent_template(self) -> None:
        if not self.templates:
            self.say(_("there is no template yet"), "soon")
            return
        self.template = _after(self.templates, self.template)
        self._again()

    def do_sent_clear(self) -> None:
        self.category = self.channel = self.author = self.template = ""
        self._again()


def _after(values: Sequence[str], current: str) -> str:
    """The next value; after the last comes none."""
    every = ["", *values]
    return every[(every.index(current) + 1) % len(every)] if current in every else ""

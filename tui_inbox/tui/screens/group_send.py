"""A message to many before it leaves: who will not get it and why, by name, and what each of the others will read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from tui_inbox.domain.errors import Refused
from tui_inbox.domain.guest_list import GuestList
from tui_inbox.domain.message import MessageClass
from tui_inbox.domain.template import Approval, Template, TemplateKind
from tui_inbox.ports.store import Transaction
from tui_inbox.services import campaigns, footers, guest_lists
from tui_inbox.services.campaigns import GroupSend, Summary
from tui_inbox.services.group_letters import Prepared, Wording, check_wording
from tui_inbox.tui.commands import GROUP, Selection
from tui_inbox.tui.dialogs.chooser import Chooser, Option
from tui_inbox.tui.dialogs.form import Field, Form, Values
from tui_inbox.tui.dialogs.unlock import ask_unlock
from tui_inbox.tui.render.columns import column
from tui_inbox.tui.render.compose import money_words
from tui_inbox.tui.render.line import Part
from tui_inbox.tui.screens.desk_screen import DeskScreen
from tui_inbox.tui.screens.table_screen import TableScreen
from tui_inbox.tui.widgets.table import Parts
from tui_inbox.wording import N_, _, ngettext, sentence

if TYPE_CHECKING:
    from tui_inbox.tui.app import TuiInbox

SAID_SECONDS = 0.25
"""A list that is looked at within this time needs no word."""
Row = Prepared | str
"""A guest, or a heading."""


async def write_to_list(screen: DeskScreen, chosen: GuestList) -> None:
    """The screen of a message to everybody who fits the list now."""
    app = screen.desk_app
    desk, now = app.session.desk, app.now()
    ids = await app.gateway.read(guest_lists.members, desk, app.actor, chosen.criteria, now)
    if not ids:
        screen.say(_("nobody fits “{name}” now").format(name=chosen.name), "soon")
        return
    app.push_screen(GroupSendScreen(app, GroupSend(Wording(()), ids, chosen.name, guest_list=chosen.id)))


def channel_choices(app: TuiInbox) -> tuple[tuple[str, str], ...]:
    """One channel, or one and, where it does not reach somebody, another."""
    labels: dict[str, str] = {}
    for account in app.session.desk.accounts.values():
        for code, traits in account.channels.items():
            if traits.can_send and account.mode != "view-only":
                labels.setdefault(code, traits.label)
    single = tuple(labels.items())
    pairs = ((f"{one} {two}", one, two) for one in labels for two in labels if one != two)
    words = _("{one}, else {other}")
    return single + tuple((value, words.format(one=labels[one], other=labels[two])) for value, one, two in pairs)


class GroupSendScreen(TableScreen[Row]):
    """Nothing leaves from here before Ctrl+S and a yes."""

    CONTEXTS = frozenset({GROUP})
    TITLE_WORDS = N_("Message to many")
    HEARS = ("guest", "template")

    def __init__(self, desk_app: TuiInbox, wanted: GroupSend) -> None:
        super().__init__(desk_app)
        self.wanted = wanted
        self.out: dict[int, str] = {}
        """Guests whom the operator took out, the last one last."""
        self.summary: Summary | None = None
        self.summed: GroupSend | None = None
        """What the summary is of."""
        self.looked = 0
        """Of a list that is being looked at: how many guests were."""

    def begin(self) -> None:
        super().begin()
        if not self.wanted.wording.channels:
            self.run_worker(self.guarded(self.do_group_text()), group="dialog", exit_on_error=False)

    @property
    def chosen(self) -> GroupSend:
        return self.wanted._replace(guests=tuple(one for one in self.wanted.guests if one not in self.out))

    def fetch(self, tx: Transaction, after: Row | None, _limit: int) -> Sequence[Row]:
        if after is not None or not self.wanted.wording.channels:
            return []
        app, chosen = self.desk_app, self.chosen
        found = campaigns.look(tx, app.session.desk, app.actor, chosen, app.now(), self._tell)
        self.summary, self.summed = found, chosen
        rows: list[Row] = []
        if found.left_out:
            rows += [ngettext("{n} will not get it", "{n} will not get it", len(found.left_out)), *found.left_out]
        beyond = [one for one in found.receive if one.beyond is not None]
        if beyond:
            words = ngettext("{n} beyond the month's SMS", "{n} beyond the month's SMS", len(beyond))
            rows += [words, *beyond]
        now = [one for one in found.receive if one.beyond is None]
        if now:
            rows += [ngettext("{n} will get it", "{n} will get it", len(now)), *now]
        return rows

    def _tell(self, looked: int) -> None:
        """Comes from the thread that reads."""
        self.looked = looked

    async def read_again(self) -> None:
        """Many take a while: meanwhile it is said how far it is."""
        self.looked = 0
        timer = self.set_interval(SAID_SECONDS, lambda: self.filters.show(self.filter_words()))
        try:
            await super().read_again()
        finally:
            timer.stop()
            self.looked = 0
            self.filters.show(self.filter_words())

    def key(self, row: Row) -> object:
        return row if isinstance(row, str) else row.guest.id

    def is_heading(self, row: Row) -> bool:
        return isinstance(row, str)

    def why_empty(self) -> Sequence[str]:
        shown = self.desk_app.keymap.shown
        if self.out and not self.chosen.guests:
            return (_("All of them are taken out. {key} puts back the last.").format(key=shown("group_back")),)
        return (_("{key}: first say what, and by which channel.").format(key=shown("group_text")),)

    def filter_words(self) -> list[list[Part]]:
        found = self.summary
        if self.looked:
            words = _("{n} of {total} guests looked at …").format(n=self.looked, total=len(self.wanted.guests))
            return [[(f"{self.wanted.name}  ", "bold text"), (words, "soon")]]
        if found is None:
            return [[(self.wanted.name, "bold text")]]
        line: list[Part] = [
            (f"{self.wanted.name}  " if self.wanted.name else "", "bold text"),
            (ngettext("{n} gets it", "{n} get it", len(found.receive)), "bold accent"),
            ("  ", ""),
            (_("{n} not").format(n=len(found.left_out)), "bold soon" if found.left_out else "muted"),
            ("  ", ""),
            (ngettext("{n} SMS", "{n} SMS", found.parts) if found.parts else "", "text"),
            (f"  {self._price(found)}", "text"),
        ]
        kinds = {MessageClass.MARKETING: _("advertising"), MessageClass.TRANSACTIONAL: _("no advertising")}
        second: list[Part] = [(kinds[self.wanted.wording.message_class], "muted")]
        if self.wanted.class_reason:
            second.append((f" ({self.wanted.class_reason})", "muted"))
        if found.locked:
            words = _("more than {limit}: {key} asks for an administrator")
            text = words.format(limit=found.limit, key=self.desk_app.keymap.shown("group_go"))
            second = [(text, "bold urgent")]
        if self.out:
            second.append(("   " + _("{n} taken out").format(n=len(self.out)), "soon"))
            second.append((f"  {self.desk_app.keymap.shown('group_back')} {_('put back')}", "muted"))
        return [line, second]

    def _price(self, found: Summary) -> str:
        if not found.receive:
            return ""
        if found.unpriced:
            return _("price unknown")
        if not found.price:
            return _("free")
        return money_words(found.price, self.desk_app.session.desk.currency)

    def draw(self, row: Row, width: int) -> Parts:
        if isinstance(row, str):
            return [(row, "bold text")], []
        name = row.guest.name or row.guest.phone or row.guest.email or _("Unknown client")
        left = [column("", 2), column(name, 24, "text" if row.letter else "bold soon")]
        if row.refusal is not None:
            return [*left, (sentence(row.refusal.code, row.refusal.params), "soon")], []
        mark = self.scene.channel(row.letter.account, row.letter.channel)[0] if row.letter else ""
        left += [column(mark, 3, "muted"), (row.text.replace("\n", " "), "muted")]
        return left, [(ngettext("{n} SMS", "{n} SMS", row.parts), "muted")] if row.parts > 1 else []

    def describe(self, row: Row) -> list[list[Part]]:
        if isinstance(row, str):
            return []
        lines: list[list[Part]] = [[(row.guest.name, "bold text")]]
        if row.refusal is not None:
            return [*lines, [(sentence(row.refusal.code, row.refusal.params), "soon")]]
        assert row.letter is not None
        _mark, label = self.scene.channel(row.letter.account, row.letter.channel)
        lines.append([(f"{label} {row.letter.address}", "muted")])
        if row.letter.subject:
            lines.append([(row.letter.subject, "bold text")])
        if row.beyond is not None:
            words = _("It goes by mail where that is possible; otherwise it waits until the budget is raised.")
            lines += [[(sentence(row.beyond.code, row.beyond.params), "soon")], [(words, "soon")]]
        return [*lines, *([(line, "text")] for line in row.text.split("\n"))]

    def allowed(self, row: Row) -> frozenset[str]:
        return frozenset() if isinstance(row, str) else frozenset({"guest"})

    def selection(self) -> Selection:
        found = super().selection()
        # Also when nobody is left in the list.
        return msgspec.structs.replace(found, can=found.can | {"taken_out"}) if self.out else found

    # Acts.

    async def do_group_text(self) -> None:
        app = self.desk_app
        templates = await self.gateway.read(_templates)
        wording = self.wanted.wording
        kinds = (
            (MessageClass.MARKETING.value, _("advertising")),
            (MessageClass.TRANSACTIONAL.value, _("no advertising: say why")),
        )
        own = (("", _("own text")), *((str(one.id), f"{one.name} ({one.language})") for one in templates))
        fields = [
            Field("name", _("name"), self.wanted.name, hint=_("For the list of messages; guests do not see it.")),
            Field("channels", _("channel"), " ".join(wording.channels), choices=channel_choices(app)),
            Field("class", _("kind"), wording.message_class.value, choices=kinds),
            Field("reason", _("why"), self.wanted.class_reason, hint=_("Needed where it is no advertising.")),
            Field("template", _("template"), str(wording.template or ""), choices=own),
            Field("subject", _("subject"), wording.subject, hint=_("For mail.")),
            Field("text", _("text"), wording.text, long=True, hint=_("Variables: ##{{first_name}}, ##{{room}} …")),
        ]

        async def save(values: Values) -> None:
            await self._take(values)

        await app.push_screen_wait(Form(app.ink, _("What all of them get"), fields, save))
        await self.read_again()

    async def _take(self, values: Values) -> None:
        app = self.desk_app
        template = int(values["template"]) if values["template"] else None
        wording = self.wanted.wording._replace(
            channels=tuple(values["channels"].split()),
            text="" if template else values["text"],
            subject=values["subject"],
            template=template,
            message_class=MessageClass(values["class"]),
        )
        if wording.message_class is MessageClass.TRANSACTIONAL and not values["reason"].strip():
            raise Refused("class_reason")
        await self.gateway.read(check_wording, app.session.desk, app.actor, wording)
        # Links out of mails are signed with a key that is made when it is first needed.
        await self.gateway.write(footers.signing_key)
        self.wanted = self.wanted._replace(wording=wording, name=values["name"], class_reason=values["reason"].strip())

    async def do_group_out(self) -> None:
        row = self.current
        if row is not None and not isinstance(row, str):
            self.out[row.guest.id] = row.guest.name
            # The next key need not wait until all the others are looked at again.
            self.table.show([one for one in self.table.rows if one is not row], empty=self.why_empty())
            self.reload()
            words = _("{name} is taken out  {key} puts them back")
            self.say(words.format(name=row.guest.name, key=self.desk_app.keymap.shown("group_back")))

    async def do_group_back(self) -> None:
        guest_id, name = self.out.popitem()
        await self.read_again()
        rows = enumerate(self.table.rows)
        self.table.move_to(next((at for at, row in rows if self.key(row) == guest_id), self.table.index))
        self.say(_("{name} is back in it").format(name=name))

    async def do_group_go(self) -> None:
        app = self.desk_app
        if self.wanted.wording.channels and self.summed != self.chosen:
            await self.read_again()
        found = self.summary
        if found is None or not self.wanted.wording.channels:
            self.say(self.why_empty()[0], "soon")
            return
        unlocked_by = ""
        if found.locked:
            unlocked_by = await ask_unlock(self, found)
            if not unlocked_by:
                return
        words = ngettext("Send it to {n} guest?", "Send it to {n} guests?", len(found.receive))
        count = ngettext("{n} SMS", "{n} SMS", found.parts) if found.parts else ""
        detail = ", ".join(part for part in (count, self._price(found)) if part)
        options = [Option(False, _("Not yet")), Option(True, _("Send"), detail)]
        chosen = await app.push_screen_wait(Chooser(app.ink, words, options))
        if chosen is None or chosen.value is not True:
            return
        await self.gateway.write(
            campaigns.start, app.session.desk, app.actor, self.chosen, app.now(), unlocked_by=unlocked_by
        )
        await self.action_do("screen_sends")


def _templates(tx: Transaction) -> list[Template]:
    """One of each name: every guest gets it in their language."""
    found: dict[tuple[str, str, str], Template] = {}
    for one in tx.templates.all():
        usable = one.kind is TemplateKind.SNIPPET or (one.vendor_id and one.approval is Approval.APPROVED)
        if usable and not one.archived:
            found.setdefault((one.kind.value, one.name, one.account), one)
    return list(found.values())

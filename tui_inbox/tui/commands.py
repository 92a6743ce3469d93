"""The one table of what an operator can do: bindings, footer, help, palette, rebinding and docs/keys.md come from it.

A new command is one row here and one service function; no screen needs to know of it.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from tui_inbox.domain.conversation import State
from tui_inbox.rows import ConversationRow
from tui_inbox.wording import N_

LIST, THREAD, CARD, COMPOSER, EDITOR = "list", "thread", "card", "composer", "editor"
TYPED = frozenset({COMPOSER, EDITOR})
"""Where text is typed, so that no letter is a command."""
INBOX = frozenset({LIST, THREAD, CARD})
READING = frozenset({LIST, THREAD})
EVERYWHERE = frozenset({"everywhere"})
OUTBOX, SENT, GUESTS, ONE_GUEST, STAY_IMPORT, TEMPLATES, CHANNELS, QUARANTINE, PLANNED = (
    "outbox", "sent", "guests", "guest", "import", "templates", "channels", "quarantine", "planned",
)  # fmt: skip
LISTS, CRITERIA, GROUP, SENDS, RESULTS, OFFERS = ("lists", "criteria", "group", "sends", "results", "offers")
GROUPS = frozenset({LISTS, CRITERIA, GROUP, SENDS, RESULTS, OFFERS})
RULES, BOOKING, DRY_RUN = "rules", "booking", "dry-run"
AHEAD = frozenset({RULES, BOOKING, DRY_RUN})
BESIDE = frozenset({OUTBOX, SENT, GUESTS, ONE_GUEST, STAY_IMPORT, TEMPLATES, CHANNELS, QUARANTINE, PLANNED})
MOVES = INBOX | GROUPS | AHEAD | BESIDE
"""Where the keys of moving about act: every screen with a list."""


class Selection(Struct, frozen=True):
    """What a command would act on: the rows chosen, and who asks."""

    rows: tuple[ConversationRow, ...] = ()
    may_write: bool = True
    can: frozenset[str] = frozenset()
    """On the screens beside the inbox: what the row under the cursor allows."""

    def any_in(self, *states: State) -> bool:
        return any(row.state in states for row in self.rows)


def always(_selection: Selection) -> bool:
    return True


def some(selection: Selection) -> bool:
    """There is a conversation to act on."""
    return bool(selection.rows)


def writes(selection: Selection) -> bool:
    return bool(selection.rows) and selection.may_write


def _not_closed(selection: Selection) -> bool:
    return writes(selection) and selection.any_in(State.OPEN, State.PENDING, State.SPAM)


def _reopens(selection: Selection) -> bool:
    return writes(selection) and selection.any_in(State.CLOSED, State.PENDING, State.SPAM)


def _owed(selection: Selection) -> bool:
    return writes(selection) and any(row.unanswered or row.no_reply_needed for row in selection.rows)


def can(what: str) -> Callable[[Selection], bool]:
    """The row under the cursor allows ``what``, and the operator may change things."""
    return lambda selection: selection.may_write and what in selection.can


def _a_guest(selection: Selection) -> bool:
    """Somebody's card is shown, beside the list or alone."""
    return writes(selection) or (selection.may_write and "guest" in selection.can)


def _row(selection: Selection) -> bool:
    return "row" in selection.can


def may_write(selection: Selection) -> bool:
    return selection.may_write


class Command(Struct, frozen=True):
    """``service`` names a function of ``services`` that takes (tx, actor, ids, now, *answer); without one,
    ``do_<id>`` of the screen runs. ``ask`` names the dialog whose answer goes with it."""

    id: str
    keys: tuple[str, ...]
    title: str
    group: str
    on: frozenset[str] = INBOX
    short: str = ""
    """Footer label of at most ten cells; empty: not in the footer."""
    service: str = ""
    ask: str = ""
    enabled: Callable[[Selection], bool] = always
    moves_on: bool = False
    """The row leaves this tab, and the cursor goes to the one that follows."""
    also: str = ""
    """Other words by which the palette finds it."""


MOVE, ANSWER, SORT_OUT, GUEST, SHOW, PLACES, PROGRAM, HERE = (
    N_("Move"), N_("Answer"), N_("Sort out"), N_("Guest"), N_("Show"), N_("Screens"), N_("Program"), N_("This screen"),
)  # fmt: skip

COMMANDS: tuple[Command, ...] = (
    Command("next", ("j", "down"), N_("Next row or message"), MOVE, on=MOVES),
    Command("previous", ("k", "up"), N_("Previous row or message"), MOVE, on=MOVES),
    Command("page_down", ("pagedown",), N_("A screen down"), MOVE, on=MOVES),
    Command("page_up", ("pageup",), N_("A screen up"), MOVE, on=MOVES),
    Command("first", ("home",), N_("First row, oldest message"), MOVE, on=MOVES),
    Command("last", ("end",), N_("Last row, newest message"), MOVE, on=MOVES),
    Command("open", ("enter",), N_("Open; on a message: what can be done with it"), MOVE, on=MOVES),
    Command("back", ("escape",), N_("Back; drafts are kept"), MOVE, on=MOVES),
    Command("urgent", ("n",), N_("Next conversation that needs work"), MOVE, short=N_("urgent")),
    Command("go", ("g",), N_("Go to a tab, a room or a guest"), MOVE),
    Command("search", ("slash",), N_("Search"), SHOW, short=N_("search")),
    Command("reply", ("r",), N_("Reply"), ANSWER, short=N_("reply"), enabled=writes),
    Command("note", ("N",), N_("Write a note that only the desk sees"), ANSWER, enabled=writes),
    Command("template", ("T",), N_("Answer with a template"), ANSWER, on=READING, enabled=writes),
    Command("new", ("m",), N_("New message to a guest, a number, an address, or all marked"), ANSWER),
    Command("close", ("e",), N_("Close"), SORT_OUT, short=N_("close"), service="lifecycle.close", enabled=_not_closed,
            moves_on=True, also=N_("archive done")),
    Command("reopen", ("o",), N_("Reopen"), SORT_OUT, service="lifecycle.reopen", enabled=_reopens, moves_on=True),
    Command("snooze", ("z",), N_("Snooze"), SORT_OUT, short=N_("snooze"), service="lifecycle.snooze", ask="snooze",
            enabled=writes, moves_on=True, also=N_("later pending")),
    Command("spam", ("exclamation_mark",), N_("Spam, or not spam"), SORT_OUT, enabled=writes, moves_on=True),
    Command("no_reply", ("x",), N_("No reply needed, or needed after all"), SORT_OUT, enabled=_owed),
    Command("block", ("B",), N_("Spam, and block the sender"), SORT_OUT, enabled=some),
    Command("unread", ("M",), N_("Mark as unread for me, or as read"), SORT_OUT, enabled=some),
    Command("inbox", ("I",), N_("Move automated mail to the inbox"), SORT_OUT, service="lifecycle.move_to_inbox",
            enabled=writes, moves_on=True),
    Command("tag", ("t",), N_("Tag"), SORT_OUT, enabled=writes),
    Command("request", ("R",), N_("Note what the guest asked for"), GUEST, enabled=writes),
    Command("consents", ("O",), N_("Consents: what this guest allows, switched on and off"), GUEST,
            on=INBOX | {ONE_GUEST}, enabled=_a_guest, also=N_("unsubscribe stop marketing")),
    Command("log_call", ("P",), N_("Write a call down"), GUEST, enabled=writes, also=N_("phone telephone talked")),
    Command("mark", ("space",), N_("Mark the row"), SORT_OUT, on=frozenset({LIST})),
    Command("mark_range", ("V",), N_("Mark from the last marked row to here"), SORT_OUT, on=frozenset({LIST})),
    Command("mark_all", ("asterisk",), N_("Mark all that match"), SORT_OUT, on=frozenset({LIST})),
    Command("undo", ("u",), N_("Undo"), SORT_OUT, on=INBOX | {GUESTS, ONE_GUEST, BOOKING, RULES, RESULTS, TEMPLATES},
            short=N_("undo")),
    Command("card", ("p",), N_("Guest card"), GUEST, also=N_("profile")),
    Command("link", ("l",), N_("Link to a guest"), GUEST, enabled=writes, also=N_("merge")),
    Command("view", ("v",), N_("Open the attachment"), GUEST, on=READING, enabled=some),
    Command("save", ("S",), N_("Save the attachment"), GUEST, on=READING, enabled=some),
    Command("only_unread", ("U",), N_("Only unread"), SHOW),
    Command("only_unanswered", ("A",), N_("Only unanswered"), SHOW),
    Command("order", ("s",), N_("Order: newest, oldest, waiting longest, deadline"), SHOW, also=N_("sort")),
    Command("stay", ("f",), N_("Only guests in this phase of their stay"), SHOW, also=N_("filter arriving")),
    Command("by_tag", ("F",), N_("Only with one tag"), SHOW, also=N_("filter")),
    Command("by_list", ("L",), N_("Only guests of one list"), SHOW, on=INBOX | {GUESTS}, also=N_("filter chips")),
    Command("group_send", ("G",), N_("Message to many: a guest list, or all marked"), ANSWER, on=frozenset({LIST}),
            enabled=may_write, also=N_("bulk campaign circular")),
    Command("clear", ("c",), N_("Clear filters and marks"), SHOW),
    Command("tab_open", ("1", "ampersand"), N_("Tab Open"), SHOW),
    Command("tab_pending", ("2", "é"), N_("Tab Pending"), SHOW),
    Command("tab_closed", ("3", "quotation_mark"), N_("Tab Closed"), SHOW),
    Command("tab_spam", ("4", "apostrophe"), N_("Tab Spam"), SHOW),
    Command("tab_all", ("5", "left_parenthesis"), N_("Tab All"), SHOW),
    Command("send", ("ctrl+s",), N_("Send"), ANSWER, on=frozenset({COMPOSER})),
    Command("send_close", ("ctrl+d",), N_("Send and close"), ANSWER, on=frozenset({COMPOSER}), short=N_("to close")),
    Command("send_snooze", ("ctrl+g",), N_("Send and snooze again"), ANSWER, on=frozenset({COMPOSER})),
    Command("newline", ("ctrl+j", "shift+enter"), N_("New line"), ANSWER, on=frozenset({COMPOSER})),
    Command("take_back", ("ctrl+z",), N_("Take back what was just sent"), ANSWER, on=frozenset({COMPOSER})),
    Command("pick_template", ("ctrl+t",), N_("Insert a text or template"), ANSWER, on=frozenset({COMPOSER}),
            short=N_("template")),
    Command("attach", ("ctrl+o",), N_("Attach a file"), ANSWER, on=frozenset({COMPOSER}), short=N_("attach")),
    Command("send_later", ("ctrl+l",), N_("Send later"), ANSWER, on=frozenset({COMPOSER}), short=N_("later")),
    Command("recipient", ("ctrl+r",), N_("The same text to one more guest"), ANSWER, on=frozenset({COMPOSER})),
    Command("channel", ("ctrl+n",), N_("Another channel"), ANSWER, on=frozenset({COMPOSER}), short=N_("channel")),
    Command("pick_tag", ("ctrl+p",), N_("Message tag, where a vendor wants one after its window"), ANSWER,
            on=frozenset({COMPOSER})),
    Command("split", ("ctrl+b",), N_("Split a text that is too long"), ANSWER, on=frozenset({COMPOSER})),
    Command("it_arrived", ("y",), N_("The guest has it"), HERE, on=frozenset({OUTBOX}), short=N_("arrived"),
            enabled=can("it_arrived"), also=N_("unknown settle")),
    Command("send_again", ("s",), N_("Send again, or now"), HERE, on=frozenset({OUTBOX}), short=N_("send"),
            enabled=can("send_again"), also=N_("retry")),
    Command("edit_draft", ("e",), N_("Take back as a draft"), HERE, on=frozenset({OUTBOX}), short=N_("edit"),
            enabled=can("edit_draft")),
    Command("drop", ("d",), N_("Drop: it is not sent any more"), HERE, on=frozenset({OUTBOX}), short=N_("drop"),
            enabled=can("drop")),
    Command("cancel", ("x",), N_("Call off"), HERE, on=frozenset({OUTBOX}), short=N_("call off"),
            enabled=can("cancel"), also=N_("cancel")),
    Command("sent_category", ("f",), N_("Filter: kind of message"), HERE, on=frozenset({SENT}), short=N_("kind")),
    Command("sent_channel", ("h",), N_("Filter: channel"), HERE, on=frozenset({SENT}), short=N_("channel")),
    Command("sent_author", ("a",), N_("Filter: author"), HERE, on=frozenset({SENT}), short=N_("author")),
    Command("sent_template", ("t",), N_("Filter: template"), HERE, on=frozenset({SENT}), short=N_("template")),
    Command("sent_clear", ("c",), N_("Clear the filters"), HERE, on=frozenset({SENT})),
    Command("row_guest", ("p",), N_("Card of the guest"), HERE, on=frozenset({OUTBOX, SENT, PLANNED, DRY_RUN}),
            short=N_("guest"), enabled=_row),
    Command("guest_search", ("slash",), N_("Search guests"), HERE, on=frozenset({GUESTS}), short=N_("search")),
    Command("guest_new", ("a",), N_("New guest"), HERE, on=frozenset({GUESTS}), short=N_("new"), enabled=may_write),
    Command("guest_edit", ("e",), N_("Edit the guest"), HERE, on=frozenset({GUESTS, ONE_GUEST}), short=N_("edit"),
            enabled=can("guest")),
    Command("guest_stay", ("s",), N_("Add a stay"), HERE, on=frozenset({ONE_GUEST}), short=N_("stay"),
            enabled=can("guest"), also=N_("reservation room dates")),
    Command("guest_tag", ("t",), N_("Tag the guest"), HERE, on=frozenset({ONE_GUEST}), short=N_("tag"),
            enabled=can("guest")),
    Command("guest_write", ("m",), N_("New message to this guest"), HERE, on=frozenset({GUESTS, ONE_GUEST}),
            short=N_("message"), enabled=can("guest")),
    Command("import_stays", ("i",), N_("Import stays from a CSV file"), HERE, on=frozenset({GUESTS}),
            short=N_("import"), enabled=may_write),
    Command("import_go", ("ctrl+s",), N_("Import what is shown"), HERE, on=frozenset({STAY_IMPORT}),
            short=N_("import"), enabled=can("import")),
    Command("template_kind", ("f",), N_("Texts, reminders or WhatsApp"), HERE, on=frozenset({TEMPLATES}),
            short=N_("kind")),
    Command("template_new", ("a",), N_("New text, reminder or template"), HERE, on=frozenset({TEMPLATES}),
            short=N_("new"), enabled=may_write),
    Command("template_edit", ("e",), N_("Edit"), HERE, on=frozenset({TEMPLATES}), short=N_("edit"),
            enabled=can("edit")),
    Command("template_copy", ("d",), N_("Duplicate"), HERE, on=frozenset({TEMPLATES}), short=N_("duplicate"),
            enabled=can("copy")),
    Command("template_archive", ("x",), N_("Archive"), HERE, on=frozenset({TEMPLATES}), short=N_("archive"),
            enabled=can("archive")),
    Command("template_sends", ("s",), N_("Show sends"), HERE, on=frozenset({TEMPLATES}), short=N_("sends")),
    Command("template_sync", ("y",), N_("Fetch the provider's templates"), HERE, on=frozenset({TEMPLATES}),
            short=N_("sync"), enabled=can("sync")),
    Command("template_submit", ("p",), N_("Submit the template for review"), HERE, on=frozenset({TEMPLATES}),
            short=N_("submit"), enabled=can("submit"), also=N_("approval")),
    Command("template_guide", ("h",), N_("What reviewers want: categories, reasons, guidelines"), HERE,
            on=frozenset({TEMPLATES}), short=N_("guide"), enabled=can("guide"), also=N_("category utility marketing")),
    Command("channel_test", ("t",), N_("Test the connection"), HERE, on=frozenset({CHANNELS}), short=N_("test"),
            enabled=can("account")),
    Command("channel_connect", ("c",), N_("Connect again: test it, then go on"), HERE, on=frozenset({CHANNELS}),
            short=N_("connect"), enabled=can("connect"), also=N_("reconnect authorise")),
    Command("channel_add", ("a",), N_("Connect another channel: what it takes"), HERE, on=frozenset({CHANNELS}),
            short=N_("add"), also=N_("new configure")),
    Command("channel_pause", ("p",), N_("Pause or resume"), HERE, on=frozenset({CHANNELS}), short=N_("pause"),
            enabled=can("account")),
    Command("channel_usage", ("f",), N_("Fetch this month's usage"), HERE, on=frozenset({CHANNELS}),
            short=N_("usage"), enabled=can("account")),
    Command("channel_budget", ("b",), N_("This month's SMS budget: change it, release what waits"), HERE,
            on=frozenset({CHANNELS}), short=N_("budget"), enabled=can("sms"), also=N_("segments parts raise limit")),
    Command("channel_qr", ("w",), N_("QR code that opens WhatsApp with the hotel"), HERE, on=frozenset({CHANNELS}),
            short=N_("QR"), enabled=can("qr"), also=N_("print link")),
    Command("channel_calls", ("v",), N_("Where calls to the number go"), HERE, on=frozenset({CHANNELS}),
            short=N_("calls"), enabled=can("calls"), also=N_("forward voicemail telephone")),
    Command("channel_quarantine", ("s",), N_("What was set aside"), HERE, on=frozenset({CHANNELS}),
            short=N_("set aside"), enabled=can("aside"), also=N_("quarantine")),
    Command("replay", ("r",), N_("Try it again"), HERE, on=frozenset({QUARANTINE}), short=N_("again"),
            enabled=can("replay")),
    Command("planned_all", ("f",), N_("Planned only, or also what was withdrawn"), HERE, on=frozenset({PLANNED}),
            short=N_("all")),
    Command("list_new", ("a",), N_("New list"), HERE, on=frozenset({LISTS}), short=N_("new"), enabled=may_write),
    Command("list_edit", ("e",), N_("Edit the list: name and criteria"), HERE, on=frozenset({LISTS}), short=N_("edit"),
            enabled=can("list")),
    Command("list_send", ("m",), N_("Message to this list"), HERE, on=frozenset({LISTS}), short=N_("message"),
            enabled=can("list"), also=N_("bulk group send")),
    Command("list_up", ("K", "shift+up"), N_("Move the list up"), HERE, on=frozenset({LISTS}), short=N_("up"),
            enabled=can("list")),
    Command("list_down", ("J", "shift+down"), N_("Move the list down"), HERE, on=frozenset({LISTS}), short=N_("down"),
            enabled=can("list")),
    Command("list_delete", ("x",), N_("Delete the list"), HERE, on=frozenset({LISTS}), short=N_("delete"),
            enabled=can("list")),
    Command("criterion_clear", ("x",), N_("Take this criterion away"), HERE, on=frozenset({CRITERIA}),
            short=N_("clear"), enabled=can("set")),
    Command("criteria_save", ("ctrl+s",), N_("Name and save the list"), HERE, on=frozenset({CRITERIA}),
            short=N_("save"), enabled=may_write),
    Command("group_text", ("e",), N_("Text, channel and kind of the message"), HERE, on=frozenset({GROUP}),
            short=N_("text"), enabled=may_write),
    Command("group_out", ("x",), N_("Take this guest out of it"), HERE, on=frozenset({GROUP}), short=N_("out"),
            enabled=can("guest")),
    Command("group_back", ("u",), N_("Put back the guest taken out last"), HERE, on=frozenset({GROUP}),
            short=N_("put back"), enabled=can("taken_out"), also=N_("undo")),
    Command("group_go", ("ctrl+s",), N_("Send it to all of them"), HERE, on=frozenset({GROUP}), short=N_("send"),
            enabled=may_write),
    Command("send_new", ("a",), N_("New message to a list"), HERE, on=frozenset({SENDS}), short=N_("new"),
            enabled=may_write),
    Command("send_pause", ("p",), N_("Pause or resume"), HERE, on=frozenset({SENDS}), short=N_("pause"),
            enabled=can("going")),
    Command("send_call_off", ("x",), N_("Call off: whoever has not got it gets nothing"), HERE, on=frozenset({SENDS}),
            short=N_("call off"), enabled=can("going")),
    Command("send_hold", ("H",), N_("Hold everything that leaves by itself, or release it"), HERE,
            on=frozenset({SENDS}), short=N_("hold all"), enabled=may_write),
    Command("terms_new", ("t",), N_("Changed terms, to everybody with an upcoming stay"), HERE, on=frozenset({SENDS}),
            short=N_("terms"), enabled=may_write),
    Command("terms_accepted", ("y",), N_("Note that the guest accepted"), HERE, on=frozenset({RESULTS}),
            short=N_("accepted"), enabled=can("accept")),
    Command("results_open", ("f",), N_("All, or only those without acceptance or success"), HERE,
            on=frozenset({RESULTS}), short=N_("filter")),
    Command("offer_new", ("a",), N_("New offer to a list"), HERE, on=frozenset({OFFERS}), short=N_("new"),
            enabled=may_write),
    Command("offer_yes", ("y",), N_("The guest says yes"), HERE, on=frozenset({OFFERS}), short=N_("yes"),
            enabled=can("answer")),
    Command("offer_no", ("n",), N_("The guest says no"), HERE, on=frozenset({OFFERS}), short=N_("no"),
            enabled=can("answer")),
    Command("offer_withdraw", ("x",), N_("Withdraw the offer"), HERE, on=frozenset({OFFERS}), short=N_("withdraw"),
            enabled=can("withdraw")),
    Command("help", ("question_mark", "f1"), N_("Help"), PROGRAM, on=EVERYWHERE, short=N_("help")),
    Command("palette", ("ctrl+k", "colon"), N_("All commands"), PROGRAM, on=EVERYWHERE),
    Command("who", ("W",), N_("Who am I"), PROGRAM),
    Command("pin", (), N_("Set my PIN for «who am I»"), PROGRAM),
    Command("theme", ("f2",), N_("Dark or light"), PROGRAM, on=EVERYWHERE, also=N_("colour")),
    Command("redraw", ("f5",), N_("Read and draw everything again"), PROGRAM, on=EVERYWHERE),
    Command("quit", ("ctrl+q",), N_("Quit; drafts are kept"), PROGRAM, on=EVERYWHERE),
)  # fmt: skip

FOOTER = ("reply", "close", "snooze", "urgent", "search", "undo", "help")
"""Order of the keys that the footer shows; what other screens mark as short follows."""

MORE: dict[str, Command] = {}
"""Commands of screens that have a table of their own, by id; ``register`` adds them."""


def register(*commands: Command) -> None:
    """Add a screen's own table: keys, footer, help and palette follow as for the others."""
    MORE.update({command.id: command for command in commands})


PLACES_OF: dict[str, Command] = {}
"""Commands that lead to another screen, by screen id; ``place`` adds them."""


def place(screen: str, title: str, keys: tuple[str, ...] = (), also: str = "") -> Command:
    """Make the command that opens the screen registered under ``screen``."""
    command = Command(f"screen_{screen}", keys, title, PLACES, on=EVERYWHERE, also=also)
    PLACES_OF[screen] = command
    return command

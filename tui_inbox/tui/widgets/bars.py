"""The bar at the top, the line of filters, and the line of keys at the bottom."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message
from textual.strip import Strip

from tui_inbox.domain.conversation import Sort, Tab
from tui_inbox.domain.reservation import Phase
from tui_inbox.rows import Counts, View
from tui_inbox.tui.render.line import Part, blank, fit, strip, width_of
from tui_inbox.tui.theme import Ink
from tui_inbox.tui.widgets.pane import Pane
from tui_inbox.wording import N_, _

TABS = {
    Tab.OPEN: N_("Open"),
    Tab.PENDING: N_("Pending"),
    Tab.CLOSED: N_("Closed"),
    Tab.SPAM: N_("Spam"),
    Tab.ALL: N_("All"),
}
SORTS = {
    Sort.NEWEST: N_("newest"),
    Sort.OLDEST: N_("oldest"),
    Sort.WAITING: N_("waiting"),
    Sort.DEADLINE: N_("deadline"),
}
PHASES = {
    Phase.ARRIVING: N_("arriving"),
    Phase.IN_HOUSE: N_("in house"),
    Phase.DEPARTING: N_("leaving"),
    Phase.FUTURE: N_("to come"),
    Phase.PAST: N_("past stay"),
    Phase.NONE: N_("no booking"),
}


class TopBar(Pane, can_focus=True):
    """Hotel, tabs with counts, and at the right what must never be out of sight."""

    DEPTH = "surface"

    class Chosen(Message):
        def __init__(self, tab: Tab) -> None:
            super().__init__()
            self.tab = tab

    def __init__(self, ink: Ink, hotel: str, *, demo: bool = False, id: str | None = None) -> None:  # noqa: A002
        super().__init__(ink, id=id)
        self.hotel = hotel
        self.demo = demo
        self.title_words = ""
        """Shown in place of the tabs on other screens."""
        self.tab = Tab.OPEN
        self.counts = Counts()
        self._spans: list[tuple[int, int, Tab]] = []

    def show(self, *, tab: Tab | None = None, counts: Counts | None = None) -> None:
        self.tab = tab or self.tab
        self.counts = counts or self.counts
        self.repaint()

    def paint(self, width: int, height: int) -> list[Strip]:
        for wordy in (width >= 104, False):
            right = self._right(wordy=wordy)
            left = self._left(width, width - width_of(right) - 2)
            if width_of(left) + width_of(right) <= width:
                break
        return [strip(self.ink, width, left, right, self.DEPTH)] + [blank(self.ink, width, self.DEPTH)] * (height - 1)

    def _left(self, width: int, room: int) -> list[Part]:
        if self.title_words:
            return [(" ", ""), (self.hotel, "bold accent"), ("  ", ""), (self.title_words, "bold text")]
        counts = {Tab.OPEN: self.counts.open, Tab.PENDING: self.counts.pending, Tab.SPAM: self.counts.spam}
        gap = 3 if width >= 110 else 2
        tabs: list[list[Part]] = []
        for tab, words in TABS.items():
            number = counts.get(tab, 0)
            here = tab is self.tab
            role = "bold underline text" if here else "muted"
            parts: list[Part] = [(_(words), f"{role} reverse" if here and self.has_focus else role)]
            if number:
                parts.append((f" {number}", "bold accent" if here else "muted"))
            tabs.append(parts)
        needed = sum(width_of(parts) + gap for parts in tabs)
        hotel: list[Part] = [(" ", "")]
        if needed + width_of([(self.hotel, "")]) + 2 <= room:
            hotel = [(" ", ""), (self.hotel, "bold accent"), (" " * gap, "")]
        elif needed > room:
            gap = 1
        self._spans = []
        line = hotel
        for tab, parts in zip(TABS, tabs, strict=True):
            start = width_of(line)
            line = [*line, *parts, (" " * gap, "")]
            self._spans.append((start, width_of(line), tab))
        return line

    def _right(self, *, wordy: bool) -> list[Part]:
        """What must never be pushed off the bar: troubles, counts, and that this is not a real hotel."""
        marks, counts = self.ink.marks, self.counts
        parts: list[Part] = []
        if counts.failed:
            parts.append((f"! {counts.failed}" + (f" {_('failed')}" if wordy else ""), "bold urgent"))
        if counts.unknown:
            parts.append((f"? {counts.unknown}" + (f" {_('unknown')}" if wordy else ""), "bold soon"))
        unread = f"{marks.unread} {counts.unread}" + (f" {_('unread')}" if wordy else "")
        parts.append((unread, "bold info" if counts.unread else "muted"))
        unanswered = f"{marks.unanswered} {counts.unanswered}" + (f" {_('unanswered')}" if wordy else "")
        parts.append((unanswered, "text" if counts.unanswered else "muted"))
        if self.demo:
            parts.append((_("DEMO"), "bold reverse accent"))
        spaced: list[Part] = []
        for part in parts:
            spaced += [part, ("  " if wordy else " ", "")]
        return [*spaced[:-1], (" ", "")]

    def on_key(self, event: events.Key) -> None:
        tabs = list(TABS)
        step = {"left": -1, "right": 1}.get(event.key)
        if step:
            event.stop()
            self.post_message(self.Chosen(tabs[(tabs.index(self.tab) + step) % len(tabs)]))

    def on_click(self, event: events.Click) -> None:
        for start, end, tab in self._spans:
            if start <= event.x < end:
                self.post_message(self.Chosen(tab))


class FilterBar(Pane):
    """Search and filters: quiet while off, bright while on."""

    def __init__(self, ink: Ink, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(ink, id=id)
        self.view = View()
        self.marked = 0
        self.lists: Sequence[tuple[int, str]] = ()
        self.list_key = ""
        self._spans: list[tuple[int, int, int | None]] = []

    class ListChosen(Message):
        """A click on the chip of a guest list; None: of all guests."""

        def __init__(self, list_id: int | None) -> None:
            super().__init__()
            self.list_id = list_id

    def show_lists(self, lists: Sequence[tuple[int, str]], key: str) -> None:
        """The hotel's guest lists, (id, name) in their order, as chips in the second line."""
        self.lists, self.list_key = lists, key
        self.repaint()

    def _chips(self) -> list[Part]:
        """The chosen one comes first, so that it is never cut."""
        here = self.view.guest_list
        known: list[tuple[int | None, str]] = [(None, _("All guests"))]
        known += [one for one in self.lists if one[0] == here] + [one for one in self.lists if one[0] != here]
        parts: list[Part] = [(" ", ""), (f"{self.list_key} ", "accent")]
        self._spans = []
        for list_id, name in known:
            start = width_of(parts)
            parts += [(name, "bold accent" if list_id == here and here is not None else "muted"), ("  ", "")]
            self._spans.append((start, width_of(parts), list_id))
        return parts

    def on_click(self, event: events.Click) -> None:
        if event.y == 1 and self.lists:
            for start, end, list_id in self._spans:
                if start <= event.x < end:
                    self.post_message(self.ListChosen(list_id))

    def show(self, view: View, marked: int = 0) -> None:
        self.view = view
        self.marked = marked
        self.repaint()

    def paint(self, width: int, height: int) -> list[Strip]:
        view = self.view
        left: list[Part] = [(" ", ""), ("/ ", "accent")]
        if view.search:
            left += [(view.search, "bold text")]
        else:
            left += [(_("search"), "muted")]
        if self.marked:
            left += [("   ", ""), (_("{n} marked").format(n=self.marked), "bold accent")]
        order = (f"{self.ink.marks.down} {_(SORTS[view.sort])}", "muted" if view.sort is Sort.NEWEST else "text")
        quiet = sum(2 + width_of([(words, "")]) for words in (_("unread"), _("unansw.")))
        fits = width_of(left) + quiet + width_of([order]) + 2 <= width
        wide = fits and view.stay is None and not view.tag and not self.marked
        for on, words in ((view.unread, _("unread")), (view.unanswered, _("unansw."))):
            if wide or on:
                left += [("  ", ""), (words, "bold accent" if on else "muted")]
        if view.stay is not None:
            left += [("  ", ""), (_(PHASES[view.stay]), "bold accent")]
        if view.tag:
            left += [("  ", ""), (view.tag, "bold accent")]
        first = strip(self.ink, width, left, [order, (" ", "")], self.DEPTH)
        under = [strip(self.ink, width, self._chips(), (), self.DEPTH)] if self.lists else []
        return ([first, *under] + [blank(self.ink, width, self.DEPTH)] * height)[:height]


class BottomBar(Pane):
    """Keys that act here; for some seconds a notice instead; at the right what is wrong with the program."""

    DEPTH = "surface"

    def __init__(self, ink: Ink, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(ink, id=id)
        self.keys: Sequence[tuple[str, str]] = ()
        self.leads = False
        """The last key leads to all others, and is never left out."""
        self.notice: Part | None = None
        self.trouble = ""
        self.commands = ""

    def show(self, keys: Sequence[tuple[str, str]], *, leads: bool = False) -> None:
        self.keys, self.leads = keys, leads
        self.repaint()

    def say(self, words: str, role: str = "text") -> None:
        """A notice of one line; an empty one takes the last away."""
        self.notice = (words, role) if words else None
        self.repaint()

    def warn(self, words: str) -> None:
        """What is wrong, for as long as it is."""
        if words != self.trouble:
            self.trouble = words
            self.repaint()

    def paint(self, width: int, height: int) -> list[Strip]:
        right: list[Part] = []
        if self.trouble:
            most = width * 2 // 3
            if self.notice is not None:  # what is said for some seconds is read whole, what stays may be shortened
                most = min(most, max(width // 3, width - width_of([self.notice]) - 4))
            right = [(fit(self.trouble, most), "bold soon"), (" ", "")]
        if not right and width >= 100 and self.commands:
            right = [(self.commands, "muted"), (" ", "")]
        if self.notice is not None:
            left: list[Part] = [(" ", ""), self.notice]
        else:
            left = [(" ", ""), *self._keys(width - width_of(right) - 2)]
        return [strip(self.ink, width, left, right, self.DEPTH)]

    def _keys(self, room: int) -> list[Part]:
        """As many as fit, closer together where all of them do then."""

        def painted(keys: Sequence[tuple[str, str]], gap: int) -> list[Part]:
            spaced = [[(key, "bold accent"), (f" {label}", "muted"), (" " * gap, "")] for key, label in keys]
            return [part for parts in spaced for part in parts][:-1]

        keys, gap = list(self.keys), 2
        if width_of(painted(keys, 2)) > room >= width_of(painted(keys, 1)):
            gap = 1
        while len(keys) > 1 and width_of(painted(keys, gap)) > room:
            del keys[-2 if self.leads else -1]
        return painted(keys, gap)

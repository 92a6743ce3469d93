"""What can be done on the screens of what leaves by itself: planned messages, rules, booking messages."""

from __future__ import annotations

from tui_inbox.tui.commands import BOOKING, HERE, PLANNED, RULES, Command, can, may_write, register
from tui_inbox.wording import N_

_ON = {name: frozenset({name}) for name in (PLANNED, RULES, BOOKING)}

register(
    Command("planned_hold", ("h",), N_("Hold this message, or release it"), HERE, on=_ON[PLANNED], short=N_("hold"),
            enabled=can("hold"), also=N_("release keep back")),
    Command("planned_hold_all", ("H",), N_("Hold everything that leaves by itself, or release it"), HERE,
            on=_ON[PLANNED], short=N_("stop all"), enabled=may_write, also=N_("stop water is off")),
    Command("planned_note", ("n",), N_("Add a note to the message about a cancelled booking"), HERE, on=_ON[PLANNED],
            short=N_("note"), enabled=can("note"), also=N_("cancellation reason")),
    Command("planned_silent", ("x",), N_("Tell nobody of this change of a booking"), HERE, on=_ON[PLANNED],
            short=N_("say nothing"), enabled=can("note")),
    Command("planned_events", ("b",), N_("Booking messages: who is told of what"), HERE, on=_ON[PLANNED],
            short=N_("bookings")),
    Command("rule_new", ("a",), N_("New rule"), HERE, on=_ON[RULES], short=N_("new"), enabled=may_write),
    Command("rule_edit", ("e",), N_("Edit the rule"), HERE, on=_ON[RULES], short=N_("edit"), enabled=can("rule")),
    Command("rule_switch", ("o",), N_("Switch the rule on or off"), HERE, on=_ON[RULES], short=N_("on/off"),
            enabled=can("rule")),
    Command("rule_journey", ("O",), N_("Switch all rules of this journey on or off"), HERE, on=_ON[RULES],
            short=N_("journey"), enabled=can("journey"), also=N_("series all steps")),
    Command("rule_try", ("t",), N_("Try the rule dry: what the coming week would bring"), HERE, on=_ON[RULES],
            short=N_("dry run"), also=N_("test preview simulate")),
    Command("rule_copy", ("d",), N_("Duplicate the rule"), HERE, on=_ON[RULES], short=N_("duplicate"),
            enabled=can("rule")),
    Command("rule_sends", ("s",), N_("Show what its reminder has sent"), HERE, on=_ON[RULES], short=N_("sends")),
    Command("event_edit", ("e",), N_("Texts by e-mail and SMS, channels and switches of this message"), HERE,
            on=_ON[BOOKING], short=N_("edit"), enabled=can("event"), also=N_("own text")),
    Command("event_guest", ("o",), N_("Switch the message for guests on or off"), HERE, on=_ON[BOOKING],
            short=N_("guests"), enabled=can("event")),
    Command("event_staff", ("s",), N_("Switch the notice for staff on or off"), HERE, on=_ON[BOOKING],
            short=N_("staff"), enabled=can("event")),
)  # fmt: skip

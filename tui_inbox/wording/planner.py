"""Words for what leaves by itself: rules, what they plan, booking messages."""

from __future__ import annotations

from tui_inbox.wording import N_

SENTENCES = {
    # Why a planned message does not leave, or not now
    "left": N_("Too late: the guest has left."),
    "long_ago": N_("Too late: the stay is too long ago."),
    "before_rule": N_("Its time was over when the rule began."),
    "quiet_hours": N_("Waits for the end of the quiet hours."),
    "account_silent": N_("Its account is not sending at the moment."),
    "not_approved": N_("Waits until somebody approves the booking."),
    "released": N_("Released by hand."),
    "other_room": N_("Another room of the booking carries it."),
    "came_again": N_("The guest has come again, or will."),
    "no_consent": N_("The guest has not asked for such messages."),
    "not_on_list": N_("The guest is not on the rule's list."),
    "no_such_list": N_("The rule's guest list is not there any more."),
    "not_waiting": N_("This message does not wait any more."),
    # Rules and holding
    "hold_reason": N_("Say why everything is held; whoever comes next will read it."),
    "rule_months": N_("Between 1 and {limit} months."),
    "rule_stagger": N_("Spread over 0 to {limit} minutes."),
    # Booking messages
    "no_staff_address": N_("No address for notices: set staff in [bookings]."),
    "note_too_late": N_("The message has left already."),
    "note_long": N_("The note is longer than {limit} characters."),
    "event_off": N_("The message for guests is switched off."),
    "approved_by_itself": N_(
        "Bookings are confirmed by themselves: set approval in [bookings] where somebody does it."
    ),
    "superseded": N_("The stay has changed again since."),
    "stay_over": N_("The stay is over."),
    "collapsed": N_("Told together with what followed."),
}

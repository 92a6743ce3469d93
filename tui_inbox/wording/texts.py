"""What is said about texts, their branches, designs and versions."""

from __future__ import annotations

from tui_inbox.wording import N_

SENTENCES: dict[str, str] = {
    "bad_condition": N_("Line {line}: “{text}” is no condition. Write: if room, if not room, if payment is cash."),
    "else_without_if": N_("Line {line}: this “else” belongs to no “if”."),
    "end_without_if": N_("Line {line}: this “end” belongs to no “if”."),
    "if_without_end": N_("Line {line}: “if {text}” has no “end”."),
    "nested_too_deep": N_("Line {line}: an “if” may stand in another one, and no deeper."),
    "text_name": N_("“{name}” cannot be a variable's name: use a-z, 0-9 and _, and no name that exists already."),
    "bad_link": N_("Line {line}: “{text}” is no address to open: write https://, mailto: or tel:."),
    "footer_unknown": N_("There is no footer “{name}”."),
    "footer_stop_word": N_("It must say how to stop: write STOP, or another word that stops, by itself."),
    "version_gone": N_("There is no version {n} of this text."),
    # Which variant a guest gets, and why
    "language_guest": N_("the guest's language"),
    "language_phone": N_("the country of the guest's phone"),
    "language_hotel": N_("the hotel's language: nothing is known of the guest's"),
    "language_missing": N_("a stand-in: there is no text in {language}"),
}

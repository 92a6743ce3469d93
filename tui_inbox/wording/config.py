"""Sentences for mistakes in the configuration and troubles with secrets, each with its next step."""

from __future__ import annotations

from tui_inbox.wording import N_

SENTENCES: dict[str, str] = {
    "config_no_file": N_("There is no such file. Run “tui-inbox init” to write one."),
    "config_unreadable": N_("It cannot be read ({reason}). Check its owner and mode."),
    "config_too_big": N_("It is larger than 1 MB: this is no configuration of tui-inbox."),
    "config_not_utf8": N_("This line is not UTF-8 text. Save the file as UTF-8."),
    "config_not_toml": N_("This is not TOML: {reason}."),
    "config_unknown_key": N_("Unknown key “{key}”. Known here: {known}."),
    "config_unknown_key_near": N_("Unknown key “{key}”. Did you mean “{nearest}”?"),
    "config_secret_in_file": N_(
        "“{key}” looks like a secret, and secrets do not belong in this file. "
        'Write secret = "NAME" here and run “tui-inbox secret set NAME”.'
    ),
    "config_secret_in_url": N_(
        "{key} holds a password, and secrets do not belong in this file. "
        'Take it out, write secret = "NAME" beside it and run “tui-inbox secret set NAME”.'
    ),
    "config_missing_key": N_("“{key}” is missing."),
    "config_bad_name": N_("“{key}” cannot be a name here: use a-z, 0-9, - and _, at most 32."),
    "config_not_a_choice": N_("{key} = {seen}: choose one of {choices}."),
    "config_not_a_choice_near": N_("{key} = {seen}: choose one of {choices}. Did you mean “{nearest}”?"),
    "config_out_of_range": N_("{key} = {seen}: write a number from {low} to {high}."),
    "config_empty": N_("{key} is empty."),
    "config_bad_form": N_("{key} = {seen} does not have the right form; config.example.toml shows it."),
    "config_wrong_value": N_("{key} = {seen} cannot stand here; config.example.toml shows what can."),
    "config_want_text": N_("{key} = {seen}: a text in quotes belongs here."),
    "config_want_whole_number": N_("{key} = {seen}: a whole number belongs here, without quotes."),
    "config_want_number": N_("{key} = {seen}: a number belongs here, without quotes."),
    "config_want_yes_no": N_("{key} = {seen}: true or false belongs here, without quotes."),
    "config_want_list": N_("{key} = {seen}: a list in square brackets belongs here."),
    "config_want_table": N_("{key} = {seen}: a table belongs here."),
    "config_bad_zone": N_("{key} = {seen} is no time zone. Write one like “Europe/Paris”."),
    "config_bad_zone_near": N_("{key} = {seen} is no time zone. Did you mean “{nearest}”?"),
    "config_bad_week": N_("{key} is no day of the week. Write one of: {known}."),
    "config_bad_dates": N_("{key} is no date. Write one like “2026-12-25”."),
    "config_bad_span": N_("{key} = {seen} are no hours. Write them like “08:00-12:00”."),
    "config_bad_mail": N_("{key} = {seen} is no mail address."),
    "config_bad_language": N_("{key} = {seen} is no language code. Write two small letters, like “fr”."),
    "config_bad_country": N_("{key} = {seen} is no country code. Write two capitals, like “FR”."),
    "config_bad_store": N_("{key} = {seen}: write sqlite:////path/to/inbox.db or postgresql+psycopg://host/name."),
    "config_no_such_name": N_("{key} = {seen} is not in this configuration. Known: {known}."),
    "config_same_user": N_("{key} = {seen} is already the user of “{other}”."),
    "config_same_place": N_("{key} = {seen} belongs to “{other}” already: each would take the other's messages."),
    "config_same_name": N_("A channel has the name “{key}” already: give the source of stays another one."),
    "config_unknown_source": N_("{key} = {seen} is no kind of source of stays. Known: {known}."),
    "config_unknown_source_near": N_("{key} = {seen} is no kind of source of stays. Did you mean “{nearest}”?"),
    "config_unknown_type": N_("{key} = {seen} is no kind of channel. Known: {known}."),
    "config_unknown_type_near": N_("{key} = {seen} is no kind of channel. Did you mean “{nearest}”?"),
    "config_keys": N_("{reason}. “tui-inbox keys” lists the names."),
    "config_account": N_("This account cannot work: {reason}."),
    "secret_missing": N_("No vault holds the secret “{name}”. Run “tui-inbox secret set {name}”."),
    "secret_unsafe": N_("{path} can be read by others. Run: chmod 600 {path}"),
    "secret_unreadable": N_("{path} cannot be read: {reason}."),
    "secret_damaged": N_(
        "{path} cannot be decrypted: it is damaged, or its key file was replaced. Set the secrets again."
    ),
    "secret_command_failed": N_("password_command failed for “{name}” (exit code {status})."),
    "secret_command_slow": N_("password_command did not answer within {seconds} s for “{name}”."),
    "secret_command_missing": N_("password_command: “{command}” is not a program here."),
    "secret_bad_name": N_("“{name}” cannot name a secret: use a-z, 0-9, - . and _, at most 64."),
    "keyring_failed": N_("{vault} does not answer ({reason})."),
    "vault_read_only": N_("{vault} cannot be written from here."),
    "cannot_make": N_("{path} cannot be made: {reason}."),
    "no_such_operator": N_("“{name}” is no operator of this configuration. Known: {known}."),
    "not_this_operator": N_("The user “{user}” is {name}, and cannot be “{wanted}”."),
    "vault_none": N_("No vault can be written. See “tui-inbox doctor”."),
}

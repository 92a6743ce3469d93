"""Sentences for what comes unasked: receiver, spool, relay and web chat, by stored code."""

from __future__ import annotations

from tui_inbox.wording import N_

SENTENCES: dict[str, str] = {
    "no_receiver": N_("It only sends: what guests write cannot come in until [receiver] is set up (docs/receiver.md)."),
    "advice.no_receiver": N_("Set listen, spool or relay under [receiver]; docs/receiver.md says which."),
    "bad_signature": N_("Its signature is wrong: it does not come from the vendor, or the secret here is not theirs."),
    "cannot_listen": N_("The receiver cannot use this address: another program has it, or this machine does not."),
    "spool_unusable": N_("The folder of [receiver] spool cannot be used."),
    "bad_identity": N_("The hotel's site did not sign this identifier."),
    "bad_echo_id": N_("The number that a browser gave to its message is none."),
    "need_webchat_proxy": N_("A name with HTTPS whose reverse proxy or tunnel leads to [receiver] listen."),
    "need_webchat_frame": N_("A link or a frame on the hotel's site to the page /chat/INBOX."),
    "limit_webchat_no_files": N_("Text only: no files, in either direction."),
    "limit_webchat_open_page": N_("A guest sees an answer when the page is open; nothing wakes a closed one."),
    "limit_webchat_claims": N_("Name and e-mail are what the guest typed; only the hotel's own site can prove more."),
    "config_bad_listen": N_("{key} = {seen}: write an address and a port, like “127.0.0.1:8765”."),
    "config_listens_openly": N_(
        "{key} = {seen} can be reached from other machines. Put a reverse proxy with HTTPS before it and write "
        "behind_proxy = true, or listen on 127.0.0.1."
    ),
    "config_bad_relay": N_("{key} is no address of a relay. It begins with https:// (http:// on this machine only)."),
}

"""``channel calls NAME``: where calls to the hotel's number go."""

from __future__ import annotations

from argparse import Namespace

from tui_inbox.bootstrap.opening import accounts, build_desk, open_secrets
from tui_inbox.cli.context import configuration
from tui_inbox.cli.failing import OK, Usage
from tui_inbox.cli.writing import write_account
from tui_inbox.domain.errors import Refused
from tui_inbox.ports.channel import CallRoute
from tui_inbox.services import calling
from tui_inbox.wording import _, labelled, sentence


def calls(options: Namespace) -> int:
    """Without a flag only tell; with one change that much at the number, and tell what the number says then."""
    loaded = configuration(options)
    found = accounts(loaded)
    if options.name not in found:
        raise Refused("no_such_channel", name=options.name, known=", ".join(found) or "–")
    asked = bool(options.forward or options.voicemail or options.after)
    if options.off and asked:
        raise Usage(_("--off stands alone."))
    account = found[options.name]
    channel = account.adapter.open(account.name, account.settings, open_secrets(loaded))
    try:
        number = calling.able(channel)
        kept = number.set_route(CallRoute()) if options.off else number.route()
        if asked:
            voicemail = options.voicemail == "yes" if options.voicemail else kept.voicemail
            target, after = options.forward or kept.target, options.after or kept.after
            wanted = calling.wanted(build_desk(loaded), options.name, target, after, voicemail=voicemail)
            kept = number.set_route(wanted)
    finally:
        channel.close()
    print(labelled(options.name, sentence(*calling.in_words(calling.told(kept)))))
    if kept.url and not kept.foreign:
        print("  " + labelled(_("instructions at"), kept.url))
    if asked and not loaded.config.channels[options.name].get("calls"):
        write_account(loaded, options.name, {"calls": True})
        print(_("calls = true is written to {path}: calls come into the threads.").format(path=loaded.file))
    return OK

"""``reply``: what the composer does, for scripts."""

from __future__ import annotations

import sys
from argparse import Namespace
from datetime import UTC, datetime

from tui_inbox.bootstrap.opening import build_desk, open_store
from tui_inbox.cli.context import configuration, print_json, someone
from tui_inbox.cli.failing import OK, Usage
from tui_inbox.cli.words import local
from tui_inbox.domain.errors import Refused
from tui_inbox.services import replying
from tui_inbox.services.composing import ChannelChoice, Composer
from tui_inbox.wording import _

_LONGEST = 1_000_000


def reply(options: Namespace) -> int:
    """Queue one message as the composer would, with all its rules; print the outbox row's number."""
    loaded = configuration(options)
    actor, desk, now = someone(options, loaded), build_desk(loaded), datetime.now(UTC)
    text = sys.stdin.read(_LONGEST) if options.text == "-" else options.text
    with open_store(loaded, create=False) as store, store.write() as tx:
        tx.operators.seen(actor.code, actor.name, now)
        composer = replying.composer(tx, desk, actor, options.id, now)
        choice = _chosen(composer, options.channel)
        sent = replying.send(
            tx,
            desk,
            actor,
            replying.Reply(
                options.id,
                choice.account,
                choice.channel,
                choice.address,
                text,
                subject=options.subject,
                send_now=options.send_now,
                over_budget=options.over_budget,
                key=replying.new_key(),
            ),
            now,
        )
    if options.json:
        print_json(
            {"outbox_id": sent.outbox_id, "message_id": sent.message_id, "not_before": local(desk, sent.not_before)}
        )
    else:
        print(sent.outbox_id)
    return OK


def _chosen(composer: Composer, wanted: str) -> ChannelChoice:
    """By the name of the channel or of the account; without one, where the guest wrote last."""
    if not composer.choices:
        raise Refused("no_channel")
    if not wanted:
        # A default of -1 says that no way is open: the first one's refusal tells why.
        return composer.choices[max(composer.default, 0)]
    for choice in composer.choices:
        if wanted in (choice.channel, choice.account):
            return choice
    known = ", ".join(f"{choice.channel} ({choice.account})" for choice in composer.choices)
    raise Usage(_("“{name}” does not reach this guest. What does: {known}.").format(name=wanted, known=known))

"""``channel add|list|test|remove``."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from tui_inbox.bootstrap.opening import (
    CHANNELS,
    Account,
    accounts,
    build_desk,
    channel_kinds,
    open_secrets,
    sources,
)
from tui_inbox.cli.asking import ask
from tui_inbox.cli.connecting import Connecting, take_out
from tui_inbox.cli.context import configuration, noted, print_json
from tui_inbox.cli.failing import CHANNEL, OK
from tui_inbox.cli.forms import FORMS
from tui_inbox.cli.health import WORKS, print_health, try_out
from tui_inbox.cli.words import account_json, account_lines, kind_lines
from tui_inbox.config import Loaded
from tui_inbox.domain.channel import HandleKind
from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import Refused, TuiInboxError
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.ports.secrets import Secrets
from tui_inbox.wording import _, explain


def add(options: Namespace) -> int:
    """Connect an account; a message to the person who sets up shows the whole way."""
    loaded = configuration(options)
    connecting = Connecting(options, loaded, CHANNELS, FORMS[options.kind])
    if not connecting.agreed():
        return CHANNEL
    there = _without_whatsapp(loaded) if options.kind == "whatsapp" and not options.name else ""
    if there:
        form = connecting.form
        connecting = replace(connecting, form=form._replace(questions=form.questions[-1:], secret=""))
    made = connecting.connect(there or connecting.free_name())
    if made is None:
        return CHANNEL
    if made.works:
        _offer_message(options, made.account, made.secrets)
    print(_("Next: “tui-inbox” opens the inbox; what guests write arrives within a minute."))
    return OK


def _without_whatsapp(loaded: Loaded) -> str:
    """The one Twilio account that could carry WhatsApp as well, if there is exactly one."""
    found = [
        name
        for name, table in loaded.config.channels.items()
        if table["type"] == "twilio" and not table.get("whatsapp_from")
    ]
    return found[0] if len(found) == 1 else ""


def _offer_message(options: Namespace, account: Account, secrets: Secrets) -> None:
    """One message to the person who sets up, when asked for: the whole way, and the vendor's number for it."""
    own = account.adapter.own(account.settings)
    channel_code = next(iter(own))
    if account.adapter.TRAITS[channel_code].handle is HandleKind.OPAQUE:
        return  # Nobody can type their own address there.
    to = options.test_to
    if not to and not options.no_input:
        to = ask(_("Send a test message to yourself? Your number or address, or Enter for no"))
    if not to:
        return
    text = _("This is a test of tui-inbox. If you can read it, the channel works.")
    outgoing = Outgoing(
        0, f"test-{datetime.now(UTC).timestamp()}", 0, 0, account.name, channel_code, to, text, OutboxState.INFLIGHT,
        own_address=own[channel_code], subject=_("Test of tui-inbox"),
        message_ref=f"<test-{uuid4().hex}@tui-inbox.invalid>",
    )  # fmt: skip
    channel = account.adapter.open(account.name, account.settings, secrets)
    try:
        receipt = channel.send(outgoing)
    except TuiInboxError as error:
        print(explain(error))
    else:
        print(_("The vendor took it, number {id}.").format(id=clean_line(receipt.provider_id)))
    finally:
        channel.close()


def test(options: Namespace) -> int:
    loaded = configuration(options)
    stays = sources(loaded)
    account = known_account({**accounts(loaded), **stays}, options.name)
    zone = [ZoneInfo(loaded.config.hotel.time_zone)] if options.name in stays else []
    health = try_out(account, open_secrets(loaded), *zone)
    print_health(options.name, health)
    return OK if health.state in WORKS else CHANNEL


def known_account(found: Mapping[str, Account], name: str) -> Account:
    if name not in found:
        raise Refused("no_such_channel", name=name, known=", ".join(found) or "–")
    return found[name]


def list_(options: Namespace) -> int:
    """Each configured account with what the worker last noted of it, then every kind with what it takes."""
    loaded = configuration(options)
    desk, stored = build_desk(loaded), noted(loaded)
    if options.json:
        print_json([account_json(desk, name, stored.get(name)) for name in desk.accounts])
        return OK
    for line in account_lines(desk, stored, datetime.now(UTC), desk.accounts):
        print(line)
    if not desk.accounts:
        print(_("No channel yet: “tui-inbox channel add sms” or “tui-inbox channel add email” connects one."))
    for kind in channel_kinds():
        print()
        print(f"{', '.join(kind.labels)}: tui-inbox channel add {kind.form}")
        for line in kind_lines(kind.needs, kind.limits):
            print(f"  {line}")
    return OK


def remove(options: Namespace) -> int:
    """Out of the configuration; messages stay, and so does the secret until it is deleted."""
    if take_out(options, configuration(options), CHANNELS.key, "no_such_channel"):
        print(_("“{name}” is out. Its messages stay in the inbox.").format(name=options.name))
    return OK

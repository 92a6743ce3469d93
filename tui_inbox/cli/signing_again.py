"""``channel sign-in``: for an account whose provider wants a person to agree once more."""

from __future__ import annotations

from argparse import Namespace

from tui_inbox.bootstrap.opening import accounts, open_secrets
from tui_inbox.cli.channels import known_account
from tui_inbox.cli.context import configuration
from tui_inbox.cli.failing import CHANNEL, OK
from tui_inbox.cli.health import WORKS, print_health, try_out
from tui_inbox.cli.signing_in import signed_in, wants_sign_in
from tui_inbox.domain.errors import Refused
from tui_inbox.wording import _


def sign_in(options: Namespace) -> int:
    """For an account that exists: what the provider gives goes where the old one was, and a worker finds it there."""
    loaded = configuration(options)
    account, chain = known_account(accounts(loaded), options.name), open_secrets(loaded)
    if not wants_sign_in(account):
        raise Refused("sign_in_not_wanted", name=options.name)
    kept, name = signed_in(account, chain), str(account.settings.secret)
    if chain.holder(name) is not None and chain.renewable(name):
        chain.renew(name, kept)
        vault = chain.holder(name) or ""
    else:
        vault = chain.set(name, kept)
    print(_("“{name}” is stored in: {vault}.").format(name=name, vault=vault))
    if chain.holder(name) != vault:
        print(_("But “{vault}” comes first and holds another value.").format(vault=chain.holder(name)))
    health = try_out(account, chain)
    print_health(options.name, health)
    return OK if health.state in WORKS else CHANNEL

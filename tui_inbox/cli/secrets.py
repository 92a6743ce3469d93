"""``secret set|list|delete``: values are asked for or read from the standard input, never an argument."""

from __future__ import annotations

import sys
from argparse import Namespace
from getpass import getpass

from tui_inbox.bootstrap.examining import SECRET_KEYS
from tui_inbox.bootstrap.opening import open_secrets
from tui_inbox.cli.context import configuration
from tui_inbox.cli.failing import ERROR, OK, Usage
from tui_inbox.ports.secrets import Secret
from tui_inbox.wording import _


def ask_secret(question: str) -> Secret:
    """From the terminal without showing it, or the first line of the standard input."""
    value = getpass(question + " ") if sys.stdin.isatty() else sys.stdin.readline()
    value = value.strip("\r\n")
    if not value:
        raise Usage(_("Nothing was given; nothing was stored."))
    return Secret(value)


def set_(options: Namespace) -> int:
    chain = open_secrets(configuration(options))
    vault = chain.set(options.name, ask_secret(_("Value of “{name}” (it is not shown):").format(name=options.name)))
    print(_("“{name}” is stored in: {vault}.").format(name=options.name, vault=vault))
    holder = chain.holder(options.name)
    if holder != vault:
        print(_("But “{vault}” comes first and holds another value.").format(vault=holder))
    return OK


def list_(options: Namespace) -> int:
    """Every secret that the configuration names, and every other one in a vault that can list."""
    loaded = configuration(options)
    chain = open_secrets(loaded)
    tables = {**loaded.config.channels, **loaded.config.sources}
    wanted = {str(table[key]): name for name, table in tables.items() for key in SECRET_KEYS if table.get(key)}
    if loaded.config.store.secret:
        wanted[loaded.config.store.secret] = "[store]"
    for name in sorted({*wanted, *(name for name, _vault in chain.names())}):
        holder, user = chain.holder(name) or _("missing"), wanted.get(name) or _("not used")
        print(f"{name}: {holder} ({user})")
    return OK


def delete(options: Namespace) -> int:
    if open_secrets(configuration(options)).delete(options.name):
        print(_("“{name}” is forgotten.").format(name=options.name))
        return OK
    print(_("No vault that can be written holds “{name}”.").format(name=options.name))
    return ERROR

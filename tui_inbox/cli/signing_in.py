"""A sign-in at the provider's own page, which may be open on another machine than this terminal."""

from __future__ import annotations

import time
from collections.abc import Callable

from tui_inbox.bootstrap.opening import Account
from tui_inbox.cli.asking import ask
from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import Refused
from tui_inbox.ports.secrets import Secret, Secrets
from tui_inbox.ports.signing_in import SignIn
from tui_inbox.wording import _, explain, ngettext

PAUSE: Callable[[float], object] = time.sleep
"""Between two questions to the provider."""


def wants_sign_in(account: Account) -> bool:
    """Does it log in with what only the provider's page gives?"""
    return getattr(account.settings, "auth", "password") == "oauth" and hasattr(account.adapter, "sign_in")


def signed_in(account: Account, secrets: Secrets) -> Secret:
    """What the vault is to keep. Raises ``Refused``, ``ChannelError``."""
    sign_in: SignIn = account.adapter.sign_in(account.settings, secrets)
    try:
        invitation = sign_in.begin()
        print(_("Open this address in any browser, on any machine:"))
        print(f"  {clean_line(invitation.address)}")
        if not invitation.code:
            return _brought_back(sign_in)
        print(_("and enter this code: {code}").format(code=clean_line(invitation.code)))
        if invitation.minutes:
            print(ngettext("It holds for {n} minute.", "It holds for {n} minutes.", invitation.minutes))
        print(_("Waiting for you to finish there; Ctrl+C gives up."), flush=True)
        found = sign_in.wait(PAUSE)
        print(_("Signed in."))
        return found
    finally:
        sign_in.close()


def _brought_back(sign_in: SignIn) -> Secret:
    """The last address that the browser shows, which nobody else can make; a wrong one is asked for again."""
    print(_("After you have agreed, the browser shows a page that cannot be reached; that is as it should be."))
    while True:
        answer = ask(_("Copy the whole address of that page here"))
        try:
            return sign_in.redeem(answer)
        except Refused as refused:
            if refused.code != "sign_in_not_it":
                raise
            print(explain(refused))

"""What a server says of a login, without the password or token that some repeat in it."""

from __future__ import annotations

import contextlib
from base64 import b64encode
from collections.abc import Iterator

from adapters.email.oauth import Bearer, xoauth2
from tui_inbox.domain.errors import ChannelError
from tui_inbox.ports.secrets import Secret

STAND_IN = "…"


@contextlib.contextmanager
def veiled(user: str, secret: Secret | Bearer | None) -> Iterator[None]:
    """A ``ChannelError`` that is raised here goes on without any form in which the secret was sent."""
    try:
        yield
    except ChannelError as error:
        for form in _forms(user, secret.reveal() if secret is not None else ""):
            error.vendor_text = error.vendor_text.replace(form, STAND_IN)
        raise


def _forms(user: str, word: str) -> list[str]:
    """As it stands on the wire, longest first: in the base64 of each SASL mechanism, or quoted (IMAP's LOGIN).

    imaplib puts some answers into its exceptions as Python writes bytes.
    """
    if not word:
        return []
    quoted = word.replace("\\", "\\\\").replace('"', '\\"')
    written = [repr(f"'\"{form}".encode())[5:-1] for form in (quoted, word)]
    messages = (xoauth2(user, word), f"\0{user}\0{word}".encode(), word.encode())
    return [*(b64encode(message).decode() for message in messages), *written, quoted, word]

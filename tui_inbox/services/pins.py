"""The short PIN by which people at one login tell each other apart; it guards names, not secrets."""

from __future__ import annotations

import os
from hashlib import scrypt
from hmac import compare_digest

from tui_inbox.domain.errors import Refused
from tui_inbox.ports.store import Transaction
from tui_inbox.services.desk import Actor

_KEY = "pin"
FEWEST, MOST = 4, 12


def _digest(pin: str, salt: bytes) -> str:
    return scrypt(pin.encode(), salt=salt, n=2**12, r=8, p=1, dklen=24).hex()


def put(tx: Transaction, actor: Actor, pin: str) -> None:
    """Set one's own PIN; an empty one takes it away. Raises ``Refused("bad_pin")``."""
    actor.require_write()
    if pin and not (FEWEST <= len(pin) <= MOST):
        raise Refused("bad_pin", fewest=FEWEST, most=MOST)
    salt = os.urandom(16)
    tx.operators.set_preference(actor.code, _KEY, f"{salt.hex()}:{_digest(pin, salt)}" if pin else "")


def needed(tx: Transaction, code: str) -> bool:
    """Does this person have one?"""
    return bool(tx.operators.preference(code, _KEY))


def check(tx: Transaction, code: str, pin: str) -> None:
    """Raises ``Refused("wrong_pin")``."""
    salt, _colon, known = tx.operators.preference(code, _KEY).partition(":")
    if known and not compare_digest(_digest(pin, bytes.fromhex(salt)), known):
        raise Refused("wrong_pin")

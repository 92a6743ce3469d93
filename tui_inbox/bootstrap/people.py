"""Who sits at the keyboard: the forced command's ``--operator``, or the real user of the process, never a variable.

``LOGNAME`` and ``USER`` can be set by anybody, so the name comes from the real uid.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping

from tui_inbox.config import Config, Operator
from tui_inbox.domain.errors import Refused
from tui_inbox.services.desk import Actor


def os_user(uid: int | None = None) -> str:
    """Login name of the real user; the number itself where the system has no name for it."""
    number = os.getuid() if uid is None else uid
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def people(config: Config, user: str | None = None) -> Mapping[str, Actor]:
    """Everybody who may sit here. Without configured operators it is whoever started the program, as admin."""
    if not config.operators:
        name = user or os_user()
        return {name: Actor(name, name, role="admin")}
    return {code: actor_of(code, operator) for code, operator in config.operators.items()}


def actor_of(code: str, operator: Operator) -> Actor:
    return Actor(
        code,
        operator.name,
        role=operator.role,
        property=operator.property or None,
        accounts=tuple(operator.channels),
    )


def who(config: Config, wanted: str | None, user: str | None = None) -> Actor | None:
    """The person at the keyboard, or None on an account that several people share.

    Raises ``Refused("no_such_operator")``, and ``Refused("not_this_operator")`` for a user of one person who asks to
    be another.
    """
    name = user or os_user()
    known = people(config, name)
    mine = next((code for code, operator in config.operators.items() if operator.os_user == name), None)
    if mine is None and not config.operators:
        mine = name
    if wanted is None:
        return known[mine] if mine else None
    if wanted not in known:
        raise Refused("no_such_operator", name=wanted, known=", ".join(known))
    if mine is not None and wanted != mine and known[mine].role != "admin":
        raise Refused("not_this_operator", user=name, name=known[mine].name, wanted=wanted)
    return known[wanted]

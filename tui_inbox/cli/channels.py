"""``channel add|list|test|remove``."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from tui_inbox.bootstrap.opening import (
    Account,
    accounts,
    build_desk,
    channel_kinds,
    open_secrets,
    open_store,
    read_account,
    settings_of,
    sources,
)
from tui_inbox.cli.asking import ask, choose
from tui_inbox.cli.context import configuration, print_json
from tui_inbox.cli.failing import CHANNEL, OK, Usage, config_sentences, say
from tui_inbox.cli.forms import FORMS, Form, Question, table_of
from tui_inbox.cli.secrets import ask_secret
from tui_inbox.cli.signing_in import signed_in, wants_sign_in
from tui_inbox.cli.words import DETAILS, account_json, account_lines, kind_lines
from tui_inbox.cli.writing import with_account, write_account
from tui_inbox.config import ConfigError, Loaded, Problem
from tui_inbox.config.checking import check_table
from tui_inbox.domain.channel import HandleKind
from tui_inbox.domain.display import clean_line
from tui_inbox.domain.errors import Refused, StoreError, TuiInboxError
from tui_inbox.domain.outbox import OutboxState, Outgoing
from tui_inbox.ports.channel import Health, HealthState
from tui_inbox.ports.secrets import Secret, Secrets
from tui_inbox.rows import AccountRow
from tui_inbox.wording import N_, _, explain, labelled, sentence


class Given:
    """The secrets that were just typed, before any vault holds them."""

    def __init__(self, secret: Secret, others: Mapping[str, Secret] | None = None) -> None:
        self.secret, self.others = secret, dict(others or {})

    def get(self, name: str) -> Secret:
        return self.others.get(name, self.secret)

    def renewable(self, name: str) -> bool:
        return True

    def renew(self, name: str, secret: Secret) -> None:
        """A provider may replace what it gave with the first call already."""
        if name in self.others:
            self.others[name] = secret
        else:
            self.secret = secret

    def holder(self, name: str) -> str | None:
        return None

    def set(self, name: str, secret: Secret) -> str:
        raise Refused("vault_none")

    def delete(self, name: str) -> bool:
        return False

    def names(self) -> list[tuple[str, str]]:
        return []


def add(options: Namespace) -> int:
    """Ask, try with a read-only call, store the secret, write the table: in this order nothing is left half done."""
    loaded = configuration(options)
    form = FORMS[options.kind]
    if form.needs_first and not options.no_input and not _agreed(form):
        return CHANNEL
    there = _without_whatsapp(loaded) if options.kind == "whatsapp" and not options.name else ""
    if there:
        form = form._replace(questions=form.questions[-1:], secret="")
    name = there or _name(options, form, loaded)
    secret_name = f"{name}-{form.secret_suffix}" if form.secret else ""
    chain = open_secrets(loaded)
    answers = _given(options.set)
    secret = None
    others: dict[str, Secret] = {}
    while True:
        answers = answers if options.no_input else _ask_all(form, answers)
        table = {**loaded.config.channels.get(name, {}), **table_of(form, answers, secret_name)}
        account, problems = _read(name, table, loaded)
        if account is None:
            if options.no_input:
                raise ConfigError(str(loaded.file), problems)
            say(config_sentences(_("This cannot work"), tuple(problems)))
            continue
        if form.secret and not options.secret_stdin and wants_sign_in(account):
            others = _more_secrets(options, form, name, answers) or others
            account = _naming(form, name, table, others, loaded) or account
            secret = secret or signed_in(account, Given(Secret(""), others))
        else:
            secret = _secret(options, form, secret) if form.secret else None
            others = _more_secrets(options, form, name, answers) or others
            account = _naming(form, name, table, others, loaded) or account
        given = Given(secret, others) if secret else None
        health = None if options.no_test else try_out(account, given or chain)
        secret = given.secret if given else None
        if health is None or health.state in WORKS:
            break
        print_health(name, health)
        if options.no_input:
            return CHANNEL
        again = choose(_("What now?"), {"r": _("correct the answers"), "k": _("keep it so"), "q": _("quit")})
        if again == "q":
            return CHANNEL
        if again == "k":
            break
    if secret:
        print(_("“{name}” is stored in: {vault}.").format(name=secret_name, vault=chain.set(secret_name, secret)))
    for other, value in others.items():
        print(_("“{name}” is stored in: {vault}.").format(name=other, vault=chain.set(other, value)))
    _naming(form, name, table, others, loaded)
    write_account(loaded, name, table)
    print(_("[channels.{name}] is written to {path}.").format(name=name, path=loaded.file))
    if health is not None and health.state in WORKS:
        print_health(name, health)
        _offer_message(options, account, Given(secret) if secret else chain)
    print(_("Next: “tui-inbox” opens the inbox; what guests write arrives within a minute."))
    return OK


def _agreed(form: Form) -> bool:
    """What the vendor wants beforehand, said before any token is asked for."""
    print(_("Before you begin, the vendor wants:"))
    for code in next(kind.needs for kind in channel_kinds() if kind.type == form.type):
        print(f"  - {sentence(code)}")
    return choose(_("Go on?"), {"y": _("yes, this is done"), "q": _("quit")}) == "y"


def _further(name: str, question: Question) -> str:
    return f"{name}-{question.key.replace('_', '-').replace('.', '-')}"


def _naming(
    form: Form, name: str, table: dict[str, Any], others: Mapping[str, Secret], loaded: Loaded
) -> Account | None:
    """Put the names of the further secrets into the table; the account that it describes then."""
    for question in form.more_secrets:
        if _further(name, question) in others:
            outer, dot, inner = question.key.rpartition(".")
            (table.setdefault(outer, {}) if dot else table)[inner] = _further(name, question)
    return _read(name, table, loaded)[0]


def _more_secrets(options: Namespace, form: Form, name: str, answers: Mapping[str, str]) -> dict[str, Secret]:
    """Those that were given, by the names under which they are kept; after the first, one line each."""
    found = {}
    for question in form.more_secrets:
        if not question.when(answers):
            continue
        typed = None
        if options.secret_stdin:
            line = sys.stdin.readline().rstrip("\r\n")
            typed = Secret(line) if line else None
        elif not options.no_input:
            print(f"  {_(question.where)}")
            with suppress(Usage):
                typed = ask_secret(f"{_(question.ask)}:")
        if typed is not None:
            found[_further(name, question)] = typed
    return found


def _without_whatsapp(loaded: Loaded) -> str:
    """The one Twilio account that could carry WhatsApp as well, if there is exactly one."""
    found = [
        name
        for name, table in loaded.config.channels.items()
        if table["type"] == "twilio" and not table.get("whatsapp_from")
    ]
    return found[0] if len(found) == 1 else ""


def _name(options: Namespace, form: Form, loaded: Loaded) -> str:
    """Raises ``Usage`` for a name that is taken."""
    taken = loaded.config.channels
    free = next(f for f in (form.name, *(f"{form.name}-{n}" for n in range(2, 100))) if f not in taken)
    name: str = options.name or (free if options.no_input else ask(_("Your name for it"), default=free))
    if name in taken:
        raise Usage(_("There is a channel “{name}” already: choose another --name.").format(name=name))
    return name


def _given(pairs: list[str]) -> dict[str, str]:
    """``--set KEY=VALUE`` ..."""
    found = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise Usage(_("--set wants KEY=VALUE, not “{text}”.").format(text=pair))
        found[key.strip()] = value.strip()
    return found


def _ask_all(form: Form, answers: dict[str, str]) -> dict[str, str]:
    """Every question of the form; a former answer is what Enter takes."""
    found = dict(answers)
    settings = settings_of(form.type)

    for question in form.questions:
        if not question.when(found):
            found.pop(question.key, None)
            continue
        default = found.get(question.key) or question.default(found)

        def wrong(answer: str, key: str = question.key) -> str:
            table = table_of(form, {key: answer}, "")
            problems = check_table(settings, {name: table[name] for name in table if name != "type"}, (), {})
            found_here = [problem for problem in problems if problem.path == tuple(key.split("."))]
            return sentence(found_here[0].code, found_here[0].params) if found_here else ""

        found[question.key] = ask(_(question.ask), _(question.where), default, wrong)
    return found


def _read(name: str, table: dict[str, Any], loaded: Loaded) -> tuple[Account | None, list[Problem]]:
    try:
        changed = with_account(loaded, name, table)
    except ConfigError as error:
        return None, list(error.problems)
    return read_account(name, table, changed)


def _secret(options: Namespace, form: Form, earlier: Secret | None) -> Secret:
    """Enter alone keeps the secret that was typed before, or asks again: the answers so far are not lost."""
    if options.secret_stdin:
        return Secret(sys.stdin.readline().rstrip("\r\n"))
    if options.no_input:
        raise Usage(_("--no-input needs --secret-stdin: the secret is read from the standard input."))
    while True:
        print(f"  {_(form.secret_where)}")
        try:
            return ask_secret(f"{_(form.secret)}:")
        except Usage:
            if earlier:
                return earlier
            if not sys.stdin.isatty():
                raise


def try_out(account: Account, secrets: Secrets, *zone: ZoneInfo) -> Health:
    """A read-only call to the vendor; a source of stays wants the hotel's zone."""
    channel = account.adapter.open(account.name, account.settings, secrets, *zone)
    try:
        health: Health = channel.test()
    finally:
        channel.close()
    return health


WORKS = (HealthState.OK, HealthState.RESTRICTED)
_YES_NO = ("trial", "owns_number", "webhook", "receives")
_STATES = {
    "active": N_("connected"),
    "inactive": N_("switched off there"),
    "reauthorise": N_("to be authorised again"),
    "not_mapped": N_("a listing is not mapped"),
    "absent": N_("not connected"),
    "open": N_("reachable"),
    "closed": N_("no access"),
}
"""Of a site, a queue or a property."""


def print_health(name: str, health: Health) -> None:
    """What the vendor says of the account, in its own words where it refuses."""
    if health.state is HealthState.OK:
        print(_("{name}: it works. The vendor calls this account “{account}”.").format(
            name=name, account=clean_line(health.account_name) or "–"
        ))  # fmt: skip
    else:
        print(labelled(name, f"{sentence(health.code)} {clean_line(health.vendor_text)}".rstrip()))
    for key, value in health.details.items():
        said = clean_line(str(value))
        if key in _YES_NO:
            said = _("yes") if int(value) else _("no")
        elif said in _STATES:
            said = _(_STATES[said])
        print("  " + labelled(_(DETAILS[key]) if key in DETAILS else clean_line(key), said or "–"))


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


def known_account(found: Any, name: str) -> Account:
    if name not in found:
        raise Refused("no_such_channel", name=name, known=", ".join(found) or "–")
    account: Account = found[name]
    return account


def list_(options: Namespace) -> int:
    """Each configured account with what the worker last noted of it, then every kind with what it takes."""
    loaded = configuration(options)
    desk, now = build_desk(loaded), datetime.now(UTC)
    stored: dict[str, AccountRow] = {}
    try:
        with open_store(loaded, create=False) as store, store.read() as tx:
            stored = {row.name: row for row in tx.accounts.all()}
    except StoreError as error:
        if error.code != "missing":
            raise
    if options.json:
        print_json([account_json(desk, name, stored.get(name)) for name in desk.accounts])
        return OK
    for line in account_lines(desk, stored, now):
        print(line)
    if not desk.accounts:
        print(_("No channel yet: “tui-inbox channel add sms” or “tui-inbox channel add email” connects one."))
    for kind in channel_kinds():
        print()
        print(f"{', '.join(kind.labels)}: tui-inbox channel add {kind.form}")
        for line in kind_lines(kind):
            print(f"  {line}")
    return OK


def remove(options: Namespace) -> int:
    """Out of the configuration; messages stay, and so does the secret until it is deleted."""
    loaded = configuration(options)
    tables = loaded.config.channels
    if options.name not in tables:
        raise Refused("no_such_channel", name=options.name, known=", ".join(tables) or "–")
    if not options.yes:
        question = _("Take “{name}” out of {path}?").format(name=options.name, path=loaded.file)
        if choose(question, {"n": _("no"), "y": _("yes")}) == "n":
            return OK
    secret = tables[options.name].get("secret")
    write_account(loaded, options.name, None)
    print(_("“{name}” is out. Its messages stay in the inbox.").format(name=options.name))
    if secret:
        print(_("Its secret is still stored: “tui-inbox secret delete {name}” forgets it.").format(name=secret))
    return OK

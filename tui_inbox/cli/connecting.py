"""The way from questions to a connected account, the same for channels and for sources of stays."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tui_inbox.bootstrap.examining import SECRET_KEYS
from tui_inbox.bootstrap.opening import Account, Kinds, open_secrets, read_account
from tui_inbox.cli.asking import ask, choose
from tui_inbox.cli.failing import Usage, config_sentences, say
from tui_inbox.cli.forms import Form, Question, table_of
from tui_inbox.cli.health import WORKS, print_health, try_out
from tui_inbox.cli.secrets import ask_secret
from tui_inbox.cli.signing_in import signed_in, wants_sign_in
from tui_inbox.cli.writing import with_account, write_account
from tui_inbox.config import ConfigError, Loaded, Problem
from tui_inbox.config.checking import check_table
from tui_inbox.domain.errors import Refused
from tui_inbox.ports.channel import Health
from tui_inbox.ports.secrets import Secret, Secrets
from tui_inbox.wording import _, sentence


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


class Connected(NamedTuple):
    """An account that is written, with the secrets that open it."""

    account: Account
    secrets: Secrets
    works: bool
    """The vendor was asked, and said yes."""


@dataclass(frozen=True)
class Connecting:
    """One account on its way into the configuration."""

    options: Namespace
    loaded: Loaded
    kinds: Kinds
    form: Form

    def agreed(self) -> bool:
        """What the vendor wants beforehand, said before any token is asked for."""
        if not self.form.needs_first or self.options.no_input:
            return True
        print(_("Before you begin, the vendor wants:"))
        for code in self.kinds.load(self.form.type).NEEDS:
            print(f"  - {sentence(code)}")
        return choose(_("Go on?"), {"y": _("yes, this is done"), "q": _("quit")}) == "y"

    def free_name(self) -> str:
        """Raises ``Usage`` for a name that is taken: events and cursors are kept by it, whatever it is the name of."""
        config, form, options = self.loaded.config, self.form, self.options
        taken = {**config.channels, **config.sources}
        free = next(one for one in (form.name, *(f"{form.name}-{n}" for n in range(2, 100))) if one not in taken)
        name: str = options.name or (free if options.no_input else ask(_("Your name for it"), default=free))
        if name in taken:
            raise Usage(_("A channel or a source is called “{name}” already: choose another --name.").format(name=name))
        return name

    def connect(self, name: str, *zone: ZoneInfo) -> Connected | None:
        """Ask, try with a read-only call, store the secrets, write the table: in this order nothing is half done.

        None: it does not work, and was given up. A source of stays wants the hotel's ``zone``.
        """
        form, options, loaded = self.form, self.options, self.loaded
        secret_name = f"{name}-{form.secret_suffix}" if form.secret else ""
        chain = open_secrets(loaded)
        answers = _given(options.set)
        secret: Secret | None = None
        others: dict[str, Secret] = {}
        while True:
            answers = answers if options.no_input else self._ask_all(answers)
            table = {**getattr(loaded.config, self.kinds.key).get(name, {}), **table_of(form, answers, secret_name)}
            table |= {question.key: _further(name, question) for question in form.more_secrets if question.needed}
            account, problems = self._read(name, table)
            if account is None:
                if options.no_input:
                    raise ConfigError(str(loaded.file), problems)
                say(config_sentences(_("This cannot work"), tuple(problems)))
                continue
            if form.secret and not options.secret_stdin and wants_sign_in(account):
                others |= self._more_secrets(name, answers, others)
                account = self._naming(name, table, others) or account
                secret = secret or signed_in(account, Given(Secret(""), others))
            else:
                secret = _secret(options, form, secret) if form.secret else None
                others |= self._more_secrets(name, answers, others)
                account = self._naming(name, table, others) or account
            given = Given(secret, others) if secret else None
            health = None if options.no_test else try_out(account, given or chain, *zone)
            if given:
                secret, others = given.secret, given.others
            if health is None or health.state in WORKS:
                break
            print_health(name, health)
            if options.no_input:
                return None
            again = choose(_("What now?"), {"r": _("correct the answers"), "k": _("keep it so"), "q": _("quit")})
            if again == "q":
                return None
            if again == "k":
                break
        kept = {**({secret_name: secret} if secret else {}), **others}
        for key, value in kept.items():
            print(_("“{name}” is stored in: {vault}.").format(name=key, vault=chain.set(key, value)))
        write_account(loaded, name, table, self.kinds.key)
        written = _("[{table}.{name}] is written to {path}.")
        print(written.format(table=self.kinds.key, name=name, path=loaded.file))
        return Connected(account, Given(secret, others) if secret else chain, _said(name, health))

    def _ask_all(self, answers: dict[str, str]) -> dict[str, str]:
        """Every question of the form; a former answer is what Enter takes."""
        found = dict(answers)
        settings = self.kinds.load(self.form.type).Settings

        for question in self.form.questions:
            if not question.when(found):
                found.pop(question.key, None)
                continue
            default = found.get(question.key) or question.default(found)

            def wrong(answer: str, key: str = question.key) -> str:
                table = table_of(self.form, {key: answer}, "")
                problems = check_table(settings, {name: table[name] for name in table if name != "type"}, (), {})
                found_here = [problem for problem in problems if problem.path == tuple(key.split("."))]
                return sentence(found_here[0].code, found_here[0].params) if found_here else ""

            found[question.key] = ask(_(question.ask), _(question.where), default, wrong)
        return found

    def _read(self, name: str, table: dict[str, Any]) -> tuple[Account | None, list[Problem]]:
        try:
            changed = with_account(self.loaded, name, table, self.kinds.key)
        except ConfigError as error:
            return None, list(error.problems)
        return read_account(name, table, changed, self.kinds)

    def _naming(self, name: str, table: dict[str, Any], others: Mapping[str, Secret]) -> Account | None:
        """Put the names of the further secrets into the table; the account that it describes then."""
        for question in self.form.more_secrets:
            if _further(name, question) in others:
                outer, dot, inner = question.key.rpartition(".")
                (table.setdefault(outer, {}) if dot else table)[inner] = _further(name, question)
        return self._read(name, table)[0]

    def _more_secrets(self, name: str, answers: Mapping[str, str], earlier: Mapping[str, Secret]) -> dict[str, Secret]:
        """Those that were given, by the names under which they are kept; after the first, one line each."""
        found = {}
        for question in self.form.more_secrets:
            if question.when(answers):
                kept_as = _further(name, question)
                typed = _further_secret(self.options, question, known=kept_as in earlier)
                if typed is not None:
                    found[kept_as] = typed
        return found


def _said(name: str, health: Health | None) -> bool:
    if health is None or health.state not in WORKS:
        return False
    print_health(name, health)
    return True


def _further(name: str, question: Question) -> str:
    return f"{name}-{question.key.replace('_', '-').replace('.', '-')}"


def _further_secret(options: Namespace, question: Question, *, known: bool) -> Secret | None:
    """One that may be left out, unless it is needed and not ``known`` from before. Raises ``Usage``."""
    if options.secret_stdin:
        line = sys.stdin.readline().rstrip("\r\n")
        if question.needed and not line:
            raise Usage(_("--secret-stdin: a line is missing for “{key}”.").format(key=question.key))
        return Secret(line) if line else None
    if options.no_input:
        return None
    while True:
        print(f"  {_(question.where)}")
        with suppress(Usage):
            return ask_secret(f"{_(question.ask)}:")
        if known or not question.needed or not sys.stdin.isatty():
            return None


def _given(pairs: list[str]) -> dict[str, str]:
    """``--set KEY=VALUE`` ..."""
    found = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise Usage(_("--set wants KEY=VALUE, not “{text}”.").format(text=pair))
        found[key.strip()] = value.strip()
    return found


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


def take_out(options: Namespace, loaded: Loaded, key: str, missing: str) -> bool:
    """Take ``[KEY.NAME]`` out of the file, when that is meant; its secrets stay, and are named.

    Raises ``Refused`` with the code ``missing`` for a name that is not there.
    """
    tables = getattr(loaded.config, key)
    if options.name not in tables:
        raise Refused(missing, name=options.name, known=", ".join(tables) or "–")
    if not options.yes:
        question = _("Take “{name}” out of {path}?").format(name=options.name, path=loaded.file)
        if choose(question, {"n": _("no"), "y": _("yes")}) == "n":
            return False
    secrets = [str(tables[options.name][one]) for one in SECRET_KEYS if tables[options.name].get(one)]
    write_account(loaded, options.name, None, key)
    for secret in secrets:
        print(_("Its secret is still stored: “tui-inbox secret delete {name}” forgets it.").format(name=secret))
    return True

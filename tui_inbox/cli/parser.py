"""The table of commands: argparse only, so that ``--help`` and ``--version`` cost next to nothing."""

from __future__ import annotations

import argparse
import gettext
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from tui_inbox import __version__, wording
from tui_inbox.wording import N_, _

TABS = ("open", "pending", "closed", "spam", "all")

# argparse words its own messages through the program's text domain; these are its sentences.
ARGPARSE = (
    N_("usage: "),
    N_("options"),
    N_("positional arguments"),
    N_("show this help message and exit"),
    N_("%(prog)s: error: %(message)s\n"),
    N_("the following arguments are required: %s"),
    N_("unrecognized arguments: %s"),
    N_("invalid choice: %(value)r (choose from %(choices)s)"),
    N_("expected one argument"),
    N_("argument %(argument_name)s: %(message)s"),
    N_("invalid %(type)s value: %(value)r"),
    N_("not allowed with argument %s"),
    N_("one of the arguments %s is required"),
)

_VERSION_HELP = N_("show the version and exit")


class Command(NamedTuple):
    """One command: its words, its help, where it is done (``module:function``), and its arguments."""

    words: str
    help: str
    run: str
    arguments: Callable[[argparse.ArgumentParser], object] = lambda _parser: None


def _demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lang", choices=wording.LANGUAGES, help=_("language of the screen"))
    parser.add_argument("--seed", type=int, default=1, metavar="N", help=_("another sample hotel"))
    parser.add_argument("--keep", action="store_true", help=_("keep its files, and say where they are"))


def _init(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-input", action="store_true", help=_("ask nothing: the flags say it all"))
    parser.add_argument("--name", help=_("name of the hotel"))
    parser.add_argument("--time-zone", metavar="ZONE", help=_("such as Europe/Paris"))
    parser.add_argument("--language", metavar="CODE", help=_("two letters, such as fr"))
    parser.add_argument("--country", metavar="CODE", help=_("two capitals, such as FR"))
    parser.add_argument("--store", metavar="URL", help=_("sqlite:////path/inbox.db or postgresql+psycopg://host/name"))
    parser.add_argument("--force", action="store_true", help=_("replace a configuration that is there"))


def _add(parser: argparse.ArgumentParser) -> None:
    chats = ("whatsapp", "whatsapp-cloud", "messenger", "instagram", "webchat")
    _wizard(parser, ("sms", *chats, "email", "channex", "booking.com"), _("your name for it, such as desk-sms"))
    parser.add_argument(
        "--test-to", metavar="ADDRESS", default="", help=_("then send one message to this number or address")
    )


def _add_source(parser: argparse.ArgumentParser) -> None:
    _wizard(parser, ("mews", "channex", "ical"), _("your name for it, such as pms"))


def _wizard(parser: argparse.ArgumentParser, kinds: Sequence[str], name_help: str) -> None:
    parser.add_argument("kind", choices=kinds, help=_("what to connect"))
    parser.add_argument("--name", help=name_help)
    parser.add_argument("--no-input", action="store_true", help=_("ask nothing: the flags say it all"))
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help=_("a key of its table, such as from=+33700000000; may be repeated"),
    )
    parser.add_argument("--secret-stdin", action="store_true", help=_("read the secret from the standard input"))
    parser.add_argument("--no-test", action="store_true", help=_("do not call the vendor now"))


def _named(help_: str) -> Callable[[argparse.ArgumentParser], object]:
    return lambda parser: parser.add_argument("name", metavar="NAME", help=_(help_))


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help=_("one JSON document on the standard output"))


def _remove(help_: str) -> Callable[[argparse.ArgumentParser], object]:
    def arguments(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help=_(help_))
        parser.add_argument("--yes", action="store_true", help=_("do not ask"))

    return arguments


def _calls(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help=_("name of the channel"))
    parser.add_argument("--forward", metavar="NUMBER", default="", help=_("the telephone that rings"))
    parser.add_argument("--after", type=int, metavar="SECONDS", help=_("how long it rings (20)"))
    parser.add_argument("--voicemail", choices=("yes", "no"), help=_("record what nobody takes"))
    parser.add_argument("--off", action="store_true", help=_("forward nothing, record nothing"))


def _import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("reservations",), help=_("what the file holds"))
    parser.add_argument("file", metavar="FILE", help=_("a CSV file"))
    parser.add_argument("--dry-run", action="store_true", help=_("show what would be imported, change nothing"))
    parser.add_argument("--encoding", default="", help=_("such as cp1252; guessed when left out"))
    parser.add_argument("--delimiter", default="", help=_("such as ';'; guessed when left out"))
    parser.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help=_("which column holds what, such as arrival=Anreise; may be repeated, is remembered"),
    )


def _worker(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help=_("poll every channel once, deliver what is due, exit"))
    parser.add_argument("--autostarted", action="store_true", help=argparse.SUPPRESS)


def _relay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--listen", default="127.0.0.1:8766", metavar="ADDRESS", help=_("where to listen (127.0.0.1:8766)")
    )
    parser.add_argument("--store", required=True, metavar="DIR", help=_("folder in which requests are kept"))
    parser.add_argument("--token-file", required=True, metavar="FILE", help=_("file with the hotel's token"))
    parser.add_argument(
        "--account", action="append", default=[], metavar="NAME", help=_("keep requests for it; may be repeated")
    )
    parser.add_argument(
        "--verify",
        action="append",
        default=[],
        metavar="NAME=FILE",
        help=_("an account and the file with its verify token, for Meta's handshake; may be repeated"),
    )
    parser.add_argument("--quota-mb", type=int, default=256, metavar="N", help=_("keep at most so much (256)"))
    parser.add_argument("--behind-proxy", action="store_true", help=_("a proxy with HTTPS stands before it"))


def _list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tab", choices=TABS, default="open", help=_("which conversations (open)"))
    parser.add_argument("--unread", action="store_true", help=_("only those you have not read"))
    parser.add_argument("--unanswered", action="store_true", help=_("only those that wait for an answer"))
    parser.add_argument("--search", default="", metavar="TEXT", help=_("words, a name, a number, a room"))
    parser.add_argument("--limit", type=int, default=50, metavar="N", help=_("at most so many (50)"))
    _json(parser)


def _show(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", type=int, metavar="ID", help=_("number of the conversation, as list shows it"))
    parser.add_argument("--limit", type=int, default=50, metavar="N", help=_("at most so many messages (50)"))
    _json(parser)


def _reply(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", type=int, metavar="ID", help=_("number of the conversation, as list shows it"))
    parser.add_argument("--text", required=True, help=_("what to send; - reads it from the standard input"))
    parser.add_argument(
        "--channel", default="", metavar="NAME", help=_("such as sms; the guest's last one when left out")
    )
    parser.add_argument("--subject", default="", help=_("for an e-mail"))
    parser.add_argument("--send-now", action="store_true", help=_("do not wait for the undo time"))
    parser.add_argument("--over-budget", action="store_true", help=_("also when the month's SMS are used up"))
    _json(parser)


def _service(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--user", action="store_true", help=_("for your own account instead of the whole machine"))


def _keys(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--markdown", action="store_true", help=argparse.SUPPRESS)


def _backup(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", nargs="?", default="", help=_("where to write it"))


def _upgrade(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help=_("do not ask"))


INBOX = Command("", N_("Open the inbox"), "running:inbox")
COMMANDS: tuple[Command, ...] = (
    Command("demo", N_("Open a living sample hotel; nothing leaves this machine"), "running:demo", _demo),
    Command("init", N_("Write the first configuration"), "setup:init", _init),
    Command("channel add", N_("Connect a number or a mailbox"), "channels:add", _add),
    Command("channel list", N_("Show the channels and how they are"), "channels:list_", _json),
    Command("channel test", N_("Make a read-only call to the vendor"), "channels:test",
            _named(N_("name of the channel"))),
    Command("channel sign-in", N_("Sign in at the provider again, in any browser"), "signing_again:sign_in",
            _named(N_("name of the channel"))),
    Command("channel calls", N_("Show or set where calls to the number go"), "calls:calls", _calls),
    Command("channel remove", N_("Take a channel out of the configuration"), "channels:remove",
            _remove(N_("name of the channel"))),
    Command("source add", N_("Connect a source of stays: a PMS, a booking site or a calendar"), "sources:add",
            _add_source),
    Command("source list", N_("Show the sources of stays and how they are"), "sources:list_", _json),
    Command("source test", N_("Make a read-only call to the source"), "sources:test",
            _named(N_("name of the source"))),
    Command("source remove", N_("Take a source of stays out of the configuration"), "sources:remove",
            _remove(N_("name of the source"))),
    Command("import", N_("Read reservations from a file"), "importing:import_", _import),
    Command("worker", N_("Poll, schedule and send in the background"), "running:worker", _worker),
    Command("relay", N_("Keep vendors' requests on a public host until the hotel takes them"), "relaying:relay",
            _relay),
    Command("status", N_("Tell how worker, channels and outbox are"), "looking:status", _json),
    Command("list", N_("List conversations, as plain text"), "looking:list_", _list),
    Command("show", N_("Show one conversation, as plain text"), "looking:show", _show),
    Command("reply", N_("Answer a guest"), "replying:reply", _reply),
    Command("doctor", N_("Check everything and say the next step"), "doctor:doctor", _json),
    Command("config path", N_("Tell which configuration is used"), "settings:path"),
    Command("config show", N_("Show what is in force, defaults included"), "settings:show"),
    Command("config check", N_("Tell every mistake in it"), "settings:check"),
    Command("secret set", N_("Store a secret; it is asked for, never given as an argument"), "secrets:set_",
            _named(N_("name of the secret"))),
    Command("secret list", N_("Tell which vault holds which secret, never the value"), "secrets:list_"),
    Command("secret delete", N_("Forget a secret"), "secrets:delete", _named(N_("name of the secret"))),
    Command("db upgrade", N_("Bring the store up to this version, after a backup"), "database:upgrade", _upgrade),
    Command("db backup", N_("Copy the store while it is in use"), "database:backup", _backup),
    Command("db check", N_("Look for damage in the store"), "database:check"),
    Command("keys", N_("List the keys and the names to rebind them by"), "settings:keys", _keys),
    Command("service print", N_("Print the systemd unit for the worker"), "running:service", _service),
)  # fmt: skip
GROUPS: Mapping[str, str] = {
    "channel": N_("Connect, test and remove channels"),
    "source": N_("Where stays come from: connect, test and remove"),
    "config": N_("The configuration file"),
    "secret": N_("Passwords and tokens"),
    "db": N_("The store"),
    "service": N_("Run the worker as a service"),
}

EXAMPLES = N_(
    "examples:\n"
    "  tui-inbox demo                 try it, no account needed\n"
    "  tui-inbox init                 set up your hotel\n"
    "  tui-inbox channel add sms      connect your Twilio number\n"
    "  tui-inbox                      open the inbox\n"
    "  tui-inbox list --unanswered    the same as plain text"
)


def _shared(parser: argparse.ArgumentParser, *, top: bool) -> None:
    """Options that may stand before or after the command."""
    default = None if top else argparse.SUPPRESS
    parser.add_argument("--config", metavar="FILE", default=default, help=_("the configuration to use"))
    parser.add_argument("--operator", metavar="CODE", default=default, help=_("who is at the keyboard"))


def only_shared(words: Sequence[str]) -> bool:
    """Are there only options that every command has, each with its value? Then it is the inbox that is asked for."""
    names = words[::2]
    return len(words) % 2 == 0 and all(name in ("--config", "--operator") for name in names)


def build(words: Sequence[str] | None = None) -> argparse.ArgumentParser:
    """The parser in the language in use; without the commands where ``words`` name none, for they take a while."""
    gettext.bindtextdomain("tui_inbox", wording.LOCALE)
    gettext.textdomain("tui_inbox")
    parser = argparse.ArgumentParser(
        prog="tui-inbox",
        description=_("Every guest message of a hotel on one screen of the terminal."),
        epilog=_(EXAMPLES),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"tui-inbox {__version__}", help=_(_VERSION_HELP))
    _shared(parser, top=True)
    parser.set_defaults(run=INBOX.run)
    if words is not None and only_shared(words):
        return parser
    top = parser.add_subparsers(title=_("commands"), metavar=_("COMMAND"), dest="command")
    groups: dict[str, argparse._SubParsersAction[argparse.ArgumentParser]] = {}
    for command in COMMANDS:
        group, _space, word = command.words.rpartition(" ")
        if group and group not in groups:
            about = _(GROUPS[group])
            outer = top.add_parser(group, help=about, description=about, allow_abbrev=False)
            groups[group] = outer.add_subparsers(metavar=_("COMMAND"), dest="command", required=True)
        where = groups[group] if group else top
        about = _(command.help)
        inner = where.add_parser(word, help=about, description=about, allow_abbrev=False)
        inner.set_defaults(run=command.run)
        command.arguments(inner)
        _shared(inner, top=False)
    return parser

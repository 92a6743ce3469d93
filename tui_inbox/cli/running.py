"""The inbox itself, ``demo``, ``worker`` and ``service print``."""

from __future__ import annotations

import gc
import sys
from argparse import Namespace
from pathlib import Path

from tui_inbox import wording
from tui_inbox.cli.context import configuration, person, speak
from tui_inbox.cli.failing import CHANNEL, CONFIGURATION, OK, Usage, say
from tui_inbox.config import config_path
from tui_inbox.wording import _, explain, labelled


def inbox(options: Namespace) -> int:
    path, there = config_path(options.config)
    if not there and not options.config:
        say([
            _("tui-inbox is not set up yet ({path} is not there).").format(path=path),
            _("  tui-inbox demo   opens a living sample hotel; nothing leaves this machine"),
            _("  tui-inbox init   sets up your own"),
        ])  # fmt: skip
        return CONFIGURATION
    _need_terminal()
    gc.disable()  # the screen turns it on again when its first frame is out
    from tui_inbox.bootstrap.running import run_inbox
    from tui_inbox.cli.settings import check_keys

    loaded = configuration(options)
    actor = person(options, loaded)
    if actor is not None:
        speak(loaded, actor.code)
    check_keys(loaded)
    return run_inbox(loaded, options.operator)


def _need_terminal() -> None:
    """A pipe gets the advice instead of control sequences."""
    if not sys.stdin.isatty() or not sys.stdout.isatty():
        raise Usage(_("The inbox needs a terminal. For scripts there are “tui-inbox list”, “show” and “reply”."))


def demo(options: Namespace) -> int:
    _need_terminal()
    gc.disable()
    from tui_inbox.bootstrap.demo import run_demo

    wording.use(options.lang or wording.choose("auto", "en"))
    folder, code = run_demo(wording.language(), options.seed, keep=options.keep, operator=options.operator)
    if options.keep:
        print(_("The sample hotel's files are in {path}.").format(path=folder))
    return code


def worker(options: Namespace) -> int:
    """For good, or with ``--once`` for one round: exit code 5 only when every channel failed."""
    from tui_inbox.bootstrap import working

    loaded = configuration(options)
    if not options.once:
        working.run_worker(loaded, autostarted=options.autostarted)
        return OK
    done, refused = working.run_once(loaded)
    if not done.led:
        print(_("A worker is running and does this already."))
        return OK
    for name, error in (*refused.items(), *done.failed):
        say([labelled(name, explain(error))])
    print(_("{received} received, {sent} sent.").format(received=done.applied.applied, sent=done.sent))
    every_one = done.all_failed or (refused and not done.accounts)
    return CHANNEL if every_one else OK


_UNIT = """\
[Unit]
Description=tui-inbox worker: polls, schedules and sends
After=network-online.target
Wants=network-online.target

[Service]
ExecStart={command} worker
Restart=on-failure
RestartSec=5
KillSignal=SIGTERM
TimeoutStopSec=60
UMask=0077
{account}
[Install]
WantedBy={target}
"""
_ACCOUNT = """\
User=tui-inbox
StateDirectory=tui-inbox
StateDirectoryMode=0700
# LoadCredentialEncrypted=NAME:/etc/credstore.encrypted/NAME   one line for each secret
NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=strict
ProtectHome=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
LockPersonality=yes
"""


def service(options: Namespace) -> int:
    """Print the unit; installing it is the reader's decision."""
    import shlex
    import shutil

    program = shutil.which("tui-inbox") or str(Path(sys.executable).with_name("tui-inbox"))
    path, _there = config_path(options.config)
    command = f"{shlex.quote(program)} --config {shlex.quote(str(path.absolute()))}"
    if options.user:
        where, target, account = "~/.config/systemd/user/tui-inbox.service", "default.target", ""
        how = "systemctl --user enable --now tui-inbox"
    else:
        where, target, account = "/etc/systemd/system/tui-inbox.service", "multi-user.target", _ACCOUNT
        how = "systemctl enable --now tui-inbox"
    print(f"# {where}, then: {how}")
    print(_UNIT.format(command=command, account=account, target=target), end="")
    return OK

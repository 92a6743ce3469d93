"""From nothing to a connected channel: ``init``, ``channel``, ``secret``, ``config`` and ``doctor``."""

from __future__ import annotations

import json
import os
import pty
import select
import stat
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from adapters import CHANNELS, FORMS
from adapters.sandbox.booking_com import SandboxBooking
from adapters.sandbox.channex import SandboxChannex
from adapters.sandbox.channex_account import Site
from adapters.sandbox.mailbox import SandboxMailbox
from adapters.sandbox.twilio import SandboxTwilio
from adapters.sandbox.whatsapp_cloud import SandboxWhatsApp
from tests.cli.conftest import Run
from tui_inbox.config import load

TOKEN = "sandbox-token"
HOTEL = (
    "--no-input",
    "--name",
    "Hôtel «Lumière»",
    "--time-zone",
    "Europe/Paris",
    "--language",
    "fr",
    "--country",
    "FR",
)


def configured(house: Path) -> Path:
    return house / "config" / "tui-inbox" / "config.toml"


def twilio_answers(vendor: SandboxTwilio, **more: str) -> list[str]:
    answers = {"account_sid": vendor.account.sid, "from": vendor.account.sms, "base_url": vendor.base_url, **more}
    return [word for key, value in answers.items() for word in ("--set", f"{key}={value}")]


def everything_written(house: Path) -> str:
    """Every file below the home, as text."""
    return "".join(path.read_text("utf-8", "replace") for path in house.rglob("*") if path.is_file())


def test_init_writes_a_commented_configuration_and_says_the_next_step(run: Run, house: Path) -> None:
    result = run("init", *HOTEL)
    assert result.code == 0
    assert str(configured(house)) in result.out
    assert "channel add" in result.out
    text = configured(house).read_text()
    assert text.startswith("#")
    assert load(configured(house)).config.hotel.name == "Hôtel «Lumière»"


def test_init_leaves_an_existing_file_alone(run: Run, house: Path) -> None:
    run("init", *HOTEL)
    before = configured(house).read_text()
    again = run("init", "--no-input", "--name", "Other", "--time-zone", "UTC")
    assert again.code == 2
    assert "--force" in again.err
    assert configured(house).read_text() == before
    assert run("init", "--no-input", "--name", "Other", "--time-zone", "UTC", "--force").code == 0
    assert load(configured(house)).config.hotel.name == "Other"


def test_init_says_at_once_that_the_store_cannot_be_used(run: Run, house: Path) -> None:
    (house / "a-file").write_text("")
    result = run("init", *HOTEL, "--store", f"sqlite:///{house}/a-file/inbox.db")
    assert result.code == 4
    assert "[store]" in result.out
    assert result.err


def test_init_refuses_what_the_configuration_would_refuse(run: Run, house: Path) -> None:
    result = run("init", "--no-input", "--name", "x", "--time-zone", "Paris")
    assert result.code == 3
    assert "Europe/Paris" in result.err
    assert not configured(house).exists()


def test_without_a_configuration_every_command_names_the_next_step(run: Run) -> None:
    for words in (("list",), ("status",), ("channel", "list"), ("worker",), ("config", "check"), ("doctor",)):
        result = run(*words)
        assert result.code == 3, words
        assert "tui-inbox init" in result.out + result.err
    bare = run()
    assert bare.code == 3
    assert "tui-inbox demo" in bare.err
    assert "tui-inbox init" in bare.err


def test_a_right_token_connects_and_is_in_no_file(run: Run, house: Path, vendor: SandboxTwilio) -> None:
    run("init", *HOTEL)
    comments = configured(house).read_text().count("#")
    words = ["channel", "add", "sms", "--no-input", "--secret-stdin", *twilio_answers(vendor)]
    result = run(*words, stdin=TOKEN + "\n")
    assert (result.code, result.err) == (0, "")
    assert vendor.account.name in result.out
    assert "file (" in result.out
    assert configured(house).read_text().count("#") >= comments
    assert TOKEN not in everything_written(house)
    test = run("channel", "test", "desk-sms")
    assert test.code == 0
    assert vendor.account.name in test.out


def test_the_test_message_s_id_is_shown(run: Run, vendor: SandboxTwilio) -> None:
    """S1-66: right token, test SMS id shown."""
    run("init", *HOTEL)
    words = ["channel", "add", "sms", "--no-input", "--secret-stdin", "--test-to", "+33612345678"]
    result = run(*words, *twilio_answers(vendor), stdin=TOKEN + "\n")
    (sent,) = [message for message in vendor.account.messages() if message.to == "+33612345678"][:1]
    assert result.code == 0
    assert sent.sid in result.out


def test_a_wrong_token_shows_the_vendor_s_own_words_and_stores_nothing(
    run: Run, house: Path, vendor: SandboxTwilio
) -> None:
    """S1-66: wrong token, exact error."""
    run("init", *HOTEL)
    before = configured(house).read_text()
    words = ["channel", "add", "sms", "--no-input", "--secret-stdin", *twilio_answers(vendor)]
    result = run(*words, stdin="wrong-token\n")
    assert result.code == 5
    assert "Authenticate" in result.out
    assert configured(house).read_text() == before
    assert "missing" not in run("secret", "list").out
    assert run("secret", "list").out == ""


def test_a_wrong_answer_names_the_key(run: Run, vendor: SandboxTwilio) -> None:
    run("init", *HOTEL)
    words = ["channel", "add", "sms", "--no-input", "--secret-stdin"]
    result = run(*words, *twilio_answers(vendor, account_sid="AC1"), "--set", "frm=1", stdin=TOKEN)
    assert result.code == 3
    assert "account_sid" in result.err
    assert "Did you mean “from”" in result.err


def test_whatsapp_joins_the_number_that_is_there(run: Run, house: Path, vendor: SandboxTwilio) -> None:
    run("init", *HOTEL)
    run("channel", "add", "sms", "--no-input", "--secret-stdin", *twilio_answers(vendor), stdin=TOKEN + "\n")
    result = run("channel", "add", "whatsapp", "--no-input", "--set", f"whatsapp_from={vendor.account.whatsapp}")
    assert result.code == 0
    (table,) = tomllib.loads(configured(house).read_text())["channels"].values()
    assert table["whatsapp_from"] == vendor.account.whatsapp
    assert "WhatsApp" in run("channel", "list").out


def test_a_mailbox_is_written_with_its_servers(run: Run, house: Path) -> None:
    run("init", *HOTEL)
    answers = {
        "address": "desk@gmail.com",
        "imap.host": "imap.gmail.com",
        "imap.port": "993",
        "smtp.host": "smtp.gmail.com",
        "smtp.port": "587",
    }
    words = [word for key, value in answers.items() for word in ("--set", f"{key}={value}")]
    result = run("channel", "add", "email", "--no-input", "--no-test", "--secret-stdin", *words, stdin="pw\n")
    assert (result.code, result.err) == (0, "")
    table = tomllib.loads(configured(house).read_text())["channels"]["desk-mail"]
    assert table["imap"] == {"host": "imap.gmail.com", "port": 993, "tls": "implicit"}
    assert table["smtp"] == {"host": "smtp.gmail.com", "port": 587, "tls": "starttls"}
    assert table["sent_copy"] == "server"
    assert run("config", "check").code == 0


def test_channel_list_says_for_each_kind_what_it_takes_and_what_it_cannot_do(run: Run, house: Path) -> None:
    run("init", *HOTEL)
    told = run("channel", "list").out
    for type_ in CHANNELS:
        assert f"tui-inbox channel add {FORMS.get(type_, type_)}" in told
    assert told.count("it takes:") >= len(CHANNELS)
    assert told.count("not possible:") >= len(CHANNELS)
    assert "need_" not in told
    assert "limit_" not in told


def test_channel_list_shows_connected_or_not_before_the_first_poll(run: Run, vendor: SandboxTwilio) -> None:
    """S1-14."""
    run("init", *HOTEL)
    assert "channel add" in run("channel", "list").out
    run("channel", "add", "sms", "--no-input", "--secret-stdin", *twilio_answers(vendor), stdin=TOKEN + "\n")
    (row,) = json.loads(run("channel", "list", "--json").out)
    assert (row["name"], row["state"], row["last_good_poll_at"]) == ("desk-sms", "new", None)
    assert run("worker", "--once").code == 0
    (row,) = json.loads(run("channel", "list", "--json").out)
    assert row["state"] == "connected"
    assert row["last_good_poll_at"]


def test_removing_a_channel_keeps_the_rest_of_the_file(run: Run, house: Path, vendor: SandboxTwilio) -> None:
    run("init", *HOTEL)
    before = tomllib.loads(configured(house).read_text())
    run("channel", "add", "sms", "--no-input", "--secret-stdin", *twilio_answers(vendor), stdin=TOKEN + "\n")
    result = run("channel", "remove", "desk-sms", "--yes")
    assert "secret delete desk-sms-token" in result.out
    assert tomllib.loads(configured(house).read_text()) == before
    assert run("channel", "remove", "desk-sms", "--yes").code == 1


def test_secrets_are_set_listed_and_deleted_without_being_shown(run: Run, house: Path) -> None:
    run("init", *HOTEL)
    assert run("secret", "set", "extra", stdin="canary-7\n").code == 0
    listed = run("secret", "list")
    assert "extra: file (" in listed.out
    assert "canary-7" not in listed.out + everything_written(house)
    assert run("secret", "delete", "extra").code == 0
    assert run("secret", "delete", "extra").code == 1
    assert run("secret", "set", "empty", stdin="\n").code == 2
    vault = house / "config" / "tui-inbox" / "secrets.enc"
    assert stat.S_IMODE(vault.stat().st_mode) == 0o600


def test_config_show_marks_what_is_a_default(run: Run) -> None:
    run("init", *HOTEL)
    shown = run("config", "show").out
    assert tomllib.loads(shown)["worker"]["undo_seconds"] == {"chat": 5, "email": 10}
    assert 'country = "FR"\n' in shown
    assert "mouse = true  # default" in shown


def test_rebindings_that_clash_are_refused_before_the_screen_opens(run: Run, house: Path) -> None:
    run("init", *HOTEL)
    with configured(house).open("a") as file:
        file.write('\n[keys]\nreply = "e"\nfly = "f"\n')
    result = run("config", "check")
    assert result.code == 3
    assert "fly" in result.err
    assert "tui-inbox keys" in result.err


def test_doctor_says_what_is_well_and_what_is_not(run: Run, vendor: SandboxTwilio) -> None:
    run("init", *HOTEL)
    run("channel", "add", "sms", "--no-input", "--secret-stdin", *twilio_answers(vendor), stdin=TOKEN + "\n")
    run("worker", "--once")
    well = json.loads(run("doctor", "--json").out)
    assert well["exit_code"] == 0
    areas = {check["area"] for check in well["checks"]}
    assert areas >= {
        "program",
        "language",
        "terminal",
        "config",
        "operator",
        "clock",
        "secrets",
        "store",
        "worker",
        "channel",
    }
    run("secret", "delete", "desk-sms-token")
    ill = run("doctor")
    assert ill.code == 1
    assert "secret set desk-sms-token" in ill.out
    assert TOKEN not in ill.out


def test_doctor_s_exit_code_is_that_of_the_worst_area(run: Run, house: Path) -> None:
    run("init", *HOTEL, "--store", f"sqlite:///{house}/inbox.db")
    (house / "inbox.db").write_bytes(b"not a database at all, but long enough" * 50)
    result = run("doctor")
    assert result.code == 4
    with configured(house).open("a") as file:
        file.write("[ui]\nmuose = true\n")
    broken = run("doctor")
    assert broken.code == 3
    assert "mouse" in broken.out


def test_the_wizard_asks_says_where_and_asks_again(house: Path, vendor: SandboxTwilio, run: Run) -> None:
    """On a real terminal: a wrong token, the vendor's words, then the right one."""
    run("init", *HOTEL)
    dialogue = [
        ("Your name for it", "front"),
        ("Account SID", "AC1"),
        ("Account SID", vendor.account.sid),
        ("The hotel's number", vendor.account.sms),
        ("Auth token", "wrong-token"),
        ("What now?", "r"),
        ("Account SID", ""),
        ("The hotel's number", ""),
        ("Auth token", TOKEN),
        ("test message", ""),
    ]
    words = ["channel", "add", "sms", "--set", f"base_url={vendor.base_url}"]
    screen, code = talk(words, dialogue)
    assert code == 0, screen
    assert "console.twilio.com" in screen
    assert "Authenticate" in screen
    assert vendor.account.name in screen
    assert TOKEN not in screen
    assert list(load(configured(house)).config.channels) == ["front"]


def talk(words: list[str], dialogue: list[tuple[str, str]]) -> tuple[str, int]:
    """Answer each question as it appears on a terminal of the command's own."""
    ours, theirs = pty.openpty()
    command = ["setsid", "--ctty", "--wait", sys.executable, "-m", "tui_inbox", *words]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    screen, unread = "", 0
    deadline = time.monotonic() + 60
    try:
        for question, answer in dialogue:
            while question not in screen[unread:] or not screen.rstrip(" ").endswith(":"):
                assert time.monotonic() < deadline, screen
                screen += heard(ours)
            unread = len(screen)
            os.write(ours, answer.encode() + b"\n")
        while process.poll() is None:
            assert time.monotonic() < deadline, screen
            screen += heard(ours)
        screen += heard(ours)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(ours)
    return screen, process.returncode


def heard(terminal: int) -> str:
    """What comes within a moment; nothing when the other side has gone."""
    ready, _, _ = select.select([terminal], [], [], 0.2)
    try:
        return os.read(terminal, 65_536).decode("utf-8", "replace") if ready else ""
    except OSError:
        return ""


@pytest.mark.parametrize("words", [("channel", "add", "sms"), ("init",)])
def test_without_a_terminal_the_wizard_names_the_flags(run: Run, words: tuple[str, ...]) -> None:
    if words[0] == "channel":
        run("init", *HOTEL)
    result = run(*words)
    assert result.code == 2
    assert "--no-input" in result.err


@pytest.mark.parametrize(("password", "code"), [("pw-4711", 0), ("pw-9999", 5)])
def test_a_mailbox_is_tried_before_it_is_written(run: Run, house: Path, password: str, code: int) -> None:
    run("init", *HOTEL)
    with SandboxMailbox("desk@hotel.example", "pw-4711") as mailbox:
        answers = {
            "address": "desk@hotel.example",
            "imap.host": "127.0.0.1",
            "imap.port": str(mailbox.imap_port),
            "imap.tls": "none",
            "smtp.host": "127.0.0.1",
            "smtp.port": str(mailbox.smtp_port),
            "smtp.tls": "none",
        }
        words = [word for key, value in answers.items() for word in ("--set", f"{key}={value}")]
        result = run("channel", "add", "email", "--no-input", "--secret-stdin", *words, stdin=f"{password}\n")
    assert result.code == code, result.out + result.err
    assert list(load(configured(house)).config.channels) == (["desk-mail"] if code == 0 else [])
    if code:
        assert "[AUTHENTICATIONFAILED]" in result.out
    else:
        assert password not in everything_written(house)


def whatsapp_answers(box: SandboxWhatsApp) -> list[str]:
    account = box.account
    answers = {
        "number": account.number,
        "phone_number_id": account.phone_number_id,
        "waba_id": account.waba_id,
        "base_url": box.base_url,
    }
    return [word for key, value in answers.items() for word in ("--set", f"{key}={value}")]


def test_whatsapp_at_meta_is_connected_with_all_its_secrets(run: Run, house: Path) -> None:
    run("init", *HOTEL)
    with SandboxWhatsApp() as box:
        words = ["channel", "add", "whatsapp-cloud", "--no-input", "--secret-stdin", *whatsapp_answers(box)]
        given = f"{box.account.token}\n{box.account.app_secret}\n{box.account.verify_token}\n"
        result = run(*words, stdin=given)
        assert (result.code, result.err) == (0, "")
        assert "the secrets for receiving are set: yes" in result.out
        table = load(configured(house)).config.channels["desk-whatsapp"]
        assert table["secret"] == "desk-whatsapp-token"
        assert table["app_secret"] == "desk-whatsapp-app-secret"
        assert table["verify_token"] == "desk-whatsapp-verify-token"
        assert not [line for line in given.split() if line in everything_written(house)]
        tested = run("channel", "test", "desk-whatsapp")
    found = run("doctor").out
    for name in ("token", "app-secret", "verify-token"):
        assert f"desk-whatsapp-{name} (desk-whatsapp)" in found
    assert tested.code == 0
    assert "the secrets for receiving are set: yes" in tested.out


def test_whatsapp_at_meta_may_be_connected_for_sending_only(run: Run, house: Path) -> None:
    run("init", *HOTEL)
    with SandboxWhatsApp() as box:
        words = ["channel", "add", "whatsapp-cloud", "--no-input", "--secret-stdin", *whatsapp_answers(box)]
        assert run(*words, stdin=f"{box.account.token}\n").code == 0
    assert "app_secret" not in load(configured(house)).config.channels["desk-whatsapp"]


def test_what_meta_wants_is_told_and_agreed_to_before_any_token_is_asked_for(house: Path, run: Run) -> None:
    run("init", *HOTEL)
    screen, code = talk(["channel", "add", "whatsapp-cloud"], [("Go on?", "q")])
    assert code != 0
    assert "cannot be restored" in " ".join(screen.split())
    assert "reachable only here" in " ".join(screen.split())
    assert "Access token" not in screen


def test_channex_is_connected_by_its_key_and_property(run: Run, house: Path) -> None:
    run("init", *HOTEL)
    with SandboxChannex() as box:
        given = ["--set", f"property_id={box.account.property_id}", "--set", f"base_url={box.base_url}"]
        words = ["channel", "add", "channex", "--no-input", "--secret-stdin", *given]
        result = run(*words, stdin=f"{box.account.key}\n")
        assert (result.code, result.err) == (0, "")
        assert "Airbnb: connected" in result.out
        assert box.account.key not in everything_written(house)
        box.account.sites["AirBNB"] = Site("AirBNB", token_invalid=True)
        stale = run("channel", "test", "desk-channex")
    assert "must be authorised again" in stale.out
    assert "Airbnb: to be authorised again" in stale.out
    assert load(configured(house)).config.channels["desk-channex"]["secret"] == "desk-channex-key"


def test_booking_com_is_connected_by_its_machine_account(run: Run, house: Path) -> None:
    run("init", *HOTEL)
    with SandboxBooking() as box:
        box.account.properties = ("1234567", "7654321")
        given = ["--set", f"client_id={box.account.client_id}", "--set", "property_ids=1234567, 7654321"]
        given += ["--set", f"base_url={box.base_url}", "--set", f"auth_url={box.auth_url}"]
        words = ["channel", "add", "booking.com", "--no-input", "--secret-stdin", *given]
        refused = run(*words, stdin="wrong\n")
        assert refused.code != 0
        assert "refuses the client id" in refused.out
        result = run(*words, stdin=f"{box.account.secret}\n")
    assert (result.code, result.err) == (0, "")
    assert load(configured(house)).config.channels["desk-booking"]["property_ids"] == ["1234567", "7654321"]
    assert box.account.secret not in everything_written(house)

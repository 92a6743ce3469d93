"""Secrets come from the first vault that has them, and never from one that would keep them in plain text."""

from __future__ import annotations

import os
import stat
import sys
import threading
from pathlib import Path

import pytest

from adapters import secrets
from adapters.secrets import CommandVault, CredentialsVault, FileVault, KeyringVault, SecretChain, open_secrets
from tui_inbox.domain.errors import Refused
from tui_inbox.ports.secrets import Secret

CANARY = "canary-5f1e77"


class MemoryKeyring:
    """Stands where Secret Service or KWallet stand."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get(name)

    def set_password(self, service: str, name: str, value: str) -> None:
        self.kept[name] = value

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[name]


class ForgetfulKeyring(MemoryKeyring):
    """Like the null backend: storing succeeds, reading gives nothing."""

    def set_password(self, service: str, name: str, value: str) -> None:
        return


class LockedKeyring(MemoryKeyring):
    def get_password(self, service: str, name: str) -> str | None:
        raise RuntimeError("locked")


def backend_of(module: str, name: str = "Keyring") -> object:
    kind = type(name, (MemoryKeyring,), {})
    kind.__module__ = module
    return kind()


@pytest.mark.parametrize(
    ("backend", "accepted"),
    [
        (backend_of("keyring.backends.SecretService"), True),
        (backend_of("keyring.backends.fail"), False),
        (backend_of("keyring.backends.null"), False),
        (backend_of("keyrings.alt.file", "PlaintextKeyring"), False),
        (backend_of("keyrings.cryptfile.cryptfile", "CryptFileKeyring"), False),
        (LockedKeyring(), False),
    ],
)
def test_only_a_keyring_that_answers_and_encrypts_is_accepted(backend: object, accepted: bool) -> None:
    found, label = secrets.real_keyring(lambda: backend)
    assert (found is backend) is accepted
    assert label


def test_a_keyring_that_hangs_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "KEYRING_SECONDS", 0.05)
    release = threading.Event()
    found, label = secrets.real_keyring(lambda: release.wait(20))
    release.set()
    assert (found, label) == (None, "TimeoutError")


def test_a_keyring_that_forgets_is_noticed_when_storing() -> None:
    with pytest.raises(Refused) as caught:
        KeyringVault(ForgetfulKeyring()).set("token", Secret(CANARY))
    assert caught.value.code == "vault_read_only"


def test_the_file_is_encrypted_private_and_remembers(tmp_path: Path) -> None:
    vault = FileVault(tmp_path / "vault" / "secrets.enc")
    vault.set("token", Secret(CANARY))
    again = FileVault(tmp_path / "vault" / "secrets.enc")
    kept = again.get("token")
    assert kept is not None
    assert kept.reveal() == CANARY
    assert again.names() == ["token"]
    files = sorted((tmp_path / "vault").iterdir())
    assert [stat.S_IMODE(path.stat().st_mode) for path in files] == [0o600, 0o600]
    assert all(CANARY.encode() not in path.read_bytes() for path in files)
    assert again.delete("token")
    assert not again.delete("token")
    assert again.get("token") is None


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    vault = FileVault(tmp_path / "secrets.enc")
    vault.set("token", Secret(CANARY))
    (tmp_path / "secrets.key").chmod(0o644)
    with pytest.raises(Refused) as caught:
        vault.get("token")
    assert caught.value.code == "secret_unsafe"


@pytest.mark.parametrize("damage", [b"", b"junk", b"\x00" * 200])
def test_a_damaged_file_is_said_not_overwritten(tmp_path: Path, damage: bytes) -> None:
    vault = FileVault(tmp_path / "secrets.enc")
    vault.set("token", Secret(CANARY))
    vault.path.write_bytes(damage)
    for act in (lambda: vault.get("token"), lambda: vault.set("other", Secret("x"))):
        with pytest.raises(Refused) as caught:
            act()
        assert caught.value.code == "secret_damaged"
    assert vault.path.read_bytes() == damage


def test_the_command_is_run_without_a_shell_and_gives_its_first_line(tmp_path: Path) -> None:
    script = "import sys; print('value of ' + sys.argv[1]); print('second line')"
    vault = CommandVault([sys.executable, "-c", script, "hotel/{name}"])
    kept = vault.get("token")
    assert kept is not None
    assert kept.reveal() == "value of hotel/token"
    with pytest.raises(Refused) as caught:
        vault.get("x; touch /tmp/pwned")
    assert caught.value.code == "secret_bad_name"


def test_a_failing_command_does_not_hide_the_next_vault(tmp_path: Path) -> None:
    failing = CommandVault([sys.executable, "-c", "raise SystemExit(3)"])
    file = FileVault(tmp_path / "secrets.enc")
    chain = SecretChain([failing, file])
    with pytest.raises(Refused) as caught:
        chain.get("token")
    assert (caught.value.code, caught.value.params["status"]) == ("secret_command_failed", 3)
    file.set("token", Secret(CANARY))
    assert chain.get("token").reveal() == CANARY
    assert chain.holder("token") == file.name


def test_systemd_credentials_come_first_and_are_never_written(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(CANARY + "\n")
    chain = open_secrets(tmp_path / "secrets.enc", keyring=False, credentials=str(tmp_path))
    assert chain.set("token", Secret("from the file")).startswith("file (")
    assert chain.get("token").reveal() == CANARY
    assert chain.holder("token") == "systemd credentials"


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a b", "x" * 65, "é"])
def test_a_name_cannot_leave_its_vault(tmp_path: Path, name: str) -> None:
    chain = SecretChain([CredentialsVault(tmp_path), FileVault(tmp_path / "s.enc")])
    with pytest.raises(Refused) as caught:
        chain.get(name)
    assert caught.value.code == "secret_bad_name"


def test_a_secret_does_not_print_itself() -> None:
    secret = Secret(CANARY)
    assert CANARY not in f"{secret} {secret!r} {[secret]}"


def test_without_any_vault_that_can_be_written_it_is_said() -> None:
    with pytest.raises(Refused) as caught:
        SecretChain([CommandVault(["true"])]).set("token", Secret("x"))
    assert caught.value.code == "vault_none"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can write for somebody else")
def test_root_leaves_the_file_to_the_directory_s_owner(tmp_path: Path) -> None:
    os.chown(tmp_path, 4242, 4242)
    FileVault(tmp_path / "secrets.enc").set("token", Secret(CANARY))
    assert {path.stat().st_uid for path in tmp_path.iterdir()} == {4242}


def test_a_renewed_token_takes_the_place_of_the_old_one_where_that_can_be_written(tmp_path: Path) -> None:
    read_only, file = tmp_path / "credentials", FileVault(tmp_path / "secrets.enc")
    read_only.mkdir()
    (read_only / "page-token").write_text("of systemd")
    chain = SecretChain([CredentialsVault(read_only), file])
    file.set("insta-token", Secret("old"))
    assert chain.renewable("insta-token")
    chain.renew("insta-token", Secret("new"))
    assert chain.get("insta-token").reveal() == "new"
    assert not chain.renewable("page-token"), "a later vault would never be asked"
    with pytest.raises(Refused, match="vault_read_only"):
        chain.renew("page-token", Secret("new"))
    assert chain.get("page-token").reveal() == "of systemd"
    assert not chain.renewable("nowhere")

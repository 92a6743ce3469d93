"""The chain of vaults: systemd credentials, a password command, the system's keyring, an encrypted file.

A keyring that would keep a secret in plain text, or forget it, is never accepted (on a headless
server ``keyring`` offers exactly those), and none may hang the program: its calls run in a thread with a time limit.
"""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from tui_inbox.domain.errors import Refused
from tui_inbox.ports.secrets import Secret, Vault

SERVICE = "tui-inbox"
KEYRING_SECONDS = 5.0
COMMAND_SECONDS = 30.0
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
_REFUSED_BACKENDS = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt", "keyrings.cryptfile")

T = TypeVar("T")


def check_name(name: str) -> str:
    """A name becomes a file name and a keyring entry: raises ``Refused("secret_bad_name")`` for anything else."""
    if not _NAME.match(name):
        raise Refused("secret_bad_name", name=name)
    return name


class CredentialsVault:
    """``$CREDENTIALS_DIRECTORY/NAME``, which systemd fills for one service (systemd.io/CREDENTIALS)."""

    writable = False

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.name = "systemd credentials"

    def get(self, name: str) -> Secret | None:
        try:
            return Secret((self.directory / check_name(name)).read_text(encoding="utf-8").rstrip("\n"))
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise Refused("secret_unreadable", path=str(self.directory / name), reason=_why(error)) from None

    def set(self, name: str, secret: Secret) -> None:
        raise Refused("vault_read_only", vault=self.name)

    def delete(self, name: str) -> bool:
        return False

    def names(self) -> list[str]:
        try:
            return sorted(path.name for path in self.directory.iterdir() if path.is_file() and _NAME.match(path.name))
        except OSError:
            return []


class CommandVault:
    """Runs the hotel's own password program; ``{name}`` in its arguments is the secret's name. No shell is involved."""

    writable = False

    def __init__(self, command: Sequence[str]) -> None:
        self.command = tuple(command)
        self.name = f"password_command ({os.path.basename(self.command[0])})"

    def get(self, name: str) -> Secret | None:
        arguments = [part.replace("{name}", check_name(name)) for part in self.command]
        try:
            done = subprocess.run(
                arguments, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise Refused("secret_command_slow", name=name, seconds=int(COMMAND_SECONDS)) from None
        except OSError:
            raise Refused("secret_command_missing", command=self.command[0]) from None
        if done.returncode != 0:
            raise Refused("secret_command_failed", name=name, status=done.returncode)
        lines = done.stdout.decode("utf-8", "replace").splitlines()
        return Secret(lines[0]) if lines and lines[0] else None

    def set(self, name: str, secret: Secret) -> None:
        raise Refused("vault_read_only", vault=self.name)

    def delete(self, name: str) -> bool:
        return False

    def names(self) -> list[str]:
        return []


class KeyringVault:
    """The desktop's or the system's keyring, where a real one answers."""

    writable = True

    def __init__(self, backend: Any) -> None:
        self.backend = backend
        self.name = f"keyring ({type(backend).__module__.rsplit('.', 1)[-1]})"

    def get(self, name: str) -> Secret | None:
        check_name(name)
        value = self._ask(lambda: self.backend.get_password(SERVICE, name))
        return None if value is None else Secret(str(value))

    def set(self, name: str, secret: Secret) -> None:
        check_name(name)
        self._ask(lambda: self.backend.set_password(SERVICE, name, secret.reveal()))
        if (kept := self.get(name)) is None or kept.reveal() != secret.reveal():
            raise Refused("vault_read_only", vault=self.name)

    def delete(self, name: str) -> bool:
        if self.get(name) is None:
            return False
        self._ask(lambda: self.backend.delete_password(SERVICE, name))
        return True

    def names(self) -> list[str]:
        return []

    def _ask(self, call: Callable[[], T]) -> T:
        try:
            return _within(KEYRING_SECONDS, call)
        except Exception as error:  # noqa: BLE001 - each desktop's keyring raises its own
            raise Refused("keyring_failed", vault=self.name, reason=type(error).__name__) from None


class FileVault:
    """One encrypted file of mode 0600, its key in a second one beside it.

    It keeps a secret out of backups, mail and shoulders' sight, not from somebody who reads both files: whoever may
    run the worker may read its secrets.
    """

    writable = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self.key_path = path.with_suffix(".key")
        self.name = f"file ({path})"

    def get(self, name: str) -> Secret | None:
        value = self._read().get(check_name(name))
        return None if value is None else Secret(value)

    def set(self, name: str, secret: Secret) -> None:
        kept = self._read()
        kept[check_name(name)] = secret.reveal()
        self._write(kept)

    def delete(self, name: str) -> bool:
        kept = self._read()
        if kept.pop(name, None) is None:
            return False
        self._write(kept)
        return True

    def names(self) -> list[str]:
        return sorted(self._read())

    def _read(self) -> dict[str, str]:
        if not self.path.exists():
            return {}
        from cryptography.fernet import Fernet, InvalidToken
        from msgspec import DecodeError, json

        try:
            plain = Fernet(_private(self.key_path)).decrypt(_private(self.path))
            return json.decode(plain, type=dict[str, str])
        except (InvalidToken, DecodeError, ValueError):
            raise Refused("secret_damaged", path=str(self.path)) from None

    def _write(self, kept: Mapping[str, str]) -> None:
        from cryptography.fernet import Fernet
        from msgspec import json

        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self.key_path.exists():
                _put(self.key_path, Fernet.generate_key())
            _put(self.path, Fernet(_private(self.key_path)).encrypt(json.encode(dict(kept))))
        except OSError as error:
            raise Refused("secret_unreadable", path=str(self.path), reason=_why(error)) from None


class SecretChain:
    """The vaults in order; the first that answers has the secret, the first that can be written gets a new one."""

    def __init__(self, vaults: Sequence[Vault]) -> None:
        self.vaults = tuple(vaults)
        self._renewing = threading.Lock()

    def get(self, name: str) -> Secret:
        return self._find(name)[1]

    def renewable(self, name: str) -> bool:
        holder = self.holder(name)
        return any(vault.name == holder and vault.writable for vault in self.vaults)

    def renew(self, name: str, secret: Secret) -> None:
        """In the vault whose answer ``get`` gives: written to a later one, the old value would go on being used."""
        holder = self._find(name)[0]
        with self._renewing:
            for vault in self.vaults:
                if vault.name == holder and vault.writable:
                    vault.set(name, secret)
                    return
        raise Refused("vault_read_only", vault=holder)

    def holder(self, name: str) -> str | None:
        try:
            return self._find(name)[0]
        except Refused:
            return None

    def _find(self, name: str) -> tuple[str, Secret]:
        """A vault that fails does not hide the next one; its refusal is what is said when no other has the secret."""
        check_name(name)
        failures: list[Refused] = []
        for vault in self.vaults:
            try:
                secret = vault.get(name)
            except Refused as error:
                failures.append(error)
                continue
            if secret is not None:
                return vault.name, secret
        raise failures[0] if failures else Refused("secret_missing", name=name)

    def set(self, name: str, secret: Secret) -> str:
        check_name(name)
        for vault in self.vaults:
            if vault.writable:
                vault.set(name, secret)
                return vault.name
        raise Refused("vault_none")

    def delete(self, name: str) -> bool:
        gone = [vault.delete(name) for vault in self.vaults if vault.writable]
        return any(gone)

    def names(self) -> list[tuple[str, str]]:
        return [(name, vault.name) for vault in self.vaults for name in vault.names()]


def open_secrets(
    file: Path, *, password_command: Sequence[str] = (), keyring: bool = True, credentials: str | None = None
) -> SecretChain:
    """The chain of design section 9. ``credentials`` is ``$CREDENTIALS_DIRECTORY`` when None."""
    directory = os.environ.get("CREDENTIALS_DIRECTORY", "") if credentials is None else credentials
    vaults: list[Vault] = []
    if directory:
        vaults.append(CredentialsVault(Path(directory)))
    if password_command:
        vaults.append(CommandVault(password_command))
    if keyring and (backend := real_keyring()[0]) is not None:
        vaults.append(KeyringVault(backend))
    vaults.append(FileVault(file))
    return SecretChain(vaults)


def real_keyring(find: Callable[[], Any] | None = None) -> tuple[Any | None, str]:
    """The keyring's backend when it is a real one that answers in time, else None; and its name for ``doctor``."""

    def choose() -> Any:
        import keyring

        backend = keyring.get_keyring()
        inner = [one for one in getattr(backend, "backends", []) if not _refused(one)]
        return inner[0] if inner else backend

    try:
        backend = _within(KEYRING_SECONDS, find or choose)
        label = f"{type(backend).__module__}.{type(backend).__qualname__}"
        if _refused(backend):
            return None, label
        _within(KEYRING_SECONDS, lambda: backend.get_password(SERVICE, "probe"))
    except Exception as error:  # noqa: BLE001 - a keyring fails in as many ways as there are desktops
        return None, type(error).__name__
    return backend, label


def _refused(backend: Any) -> bool:
    module = type(backend).__module__
    return module.startswith(_REFUSED_BACKENDS) or "plaintext" in type(backend).__qualname__.lower()


def _within(seconds: float, call: Callable[[], T]) -> T:
    """Run ``call`` in a daemon thread; one that hangs is left behind and reported as ``TimeoutError``."""
    answer: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            answer.append(call())
        except BaseException as error:  # noqa: BLE001 - it is raised again in the caller's thread
            failure.append(error)

    thread = threading.Thread(target=run, name="keyring", daemon=True)
    thread.start()
    thread.join(seconds)
    if failure:
        raise failure[0]
    if not answer:
        raise TimeoutError("keyring")
    return answer[0]


def _private(path: Path) -> bytes:
    """The content of a file that nobody else can read; raises ``Refused`` otherwise."""
    try:
        with path.open("rb") as stream:
            if os.fstat(stream.fileno()).st_mode & 0o077:
                raise Refused("secret_unsafe", path=str(path))
            return stream.read()
    except OSError as error:
        raise Refused("secret_unreadable", path=str(path), reason=_why(error)) from None


def _put(path: Path, content: bytes) -> None:
    """Replace the file in one step, mode 0600 from its first byte; run by root it stays the directory's owner's."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            if os.geteuid() == 0:
                owner = path.parent.stat()
                os.fchown(stream.fileno(), owner.st_uid, owner.st_gid)
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(fresh, path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def _why(error: Exception) -> str:
    return str(getattr(error, "strerror", "") or type(error).__name__)

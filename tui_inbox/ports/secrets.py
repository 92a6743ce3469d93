"""Where secrets come from: the configuration holds their names, a vault their values."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


class Secret:
    """A secret value that does not print itself; ``reveal()`` is called only where bytes leave for the vendor."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__


class Vault(Protocol):
    """One place that may hold secrets."""

    name: str
    """Shown by ``doctor`` and ``secret list``: "systemd credentials", "keyring (…)", "file (…)"."""
    writable: bool

    def get(self, name: str) -> Secret | None:
        """The secret, or None when this vault does not hold it."""
        ...

    def set(self, name: str, secret: Secret) -> None:
        """Store it; raises ``Refused("vault_read_only")`` where the vault cannot be written."""
        ...

    def delete(self, name: str) -> bool: ...

    def names(self) -> list[str]:
        """Names known to be here; a vault that cannot list returns an empty list."""
        ...


class Secrets(Protocol):
    """The chain of vaults, in the order of design section 9."""

    def get(self, name: str) -> Secret:
        """The first vault's answer; raises ``Refused("secret_missing", name=…)``."""
        ...

    def holder(self, name: str) -> str | None:
        """Name of the vault that holds it, or None."""
        ...

    def set(self, name: str, secret: Secret) -> str:
        """Store in the first writable vault and return that vault's name."""
        ...

    def delete(self, name: str) -> bool: ...

    def names(self) -> list[tuple[str, str]]:
        """(secret, vault) pairs."""
        ...


@runtime_checkable
class RenewsSecrets(Protocol):
    """Where a token that its vendor replaces from time to time can be written back."""

    def renewable(self, name: str) -> bool:
        """Can the vault that holds it be written?"""
        ...

    def renew(self, name: str, secret: Secret) -> None:
        """Put a new value in the place of the old one, in the very vault that holds it.

        Raises ``Refused("vault_read_only")``, or what the vault says when it cannot be written.
        """
        ...
